"""What a presented password opens, by the account's status; or the refusal, in the words for a stranger or for a member."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.accounts.locks import CEILING, FREE
from bot.core.accounts.records import Account, SentNotice
from bot.core.accounts.sessions import Entry, Proof, entry
from bot.core.accounts.status import Status, local_date, status_of, temporary_alive
from bot.core.replies import Post, Reply
from bot.core.values import Channel
from bot.core.visit import Visit
from handlers.choosing import suggestions
from handlers.opening import is_shut_out, open_session, opened, spoken_to, which_member
from handlers.presenting import Finding, Presented
from handlers.telling import active_members, local

PREVIOUS = "previous"  # the notice that somebody uses the password before the last change; its date is the day, so one a day
_TOLD_AT = frozenset({1, FREE + 1, CEILING})  # strangers' failures in a day after which the address on record hears of them
_OF_STATUS = {Status.CLOSED: "closed", Status.SUSPENDED: "suspended"}


async def enter(visit: Visit, presented: Presented, *, hides: tuple[str, ...]) -> Reply:
    """Answers LOGIN with a password. `hides` is what the answer's subject must not repeat."""
    if presented.finding is Finding.BUSY:
        return Reply("login/busy", hides=hides)
    account = await visit.files.accounts.by_code(presented.code)
    presented.recheck(account)
    reason = await _hindrance(visit, presented, account)
    if account is None or reason:
        return replace(await _refused(visit, presented, account, reason), hides=hides)
    await presented.forgive(visit.files)
    return replace(await _let_in(visit, presented, account), hides=hides)


async def _hindrance(visit: Visit, presented: Presented, account: Account | None) -> str:
    """Why nothing opens, as a member hears it; "" when something does."""
    assert visit.rules is not None  # noqa: S101
    if account is None:
        return "wrong"
    status = status_of(account.facts, visit.now, visit.rules.calendar)
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if await is_shut_out(visit, account):
        return "member_suspended"
    if presented.finding is Finding.LOCKED:
        return "locked"
    if presented.finding is Finding.PREVIOUS:
        return PREVIOUS
    if presented.finding is Finding.TEMPORARY:
        return "" if temporary_alive(account.facts, visit.now) else "temporary_expired"
    if presented.finding is Finding.WRONG:
        return "invited" if status is Status.INVITED else "wrong"
    return ""


async def _refused(visit: Visit, presented: Presented, account: Account | None, reason: str) -> Reply:
    until = local(visit, presented.until) if presented.until is not None else None
    posts: tuple[Post, ...] = ()
    await presented.take_back(visit.files)
    if account is not None:
        facts = {"reason": reason, "source": presented.source, "failures": str(presented.strangers)}
        await visit.files.audit.add("login_refused", visit.now, actor=visit.sender.key, account_id=account.id, facts=facts)
        posts = await _warning(visit, presented, account, reason)
    if presented.trusted or reason == "member_suspended":
        return Reply("login/refused", {"reason": reason, "until": until, "changed": changed_at(visit, account)})
    return Reply("login/refused", {"reason": "", "until": None, "changed": None}, posts=posts)


def changed_at(visit: Visit, account: Account | None) -> datetime | None:
    """When the password was last changed, by the clock of the desk's office."""
    at = account.password_set_at if account is not None else None
    return local(visit, at) if at is not None else None


async def _warning(visit: Visit, presented: Presented, account: Account, reason: str) -> tuple[Post, ...]:
    """The truth about a stranger's attempt, for the address on record: the writer's own, else the principal member's."""
    if not await _is_told(visit, presented, account, reason):
        return ()
    members = await active_members(visit, account.id)
    member = next((each for each in members if each.person == visit.sender.key), members[0] if members else None)
    if member is None:
        return ()
    facts = {
        "reason": reason,
        "attempts": 1 if reason == PREVIOUS else presented.strangers,
        "changed": changed_at(visit, account),
        "channel": visit.channel.value,
        "address": visit.sender.address,
        "at": local(visit, visit.now),
    }
    return (Post(member.address, Reply("login/attempted", facts), member.language),)


async def _is_told(visit: Visit, presented: Presented, account: Account, reason: str) -> bool:
    """Whether this attempt is worth a letter: a guesser must not fill a mailbox."""
    assert visit.rules is not None  # noqa: S101
    if presented.trusted:
        return False  # the answer itself tells
    if reason != PREVIOUS:
        return presented.strangers in _TOLD_AT
    today = SentNotice(PREVIOUS, local_date(visit.now, visit.rules.calendar.zone), 0)
    return await visit.files.accounts.add_notice(account.id, today, visit.now)


async def _let_in(visit: Visit, presented: Presented, account: Account) -> Reply:
    assert visit.rules is not None  # noqa: S101
    member = await which_member(visit, account)
    proof = Proof.TEMPORARY if presented.finding is Finding.TEMPORARY else Proof.PASSWORD
    opens = entry(proof, status_of(account.facts, visit.now, visit.rules.calendar))
    facts = {"entry": opens.value, "channel": visit.channel.value}
    await visit.files.audit.add("login", visit.now, actor=visit.sender.key, account_id=account.id, facts=facts)
    if opens is Entry.CONFIRMED:
        return await opened(visit, account, member, confirmed=True, password_mailed=visit.channel is Channel.MAIL)
    _, token = await open_session(visit, account, member, limited=True)
    if proof is Proof.TEMPORARY:
        await visit.files.accounts.use_temporary(account.id, visit.now)
    await visit.files.accounts.active(account.id, visit.now)  # what was presented was right: that is activity
    template = "password/choose" if proof is Proof.TEMPORARY else "login/expired"
    return spoken_to(visit, member, Reply(template, suggestions(visit), token=token))
