"""What `autopro account` does, apart from its options and printing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.commands.backoffice import Backoffice
from bot.core.accounts.codes import fold_code, mint_temporary
from bot.core.accounts.records import Account, Member, NewMember
from bot.core.accounts.status import inactivity_deadline, password_deadline
from bot.core.commands import Command
from bot.core.errors import Refused
from bot.core.forms.checks import check
from bot.core.forms.definition import ACCESS
from bot.core.replies import Post, Reply
from bot.core.values import Language
from bot.core.visit import Visit
from bot.hashing import Argon2Hashing
from handlers import administering, default_address
from handlers import members as member_handlers
from handlers.administering import Wanted
from handlers.calendar_rules import Wants
from handlers.credentials import Prepared
from handlers.office import Office, office_of
from storage.database import Transaction

_REFUSALS: Mapping[str, str] = {
    "members/already": "{address} is a member of that account already",
    "members/too_many": "an account has at most {most} members; remove one first",
    "members/unknown": "{address} is no member of that account; 'autopro account member CODE list' shows who is",
    "members/last": "{address} is the last active member; close the account instead: 'autopro account close CODE'",
    "members/which_address": "write one mail address, and not the desk's own",
    "profile/same_address": "{address} is the address on record already",
    "profile/address_taken": "{address} belongs to another member of that account",
}


_Change = Callable[[Office, Account, Wants, str], Awaitable[tuple[Post, ...] | None]]


@dataclass(frozen=True, slots=True)
class Done:
    """What to print, and customer numbers that nobody knows."""

    row: dict[str, Any] = field(default_factory=dict, repr=False)
    lines: tuple[str, ...] = ()
    unknown: list[str] = field(default_factory=list)


def wanted(*, company: str, email: str, name: str, language: str | None, customers: Sequence[str]) -> Wanted:
    """A new account as asked for. Raises Refused with what is wrong."""
    return Wanted(
        company=_checked("company", company),
        address=_checked("email", email),
        name=_checked("name", name) if name else "",
        language=Language(language) if language else None,
        customers=customer_numbers(customers),
    )


def customer_numbers(texts: Sequence[str]) -> tuple[str, ...]:
    """Customer numbers in their written form, each once. Raises Refused."""
    numbers = [number for text in texts for number in _checked("customer_number", text).replace(",", " ").split()]
    return tuple(dict.fromkeys(numbers))


def _checked(key: str, text: str) -> str:
    checked = check(ACCESS.field(key), text)
    if checked.problem or not checked.value:
        raise Refused(f"{text!r} cannot be the {key.replace('_', ' ')} ({(checked.problem or 'missing').replace('_', ' ')})")
    return checked.value


async def create(backoffice: Backoffice, asked: Wanted) -> Done:
    """A new account; the row holds its access code and temporary password, which nobody sees again."""
    hashing = Argon2Hashing()
    try:
        temporary = mint_temporary(backoffice.mint)
        prepared = Prepared(temporary, await hashing.hash(temporary))
    finally:
        hashing.close()

    async def job(office: Office, tx: Transaction) -> Done:
        _not_the_desk(office, asked.address)
        unknown = await administering.unknown_customers(office, asked.customers)
        account, until = await administering.create(office, asked, prepared, backoffice.operator)
        row = {"access_code": account.code, "temporary_password": temporary, "valid_until": backoffice.local(until)}
        return Done(
            {**row, "company": account.company, "email": asked.address, "customers": list(asked.customers)}, unknown=unknown
        )

    return await backoffice.write(job)


def _not_the_desk(office: Office, address: str) -> None:
    if office.is_desk(address):
        raise Refused(f"{address} is the desk's own address: it cannot be a member's")


async def rows(backoffice: Backoffice) -> list[dict[str, Any]]:
    """A row an account, oldest first."""

    async def job(office: Office, tx: Transaction) -> list[dict[str, Any]]:
        return [
            {
                "code": account.code,
                "status": administering.status(office, account).value,
                "company": account.company,
                "email": await administering.principal_address(office, account),
                "last_activity": backoffice.local(account.last_activity_at),
            }
            for account in await office.files.accounts.all()
        ]

    return await backoffice.read(job)


async def shown(backoffice: Backoffice, code: str) -> dict[str, Any]:
    """Everything about one account but its secrets."""

    async def job(office: Office, tx: Transaction) -> dict[str, Any]:
        account = await _account(office, code)
        calendar = office.rules.calendar
        password_until = password_deadline(account.facts, calendar)
        return {
            "code": account.code,
            "status": administering.status(office, account).value,
            "reason": account.reason,
            "company": account.company,
            "customers": list(account.customer_numbers),
            "created": backoffice.local(account.created_at),
            "last_activity": backoffice.local(account.last_activity_at),
            "password_until": password_until.isoformat() if password_until else "",
            "temporary_until": backoffice.local(account.temporary_expires_at),
            "closes_after": "" if account.closed_at else inactivity_deadline(account.facts, calendar).isoformat(),
            "closed": backoffice.local(account.closed_at),
            "members": [_row(backoffice, each) for each in await office.files.members.of_account(account.id)],
        }

    return await backoffice.read(job)


async def members(backoffice: Backoffice, code: str) -> list[dict[str, Any]]:
    """A row a member, principal first."""

    async def job(office: Office, tx: Transaction) -> list[dict[str, Any]]:
        account = await _account(office, code)
        return [_row(backoffice, each) for each in await office.files.members.of_account(account.id)]

    return await backoffice.read(job)


def _row(backoffice: Backoffice, member: Member) -> dict[str, Any]:
    return {
        "email": member.address,
        "name": member.name,
        "language": member.language.value if member.language else "",
        "state": member.state.value,
        "principal": member.principal,
        "chats": len(member.chats),
        "bounced": backoffice.local(member.bounced_at),
    }


async def suspend(backoffice: Backoffice, code: str) -> str:
    """Suspends; what to print."""
    return await _changed(backoffice, code, administering.suspend, "is suspended, its sessions have ended")


async def resume(backoffice: Backoffice, code: str) -> str:
    """Resumes; what to print."""
    return await _changed(backoffice, code, administering.resume, "is open again")


async def close(backoffice: Backoffice, code: str) -> str:
    """Closes for good; what to print."""
    return await _changed(backoffice, code, administering.close, "is closed for good")


async def unlock(backoffice: Backoffice, code: str) -> str:
    """Ends the locks; what to print. That there was none is no failure."""
    return await _changed(backoffice, code, administering.unlock, "is unlocked", otherwise="was not locked")


async def set_facts(backoffice: Backoffice, code: str, email: str | None, numbers: tuple[str, ...] | None) -> Done:
    """Replaces customer numbers and asks a new address to confirm itself."""
    address = _checked("email", email) if email else ""
    lines: list[str] = []
    unknown: list[str] = []

    async def job(visit: Visit, tx: Transaction) -> Reply:
        office = office_of(visit)
        account = await _account(office, code)
        if account.closed_at is not None:
            raise _refused(office, account)
        _not_the_desk(office, address)
        reply = await _new_address(visit, account, address) if address else Reply("profile/show")
        if numbers is not None:
            unknown.extend(await administering.unknown_customers(office, numbers))
            await administering.set_customers(office, account, numbers, backoffice.operator)
            lines.append(f"account {account.code} has the customer numbers: {', '.join(numbers) or 'none'}")
        return reply

    await backoffice.act(job)
    if address:
        lines.append(f"{address} is asked to confirm; until it answers YES the old address stays")
    return Done(lines=tuple(lines), unknown=unknown)


async def _new_address(visit: Visit, account: Account, address: str) -> Reply:
    found = await visit.files.members.of_account(account.id)
    principal = next((member for member in found if member.principal), found[0] if found else None)
    if principal is None:
        raise Refused(f"account {account.code} has no member; add one with 'autopro account member {account.code} add {address}'")
    return _or_refused(await default_address.ask_to_confirm(visit, principal, address), "profile/address_asked")


def new_member(address: str, name: str, language: str | None) -> NewMember:
    """A member to be added. Raises Refused with what is wrong."""
    named = _checked("name", name) if name else ""
    return NewMember(_checked("email", address), named, language=Language(language) if language else None)


async def invite_member(backoffice: Backoffice, code: str, new: NewMember) -> str:
    """Invites an address; what to print."""

    async def job(visit: Visit, tx: Transaction) -> Reply:
        account = await _open_account(visit, code)
        reply = await member_handlers.answer_invite(visit, Command("invite", f"{account.code} {new.address}"))
        _or_refused(reply, "members/invited")
        for member in await visit.files.members.of_account(account.id):
            if member.address == new.address:
                await visit.files.members.set_name(member.id, new.name)
                await visit.files.members.set_language(member.id, new.language)
        return reply

    await backoffice.act(job)
    return f"{new.address} is invited, and a member once it answers YES"


async def add_member(backoffice: Backoffice, code: str, new: NewMember) -> str:
    """Adds a member at once; what to print."""

    async def job(visit: Visit, tx: Transaction) -> Reply:
        account = await _open_account(visit, code)
        _not_the_desk(office_of(visit), new.address)
        posts = await administering.add_member(office_of(visit), account, new, backoffice.operator)
        if posts is None:
            raise Refused(_REFUSALS["members/already"].format(address=new.address))
        return Reply("members/joined", posts=posts)

    await backoffice.act(job)
    return f"{new.address} is a member now; the others are told"


async def remove_member(backoffice: Backoffice, code: str, address: str) -> str:
    """Removes a member; what to print."""
    checked = _checked("email", address)

    async def job(visit: Visit, tx: Transaction) -> Reply:
        account = await _open_account(visit, code)
        reply = await member_handlers.answer_remove(visit, Command("remove", f"{account.code} {checked}"))
        return _or_refused(reply, "members/removed")

    await backoffice.act(job)
    return f"{checked} is no member any more; the others are told"


async def _changed(backoffice: Backoffice, code: str, change: _Change, done: str, *, otherwise: str = "") -> str:
    """Does something to an account and posts what its members are told; what to print, `otherwise` where nothing was to be done."""

    async def job(office: Office, tx: Transaction) -> str:
        from bot.posting import wants_notices  # with the letters, which other commands do without

        account = await _account(office, code)
        posts = await change(office, account, wants_notices(tx, office.now), backoffice.operator)
        if posts is None and not otherwise:
            raise _refused(office, account)
        if posts is None:
            return f"account {account.code} {otherwise}"
        await backoffice.posting.send(tx, office.files, posts, office.now)
        return f"account {account.code} {done}; {len(posts)} of its members are told"

    return await backoffice.write(job)


async def _account(office: Office, code: str) -> Account:
    folded = fold_code(code)
    account = await office.files.accounts.by_code(folded) if folded else None
    if account is None:
        raise Refused(f"no account has the access code {code}; 'autopro account list' shows them")
    return account


async def _open_account(visit: Visit, code: str) -> Account:
    office = office_of(visit)
    account = await _account(office, code)
    if account.closed_at is not None:
        raise _refused(office, account)
    return account


def _refused(office: Office, account: Account) -> Refused:
    """The change is not possible in the account's status."""
    status = administering.status(office, account).value
    return Refused(f"account {account.code} is {status}, so this cannot be done; 'autopro account show {account.code}' tells more")


def _or_refused(reply: Reply, done: str) -> Reply:
    if reply.template == done:
        return reply
    text = _REFUSALS.get(reply.template, f"the desk answered {reply.template}")
    raise Refused(text.format_map({**reply.facts}))
