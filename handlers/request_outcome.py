"""What is told of a decision: to the administrator who made it, to the others in their threads, and to the requester."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.accounts.administrators import named
from bot.core.accounts.records import NoteKind, Request, RequestState
from bot.core.accounts.request_stores import Requests
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Post, Reply
from bot.core.visit import Access
from handlers.credentials import language_wished
from handlers.office import Office
from handlers.request_letters import readers_of, request_token, thread_of, waiting


def outcome(office: Office, request: Request, *, you: bool, late: bool = False) -> Mapping[str, Any]:
    """What a letter about a decided request shows. `late` tells its reader that their own answer came after and changed nothing."""
    decision = request.decision
    return {
        "request": waiting(office, request),
        "state": request.state.value,
        "by": named(request.decided_by),
        "at": office.local(request.decided_at or office.now),
        "you": you,
        "late": late,
        "reason": decision.get("reason", ""),
        "customers": tuple(filter(None, decision.get("customers", "").split(","))),
        "joined": decision.get("joined", ""),
        "code": decision.get("code", ""),
        "sent_to": decision.get("sent_to", ""),
        "undoable": request.state is RequestState.APPROVED,
    }


async def told_decider(office: Office, request: Request, admin: str, *, late: bool = False) -> Reply:
    """The answer to the administrator who decided, or who came too late."""
    facts = outcome(office, request, you=request.decided_by == admin, late=late)
    return Reply("admin/decided", facts, token=await request_token(office, request, admin))


async def told_others(office: Office, request: Request) -> tuple[Post, ...]:
    """The other administrators, each in their thread of the request: who decided what, and when."""
    posts = []
    for admin in await readers_of(office, request.number):
        if admin == request.decided_by:
            continue
        posts.append(
            Post(
                admin,
                Reply("admin/decided", outcome(office, request, you=False)),
                language=await office.language_of(admin),
                token=await request_token(office, request, admin),
                answers=await thread_of(office, request.number, admin),
                ends=True,
            )
        )
    return tuple(posts)


async def awaits_words(requests: Requests, access: Access) -> bool:
    """Whether a letter that was answered waits for words: an administrator's decision, or the answer to a question of theirs."""
    token = access.token
    if token is None or token.grant.request_number is None:
        return False
    request = await requests.get(token.grant.request_number)
    if request is None or request.state is not RequestState.OPEN:
        return False
    if token.grant.purpose is Purpose.REQUEST:
        return access.listed
    notes = await requests.notes(request.number)
    return token.grant.purpose is Purpose.ANSWER and bool(notes) and notes[-1].kind is NoteKind.QUESTION


def told_requester(request: Request, template: str, facts: Mapping[str, Any], *, token: str = "") -> tuple[Post, ...]:
    """A letter to the address of a request; none where it was made without one (at a terminal, in a chat)."""
    if "@" not in request.address:
        return ()
    shared = {"number": request.number, "kind": request.kind.value}
    return (Post(request.address, Reply(template, {**shared, **facts}), language=language_wished(request), token=token),)
