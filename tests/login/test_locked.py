"""What a locked command says to somebody who may not use it: a table of actions and sessions."""

from __future__ import annotations

import pytest

from bot.core.accounts.sessions import Action
from bot.core.values import Assurance
from handlers import login
from handlers.locked import locked
from tests.support.visits import MARIE, STRANGER, Visits, Writer

BY_MAIL = Writer(MARIE)
CASES = [
    # session, action, what is answered (None: it may)
    ("none", Action.LOCKED_SERVICE, "login/needed"),
    ("none", Action.NEW_PASSWORD, "login/needed"),
    ("none", Action.TRACE_OPEN, None),
    ("limited", Action.LOCKED_SERVICE, "login/limited"),
    ("limited", Action.SEE_PROFILE, "login/limited"),
    ("limited", Action.INVITE, "login/limited"),
    ("limited", Action.NEW_PASSWORD, None),
    ("limited", Action.LOGOUT, None),
    ("open", Action.LOCKED_SERVICE, None),
    ("open", Action.SEE_MEMBERS, None),
    ("open", Action.CHANGE_ADDRESS, "login/password_needed"),
    ("open", Action.LINK, "login/password_needed"),
    ("open", Action.LOGOUT_ALL, "login/password_needed"),
    ("confirmed", Action.CHANGE_ADDRESS, None),
    ("confirmed", Action.REMOVE, None),
]


async def _answer(visits: Visits, token: str, action: Action, writer: Writer = BY_MAIL) -> str | None:
    """A visit through the real recognition; the login handler is only the way to one."""
    outcome = await visits.ask(login.HANDLER, "LOGIN", writer, token=token)
    reply = locked(outcome.visit, action)
    return reply.template if reply is not None else None


@pytest.mark.parametrize(("session", "action", "template"), CASES)
async def test_what_is_missing_is_said(visits: Visits, session: str, action: Action, template: str | None) -> None:
    """An access code, a new password first, or the password in this session."""
    account = await visits.account()
    token = ""
    if session != "none":
        token = await visits.open_session(account, BY_MAIL, limited=session == "limited", confirmed=session == "confirmed")
    assert await _answer(visits, token, action) == template


async def test_a_dead_or_foreign_session_is_said_to_have_ended(visits: Visits) -> None:
    """Ended, run out, or forwarded; a token that was never issued is no session at all."""
    account = await visits.account()
    token = await visits.open_session(account, BY_MAIL)
    assert await _answer(visits, token, Action.LOCKED_SERVICE, Writer(STRANGER)) == "login/session_ended"
    await visits.write(lambda files: files.sessions.end_of_account(account.id, visits.clock.now()))
    assert await _answer(visits, token, Action.LOCKED_SERVICE) == "login/session_ended"
    assert await _answer(visits, "a" * 26, Action.LOCKED_SERVICE) == "login/needed"


async def test_a_suspended_account_opens_nothing_in_an_open_session(visits: Visits) -> None:
    """The lazy rule wins: what was open a minute ago is not."""
    account = await visits.account()
    token = await visits.open_session(account, BY_MAIL)
    await visits.write(lambda files: files.accounts.suspend(account.id, "objection", visits.clock.now()))
    assert await _answer(visits, token, Action.LOCKED_SERVICE) == "login/session_ended"


async def test_an_administrator_reads_nobodys_shipments(visits: Visits) -> None:
    """A4 is no session."""
    outcome = await visits.ask(login.HANDLER, "LOGIN", Writer(STRANGER), assurance=Assurance.ADMINISTRATOR)
    assert locked(outcome.visit, Action.INVITE) is None
    reply = locked(outcome.visit, Action.LOCKED_SERVICE)
    assert reply is not None
    assert reply.template == "login/needed"
