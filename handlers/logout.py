"""LOGOUT ends the session that the message belongs to; LOGOUT ALL every session of the access code, wherever it was opened."""

from __future__ import annotations

from bot.core.accounts.sessions import Action
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.folding import fold
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.locked import locked

_ALL = frozenset({"ALL", "TOUT", "EVERYWHERE", "PARTOUT", "TOUTES"})
_ENGLISH = ("LOGOUT", "LOG OUT", "SIGN OUT", "LOGOFF", "LOG OFF")
_FRENCH = ("DÉCONNEXION", "SE DÉCONNECTER", "FERMER LA SESSION")

SPEC = CommandSpec(
    name="logout",
    words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
    effect=Effect.CHANGE,
    follows=Follows.OPTIONAL,
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),
    argument=_ALL.__contains__,
    locked=True,
    enters=True,
)


async def answer(visit: Visit, command: Command) -> Reply:
    """Ends what is asked to end. Without a session there is nothing to end, and the answer says how to get in."""
    everywhere = fold(command.argument) in _ALL
    hindrance = locked(visit, Action.LOGOUT_ALL if everywhere else Action.LOGOUT)
    session, account = visit.access.session, visit.access.account
    if hindrance is None and session is None and visit.access.linked:
        return Reply("link/no_session")
    if hindrance is not None or session is None or account is None:
        return hindrance or Reply("login/needed")
    ended = 1
    if everywhere:
        ended = await visit.files.sessions.end_of_account(account.id, visit.now)
        await visit.files.audit.add("logout_all", visit.now, actor=visit.sender.key, account_id=account.id)
    else:
        await visit.files.sessions.end(session.id, visit.now)
    return Reply("login/logged_out", {"everywhere": everywhere, "ended": ended, "company": account.company})


HANDLER = Handler(SPEC, answer)
