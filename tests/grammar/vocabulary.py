"""All commands of the counter with their words, as the tests of the grammar need them (the contract; the fact sheet, section 4.3).

The real declarations are in the handler files; this table says what they should come to.
"""

from __future__ import annotations

import re

from bot.core.commands import CommandSpec, Effect, Follows
from bot.core.grammar import Vocabulary
from bot.core.phrases import word_set
from bot.core.trace_arguments import is_trace_argument
from bot.core.values import Language

EN, FR = Language.EN, Language.FR
_LANGUAGES = frozenset({"EN", "FR", "ENGLISH", "FRENCH", "FRANCAIS", "ANGLAIS", "FRANCAISE", "ANGLAISE"})
_ACCESS_CODE = re.compile(r"(?=\S*[0-9])[A-Za-z0-9-]{4,20}")
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_FIELDS = word_set("""LANGUAGE LANGUE EMAIL E COURRIEL ADRESSE ADDRESS NAME NOM PHONE TELEPHONE FAX NOTICES AVIS""")
_STATES = word_set(
    """DELIVERED LIVREES LIVRE OPEN OUVERTES TRANSIT EN IN LATE RETARD TODAY AUJOURD YESTERDAY HIER WEEK SEMAINE MONTH MOIS"""
)
_TOPICS = word_set(
    """TRACE TRACING REPERAGE SUIVI LOGIN CONNEXION PASSWORD MOT PROFILE PROFIL ACCESS ACCES LANGUAGE LANGUE CONTACT SERVICES"""
)


def access_code(folded: str) -> bool:
    """One access code and nothing else."""
    return _ACCESS_CODE.fullmatch(folded.replace(" ", "-")) is not None and len(folded.split()) <= 3


def login(written: str) -> bool:
    """An access code, and perhaps a password of any form."""
    words = written.split(maxsplit=1)
    return bool(words) and _ACCESS_CODE.fullmatch(words[0]) is not None


def addresses(written: str) -> bool:
    """A mail address."""
    return _ADDRESS.search(written) is not None and len(written.split()) <= 3


def passwords(written: str) -> bool:
    """The current and the new password, one word each, or the current alone (the new one on the next line)."""
    words = written.split()
    if len(words) == 2:
        return all(len(word) >= 8 for word in words)
    return len(words) == 1 and len(words[0]) >= 8 and (len(words[0]) >= 12 or not words[0].isalpha())


def new_password(written: str) -> bool:
    """Anything that is long enough to be one."""
    return len(written) >= 8


def profile_field(folded: str) -> bool:
    """A field of the profile and its value."""
    words = folded.split()
    return words[0] in _FIELDS and 1 < len(words) <= 8


def decision(folded: str) -> bool:
    """Customer numbers, NONE or JOIN and an access code."""
    words = folded.split()
    if words[0] in ("NONE", "AUCUN"):
        return len(words) == 1
    if words[0] in ("JOIN", "JOINDRE"):
        return access_code(" ".join(words[1:]))
    return all(any(character.isdigit() for character in word) for word in words)


def _code(folded: str) -> bool:
    return len(folded.split()) == 1 and len(folded) >= 4 and any(character.isdigit() for character in folded)


def _number(folded: str) -> bool:
    return folded.isdigit()


def _topic(folded: str) -> bool:
    words = folded.split()
    return words[0] in _TOPICS and len(words) <= 3


def _state(folded: str) -> bool:
    words = folded.split()
    return len(words) <= 8 and all(word in _STATES or word.isdigit() for word in words)


