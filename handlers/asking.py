"""ASK: an administrator's question goes on to the requester without quote or token, and the answer comes back into the thread."""

from __future__ import annotations

import re

from bot.core.accounts.records import Grant, Note, NoteKind, Request, RequestState, Token
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Reply
from bot.core.values import Assurance
from bot.core.visit import Visit
from handlers.office import Office, office_of, person_of
from handlers.request_letters import put_to_administrators, request_token
from handlers.request_outcome import told_requester

_LINES = 30  # of an answer
_LINE = 500  # characters of each
_TOKEN = re.compile(r"\b[a-z2-7]{26}\b", re.IGNORECASE)  # what a subaddress of ours looks like, should it stand in the question


async def ask(office: Office, request: Request, admin: str, question: str) -> Reply:
    """Relays a question; the same question twice goes on once. Where there is no address to write to, it says so."""
    words = _TOKEN.sub("…", question).strip()
    facts = {"number": request.number, "kind": request.kind.value, "question": words, "address": request.address}
    token = await request_token(office, request, admin)
    if "@" not in request.address:
        return Reply("admin/asked", {**facts, "sent": False}, token=token)
    asked = await office.files.requests.notes(request.number, NoteKind.QUESTION)
    if any(note.who == admin and note.text == words for note in asked):
        return Reply("admin/asked", {**facts, "sent": True}, token=token)
    await office.files.requests.add_note(request.number, Note(NoteKind.QUESTION, admin, words, office.now))
    await office.files.audit.add("question_relayed", office.now, actor=admin, request_number=request.number)
    grant = Grant(Purpose.ANSWER, person_of(request.address), Assurance.ANYONE, request_number=request.number)
    answer_token = await office.files.tokens.issue(grant, office.now)
    posts = told_requester(request, "access/question", {"question": words}, token=answer_token)
    return Reply("admin/asked", {**facts, "sent": True}, token=token, posts=posts)


async def answered(visit: Visit, token: Token) -> Reply | None:
    """The requester's answer goes into every administrator's thread. None for a message without words."""
    lines = [line.strip()[:_LINE] for line in visit.text.splitlines() if line.strip()][:_LINES]
    number = token.grant.request_number
    request = await visit.files.requests.get(number) if number is not None else None
    if request is None or not lines:
        return None
    office = office_of(visit)
    facts = {"number": request.number, "kind": request.kind.value, "state": request.state.value}
    if request.state is not RequestState.OPEN:
        return Reply("access/answer_passed", facts)
    note = Note(NoteKind.ANSWER, request.address, "\n".join(lines), visit.now)
    await office.files.requests.add_note(request.number, note)
    await office.files.audit.add("answer_received", visit.now, actor=visit.sender.key, request_number=request.number)
    return Reply("access/answer_passed", facts, posts=await put_to_administrators(office, request, why="answer"))
