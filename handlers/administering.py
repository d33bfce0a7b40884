"""What an operator does to an account from the command line: make one, suspend, resume, close, unlock, change its facts.

Its members are told by letter, as far as they want notices.

Rights are not asked here: whoever may run the desk's commands may open its database as well. Everything is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.accounts.codes import mint_code
from bot.core.accounts.life import Event, allowed
from bot.core.accounts.records import Account, MemberState, NewAccount, NewMember
from bot.core.accounts.status import Status, status_of
from bot.core.replies import Post, Reply
from bot.core.values import Language
from handlers.calendar_rules import Wants, named
from handlers.calendar_rules import close as close_for_good
from handlers.credentials import STANDS, Prepared, new_party
from handlers.office import Office

BY_OPERATOR = "operator"  # why an account was suspended or closed


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account as an operator asks for it; `customers` in their written form."""

    company: str
    address: str
    name: str = ""
    language: Language | None = None
    customers: tuple[str, ...] = ()


async def create(office: Office, wanted: Wanted, prepared: Prepared, actor: str) -> tuple[Account, datetime]:
    """A new account with its principal member and a temporary password; until when that one is good.

    The temporary password is for the operator to hand over: no letter goes out. NEW CODE works for seven days, as after an
    approval.
    """
    account = None
    while account is None:
        account = await office.files.accounts.create(
            NewAccount(mint_code(office.mint), wanted.company, wanted.customers), office.now
        )
    new = NewMember(wanted.address, wanted.name, language=wanted.language, principal=True)
    member = await office.files.members.add(account.id, new, office.now)
    assert member is not None  # noqa: S101 - the account has no other
    until = office.now + timedelta(hours=office.rules.temporary_password_hours)
    await office.files.accounts.set_temporary(account.id, prepared.hash, member.id, until, office.now + STANDS)
    await _audit(office, account, "account_created", actor, address=wanted.address, customers=",".join(wanted.customers))
    return account, until


async def suspend(office: Office, account: Account, wants: Wants, actor: str) -> tuple[Post, ...] | None:
    """Suspends an account, ends its sessions and tells its members; None when its status does not allow it."""
    if not _may(office, account, Event.SUSPEND) or not await office.files.accounts.suspend(account.id, BY_OPERATOR, office.now):
        return None
    sessions = await office.files.sessions.end_of_account(account.id, office.now)
    await _audit(office, account, "account_suspended", actor, reason=BY_OPERATOR, sessions=str(sessions))
    return await _told(office, account, wants, "notice/suspended")


async def resume(office: Office, account: Account, wants: Wants, actor: str) -> tuple[Post, ...] | None:
    """Ends a suspension and tells the members; None when it is not suspended, or closed meanwhile."""
    if not _may(office, account, Event.RESUME) or not await office.files.accounts.resume(account.id):
        return None
    await _audit(office, account, "account_resumed", actor)
    resumed = await office.files.accounts.by_id(account.id) or account
    return await _told(office, account, wants, "notice/resumed", status=status(office, resumed).value)


async def close(office: Office, account: Account, wants: Wants, actor: str) -> tuple[Post, ...] | None:
    """Closes an account for good and tells its members; None when it is closed already."""
    return await close_for_good(office, account, wants, reason=BY_OPERATOR, actor=actor)


async def unlock(office: Office, account: Account, wants: Wants, actor: str) -> tuple[Post, ...] | None:
    """Ends every lock after wrong passwords and tells the members; None when there was none."""
    if not await office.files.attempts.unlock(account.code):
        return None
    await _audit(office, account, "account_unlocked", actor)
    return await _told(office, account, wants, "notice/unlocked")


async def _told(office: Office, account: Account, wants: Wants, template: str, **facts: str) -> tuple[Post, ...]:
    """The letters to the members about what was done to their account."""
    reply = Reply(template, {"account": named(account), "at": office.local(office.now), **facts})
    members = await office.files.members.of_account(account.id)
    told = [each for each in members if each.state is MemberState.ACTIVE and await wants(each)]
    return tuple([Post(each.address, reply, each.language) for each in told])


async def set_customers(office: Office, account: Account, numbers: Sequence[str], actor: str) -> None:
    """Replaces the customer numbers: to the shipments that name them the account is a party from now on."""
    await office.files.accounts.set_customer_numbers(account.id, numbers)
    before = ",".join(account.customer_numbers)
    await _audit(office, account, "customers_changed", actor, before=before, after=",".join(numbers))


async def add_member(office: Office, account: Account, new: NewMember, actor: str) -> tuple[Post, ...] | None:
    """Adds a member whose address the operator knows to be theirs; the others are told, and may object. None when it is there."""
    member = await office.files.members.add(account.id, new, office.now)
    if member is None:
        return None
    await _audit(office, account, "member_joined", actor, address=new.address)
    return await new_party(office, account, member)


async def unknown_customers(office: Office, numbers: Sequence[str]) -> list[str]:
    """Those of the numbers that neither a shipment nor another account holds: perhaps mistyped."""
    return sorted(set(numbers) - await office.files.accounts.known_customers(numbers))


def status(office: Office, account: Account) -> Status:
    """What the account is good for now."""
    return status_of(account.facts, office.now, office.rules.calendar)


async def principal_address(office: Office, account: Account) -> str:
    """The principal member's address on record, "" when the account has no member."""
    members = await office.files.members.of_account(account.id)
    return next((member.address for member in members if member.state is not MemberState.REMOVED), "")


def _may(office: Office, account: Account, event: Event) -> bool:
    return allowed(event, account.facts, office.now, office.rules.calendar)


async def _audit(office: Office, account: Account, event: str, actor: str, **facts: str) -> None:
    await office.files.audit.add(event, office.now, actor=actor, account_id=account.id, facts=facts)
