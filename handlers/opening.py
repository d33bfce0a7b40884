"""Opens a session for somebody who proved something, and says so: by mail the session travels in the answer's token."""

from __future__ import annotations

from dataclasses import replace

from bot.core.accounts.records import Account, Grant, Member, MemberState, NewSession, Session
from bot.core.accounts.status import password_deadline
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Reply
from bot.core.values import Channel
from bot.core.visit import Visit
from handlers.telling import active_members


def is_writer(visit: Visit, member: Member) -> bool:
    """Whether the visitor is this member: their authentic address, or their linked chat."""
    if visit.channel is Channel.MAIL:
        return visit.can_remember and member.person == visit.sender.key
    return bool(visit.sender.chat_id) and visit.sender.chat_id in member.chats


async def which_member(visit: Visit, account: Account) -> Member | None:
    """Which member of the account writes, None when nothing tells: whose address or chat it is, or the only one that there is.

    By mail the only one is meant just when the address is theirs: a session of another address is nobody's in particular.
    """
    members = await active_members(visit, account.id)
    found = next((each for each in members if is_writer(visit, each)), None)
    if found is not None or len(members) != 1:
        return found
    elsewhere = visit.channel is Channel.MAIL and members[0].person != visit.sender.key
    return None if elsewhere else members[0]


async def is_shut_out(visit: Visit, account: Account) -> bool:
    """Whether the visitor is a member of the account who was suspended."""
    members = await visit.files.members.of_account(account.id)
    return any(each.state is MemberState.SUSPENDED and is_writer(visit, each) for each in members)


async def open_session(
    visit: Visit, account: Account, member: Member | None, *, limited: bool = False, confirmed: bool = False
) -> tuple[Session, str]:
    """A session and, by mail, the token that carries it ("" elsewhere)."""
    member_id = member.id if member is not None else None
    new = NewSession(visit.sender.key, account.id, member_id, limited=limited, password_confirmed=confirmed)
    session = await visit.files.sessions.open(new, visit.now)
    if visit.channel is not Channel.MAIL:
        return session, ""
    grant = Grant(Purpose.SESSION, visit.sender.key, session.assurance, account.id, member_id, session.id)
    return session, await visit.files.tokens.issue(grant, visit.now)


async def opened(visit: Visit, account: Account, member: Member | None, *, confirmed: bool, password_mailed: bool = False) -> Reply:
    """The whole session is opened: activity is noted, and the answer says how long it lasts."""
    assert visit.rules is not None  # noqa: S101
    _, token = await open_session(visit, account, member, confirmed=confirmed)
    await visit.files.accounts.active(account.id, visit.now)
    facts = {
        "company": account.company,
        "minutes": visit.rules.session_minutes,
        "password_until": password_deadline(account.facts, visit.rules.calendar),
        "password_mailed": password_mailed,
        "by_mail": visit.channel is Channel.MAIL,
    }
    return spoken_to(visit, member, Reply("login/opened", facts, token=token))


def spoken_to(visit: Visit, member: Member | None, reply: Reply) -> Reply:
    """The reply in the language of the member's profile, where the visit could not know it before."""
    if member is None or member.language is None or visit.access.member is not None:
        return reply
    return replace(reply, language=member.language)
