"""MY REQUEST: where the requests of an address stand. Told to a proved sender only, and in a chat about what was asked there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.accounts.records import Request, RequestState
from bot.core.accounts.sessions import Action
from bot.core.commands import Command, CommandSpec, Effect, Handler
from bot.core.replies import Reply
from bot.core.values import Channel, Language
from bot.core.visit import Visit
from handlers.credentials import STANDS
from handlers.office import Office, office_of

SHOWN = 3  # newest requests of an address

_ENGLISH = ("MY REQUEST", "STATUS OF MY REQUEST", "REQUEST STATUS", "MY ACCESS REQUEST")
_FRENCH = ("MA DEMANDE", "ÉTAT DE MA DEMANDE", "STATUT DE MA DEMANDE", "OÙ EN EST MA DEMANDE", "SUIVI DE MA DEMANDE")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one request stands. `new_code` tells that NEW CODE still brings a fresh temporary password."""

    number: int
    kind: str
    state: str
    since: datetime
    confirmed: bool
    decided: datetime | None
    reason: str
    question: bool
    new_code: bool


async def answer(visit: Visit, command: Command) -> Reply:
    """The newest requests. A mail that is not proved to come from its address is told nothing about that address."""
    office = office_of(visit)
    if visit.channel is not Channel.MAIL:
        found = await visit.files.requests.in_state(RequestState.OPEN, confirmed_only=False)
        own = [request for request in found if request.conversation == visit.sender.key][::-1]
    elif visit.may(Action.MY_REQUEST) or visit.can_remember:
        own = await visit.files.requests.of_address(visit.sender.address)
    else:
        return Reply("access/status_unproved")
    own = [request for request in own if "merged" not in request.decision]
    standings = tuple([await _standing(office, request) for request in own[:SHOWN]])
    return Reply("access/status", {"requests": standings, "opening": office.opening(), "chat": visit.channel is not Channel.MAIL})


async def _standing(office: Office, request: Request) -> Standing:
    notes = await office.files.requests.notes(request.number)
    account = await office.files.accounts.by_id(request.account_id) if request.account_id is not None else None
    decided = request.decided_at
    open_ = request.state is RequestState.OPEN
    stands = account is not None and account.new_code_until is not None and office.now < account.new_code_until
    recent = decided is not None and office.now - decided < STANDS
    return Standing(
        number=request.number,
        kind=request.kind.value,
        state=request.state.value,
        since=office.local(request.created_at),
        confirmed=request.confirmed_at is not None,
        decided=None if open_ or decided is None else office.local(decided),
        reason=request.decision.get("reason", ""),
        question=open_ and bool(notes) and notes[-1].kind == "question",
        new_code=request.state is RequestState.APPROVED and stands and recent,
    )


HANDLER = Handler(
    CommandSpec(name="my_request", words={Language.EN: _ENGLISH, Language.FR: _FRENCH}, effect=Effect.CHANGE),
    answer,
)
