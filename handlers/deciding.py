"""APPROVE, DENY, ASK and UNDO: an administrator's answer to the letter about a request.

What has to come together (DESIGN 5, A4): a listed administrator, that administrator's own valid token for this request, an explicit
verb on the first line of what was written now, and a sender proved authentic. Where the sender cannot be proved, a second letter
with a token of thirty minutes goes to the listed address, and its YES decides. In the administrators' chat a listed person's tap on
the request's card has all of it. Everything else decides nothing, and is audited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.core.accounts.administrators import by_tap
from bot.core.accounts.decisions import Approve, Ask, Decision, Deny, Unclear, Yes, read_decision
from bot.core.accounts.records import Grant, Request, RequestKind, Token
from bot.core.accounts.sessions import Action
from bot.core.accounts.tokens import LIFETIMES, Judgement, Purpose
from bot.core.anteroom import Anteroom
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Language
from bot.core.visit import Visit
from handlers.credentials import prepare_temporary, prepared_or_again
from handlers.office import office_of
from handlers.request_letters import thread_of
from handlers.request_view import view_of
from handlers.settling import Case, decide, unclear

_OVER_THE_SCREEN = frozenset({"admin/decided", "admin/own", "admin/not_here", "admin/not_undone"})
_KEPT = 4000  # characters of a decision that waits for its YES: a question or reason is cut to 1,000


async def answer(visit: Visit, command: Command) -> Reply:
    """Weighs an administrator's answer; `Visit.text` is read strictly, whatever the grammar made of it."""
    return _for_chat(visit, await _weighed(visit, command))


async def _weighed(visit: Visit, command: Command) -> Reply:
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
    reply = await _proved_or_posted(visit, case, await unclear(case, reading.why if isinstance(reading, Unclear) else "no_verb"))
    return _for_chat(visit, reply)


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
    return await _proved_or_posted(visit, case, await decide(case, decision))


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
    actor = _admin(visit) if visit.chat is not None else visit.sender.key
    await visit.files.audit.add("decision_refused", visit.now, actor=actor, facts={"why": reason})
    return _for_chat(visit, Reply("admin/not_here"))


def _for_chat(visit: Visit, reply: Reply) -> Reply:
    """In the administrators' chat buttons are bound to the request's token, and whoever taps reads what became of it over the
    screen: the decision itself is told to the whole chat."""
    if visit.chat is None:
        return reply
    return replace(reply, mark=reply.token, toast=reply.template in _OVER_THE_SCREEN)


def decides_in_vain(visit: Visit) -> bool:
    """Whether somebody decides under a token that is dead or another person's: a forward, a copy to a third party."""
    dead = visit.access.judgement not in (Judgement.VALID, Judgement.NONE)
    return dead and not isinstance(read_decision(visit.text), Unclear | Yes)


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
    await case.audit("decision_unproved", why=visit.authenticity or "unknown")
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
    return Case(office_of(visit), request, _admin(visit), data.get("shown", ""), alone, visit.prepared)


def _admin(visit: Visit) -> str:
    if visit.chat is not None:
        return by_tap(visit.chat.user_id, visit.sender.display_name)
    return visit.sender.address.lower()


def _arguments(folded: str) -> bool:
    """Whether what follows APPROVE on its line is what it takes: customer numbers, NONE, JOIN and a code."""
    words = folded.split()
    if words[0] in ("NONE", "AUCUN"):
        return len(words) == 1
    if words[0] in ("JOIN", "JOINDRE"):
        return len(words) > 1
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
        in_groups=True,  # of the administrators: nobody else's are read for these words
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
        in_groups=True,
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
        in_groups=True,
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
        in_groups=True,
    ),
    answer,
)
HANDLERS = (APPROVE, DENY, ASK, UNDO)
