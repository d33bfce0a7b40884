"""LOGIN by mail without a password: a challenge to the member's address on record, and what a YES to it opens."""

from __future__ import annotations

from bot.core.accounts.records import Account, Grant, Member, MemberState, Token
from bot.core.accounts.sessions import Entry, Proof, entry
from bot.core.accounts.status import status_of
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Post, Reply
from bot.core.values import Assurance
from bot.core.visit import Visit
from handlers.opening import opened
from handlers.telling import active_members


async def challenge(visit: Visit, code: str, *, password_mailed: bool, hides: tuple[str, ...]) -> Reply:
    """The same answer to everybody; a letter goes out only where the address that wrote is on record for that code.

    `password_mailed` tells that a password came along although none is taken by mail: the answer says what to do about it.
    """
    account = await visit.files.accounts.by_code(code)
    members = await active_members(visit, account.id) if account is not None else []
    member = next((each for each in members if each.person == visit.sender.key), None)
    posts = (await _letter(visit, account, member),) if account is not None and member is not None else ()
    facts = {"address": visit.sender.address, "password_mailed": password_mailed}
    return Reply("login/challenge_sent", facts, posts=posts, hides=hides)


async def _letter(visit: Visit, account: Account, member: Member) -> Post:
    """The challenge, or why a mailbox alone opens nothing now."""
    assert visit.rules is not None  # noqa: S101
    opens = entry(Proof.CHALLENGE, status_of(account.facts, visit.now, visit.rules.calendar))
    if opens is not Entry.OPEN:
        return Post(member.address, Reply("login/not_opened", {"reason": opens.value}), member.language)
    grant = Grant(Purpose.CHALLENGE, member.person, Assurance.SESSION, account.id, member.id)
    token = await visit.files.tokens.issue(grant, visit.now)
    facts = {"company": account.company, "code": account.code}
    return Post(member.address, Reply("login/challenge", facts), member.language, token=token)


async def confirmed(visit: Visit, token: Token) -> Reply:
    """YES to a challenge opens the session, once; the account may have changed since the letter went out."""
    assert visit.rules is not None  # noqa: S101
    account, member = await _of(visit, token)
    if account is None or member is None or not await visit.files.tokens.use(token.digest, visit.now):
        return Reply("yes/nothing", {"over": True, "used": False})
    opens = entry(Proof.CHALLENGE, status_of(account.facts, visit.now, visit.rules.calendar))
    if opens is not Entry.OPEN:
        return Reply("login/not_opened", {"reason": opens.value})
    facts = {"entry": opens.value, "channel": visit.channel.value, "by": "challenge"}
    await visit.files.audit.add("login", visit.now, actor=visit.sender.key, account_id=account.id, facts=facts)
    return await opened(visit, account, member, confirmed=False)


async def _of(visit: Visit, token: Token) -> tuple[Account | None, Member | None]:
    grant = token.grant
    member = await visit.files.members.by_id(grant.member_id) if grant.member_id is not None else None
    account = await visit.files.accounts.by_id(grant.account_id) if grant.account_id is not None else None
    active = member is not None and member.state is MemberState.ACTIVE and member.person == visit.sender.key
    return account, member if active else None
