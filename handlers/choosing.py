"""A new password is chosen: held against the rules and hashed beside the transaction, then set, and told to every member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.core.accounts.codes import fold_temporary
from bot.core.accounts.life import Event, allowed
from bot.core.accounts.passwords import Refusal, Rule, normalised, refusal, suggest
from bot.core.accounts.records import Account
from bot.core.accounts.status import password_deadline
from bot.core.accounts.tokens import Purpose
from bot.core.anteroom import Anteroom, Changed
from bot.core.errors import AutoproError
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.presenting import hashes_of
from handlers.telling import at_hand, doer, local, tell_members


@dataclass(frozen=True, slots=True)
class Chosen:
    """A new password as it may be set: its hash, or the rule that it breaks; neither when too many wait to be hashed.

    `hashes` are those on file when it was looked at.
    """

    account_id: int
    hashes: tuple[str, str]
    password_hash: str = ""
    refusal: Refusal | None = None


async def choose(anteroom: Anteroom, account: Account, password: str) -> Chosen:
    """Holds a password against the rules, the one in use and the temporary one, and hashes it."""
    members = await anteroom.desk.read(lambda files: files.members.of_account(account.id))
    people = (text for member in members for text in (member.name, member.address))
    context = (account.company, account.code, *people)
    broken = refusal(password, minimum=anteroom.rules.password_min_length, context=context)
    chosen = Chosen(account.id, hashes_of(account), refusal=broken)
    if broken is not None:
        return chosen
    try:
        if await _is_in_use(anteroom, account, password):
            return replace(chosen, refusal=Refusal(Rule.OLD, len(normalised(password))))
        return replace(chosen, password_hash=await anteroom.hashing.hash(normalised(password)))
    except AutoproError:  # the port's one error: too many passwords wait to be hashed
        return chosen


async def _is_in_use(anteroom: Anteroom, account: Account, password: str) -> bool:
    temporary = fold_temporary(password) or ""
    pairs = ((normalised(password), account.password_hash), (temporary, account.temporary_hash if temporary else ""))
    return await anteroom.hashing.verify(*pairs) is not None


def suggestions(visit: Visit) -> dict[str, Any]:
    """What the letters that ask for a password say of it: the shortest length, and a strong passphrase in each language."""
    assert visit.rules is not None and visit.mint is not None  # noqa: S101, PT018
    passphrases: Mapping[str, str] = {language.value: suggest(visit.mint, language) for language in Language}
    return {"minimum": visit.rules.password_min_length, "suggestions": passphrases}


async def set_password(visit: Visit, chosen: Chosen) -> Reply:
    """Sets what was chosen, ends every other session and tells the members. Raises Changed when the account changed meanwhile.

    The answer carries no session; who chose the password in a session keeps that one.
    """
    assert visit.rules is not None  # noqa: S101
    files, now = visit.files, visit.now
    account = await files.accounts.by_id(chosen.account_id)
    if account is None or hashes_of(account) != chosen.hashes:
        raise Changed
    if chosen.refusal is not None:
        facts = {"rule": chosen.refusal.rule.value, "length": chosen.refusal.length, "limit": chosen.refusal.limit}
        return Reply("password/refused", {**facts, **suggestions(visit)})
    if not chosen.password_hash:
        return Reply("login/busy")
    if not allowed(Event.CHOOSE_PASSWORD, account.facts, now, visit.rules.calendar):
        return Reply("login/not_opened", {"reason": visit.access.status.value if visit.access.status else "closed"})
    await files.accounts.set_password(account.id, chosen.password_hash, now)
    await files.accounts.active(account.id, now)
    kept = visit.access.session
    await files.sessions.end_of_account(account.id, now, but=kept.id if kept is not None and not kept.limited else None)
    await files.tokens.revoke_account(account.id, now, purposes=(Purpose.CREDENTIALS, Purpose.CHALLENGE))
    await files.audit.add("password_changed", now, actor=visit.sender.key, account_id=account.id)
    told = Reply("password/told", {"company": account.company, "doer": doer(visit), "at": local(visit, now)})
    posts = await tell_members(visit, account, told, but=at_hand(visit))
    until = password_deadline(replace(account.facts, password_set_at=now), visit.rules.calendar)
    return Reply("password/changed", {"company": account.company, "until": until, "told": len(posts)}, posts=posts)
