"""APPROVE, DENY, ASK and UNDO: an administrator's answer to the letter about a request.

What has to come together (DESIGN 5, A4): a listed administrator, that administrator's own valid token for this request, an explicit
verb on the first line of what was written now, and a sender proved authentic. Where the sender cannot be proved, a second letter
with a token of thirty minutes goes to the listed address, and its YES decides. Everything else decides nothing, and is audited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.core.accounts.decisions import Approve, Ask, Decision, Deny, Unclear, Undo, Yes, read_decision
from bot.core.accounts.records import Grant, Note, NoteKind, Request, RequestKind, RequestState, Token
from bot.core.accounts.sessions import Action
from bot.core.accounts.tokens import LIFETIMES, Purpose
from bot.core.anteroom import Anteroom
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.folding import fold
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Language
from bot.core.visit import Visit
from handlers import asking, undoing
from handlers.approving import Obstacle, Plan, carry_out, plan
from handlers.credentials import prepare_temporary, prepared_or_again
from handlers.office import Office, office_of
from handlers.request_letters import decide_facts, is_own, thread_of
from handlers.request_outcome import told_decider, told_others, told_requester
from handlers.request_view import shown, view_of

_KEPT = 4000  # characters of a decision that waits for its YES: a question or reason is cut to 1,000


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


async def answer(visit: Visit, command: Command) -> Reply:
    """Weighs an administrator's answer; `Visit.text` is read strictly, whatever the grammar made of it."""
    token = visit.access.granted(Purpose.REQUEST)
    request = await _request_of(visit, token)
    if token is None or request is None or not visit.access.listed:
        return await refused(visit)
    case = _case(visit, request, token)
    decision = Unclear("subject") if command.in_subject else read_decision(visit.text)
    if isinstance(decision, Unclear | Yes):
        return await _proved_or_posted(
            visit, case, await unclear(case, decision.why if isinstance(decision, Unclear) else "no_verb")
        )
    if not visit.may(Action.DECIDE):
        return await _second_letter(visit, case, token, decision)
    return await decide(case, decision)


async def unclear_answer(visit: Visit) -> Reply | None:
    """What an administrator's answer in which no command was recognised gets: the buttons again. None for anybody else's."""
    token = visit.access.granted(Purpose.REQUEST)
    request = await _request_of(visit, token)
    if token is None or request is None or not visit.access.listed:
        return None
    reading = read_decision(visit.text)
    case = _case(visit, request, token)
    return await _proved_or_posted(visit, case, await unclear(case, reading.why if isinstance(reading, Unclear) else "no_verb"))


async def confirmed(visit: Visit, token: Token) -> Reply:
    """YES to the second letter decides what it repeated. `token` is the valid DECISION token of this administrator."""
    request = await _request_of(visit, token)
    if token.grant.purpose is not Purpose.DECISION or request is None or not visit.access.listed:
        return await refused(visit)
    decision = read_decision(token.grant.data.get("text", ""))
    case = _case(visit, request, token)
    if isinstance(decision, Approve):
        prepared_or_again(case.prepared)
    if not await visit.files.tokens.use(token.digest, visit.now):
        return await refused(visit, "used")
    return await decide(case, decision)


async def prepare(anteroom: Anteroom, command: Command) -> object:
    """The temporary password that an approval may need."""
    answers = anteroom.access.granted(Purpose.REQUEST) is not None and anteroom.access.listed
    return await prepare_temporary(anteroom) if answers and command.name == "approve" else None


async def prepare_confirmed(anteroom: Anteroom) -> object:
    """The same for a YES to the second letter; None where it needs nothing."""
    token = anteroom.access.granted(Purpose.DECISION)
    if token is None or not isinstance(read_decision(token.grant.data.get("text", "")), Approve):
        return None
    return await prepare_temporary(anteroom)


async def refused(visit: Visit, why: str = "") -> Reply:
    """An administrator's word without the right to it: the same answer to everybody, and a line in the audit trail."""
    reason = why or ("not_listed" if not visit.access.listed else visit.access.judgement.value)
    if visit.access.token is not None and visit.access.listed and not why:
        reason = "other_token"
    await visit.files.audit.add("decision_refused", visit.now, actor=visit.sender.key, facts={"why": reason})
    return Reply("admin/not_here")


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
        await _audit(case, "decision_refused", why="changed_since")
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
    await _audit(case, "request_decided", state=request.state.value, **facts)
    reply = await told_decider(case.office, request, case.admin)
    return replace(reply, posts=(*posts, *await told_others(case.office, request)))


async def _too_late(case: Case) -> Reply:
    request = await case.office.files.requests.get(case.number) or case.request
    await _audit(case, "decision_refused", why="decided_before")
    return await told_decider(case.office, request, case.admin, late=True)


async def _refuse(case: Case, why: str) -> Reply:
    await _audit(case, "decision_refused", why=why)
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
    await _audit(case, "call_needed", code=obstacle.words[0])
    facts, token = await decide_facts(office, case.request, case.admin)
    return Reply("admin/call", facts, token=token)


