"""The topics of HELP and the cues by which each is recognised: a table, in the order in which the topics are listed.

A cue is a few words, parted from the next cue by a comma, that must all occur in the question, in any order and among others. Small
words (de, the, my) are left out of a cue unless they tell two topics apart.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its letter is `help/<key>`; its cues in each language, written as people write them."""

    key: str
    english: str
    french: str


TOPICS: tuple[Topic, ...] = (
    Topic(
        "topics",
        "help, topic, how does help work, how does it work, icon, more information, command, instructions",
        "aide, sujet, comment fonctionne aide, comment ça marche, icône, plus information, plus renseignements, plus de "
        "détails, commande, mode emploi",
    ),
    Topic(
        "services",
        "service, online services, directory, menu",
        "services en ligne, répertoire",
    ),
    Topic(
        "locked_services",
        "key, key service, services with key, services need access code, services require access code, services require "
        "password, services without access code, services identified, locked, padlock",
        "clé, clef, clé service, services avec clé, services exigent code accès, services demandent code accès, services "
        "sans code accès, services mot de passe, verrouillé, cadenas",
    ),
    Topic(
        "request_access",
        "account, access, access code, access request, personal access request, get access code, obtain access code, need "
        "access code, new account, open account, create account, register, sign up, form, required fields, identification "
        "code, asterisk",
        "compte, accès, code accès, demande accès, demander accès, demande accès personnel, obtenir code accès, avoir code "
        "accès, besoin code accès, nouveau compte, ouvrir compte, créer compte, inscription, inscrire, formulaire, champs "
        "obligatoires, code identification, astérisque",
    ),
    Topic(
        "sharing",
        "share, sharing, share access code, sharing access code, same access code, employees share access code, several "
        "employees, several users, colleague, coworker",
        "partage, partager, partager code accès, partage code accès, même code accès, employés partager code accès, employés "
        "même code accès, utiliser même code accès, plusieurs employés, plusieurs personnes, plusieurs utilisateurs, "
        "collègue",
    ),
    Topic(
        "tracing",
        "trace, tracing, track, tracking, shipment, where shipment, trace shipment, freight, pro, pro number, autopro, "
        "autopro number, probill, status, sticker",
        "repérage, repérer, suivi, suivre, expédition, envoi, où expédition, repérer expédition, marchandise, numéro pro, "
        "numéro autopro, statut, étiquette",
    ),
    Topic(
        "references",
        "bol, bill of lading, trace bill of lading, purchase order, order number, reference, reference number, partner, "
        "partner number, not found, shipment not found, no result, search without result, same bill of lading several",
        "connaissement, repérer connaissement, bon commande, numéro commande, référence, numéro référence, partenaire, "
        "introuvable, expédition introuvable, aucun résultat, recherche sans résultat, même connaissement plusieurs",
    ),
    Topic(
        "privacy",
        "privacy, confidential, confidentiality, who can see, personal information, private",
        "vie privée, confidentiel, confidentialité, qui peut voir, renseignements personnels, privé",
    ),
    Topic(
        "login",
        "login, log in, sign in, logout, log out, session, access login, use access code, use personal access code, access "
        "services, enter access code",
        "connexion, connecter, déconnexion, déconnecter, ouvrir session, utiliser code accès, utiliser code accès personnel, "
        "accéder services, entrer code accès, inscrire code accès, me sers code accès",
    ),
    Topic(
        "language",
        "language, change language, french, english, bilingual, other language",
        "langue, changer langue, français, anglais, bilingue, autre langue",
    ),
    Topic(
        "profile",
        "profile, user profile, change profile, update profile, change address, change email, change e mail, change email "
        "address, register preferred language profile",
        "profil, profil utilisateur, modifier profil, changer adresse, changer courriel, changer adresse courriel, langue "
        "préférée profil",
    ),
    Topic(
        "forgot_password",
        "password, forgot, forgotten, forgot password, forgotten password, forget password, lost password, reset password, "
        "remember password, recover password, forgot access code, lost access code",
        "mot passe, oublié, oubli, mot passe oublié, oublier mot passe, perdu mot passe, réinitialiser mot passe, rappelle "
        "mot passe, souviens mot passe, récupérer mot passe, mdp oublié, oublié code accès, perdu code accès",
    ),
    Topic(
        "change_password",
        "password, change password, modify password, update password, password rules, choose password, password characters, "
        "password length, how long must password be, how long should password be",
        "mot passe, changer mot passe, modifier mot passe, changement mot passe, règles mot passe, choisir mot passe, "
        "caractères mot passe, longueur mot passe",
    ),
    Topic(
        "password_lifetime",
        "password, how long password, how long password active, how long password remain active, password active, password "
        "remain active, password lifetime, password valid, how long password valid, password expire, password expired, "
        "password expiry, password expiration, expired, expiry, three months, 3 months",
        "mot passe, combien temps mot passe, combien temps mot passe actif, combien temps mot passe valide, durée mot passe, "
        "mot passe actif, mot passe valide, mot passe expire, mot passe expiré, mot passe échu, expiration, expiration mot "
        "passe, échéance mot passe, validité mot passe, trois mois, 3 mois",
    ),
    Topic(
        "inactive_account",
        "account, inactive, inactivity, inactive account, account remain inactive, how long account remain inactive, how "
        "long account, account inactive closed, account closed, close account, account closes, six months, 6 months, reopen "
        "account",
        "compte, inactif, inactivité, compte inactif, combien temps compte inactif, combien temps compte, durée compte, "
        "compte fermé, fermer compte, fermeture compte, compte désactivé, six mois, 6 mois, rouvrir compte",
    ),
    Topic(
        "contact",
        "contact, call, who call, phone, phone number, telephone number, reach person, speak person, talk person, person, "
        "agent, representative, customer service, further details, opening hours, office hours",
        "joindre, appeler, qui appeler, numéro téléphone, parler personne, parler quelqu’un, personne, préposé, "
        "représentant, service clientèle, service client, heures ouverture, coordonnées",
    ),
    Topic(
        "stop",
        "stop, unsubscribe, notice, stop notices, stop messages, reminder",
        "arrêt, arrêter, désabonner, désabonnement, avis, arrêter avis, rappel",
    ),
    Topic(
        "my_shipments",
        "my shipments, all my shipments, list my shipments, history, my company shipments",
        "mes expéditions, toutes mes expéditions, liste mes expéditions, mes envois, historique",
    ),
    Topic(
        "members",
        "member, invite, remove, invite colleague, add user, add colleague, add member, remove member",
        "membre, inviter, retirer, inviter collègue, ajouter utilisateur, ajouter collègue, ajouter membre, retirer membre",
    ),
    Topic(
        "chat",
        "chat, telegram, link, unlink, link chat",
        "clavardage, clavarder, lier, délier, lier clavardage, messagerie",
    ),
    Topic(
        "my_request",
        "my request, where is my request, status my request, request status, answer my request",
        "ma demande, où est ma demande, état ma demande, suivi ma demande, réponse ma demande",
    ),
    Topic(
        "new_password",
        "password, new password, temporary password, temporary password expired, new code, credentials",
        "mot passe, nouveau mot passe, mot passe temporaire, mot passe provisoire, mot passe temporaire expiré, nouveau code",
    ),
    Topic(
        "object",
        "object, objection, new party",
        "contester, contestation, nouvel utilisateur, nouveau membre",
    ),
    Topic(
        "field_name",
        "name, full name",
        "nom, nom complet",
    ),
    Topic(
        "field_company",
        "company, company name, enterprise, business, business name",
        "entreprise, nom entreprise, compagnie, nom compagnie, société, nom société",
    ),
    Topic(
        "field_email",
        "email, e mail, mail address, email address, e mail address",
        "courriel, adresse courriel",
    ),
    Topic(
        "field_telephone",
        "telephone",
        "téléphone",
    ),
    Topic(
        "field_customer_number",
        "customer number, account number, client number",
        "numéro client, numéro compte",
    ),
    Topic(
        "field_language",
        "preferred language, language preference",
        "langue préférée, langue préférence, préférence langue",
    ),
    Topic(
        "field_remarks",
        "remark, comment",
        "remarque, commentaire",
    ),
)

# The topic of each command: its own words alone mean it.
OF_COMMAND = {
    "help": "topics",
    "services": "services",
    "trace": "tracing",
    "language": "language",
    "contact": "contact",
    "stop": "stop",
    "request_access": "request_access",
    "login": "login",
    "logout": "login",
    "profile": "profile",
    "change_password": "change_password",
    "new_password": "new_password",
    "forgot_password": "forgot_password",
    "my_request": "my_request",
    "new_code": "new_password",
    "my_shipments": "my_shipments",
    "members": "members",
    "invite": "members",
    "remove": "members",
    "link": "chat",
    "unlink": "chat",
    "object": "object",
}
