"""What an approval does: a new account, a new member of an existing one, or a fresh start for a forgotten password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.accounts.codes import mint_code
from bot.core.accounts.decisions import Approve
from bot.core.accounts.life import Event, allowed
from bot.core.accounts.records import Account, Member, MemberState, NewAccount, NewMember, Request, RequestKind
from bot.core.replies import Post
from handlers.credentials import Prepared, give, language_wished, new_party, recipient
from handlers.office import Office
from handlers.request_letters import is_own
from handlers.request_outcome import told_requester


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an approval decides nothing: a word of the letter that asks again, with what it is about. `call` tells that no address
    on record is reachable: the administrator telephones."""

    why: str
    words: tuple[str, ...] = ()
    call: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What an approval will do. `account` is None for a new one; `member` is who receives a reset, None for an access request.
    `customers` is None where the account's numbers stay as they are."""

    account: Account | None
    member: Member | None = None
    joined: bool = False
    customers: tuple[str, ...] | None = None
    decision: Mapping[str, str] = field(default_factory=dict)


async def plan(office: Office, request: Request, decision: Approve, admin: str, alone: tuple[str, ...]) -> Plan | Obstacle:
    """What the approval means, checked against what is on file; nothing is changed. `alone` is what a bare APPROVE gives."""
    account = await _named_account(office, decision.join) if decision.join else await _led_to(office, request)
    if decision.join and account is None:
        return Obstacle("unknown_code", (decision.join,))
    if account is not None:
        if await is_own(office, request, admin, account=account):
            return Obstacle("own")
        if not allowed(Event.APPROVE, account.facts, office.now, office.rules.calendar):
            return Obstacle("account_state", (account.code,))
    if request.kind is RequestKind.PASSWORD:
        return await _plan_reset(office, request, decision, account)
    return await _plan_access(office, request, decision, account, alone)


async def _named_account(office: Office, code: str) -> Account | None:
    return await office.files.accounts.by_code(code)


async def _led_to(office: Office, request: Request) -> Account | None:
    """The account that a request is about, or led to before its credentials came back; a closed one never opens again."""
    if request.account_id is None:
        return None
    account = await office.files.accounts.by_id(request.account_id)
    closed = account is not None and account.closed_at is not None
    return None if closed and request.kind is RequestKind.ACCESS else account


async def _plan_reset(office: Office, request: Request, decision: Approve, account: Account | None) -> Plan | Obstacle:
    if decision.customers is not None:
        return Obstacle("no_customers_here")
    if account is None:
        return Obstacle("no_account")
    member = await recipient(office, account, request.address)
    if member is None:
        return Obstacle("unreachable", (account.code,), call=True)
    return Plan(account, member, decision={"code": account.code, "sent_to": member.address})


async def _plan_access(
    office: Office, request: Request, decision: Approve, account: Account | None, alone: tuple[str, ...]
) -> Plan | Obstacle:
    if decision.join:
        assert account is not None  # noqa: S101 - looked up by the caller
        return await _plan_joining(office, request, account)
    customers = alone if decision.customers is None else decision.customers
    unknown = sorted(set(customers) - await office.files.accounts.known_customers(customers))
    if unknown:
        return Obstacle("unknown_customers", tuple(unknown))
    if account is not None and decision.customers is None:
        return Plan(account, joined=request.decision.get("joined") == account.code)
    return Plan(account, customers=customers, decision={"customers": ",".join(customers)})


async def _plan_joining(office: Office, request: Request, account: Account) -> Plan | Obstacle:
    members = await office.files.members.of_account(account.id)
    suspended = any(member.address == request.address and member.state is MemberState.SUSPENDED for member in members)
    if suspended:
        return Obstacle("member_suspended", (account.code,))
    return Plan(account, joined=True, decision={"joined": account.code})


async def carry_out(office: Office, request: Request, plan: Plan, prepared: Prepared) -> tuple[Post, ...]:
    """Does what was planned, once the request is decided; the letters that bring and announce it."""
    if request.kind is RequestKind.PASSWORD:
        assert plan.account is not None  # noqa: S101 - planned so
        assert plan.member is not None  # noqa: S101
        return await _reset(office, request, plan.account, plan.member, prepared)
    account = plan.account or await _new_account(office, request, plan.customers or ())
    if plan.account is not None and plan.customers is not None:
        await office.files.accounts.set_customer_numbers(account.id, plan.customers)
    member, newcomer = await _member(office, request, account, principal=plan.account is None)
    await office.files.requests.concerns(request.number, account.id, member.id)
    letter = await give(office, account, member, prepared, request=request, joined=plan.joined)
    told = await new_party(office, account, member) if newcomer and plan.joined else ()
    return (letter, *told)


async def _reset(office: Office, request: Request, account: Account, member: Member, prepared: Prepared) -> tuple[Post, ...]:
    await office.files.requests.concerns(request.number, account.id, member.id)
    letter = await give(office, account, member, prepared, request=request)
    if request.address == member.address:
        return (letter,)
    return (letter, *told_requester(request, "password/sent_to_record", {}))


async def _new_account(office: Office, request: Request, customers: tuple[str, ...]) -> Account:
    while True:
        new = NewAccount(mint_code(office.mint), request.claimed.get("company", ""), customers)
        account = await office.files.accounts.create(new, office.now)
        if account is not None:
            return account


async def _member(office: Office, request: Request, account: Account, *, principal: bool) -> tuple[Member, bool]:
    """The requester as a member of the account, and whether they are new on it."""
    claimed = request.claimed
    new = NewMember(
        request.address, claimed.get("name", ""), claimed.get("telephone", ""), language_wished(request), principal=principal
    )
    added = await office.files.members.add(account.id, new, office.now)
    if added is not None:
        return added, True
    members = await office.files.members.of_account(account.id)
    known = next(member for member in members if member.address == request.address)
    # The address was confirmed by the request: an invitation needs no second YES.
    await office.files.members.set_state(known.id, MemberState.ACTIVE, office.now, only_from=MemberState.INVITED)
    await office.files.members.set_bounced(known.id, None)
    return known, False