async def unclear(case: Case, why: str, words: tuple[str, ...] = ()) -> Reply:
    """Decides nothing and asks again with the buttons. `why` is a word of the letter's, `words` what it is about."""
    await _audit(case, "decision_unclear", why=why)
    office = case.office
    await office.files.requests.add_note(case.number, Note(NoteKind.UNCLEAR, case.admin, why, office.now))
    facts, token = await decide_facts(office, case.request, case.admin)
    state = case.request.state
    return Reply("admin/unclear", {**facts, "problem": why, "words": words, "open": state is RequestState.OPEN}, token=token)


async def _second_letter(visit: Visit, case: Case, token: Token, decision: Decision) -> Reply:
    """Repeats the decision to the listed address, where YES confirms it."""
    grant = Grant(
        Purpose.DECISION,
        visit.sender.key,
        Assurance.ADMINISTRATOR,
        request_number=case.number,
        data={**token.grant.data, "text": visit.text[:_KEPT]},
    )
    key = await visit.files.tokens.issue(grant, visit.now)
    await _audit(case, "decision_unproved", why=visit.authenticity or "unknown")
    minutes = int(LIFETIMES[Purpose.DECISION].total_seconds()) // 60
    view = await view_of(case.office, case.request)
    facts = {"request": view, "decision": _shown_decision(decision, case), "minutes": minutes}
    return await _proved_or_posted(visit, case, Reply("admin/confirm", facts, token=key))


def _shown_decision(decision: Decision, case: Case) -> dict[str, Any]:
    approve = decision if isinstance(decision, Approve) else Approve()
    access = case.request.kind is RequestKind.ACCESS and not approve.join
    customers = (case.alone if approve.customers is None else approve.customers) if access else ()
    return {
        "verb": type(decision).__name__.lower(),
        "with_numbers": access,
        "customers": customers,
        "join": approve.join,
        "text": decision.reason if isinstance(decision, Deny) else decision.question if isinstance(decision, Ask) else "",
    }


async def _proved_or_posted(visit: Visit, case: Case, reply: Reply) -> Reply:
    """An answer to an administrator who is not proved goes to the listed address alone, whatever Reply-To the mail had."""
    if visit.may(Action.DECIDE):
        return reply
    language = await case.office.language_of(case.admin)
    answers = await thread_of(case.office, case.number, case.admin)
    post = Post(case.admin, replace(reply, token="", posts=()), language=language, token=reply.token, answers=answers)
    return Reply("admin/by_letter", posts=(post, *reply.posts), quiet=True)


async def _request_of(visit: Visit, token: Token | None) -> Request | None:
    if token is None or token.grant.request_number is None:
        return None
    return await visit.files.requests.get(token.grant.request_number)


def _case(visit: Visit, request: Request, token: Token) -> Case:
    data = token.grant.data
    alone = tuple(filter(None, data.get("alone", "").split(",")))
    return Case(office_of(visit), request, visit.sender.address.lower(), data.get("shown", ""), alone, visit.prepared)


async def _audit(case: Case, event: str, **facts: str) -> None:
    await case.office.files.audit.add(event, case.office.now, actor=case.admin, request_number=case.number, facts=facts)


def _arguments(folded: str) -> bool:
    """Whether what follows APPROVE on its line is what it takes: customer numbers, NONE, JOIN and a code."""
    words = folded.split()
    if words[0] in ("NONE", "AUCUN"):
        return len(words) == 1
    if words[0] in ("JOIN", "JOINDRE"):
        return len(words) > 1 and any(character.isalnum() for character in fold(words[1]))
    return all(any(character.isdigit() for character in word) for word in words if word not in ("ET", "AND"))


APPROVE = Handler(
    CommandSpec(
        name="approve",
        words={Language.EN: ("APPROVE",), Language.FR: ("APPROUVER",)},
        effect=Effect.CHANGE,
        follows=Follows.EVERYTHING,
        whole_line=frozenset({"APPROVE", "APPROUVER"}),
        argument=_arguments,
        listed=False,
    ),
    answer,
    prepare,
)
DENY = Handler(
    CommandSpec(
        name="deny",
        words={Language.EN: ("DENY",), Language.FR: ("REFUSER",)},
        effect=Effect.CHANGE,
        follows=Follows.EVERYTHING,
        listed=False,
    ),
    answer,
)
ASK = Handler(
    CommandSpec(
        name="ask",
        words={Language.EN: ("ASK",), Language.FR: ("DEMANDER",)},
        effect=Effect.CHANGE,
        follows=Follows.EVERYTHING,
        listed=False,
    ),
    answer,
)
UNDO = Handler(
    CommandSpec(
        name="undo",
        words={Language.EN: ("UNDO", "CANCEL"), Language.FR: ("ANNULER",)},
        effect=Effect.CHANGE,
        follows=Follows.EVERYTHING,
        whole_line=frozenset({"UNDO", "CANCEL", "ANNULER"}),
        listed=False,
    ),
    answer,
)
HANDLERS = (APPROVE, DENY, ASK, UNDO)
