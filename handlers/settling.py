"""Carries a decision out once it is proved: approve, deny, or say why nothing was decided. The first decision wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.core.accounts.decisions import Approve, Ask, Decision, Deny, Undo
from bot.core.accounts.records import Note, NoteKind, Request, RequestState
from bot.core.replies import Post, Reply
from handlers import asking, undoing
from handlers.approving import Obstacle, Plan, carry_out, plan
from handlers.credentials import prepared_or_again
from handlers.office import Office
from handlers.request_letters import decide_facts, is_own
from handlers.request_outcome import told_decider, told_others, told_requester
from handlers.request_view import shown


@dataclass(frozen=True, slots=True)
class Case:
    """One decision under way. `seen` and `alone` are what the letter showed that was answered (`shown`) and offered."""

    office: Office
    request: Request
    admin: str
    seen: str
    alone: tuple[str, ...]
    prepared: Any

    @property
    def number(self) -> int:
        """The request's number."""
        return self.request.number

    async def audit(self, event: str, **facts: str) -> None:
        """A line of the audit trail about this decision."""
        await self.office.files.audit.add(event, self.office.now, actor=self.admin, request_number=self.number, facts=facts)


async def decide(case: Case, decision: Decision) -> Reply:
    """Carries a proved decision out."""
    office, request = case.office, case.request
    if await is_own(office, request, case.admin):
        return await _refuse(case, "own")
    if isinstance(decision, Undo):
        return await undoing.undo(office, request, case.admin)
    if request.state is not RequestState.OPEN:
        return await _too_late(case)
    if isinstance(decision, Ask):
        return await asking.ask(office, request, case.admin, decision.question)
    if case.seen != shown(request):
        facts, token = await decide_facts(office, request, case.admin)
        await case.audit("decision_refused", why="changed_since")
        return Reply("admin/decide", {**facts, "why": "changed"}, token=token)
    if isinstance(decision, Deny):
        return await _deny(case, decision)
    if isinstance(decision, Approve):
        return await _approve(case, decision)
    return await unclear(case, "no_verb")


async def _approve(case: Case, decision: Approve) -> Reply:
    office, request = case.office, case.request
    planned = await plan(office, request, decision, case.admin, case.alone)
    if isinstance(planned, Obstacle):
        return await _blocked(case, planned)
    return await _approved(case, planned)


async def _approved(case: Case, planned: Plan) -> Reply:
    office = case.office
    prepared = prepared_or_again(case.prepared)
    if not await office.files.requests.decide(case.number, RequestState.APPROVED, case.admin, planned.decision, office.now):
        return await _too_late(case)
    posts = await carry_out(office, case.request, planned, prepared)
    return await _announced(case, posts)


async def _deny(case: Case, decision: Deny) -> Reply:
    office = case.office
    facts = {"reason": decision.reason}
    if not await office.files.requests.decide(case.number, RequestState.DENIED, case.admin, facts, office.now):
        return await _too_late(case)
    return await _announced(case, told_requester(case.request, "access/denied", facts))


async def _announced(case: Case, posts: tuple[Post, ...]) -> Reply:
    request = await case.office.files.requests.get(case.number)
    assert request is not None  # noqa: S101 - decided in this transaction
    facts = {key: value for key, value in request.decision.items() if key != "reason"}
    await case.audit("request_decided", state=request.state.value, **facts)
    reply = await told_decider(case.office, request, case.admin)
    return replace(reply, posts=(*posts, *await told_others(case.office, request)))


async def _too_late(case: Case) -> Reply:
    request = await case.office.files.requests.get(case.number) or case.request
    await case.audit("decision_refused", why="decided_before")
    return await told_decider(case.office, request, case.admin, late=True)


async def _refuse(case: Case, why: str) -> Reply:
    await case.audit("decision_refused", why=why)
    return Reply("admin/own", {"number": case.number, "kind": case.request.kind.value})


async def _blocked(case: Case, obstacle: Obstacle) -> Reply:
    if obstacle.why == "own":
        return await _refuse(case, "own")
    if not obstacle.call:
        return await unclear(case, obstacle.why, obstacle.words)
    office = case.office
    await office.files.requests.add_note(
        case.number, Note(NoteKind.CALL, case.admin, "no address on record is reachable", office.now)
    )
    await case.audit("call_needed", code=obstacle.words[0])
    facts, token = await decide_facts(office, case.request, case.admin)
    return Reply("admin/call", facts, token=token)


async def unclear(case: Case, why: str, words: tuple[str, ...] = ()) -> Reply:
    """Decides nothing and asks again with the buttons. `why` is a word of the letter's, `words` what it is about."""
    await case.audit("decision_unclear", why=why)
    office = case.office
    await office.files.requests.add_note(case.number, Note(NoteKind.UNCLEAR, case.admin, why, office.now))
    facts, token = await decide_facts(office, case.request, case.admin)
    state = case.request.state
    return Reply("admin/unclear", {**facts, "problem": why, "words": words, "open": state is RequestState.OPEN}, token=token)
