"""What the desk remembers of messages in a mailbox that it reads, until they are filed; see `bot/core/mailbox.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.clock import to_micros
from bot.core.imap_words import Entry
from bot.core.mailbox import Fate, Mark
from storage.database import Transaction, clean, statements

_SQL = statements("mailbox_marks")
_PUT_BACK = timedelta(days=7)


class MailboxMarks:
    """The marks of one mailbox on an open transaction."""

    def __init__(self, transaction: Transaction, mailbox: str, now: datetime) -> None:
        self._transaction = transaction
        self._mailbox = clean(mailbox)
        self._now = now

    async def of(self, validity: int, entries: Sequence[Entry]) -> Mapping[int, Mark]:
        """The marks of these messages, by UID. One of another size is not theirs."""
        if not entries:
            return {}
        sizes = {entry.uid: entry.size for entry in entries}
        rows = await self._transaction.rows(
            _SQL["between"],
            {"mailbox": self._mailbox, "validity": validity, "first": min(sizes), "last": max(sizes)},
        )
        own = [row for row in rows if sizes.get(row["uid"]) == row["size"]]
        return {row["uid"]: Mark(row["tries"], Fate(row["fate"]) if row["fate"] else None) for row in own}

    async def begin(self, validity: int, entries: Sequence[Entry]) -> None:
        """Counts a try of each."""
        await self._transaction.run_many(_SQL["begin"], [self._mark(validity, one) for one in entries])

    async def decide(self, validity: int, entry: Entry, fate: Fate, digest: bytes | None) -> None:
        """Writes down where a message goes. `digest` is that of its content, None where nobody has read it."""
        await self._transaction.run(_SQL["decide"], {**self._mark(validity, entry), "fate": fate, "digest": digest})

    async def elsewhere(self, validity: int, digest: bytes) -> tuple[int, int, Fate] | None:
        """UIDVALIDITY, UID and fate of a message that was decided under another UIDVALIDITY and never filed."""
        found = await self._transaction.row(_SQL["elsewhere"], {"mailbox": self._mailbox, "validity": validity, "digest": digest})
        return None if found is None else (found["validity"], found["uid"], Fate(found["fate"]))

    async def moved_here(self, validity: int, entry: Entry, digest: bytes) -> Fate | None:
        """Gives the fate of such a message to this one, which is the same; None: there is none any more."""
        found = await self.elsewhere(validity, digest)
        if found is None:
            return None
        await self.forget(found[0], [found[1]])
        await self.decide(validity, entry, found[2], digest)
        return found[2]

    async def forget(self, validity: int, uids: Iterable[int]) -> None:
        """They are not in the mailbox any more."""
        await self._transaction.run_many(_SQL["forget"], [self._key(validity, uid) for uid in uids])

    async def strays(self, validity: int, present: Collection[int]) -> dict[int, list[int]]:
        """Marks of messages that are not there any more, as UIDs by UIDVALIDITY. `present` is all that is there under `validity`.

        Those of another UIDVALIDITY are kept for a while: who made a mailbox anew may put the mails back later.
        """
        oldest = to_micros(self._now - _PUT_BACK)
        found: dict[int, list[int]] = {}
        for row in await self._transaction.rows(_SQL["all"], {"mailbox": self._mailbox}):
            if row["uid"] not in present if row["validity"] == validity else row["marked_at"] < oldest:
                found.setdefault(row["validity"], []).append(row["uid"])
        return found

    def _mark(self, validity: int, entry: Entry) -> dict[str, object]:
        return {**self._key(validity, entry.uid), "size": entry.size, "now": to_micros(self._now)}

    def _key(self, validity: int, uid: int) -> dict[str, object]:
        return {"mailbox": self._mailbox, "validity": validity, "uid": uid}
