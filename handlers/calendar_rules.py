"""What the calendar does to accounts when nobody writes: closing them, the notices before it, forgetting.

Help page: "An account is closed automatically after six months of inactivity. Once closed, a new account must be requested". Each
function rechecks what is on file in the transaction that writes: whatever was planned before may have changed, and two sweeps at
once do everything once. The letters go out as posts; whether somebody wants notices is asked of `Wants`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.core.accounts.notices import Notice, NoticeKind, due_notices
from bot.core.accounts.records import Account, Grant, Member, MemberState, SentNotice
from bot.core.accounts.status import Status, previous_counts, status_of
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Post, Reply
from bot.core.values import Assurance
from handlers.office import Office

Wants = Callable[[Member], Awaitable[bool]]  # whether a member may be sent a notice: not stopped, and letters arrive

INACTIVE = "inactive"  # why an account was closed
TOKENS_KEPT = timedelta(days=30)  # after they expired: until then the answer can say that a letter is too old
DRAFTS_KEPT = timedelta(days=30)  # as long as a form's own token lives
FAILURES_KEPT = timedelta(days=1)  # what locks count (`locks.FORGOTTEN`)


def is_overdue(account: Account, office: Office) -> bool:
    """Whether the inactivity deadline has passed and nobody has written it down."""
    return account.closed_at is None and status_of(account.facts, office.now, office.rules.calendar) is Status.CLOSED


def may_be_due(account: Account, office: Office) -> bool:
    """Whether a notice would be due if none had gone out."""
    return bool(due_notices(account.facts, (), office.now, office.rules.calendar))


async def close_overdue(office: Office, account_id: int, wants: Wants) -> tuple[Post, ...] | None:
    """Closes an account whose deadline has passed; None when it need not be closed (any more)."""
    account = await office.files.accounts.by_id(account_id)
    if account is None or not is_overdue(account, office):
        return None
    return await close(office, account, wants, reason=INACTIVE, actor="desk")


async def close(office: Office, account: Account, wants: Wants, *, reason: str, actor: str) -> tuple[Post, ...] | None:
    """Closes an account for good with its sessions, tokens and linked chats, and tells its members; None when it was closed."""
    members = [each for each in await office.files.members.of_account(account.id) if each.state is MemberState.ACTIVE]
    if not await office.files.accounts.close(account.id, reason, office.now):
        return None
    sessions = await office.files.sessions.end_of_account(account.id, office.now)
    await office.files.tokens.revoke_account(account.id, office.now)
    chats = await office.files.members.unlink_account(account.id)
    facts = {"reason": reason, "sessions": str(sessions), "chats": str(chats)}
    await office.files.audit.add("account_closed", office.now, actor=actor, account_id=account.id, facts=facts)
    letter = Reply("notice/closed", {"account": named(account), "reason": reason, "months": office.rules.calendar.inactive_months})
    return tuple([Post(each.address, letter, each.language) for each in members if await wants(each)])


async def notify(office: Office, account_id: int, wants: Wants) -> tuple[Post, ...]:
    """The notices due now, one letter a member; nothing is noted as sent while nobody can be told."""
    account = await office.files.accounts.by_id(account_id)
    if account is None or not may_be_due(account, office):
        return ()
    members = [each for each in await office.files.members.of_account(account.id) if each.state is MemberState.ACTIVE]
    told = [each for each in members if await wants(each)]
    if not told:
        return ()
    sent = [(one.kind, one.deadline, one.days) for one in await office.files.accounts.sent_notices(account.id)]
    posts: list[Post] = []
    for notice in due_notices(account.facts, sent, office.now, office.rules.calendar):
        record = SentNotice(notice.kind.value, notice.deadline, notice.days)
        if await office.files.accounts.add_notice(account.id, record, office.now):
            posts += [await _notice(office, account, member, notice) for member in told]
    return tuple(posts)


async def _notice(office: Office, account: Account, member: Member, notice: Notice) -> Post:
    grant = Grant(Purpose.NOTICE, member.person, Assurance.ANYONE, account.id, member.id, data={"kind": notice.kind.value})
    token = await office.files.tokens.issue(grant, office.now)
    calendar = office.rules.calendar
    facts: dict[str, Any] = {"account": named(account), "left": notice.left, "deadline": notice.deadline}
    if notice.kind is NoticeKind.PASSWORD:
        return Post(
            member.address, Reply("notice/password", {**facts, "months": calendar.password_months}), member.language, token=token
        )
    status = status_of(account.facts, office.now, calendar)
    inactive = {**facts, "months": calendar.inactive_months, "status": status.value}
    return Post(member.address, Reply("notice/inactivity", inactive), member.language, token=token)


def named(account: Account) -> dict[str, str]:
    """What a letter calls the account."""
    return {"code": account.code, "company": account.company}


def has_outlived_previous(account: Account, office: Office) -> bool:
    """Whether the password before the last change is kept without need."""
    return bool(account.previous_hash) and not previous_counts(account.facts, office.now, office.rules.calendar)


async def forget_previous(office: Office, account_id: int) -> int:
    """Forgets the password before the last change; how many there were."""
    account = await office.files.accounts.by_id(account_id)
    if account is None or not has_outlived_previous(account, office):
        return 0
    return int(await office.files.accounts.forget_previous(account_id))


async def forget(office: Office) -> int:
    """Forgets tokens long expired, forms left alone and counts of wrong passwords that no longer count; how many rows."""
    tokens = await office.files.tokens.sweep(office.now - TOKENS_KEPT)
    drafts = await office.files.drafts.sweep(office.now - DRAFTS_KEPT)
    return tokens + drafts + await office.files.attempts.sweep(office.now - FAILURES_KEPT)
