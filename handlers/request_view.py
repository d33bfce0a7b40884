"""What an administrator sees of a request: what was claimed beside what is on file, and what may be answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.accounts.administrators import named
from bot.core.accounts.lookalike import DomainFlags, domain_of, look_at
from bot.core.accounts.records import Account, Member, NoteKind, Request, RequestKind, SuggestedCustomer
from bot.core.accounts.status import Status, status_of
from bot.core.authenticity.verdict import Reason
from bot.core.folding import fold
from handlers.credentials import reachable, recipient
from handlers.office import Office

SHOWN = 3  # accounts, customer numbers and earlier requests in a letter: a telephone's screen
LINES = 20  # of free text
RECENT = timedelta(days=7)  # an address changed since then is flagged in a reset request

_PROOFS: Mapping[str, str] = {
    Reason.ORIGIN: "origin",
    Reason.RELAY_DKIM: "signed",
    Reason.DKIM_ALIGNED: "signed",
    Reason.ARC_SEALER: "signed",
    Reason.UNALIGNED: "foreign_signature",
    Reason.FOREIGN_IDENTITY: "foreign_signature",
    Reason.BODY_CHANGED: "broken_signature",
    Reason.BAD_SIGNATURE: "broken_signature",
    Reason.DNS_TEMPORARY: "not_checked",
    Reason.INTERNAL_ERROR: "not_checked",
    "terminal": "terminal",
    "telegram": "chat",
}


def proof_of(reason: str) -> str:
    """How far a sender was proved, as a word of the word lists; `reason` is a `Reason` or a channel."""
    return _PROOFS.get(reason, "unsigned")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account that may be meant. `why` is "company" or "domain"; `principal` is its principal member's address."""

    code: str
    company: str
    status: str
    members: int
    principal: str
    why: str


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the desk holds about the account and the member that a forgotten password is about. `send_to` is "" for nobody."""

    code: str
    company: str
    status: str
    name: str
    telephone: str
    address: str
    asked_from_record: bool
    send_to: str
    last_activity: datetime
    address_changed: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request of the same address."""

    number: int
    kind: str
    state: str
    on: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A question or an answer in the thread."""

    kind: str
    who: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request as a letter shows it. Texts are as they were written; `proof` and states are words of the word lists.

    `alone` are the customer numbers that a bare APPROVE gives: what the letter says is what it does, whatever is known later.
    `own` tells the reader that it is their own request, which another administrator decides.
    """

    number: int
    kind: str
    since: datetime
    name: str
    company: str
    address: str
    telephone: str
    customer_number: str
    customer_known: bool
    language: str
    remarks: tuple[str, ...]
    code: str
    proof: str
    address_confirmed: bool
    flags: DomainFlags
    accounts: tuple[AccountLine, ...]
    on_file: OnFile | None
    earlier: tuple[Earlier, ...]
    suggested: tuple[SuggestedCustomer, ...]
    alone: tuple[str, ...]
    merged: int
    said: tuple[Said, ...]
    own: bool = False
    in_chat: bool = False  # it is shown on a card with buttons


async def view_of(office: Office, request: Request) -> RequestView:
    """The view of a request as things stand now."""
    claimed = request.claimed
    flags = look_at(request.address, await _known_domains(office))
    account = await office.files.accounts.by_id(request.account_id) if request.account_id is not None else None
    access = request.kind is RequestKind.ACCESS
    number = _customer(claimed.get("customer_number", ""))
    known = bool(number) and number in await office.files.accounts.known_customers([number])
    suggested = await _suggested(office, claimed.get("company", ""), flags) if access else ()
    return RequestView(
        number=request.number,
        kind=request.kind.value,
        since=office.local(request.created_at),
        name=claimed.get("name", ""),
        company=claimed.get("company", ""),
        address=request.address,
        telephone=claimed.get("telephone", ""),
        customer_number=claimed.get("customer_number", ""),
        customer_known=known,
        language=claimed.get("language", ""),
        remarks=_lines(claimed.get("remarks", "")),
        code=claimed.get("code", ""),
        proof=proof_of(request.authenticity),
        address_confirmed=access and request.confirmed_at is not None,
        flags=flags,
        accounts=await _accounts(office, request, flags),
        on_file=None if access or account is None else await _on_file(office, request, account),
        earlier=await _earlier(office, request),
        suggested=suggested,
        alone=_alone(number if known else "", suggested),
        merged=request.merged,
        said=await _said(office, request),
    )


