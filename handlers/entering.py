"""What a presented password opens, by the account's status; or the refusal, in the words for a stranger or for a member."""

from __future__ import annotations

from dataclasses import replace

from bot.core.accounts.locks import CEILING, FREE
from bot.core.accounts.records import Account
from bot.core.accounts.sessions import Entry, Proof, entry
from bot.core.accounts.status import Status, status_of, temporary_alive
from bot.core.replies import Post, Reply
from bot.core.values import Channel
from bot.core.visit import Visit
from handlers.choosing import suggestions
from handlers.opening import is_shut_out, open_session, opened, spoken_to, which_member
from handlers.presenting import Finding, Presented
from handlers.telling import active_members, local

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
    if presented.finding is Finding.TEMPORARY:
        return "" if temporary_alive(account.facts, visit.now) else "temporary_expired"
    if presented.finding is Finding.WRONG:
        return "invited" if status is Status.INVITED else "wrong"
    return ""


async def _refused(visit: Visit, presented: Presented, account: Account | None, reason: str) -> Reply:
    until = local(visit, presented.until) if presented.until is not None else None
    posts: tuple[Post, ...] = ()
    if account is not None:
        facts = {"reason": reason, "source": presented.source, "failures": str(presented.strangers)}
        await visit.files.audit.add("login_refused", visit.now, actor=visit.sender.key, account_id=account.id, facts=facts)
        posts = await _warning(visit, presented, account, reason)
    if presented.trusted or reason == "member_suspended":
        return Reply("login/refused", {"reason": reason, "until": until})
    return Reply("login/refused", {"reason": "", "until": None}, posts=posts)


async def _warning(visit: Visit, presented: Presented, account: Account, reason: str) -> tuple[Post, ...]:
    """The truth about a stranger's attempt, for the address on record: the writer's own, else the principal member's."""
    if presented.strangers not in _TOLD_AT:
        return ()
    members = await active_members(visit, account.id)
    member = next((each for each in members if each.person == visit.sender.key), members[0] if members else None)
    if member is None:
        return ()
    facts = {
        "reason": reason,
        "attempts": presented.strangers,
        "channel": visit.channel.value,
        "address": visit.sender.address,
        "at": local(visit, visit.now),
    }
    return (Post(member.address, Reply("login/attempted", facts), member.language),)


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
        await visit.files.accounts.active(account.id, visit.now)
    template = "password/choose" if proof is Proof.TEMPORARY else "login/expired"
    return spoken_to(visit, member, Reply(template, suggestions(visit), token=token))
