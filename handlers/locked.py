"""What a locked command answers to somebody who may not use it: what it needs, and how to get in."""

from __future__ import annotations

from bot.core.accounts.sessions import Action
from bot.core.accounts.status import Status
from bot.core.accounts.tokens import Judgement
from bot.core.replies import Reply
from bot.core.values import Channel
from bot.core.visit import Visit


def locked(visit: Visit, action: Action) -> Reply | None:
    """Why the visit may not do something, None when it may: the first line of every handler behind a key."""
    if visit.may(action):
        return None
    session = visit.access.session
    if session is not None:
        return (
            Reply("login/limited")
            if session.limited
            else Reply("login/password_needed", {"refused_here": _refuses_passwords(visit)})
        )
    if visit.access.linked and visit.access.status is not None:
        return _of_linked_chat(visit.access.status)
    if came_too_late(visit):
        return Reply("login/session_ended")
    return Reply("login/needed")


def _of_linked_chat(status: Status) -> Reply:
    """The truth, since a linked chat is the member's own."""
    if status is Status.ACTIVE:
        return Reply("login/password_needed", {"refused_here": False})
    if status in (Status.SUSPENDED, Status.CLOSED):
        return Reply("login/refused", {"reason": status.value, "until": None})
    return Reply("link/expired")


def came_too_late(visit: Visit) -> bool:
    """Whether the message answers a letter whose session is over. A foreign token is told the same: whoever holds it learns
    nothing of the one to whom it was issued."""
    if visit.access.judgement is Judgement.VALID:
        return visit.access.token is not None and visit.access.token.grant.session_id is not None and visit.access.session is None
    return visit.access.judgement is not Judgement.NONE


def _refuses_passwords(visit: Visit) -> bool:
    return visit.channel is Channel.MAIL and not visit.desk.email_passwords
