"""What customers and administrators type, and what they look for in letters, in each language."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

PASSWORD = "correct horse battery staple"
NEXT_PASSWORD = "another horse battery staple"
MARIE = "marie@customer.example"
JULES = "jules@customer.example"
ADMIN = "admin@carrier.example"
SECOND = "second@carrier.example"


@dataclass(frozen=True)
class Speech:
    """One language; braces are filled in."""

    language: str
    request: str
    form: str
    forgot: str
    approve: str
    none: str
    deny: str
    ask: str
    undo: str
    requests: str
    my_request: str
    new_code: str
    login: str
    logout: str
    logout_all: str
    yes: str
    new: str
    change: str
    object: str
    members: str
    invite: str
    remove: str
    shipments: str
    services: str
    trace: str
    profile: str
    profile_name: str
    profile_telephone: str
    profile_language: str
    profile_address: str
    code_label: str
    temporary_label: str
    decided_by: str


ENGLISH = Speech(
    language="en",
    request="REQUEST ACCESS",
    form="Name: {name}\nCompany: Tremblay inc.\nE-mail: {address}\nTelephone: 514 555-0142\n",
    forgot="FORGOT PASSWORD {code}\nMarie Tremblay, Tremblay inc.",
    approve="APPROVE",
    none="NONE",
    deny="DENY We do not know you yet.",
    ask="ASK Which customer number is on your invoices?",
    undo="UNDO",
    requests="REQUESTS",
    my_request="MY REQUEST",
    new_code="NEW CODE",
    login="LOGIN {code} {password}",
    logout="LOGOUT",
    logout_all="LOGOUT ALL",
    yes="YES",
    new="NEW PASSWORD {password}",
    change="CHANGE PASSWORD {password}\n{new}",
    object="OBJECT",
    members="MEMBERS",
    invite="INVITE {address}",
    remove="REMOVE {address}",
    shipments="MY SHIPMENTS",
    services="SERVICES",
    trace="TRACE 123456789",
    profile="PROFILE",
    profile_name="PROFILE NAME Marie Tremblay-Roy",
    profile_telephone="PROFILE TELEPHONE 418 555-0199 ext. 12",
    profile_language="PROFILE LANGUAGE {language}",
    profile_address="PROFILE EMAIL {address}",
    code_label="Access code: ",
    temporary_label="Temporary password: ",
    decided_by="By: ",
)
FRENCH = Speech(
    language="fr",
    request="DEMANDE D'ACCÈS",
    form="Nom : {name}\nEntreprise : Tremblay inc.\nCourriel : {address}\nTéléphone : 514 555-0142\n",
    forgot="MOT DE PASSE OUBLIÉ {code}\nMarie Tremblay, Tremblay inc.",
    approve="APPROUVER",
    none="AUCUN",
    deny="REFUSER Nous ne vous connaissons pas encore.",
    ask="DEMANDER Quel numéro de client figure sur vos factures?",
    undo="ANNULER",
    requests="DEMANDES",
    my_request="MA DEMANDE",
    new_code="NOUVEAU CODE",
    login="CONNEXION {code} {password}",
    logout="DÉCONNEXION",
    logout_all="DÉCONNEXION TOUT",
    yes="OUI",
    new="NOUVEAU MOT DE PASSE {password}",
    change="CHANGER MOT DE PASSE {password}\n{new}",
    object="CONTESTER",
    members="MEMBRES",
    invite="INVITER {address}",
    remove="RETIRER {address}",
    shipments="MES EXPÉDITIONS",
    services="LANGUE FR\nSERVICES",
    trace="REPÉRAGE 123456789",
    profile="PROFIL",
    profile_name="PROFIL NOM Marie Tremblay-Roy",
    profile_telephone="PROFIL TÉLÉPHONE 418 555-0199 poste 12",
    profile_language="PROFIL LANGUE {language}",
    profile_address="PROFIL COURRIEL {address}",
    code_label="Code d’accès\u00a0: ",
    temporary_label="Mot de passe temporaire\u00a0: ",
    decided_by="Par\u00a0: ",
)
BOTH = (ENGLISH, FRENCH)
each_language = pytest.mark.parametrize("speech", BOTH, ids=["en", "fr"])