def _public() -> tuple[CommandSpec, ...]:
    trace_en = ("trace", "tracing", "track", "tracking", "status", "where is", "where are", "status of")
    trace_fr = (
        "repérage",
        "repérer",
        "suivi",
        "suivre",
        "tracer",
        "retracer",
        "statut",
        "état",
        "où est",
        "où sont",
        "où est rendu",
    )
    return (
        CommandSpec(
            "HELP",
            {EN: ("help",), FR: ("aide",)},
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"help", "aide"}),
            argument=_topic,
        ),
        CommandSpec(
            "STOP",
            {EN: ("stop", "unsubscribe"), FR: ("arrêt", "arrêter", "désabonner", "désabonnement", "stop")},
            effect=Effect.CHANGE,
            undecided=frozenset({"stop"}),
            whole_line=frozenset({"arrêt", "arrêter"}),
        ),
        CommandSpec("SERVICES", {EN: ("services", "online services"), FR: ("services", "services en ligne")}),
        CommandSpec(
            "TRACE",
            {EN: trace_en, FR: (*trace_fr, "trace")},
            follows=Follows.REQUIRED,
            undecided=frozenset({"trace", "tracking"}),
            whole_line=frozenset({*trace_en, *trace_fr}),
            argument=is_trace_argument,
        ),
        CommandSpec(
            "LANGUAGE",
            {
                EN: ("language", "english", "en", "french"),
                FR: ("langue", "français", "fr", "anglais"),
            },
            effect=Effect.CHANGE,
            follows=Follows.REQUIRED,
            undecided=frozenset({"french", "anglais"}),
            whole_line=frozenset({"language", "langue", "english", "en", "french", "français", "fr", "anglais"}),
            argument=_LANGUAGES.__contains__,
        ),
        CommandSpec(
            "CONTACT",
            {EN: ("contact", "phone", "contact us"), FR: ("contact", "joindre", "téléphone", "nous joindre")},
            whole_line=frozenset({"contact", "phone", "joindre", "téléphone"}),
        ),
        CommandSpec(
            "POD",
            {EN: ("pod", "proof of delivery"), FR: ("pod", "preuve de livraison", "preuve", "PDL")},
            effect=Effect.CHANGE,
            follows=Follows.REQUIRED,
            whole_line=frozenset({"pod", "proof of delivery", "preuve de livraison", "preuve", "PDL"}),
            argument=is_trace_argument,
            locked=True,
        ),
        CommandSpec(
            "NOTIFY",
            {EN: ("notify",), FR: ("aviser", "avis", "avertir")},
            effect=Effect.CHANGE,
            follows=Follows.REQUIRED,
            whole_line=frozenset({"notify", "aviser", "avis", "avertir"}),
            argument=is_trace_argument,
            locked=True,
        ),
    )


def _accounts() -> tuple[CommandSpec, ...]:
    ask_en = ("request access", "access request", "personal access request", "new account", "request an access code", "access code")
    ask_fr = (
        "demande d'accès",
        "demande accès",
        "demande d'accès personnel",
        "demander accès",
        "demander l'accès",
        "nouveau compte",
        "ouvrir un compte",
        "demande de code d'accès",
        "code d'accès",
    )
    forgot_en = (
        "forgot password",
        "forgot my password",
        "i forgot my password",
        "lost password",
        "reset password",
        "reset my password",
    )
    forgot_fr = (
        "mot de passe oublié",
        "oublié mon mot de passe",
        "j'ai oublié mon mot de passe",
        "jai oublié mon mot de passe",
        "oublié mot de passe",
        "MDP oublié",
        "mot de passe perdu",
        "perdu mon mot de passe",
    )
    change_en = ("change password", "change my password")
    change_fr = (
        "changer mot de passe",
        "changer mon mot de passe",
        "changer le mot de passe",
        "modifier mot de passe",
        "modifier mon mot de passe",
        "changer MDP",
    )
    return (
        CommandSpec(
            "REQUEST ACCESS",
            {EN: ask_en, FR: ask_fr},
            effect=Effect.CHANGE,
            follows=Follows.EVERYTHING,
            whole_line=frozenset({*ask_en, *ask_fr}),
        ),
        CommandSpec(
            "LOGIN",
            {EN: ("login", "log in", "sign in"), FR: ("connexion", "se connecter", "ouvrir une session")},
            effect=Effect.CHANGE,
            follows=Follows.REQUIRED,
            whole_line=frozenset({"login", "log in", "sign in", "connexion", "se connecter", "ouvrir une session"}),
            written=login,
        ),
        CommandSpec(
            "LOGOUT",
            {EN: ("logout", "log out", "sign out"), FR: ("déconnexion", "se déconnecter", "fermer la session")},
            effect=Effect.CHANGE,
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"logout", "log out", "sign out", "déconnexion", "se déconnecter", "fermer la session"}),
            argument=frozenset({"ALL", "TOUT", "EVERYWHERE", "PARTOUT"}).__contains__,
        ),
        CommandSpec(
            "PROFILE",
            {EN: ("profile", "user profile", "my profile"), FR: ("profil", "profil d'utilisateur", "mon profil")},
            effect=Effect.CHANGE,
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"profile", "user profile", "my profile", "profil", "profil d'utilisateur", "mon profil"}),
            argument=profile_field,
            locked=True,
        ),
        CommandSpec(
            "CHANGE PASSWORD",
            {EN: change_en, FR: change_fr},
            effect=Effect.CHANGE,
            follows=Follows.EVERYTHING,
            whole_line=frozenset({*change_en, *change_fr}),
            written=passwords,
            locked=True,
        ),
        CommandSpec(
            "NEW PASSWORD",
            {EN: ("new password",), FR: ("nouveau mot de passe", "nouveau MDP")},
            effect=Effect.CHANGE,
            follows=Follows.REQUIRED,
            whole_line=frozenset({"new password", "nouveau mot de passe", "nouveau MDP"}),
            written=new_password,
        ),
        CommandSpec(
            "FORGOT PASSWORD",
            {EN: forgot_en, FR: forgot_fr},
            effect=Effect.CHANGE,
            follows=Follows.EVERYTHING,
            whole_line=frozenset({*forgot_en, *forgot_fr}),
            argument=access_code,
        ),
        CommandSpec(
            "MY REQUEST",
            {
                EN: ("my request", "status of my request", "request status"),
                FR: ("ma demande", "état de ma demande", "statut de ma demande"),
            },
            effect=Effect.CHANGE,
        ),
        CommandSpec("NEW CODE", {EN: ("new code",), FR: ("nouveau code",)}, effect=Effect.CHANGE),
        CommandSpec(
            "MY SHIPMENTS",
            {EN: ("my shipments",), FR: ("mes expéditions", "mes envois")},
            effect=Effect.CHANGE,
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"my shipments", "mes expéditions", "mes envois"}),
            argument=_state,
            locked=True,
        ),
    )


