"""The account commands' declarations, as far as HELP and SERVICES list them, for a table that has not loaded them."""

from __future__ import annotations

from bot.core.commands import CommandSpec
from bot.core.values import Language


def _spec(name: str, english: str, french: str, *, locked: bool) -> CommandSpec:
    return CommandSpec(name, {Language.EN: (english,), Language.FR: (french,)}, locked=locked)


ACCOUNT_SPECS = (
    _spec("request_access", "REQUEST ACCESS", "DEMANDE D’ACCÈS", locked=False),
    _spec("forgot_password", "FORGOT PASSWORD", "MOT DE PASSE OUBLIÉ", locked=False),
    _spec("my_request", "MY REQUEST", "MA DEMANDE", locked=False),
    _spec("login", "LOGIN", "CONNEXION", locked=False),
    _spec("logout", "LOGOUT", "DÉCONNEXION", locked=True),
    _spec("profile", "PROFILE", "PROFIL", locked=True),
    _spec("change_password", "CHANGE PASSWORD", "CHANGER MOT DE PASSE", locked=True),
    _spec("new_password", "NEW PASSWORD", "NOUVEAU MOT DE PASSE", locked=False),
    _spec("new_code", "NEW CODE", "NOUVEAU CODE", locked=False),
    _spec("my_shipments", "MY SHIPMENTS", "MES EXPÉDITIONS", locked=True),
    _spec("members", "MEMBERS", "MEMBRES", locked=True),
    _spec("invite", "INVITE", "INVITER", locked=True),
    _spec("remove", "REMOVE", "RETIRER", locked=True),
    _spec("link", "LINK", "LIER", locked=True),
    _spec("unlink", "UNLINK", "DÉLIER", locked=True),
    _spec("object", "OBJECT", "CONTESTER", locked=False),
)