def was_proved(request: Request) -> bool:
    """Whether the sender of a request was proved."""
    return _PROOFS.get(request.authenticity) in ("origin", "signed")


def shown(request: Request) -> str:
    """A fingerprint of what a letter shows of a request. A decision counts only for what its letter showed: a request that was
    changed after the letter went out is shown again first."""
    facts = [request.number, request.account_id, sorted(request.claimed.items())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _alone(claimed: str, suggested: Iterable[SuggestedCustomer]) -> tuple[str, ...]:
    # A company's name can be claimed by anybody; a confirmed address in the domain of that company's members cannot.
    if claimed:
        return (claimed,)
    return tuple(one.number for one in suggested if one.why == "same_domain")


def _customer(written: str) -> str:
    return fold(written).replace(" ", "")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())[:LINES]


async def _known_domains(office: Office) -> frozenset[str]:
    return await office.files.members.domains() | {domain_of(address) for address in office.addresses}


async def _suggested(office: Office, company: str, flags: DomainFlags) -> tuple[SuggestedCustomer, ...]:
    domain = "" if flags.free_mail else flags.domain
    return tuple(await office.files.accounts.suggested_customers(company, domain))[:SHOWN]


async def _accounts(office: Office, request: Request, flags: DomainFlags) -> tuple[AccountLine, ...]:
    """The living accounts that may be meant: those of the domain first, then those of the company's name."""
    if request.kind is RequestKind.PASSWORD and request.account_id is not None:
        return ()
    files = office.files
    found: dict[int, AccountLine] = {}
    of_domain = () if flags.free_mail else await files.members.of_domain(flags.domain)
    own = await files.members.by_address(request.address)
    ids = dict.fromkeys([*((member.account_id, "domain") for member in (*own, *of_domain))])
    named = await files.accounts.by_company(request.claimed.get("company", "")) if request.claimed.get("company") else []
    for account_id, why in (*ids, *((account.id, "company") for account in named)):
        account = await files.accounts.by_id(account_id)
        if account is None or account_id in found or len(found) == SHOWN:
            continue
        status = status_of(account.facts, office.now, office.rules.calendar)
        if status is not Status.CLOSED:
            found[account_id] = await _account_line(office, account, status, why)
    return tuple(found.values())


async def _account_line(office: Office, account: Account, status: Status, why: str) -> AccountLine:
    members = await office.files.members.of_account(account.id)
    principal = next((member.address for member in members if member.principal), "")
    return AccountLine(account.code, account.company, status.value, len(members), principal, why)


async def _on_file(office: Office, request: Request, account: Account) -> OnFile:
    members = await office.files.members.of_account(account.id)
    asking = next((member for member in members if member.address == request.address), None)
    about = asking or next((member for member in members if member.principal), None)
    to = await recipient(office, account, request.address)
    return OnFile(
        code=account.code,
        company=account.company,
        status=status_of(account.facts, office.now, office.rules.calendar).value,
        name=about.name if about else "",
        telephone=about.telephone if about else "",
        address=about.address if about else "",
        asked_from_record=asking is not None and asking in reachable(members),
        send_to=to.address if to else "",
        last_activity=office.local(account.last_activity_at),
        address_changed=_recent_change(office, to or about),
    )


def _recent_change(office: Office, member: Member | None) -> datetime | None:
    if member is None or member.address_changed_at is None or office.now - member.address_changed_at > RECENT:
        return None
    return office.local(member.address_changed_at)


async def _earlier(office: Office, request: Request) -> tuple[Earlier, ...]:
    known = await office.files.requests.of_address(request.address)
    others = [one for one in known if one.number != request.number and "merged" not in one.decision]
    return tuple(Earlier(one.number, one.kind.value, one.state.value, office.local(one.created_at)) for one in others[:SHOWN])


async def _said(office: Office, request: Request) -> tuple[Said, ...]:
    notes = await office.files.requests.notes(request.number)
    kinds = (NoteKind.QUESTION, NoteKind.ANSWER, NoteKind.BOUNCED)
    return tuple(Said(note.kind.value, named(note.who), _lines(note.text)) for note in notes if note.kind in kinds)[-2 * SHOWN :]