def _by_address(name: str, english: str, french: str) -> CommandSpec:
    return CommandSpec(
        name,
        {EN: (english,), FR: (french,)},
        effect=Effect.CHANGE,
        follows=Follows.REQUIRED,
        whole_line=frozenset({english, french}),
        written=addresses,
        locked=True,
    )


def _members() -> tuple[CommandSpec, ...]:
    change = Effect.CHANGE
    return (
        CommandSpec("MEMBERS", {EN: ("members",), FR: ("membres",)}, effect=change, locked=True),
        _by_address("INVITE", "invite", "inviter"),
        _by_address("REMOVE", "remove", "retirer"),
        CommandSpec(
            "LINK",
            {EN: ("link",), FR: ("lier",)},
            effect=change,
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"link", "lier"}),
            argument=_code,
            locked=True,
        ),
        CommandSpec("UNLINK", {EN: ("unlink",), FR: ("délier",)}, effect=change, locked=True),
        CommandSpec("OBJECT", {EN: ("object",), FR: ("contester",)}, effect=change, listed=False),
    )


def _administrators() -> tuple[CommandSpec, ...]:
    change = Effect.CHANGE
    return (
        CommandSpec(
            "APPROVE",
            {EN: ("approve",), FR: ("approuver",)},
            effect=change,
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"approve", "approuver"}),
            argument=decision,
            listed=False,
        ),
        CommandSpec("DENY", {EN: ("deny",), FR: ("refuser",)}, change, Follows.OPTIONAL, listed=False),
        CommandSpec("ASK", {EN: ("ask",), FR: ("demander",)}, effect=change, follows=Follows.EVERYTHING, listed=False),
        CommandSpec(
            "UNDO",
            {EN: ("undo", "cancel"), FR: ("annuler",)},
            effect=change,
            follows=Follows.OPTIONAL,
            whole_line=frozenset({"undo", "cancel", "annuler"}),
            argument=_number,
            listed=False,
        ),
        CommandSpec("REQUESTS", {EN: ("requests",), FR: ("demandes",)}, effect=change, listed=False),
    )


CUSTOMERS = Vocabulary((*_public(), *_accounts(), *_members()))
EVERYBODY = Vocabulary((*CUSTOMERS.specs, *_administrators()))
CHANGES = frozenset(spec.name for spec in EVERYBODY.specs if spec.effect is Effect.CHANGE)
