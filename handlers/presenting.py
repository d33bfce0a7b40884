"""A password is presented: counted and committed before it is hashed, then compared, outside the transaction that answers.

Unknown codes, locked ones and wrong passwords take the same steps: one write, and a comparison that always takes the same time. The
password before the last change is recognised on the way: whoever still has it is no guesser, and the attempt is taken back.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.accounts.codes import fold_temporary
from bot.core.accounts.locks import counted, locked_until
from bot.core.accounts.passwords import normalised
from bot.core.accounts.records import Account, Failures, MemberState
from bot.core.accounts.status import previous_counts
from bot.core.anteroom import Anteroom, Changed
from bot.core.errors import AutoproError
from bot.core.values import Channel, Sender
from bot.core.visit import Files


class Finding(StrEnum):
    """What a presented password turned out to be."""

    PASSWORD = "password"  # noqa: S105 - a finding
    TEMPORARY = "temporary"
    PREVIOUS = "previous"  # the one before the last change
    WRONG = "wrong"
    LOCKED = "locked"
    BUSY = "busy"  # too many attempts over the whole desk in this minute: nothing was compared


@dataclass(frozen=True, slots=True)
class Presented:
    """What became of a presented password.

    `hashes` are those it was compared with, as they were on file. `strangers` is how many failures of strangers the code has now,
    0 for a trusted source, whose failures are its own. `until` is when a locked source may try again. `which` is the candidate that
    fitted. `fresh` is a hash of the right password with today's parameters, where that on file has older ones. `at` is when the
    attempt was counted, and `before` what was counted before it, for the source and for strangers.
    """

    code: str
    finding: Finding
    source: str
    trusted: bool
    at: datetime
    before: tuple[Failures, Failures] = (Failures(), Failures())
    account_id: int | None = None
    hashes: tuple[str, str] = ("", "")
    until: datetime | None = None
    strangers: int = 0
    which: int = 0
    fresh: str = ""

    def recheck(self, account: Account | None) -> None:
        """Raises Changed when the account is no longer what the password was compared with."""
        if (account.id if account else None) != self.account_id or hashes_of(account) != self.hashes:
            raise Changed

    async def forgive(self, files: Files) -> None:
        """The right password ends the count of its source, and is kept under today's parameters."""
        await files.attempts.forgive(self.code, self.source, trusted=self.trusted)
        if self.fresh and self.account_id is not None:
            await files.accounts.rehash(self.account_id, self.hashes[0], self.fresh)

    async def take_back(self, files: Files) -> None:
        """The previous password is not counted: what was counted before this attempt stands, and nothing more."""
        if self.finding is Finding.PREVIOUS:
            await files.attempts.take_back(self.code, self.source, self.at, self.before, trusted=self.trusted)


@dataclass(frozen=True, slots=True)
class _Counted:
    account: Account | None
    trusted: bool
    until: datetime | None = None
    busy: bool = False
    before: tuple[Failures, Failures] = (Failures(), Failures())
    strangers: int = 0


async def present(anteroom: Anteroom, code: str, *candidates: str) -> Presented:
    """Presents a password for an access code (folded); of several readings of one line the first that fits counts."""
    source = source_of(anteroom.channel, anteroom.sender, authentic=anteroom.authentic)
    seen = await anteroom.desk.write(lambda files: _count(files, anteroom, code, source))
    finding, which, fresh, hashes = Finding.BUSY, 0, "", hashes_of(seen.account)
    if not seen.busy:
        with suppress(AutoproError):  # the port's one error: too many passwords wait to be hashed
            finding, which = await _compare(anteroom, seen.account, candidates)
            finding = Finding.LOCKED if seen.until else finding
            if finding is Finding.PASSWORD and anteroom.hashing.outdated(hashes[0]):
                fresh = await anteroom.hashing.hash(normalised(candidates[which]))
    account_id = seen.account.id if seen.account else None
    return Presented(
        code=code,
        finding=finding,
        source=source,
        trusted=seen.trusted,
        at=anteroom.now,
        before=seen.before,
        account_id=account_id,
        hashes=hashes,
        until=seen.until,
        strangers=seen.strangers,
        which=which,
        fresh=fresh,
    )


def source_of(channel: Channel, sender: Sender, *, authentic: bool) -> str:
    """Where an attempt comes from. Whoever forges an address is a source of its own; terminals, whose conversations are as many as
    one likes, are one together."""
    if channel is Channel.TERMINAL:
        return "terminal"
    return sender.key if authentic else f"unproved {sender.key}"


async def _count(files: Files, anteroom: Anteroom, code: str, source: str) -> _Counted:
    account = await files.accounts.by_code(code)
    trusted = account is not None and await _is_member(files, anteroom, account)
    limit = anteroom.rules.login_attempts_per_minute
    in_minute = await files.attempts.in_minute(anteroom.now)
    if limit and in_minute > limit and not trusted:
        return _Counted(account, trusted, busy=True)
    own, strangers = await files.attempts.failures(code, source)
    until = locked_until(own, strangers, anteroom.now, trusted=trusted)
    if until is None:
        await files.attempts.count(code, source, anteroom.now, trusted=trusted)
    failures = 0 if trusted or until else counted(strangers, anteroom.now).count
    return _Counted(account, trusted, until, before=(own, strangers), strangers=failures)


async def _is_member(files: Files, anteroom: Anteroom, account: Account) -> bool:
    """Whether the sender is, beyond doubt, a member of that account: their failures are not a stranger's."""
    members = [each for each in await files.members.of_account(account.id) if each.state is MemberState.ACTIVE]
    sender = anteroom.sender
    if anteroom.channel is Channel.MAIL:
        return anteroom.authentic and any(each.person == sender.key for each in members)
    return bool(sender.chat_id) and any(sender.chat_id in each.chats for each in members)


async def _compare(anteroom: Anteroom, account: Account | None, candidates: tuple[str, ...]) -> tuple[Finding, int]:
    """What the first fitting candidate is, and its number; without an account the same time is taken."""
    password_hash, _ = hashes_of(account)
    found = (Finding.WRONG, 0)
    for which, candidate in enumerate(candidates):
        other, *pair = _other(anteroom, account, candidate)
        fits = await anteroom.hashing.verify((normalised(candidate), password_hash), (pair[0], pair[1]))
        if fits == 0:
            return Finding.PASSWORD, which
        if fits is not None and other is Finding.TEMPORARY:
            return other, which
        if fits is not None:
            found = (other, which)  # another reading of the line may still be the password itself
    return found


def _other(anteroom: Anteroom, account: Account | None, candidate: str) -> tuple[Finding, str, str]:
    """What a candidate may be besides the password, with the form and the hash to compare: one of two, by how it looks.

    Two comparisons are made for whatever is presented; a third would make every login dearer by half.
    """
    _, temporary_hash = hashes_of(account)
    temporary = fold_temporary(candidate) or ""
    if temporary and temporary_hash:
        return Finding.TEMPORARY, temporary, temporary_hash
    known = account is not None and previous_counts(account.facts, anteroom.now, anteroom.rules.calendar)
    return Finding.PREVIOUS, normalised(candidate), account.previous_hash if account is not None and known else ""


def hashes_of(account: Account | None) -> tuple[str, str]:
    """The hashes on file, "" for none: what is prepared outside the transaction is bound to them."""
    return (account.password_hash, account.temporary_hash) if account is not None else ("", "")
