"""A password is presented: counted and committed before it is hashed, then compared, outside the transaction that answers.

Unknown codes, locked ones and wrong passwords take the same steps: one write, and a comparison that always takes the same time.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.accounts.codes import fold_temporary
from bot.core.accounts.locks import counted, locked_until
from bot.core.accounts.passwords import normalised
from bot.core.accounts.records import Account, MemberState
from bot.core.anteroom import Anteroom, Changed
from bot.core.errors import AutoproError
from bot.core.values import Channel, Sender
from bot.core.visit import Files


class Finding(StrEnum):
    """What a presented password turned out to be."""

    PASSWORD = "password"  # noqa: S105 - a finding
    TEMPORARY = "temporary"
    WRONG = "wrong"
    LOCKED = "locked"
    BUSY = "busy"  # too many attempts over the whole desk in this minute: nothing was compared


@dataclass(frozen=True, slots=True)
class Presented:
    """What became of a presented password.

    `hashes` are those it was compared with, as they were on file. `strangers` is how many failures of strangers the code has now,
    0 for a trusted source, whose failures are its own. `until` is when a locked source may try again. `which` is the candidate that
    fitted. `fresh` is a hash of the right password with today's parameters, where that on file has older ones.
    """

    code: str
    finding: Finding
    source: str
    trusted: bool
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


@dataclass(frozen=True, slots=True)
class _Counted:
    account: Account | None
    trusted: bool
    until: datetime | None = None
    busy: bool = False
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
    return Presented(code, finding, source, seen.trusted, account_id, hashes, seen.until, seen.strangers, which, fresh)


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
    return _Counted(account, trusted, until, strangers=0 if trusted or until else counted(strangers, anteroom.now).count)


async def _is_member(files: Files, anteroom: Anteroom, account: Account) -> bool:
    """Whether the sender is, beyond doubt, a member of that account: their failures are not a stranger's."""
    members = [each for each in await files.members.of_account(account.id) if each.state is MemberState.ACTIVE]
    sender = anteroom.sender
    if anteroom.channel is Channel.MAIL:
        return anteroom.authentic and any(each.person == sender.key for each in members)
    return bool(sender.chat_id) and any(sender.chat_id in each.chats for each in members)


async def _compare(anteroom: Anteroom, account: Account | None, candidates: tuple[str, ...]) -> tuple[Finding, int]:
    """What the first fitting candidate is, and its number; without an account the same time is taken."""
    password_hash, temporary_hash = hashes_of(account)
    for which, candidate in enumerate(candidates):
        temporary = fold_temporary(candidate) or ""
        fits = await anteroom.hashing.verify(
            (normalised(candidate), password_hash), (temporary, temporary_hash if temporary else "")
        )
        if fits is not None:
            return (Finding.PASSWORD, Finding.TEMPORARY)[fits], which
    return Finding.WRONG, 0


def hashes_of(account: Account | None) -> tuple[str, str]:
    """The hashes on file, "" for none: what is prepared outside the transaction is bound to them."""
    return (account.password_hash, account.temporary_hash) if account is not None else ("", "")
