"""Access codes and temporary passwords on their way: made by the desk, seen by nobody but the address on record.

A letter with a credential is always a letter to an address that is on file (for a new account: the confirmed one), never an answer
to the sender of the moment. Its token is the limited session: answering it with NEW PASSWORD is enough.
Source: help page, "You will receive your personal identification code and password via e-mail"; DESIGN 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.accounts.codes import mint_temporary
from bot.core.accounts.records import Account, Grant, Member, MemberState, Request, RequestKind
from bot.core.accounts.tokens import Purpose
from bot.core.anteroom import Anteroom, Changed
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Language
from handlers.office import Office

STANDS = timedelta(days=7)  # how long an approval lets the address on record ask for a fresh temporary password


@dataclass(frozen=True, slots=True)
class Prepared:
    """A temporary password with its Argon2id hash, made before the transaction because hashing is slow."""

    temporary: str = field(repr=False)
    hash: str = field(repr=False)


async def prepare_temporary(anteroom: Anteroom) -> Prepared:
    """A fresh temporary password. It depends on nothing on file; whether it is used is decided in the transaction."""
    temporary = mint_temporary(anteroom.mint)
    return Prepared(temporary, await anteroom.hashing.hash(temporary))


def prepared_or_again(prepared: object) -> Prepared:
    """What was prepared. Raises Changed when nothing was: the need for it showed only in the transaction."""
    if not isinstance(prepared, Prepared):
        raise Changed
    return prepared


def reachable(members: Sequence[Member]) -> list[Member]:
    """The members whose letters arrive."""
    return [member for member in members if member.state is MemberState.ACTIVE and member.bounced_at is None]


async def recipient(office: Office, account: Account, address: str) -> Member | None:
    """Who receives a reset: the asking member at their own address on record, else the principal member, else nobody."""
    members = reachable(await office.files.members.of_account(account.id))
    asking = next((member for member in members if member.address == address.lower()), None)
    return asking or next((member for member in members if member.principal), None)


async def give(
    office: Office,
    account: Account,
    member: Member,
    prepared: Prepared,
    *,
    request: Request | None,
    joined: bool = False,
    fresh: bool = False,
) -> Post:
    """Sets the temporary password of an account and writes the letter to the member that brings it.

    `request` is the approval, whose number the letter's token carries, so that its return can reopen it. `fresh` is NEW CODE: the
    seven days of the approval run on. The account must be one that may be approved (`life.allowed`).
    """
    expires = office.now + timedelta(hours=office.rules.temporary_password_hours)
    until = None if fresh else office.now + STANDS
    await office.files.accounts.set_temporary(account.id, prepared.hash, member.id, expires, until)
    number = request.number if request is not None else None
    grant = Grant(Purpose.CREDENTIALS, member.person, Assurance.SESSION, account.id, member.id, request_number=number)
    facts = {
        "code": account.code,
        "company": account.company,
        "temporary": prepared.temporary,
        "until": office.local(expires),
        "joined": joined,
        "fresh": fresh,
        "least": office.rules.password_min_length,
    }
    kind = RequestKind.ACCESS if account.password_set_at is None or joined else RequestKind.PASSWORD
    noted = {"to": member.address, "fresh": str(fresh).lower()}
    await office.files.audit.add(
        "credentials_sent", office.now, actor="desk", account_id=account.id, request_number=number, facts=noted
    )
    token = await office.files.tokens.issue(grant, office.now)
    language = member.language or (request.language if request is not None else None)
    return Post(member.address, Reply(f"{kind}/credentials", facts, secret=True), language=language, token=token)


async def new_party(office: Office, account: Account, newcomer: Member) -> tuple[Post, ...]:
    """What the members of an account are told when somebody joins it; each may object."""
    posts = []
    for member in await office.files.members.of_account(account.id):
        if member.id == newcomer.id or member.state is not MemberState.ACTIVE:
            continue
        grant = Grant(Purpose.OBJECTION, member.person, Assurance.AUTHENTIC_SENDER, account.id, newcomer.id)
        facts = {"code": account.code, "name": newcomer.name, "address": newcomer.address}
        token = await office.files.tokens.issue(grant, office.now)
        posts.append(Post(member.address, Reply("members/new_party", facts), language=member.language, token=token))
    return tuple(posts)


def language_wished(request: Request) -> Language | None:
    """The preferred language of a form, else the one that the request was written in."""
    wished = request.claimed.get("language", "")
    return Language(wished) if wished in tuple(Language) else request.language
