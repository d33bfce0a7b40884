"""The audit trail in the database: appended, read, erased where the law asks, and verified row by row."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.core.accounts.audit_chain import ERASED, START, Chain, read_rows, write_rows
from bot.core.accounts.records import AuditEntry, AuditHead, AuditVerdict
from bot.core.clock import from_micros, to_micros
from bot.core.seal import Seal, SealBrokenError
from storage.database import Row, Transaction, clean, statements

_SQL = statements("audit")
_PART = 500  # rows read at a time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Erasures:
    """Rows without content, and those of which a later row says that it was erased."""

    missing: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)

    def see(self, row: int, entry: AuditEntry | None) -> None:
        """The next row; None for one without content."""
        if entry is None:
            self.missing.add(row)
        elif entry.event == ERASED:
            self.told |= read_rows(entry.facts.get("rows", ""))

    @property
    def untold(self) -> set[int]:
        """Rows whose content went without a word."""
        return self.missing - self.told


class AuditStore:
    """The audit trail on an open transaction; see `bot.core.accounts.stores.Audit`."""

    def __init__(self, transaction: Transaction, seal: Seal, chain: Chain) -> None:
        self._transaction = transaction
        self._seal = seal
        self._chain = chain

    async def add(
        self,
        event: str,
        now: datetime,
        *,
        actor: str = "",
        account_id: int | None = None,
        request_number: int | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> int:
        """Appends a row; its id."""
        last, before = await self._take_head()
        row, at = last + 1, to_micros(now)
        content = json.dumps([clean(actor), {key: clean(value) for key, value in (facts or {}).items()}]).encode()
        digest = self._chain.digest(row, content)
        code = self._chain.code(before, row, at, event, account_id, request_number, digest)
        await self._transaction.run(
            _SQL["add"],
            {
                "id": row,
                "at": at,
                "event": event,
                "account_id": account_id,
                "request_number": request_number,
                "content": self._seal.close(content, _context(row)),
                "digest": digest,
                "code": code,
            },
        )
        await self._transaction.run(_SQL["set_head"], {"id": row, "code": code, "seal": self._chain.head(row, code)})
        return row

    async def entries(self, *, account_id: int | None = None, since: datetime | None = None, limit: int = 1000) -> list[AuditEntry]:
        """Rows, oldest first."""
        values: dict[str, int] = {"since": to_micros(since or _EPOCH), "count": limit}
        if account_id is None:
            rows = await self._transaction.rows(_SQL["since"], values)
        else:
            rows = await self._transaction.rows(_SQL["of_account"], {**values, "account_id": account_id})
        return [self._entry(row) for row in rows]

    async def erase(self, account_id: int, now: datetime, *, actor: str = "") -> int:
        """Forgets actor and facts of an account's rows."""
        rows = await self._transaction.rows(_SQL["erasable_of_account"], {"account_id": account_id, "erased": ERASED})
        return await self.erase_rows([row["id"] for row in rows], now, actor=actor)

    async def erase_rows(self, ids: Sequence[int], now: datetime, *, actor: str = "") -> int:
        """Forgets actor and facts of single rows, and says so in a row of its own."""
        erased = [
            row for row in dict.fromkeys(ids) if await self._transaction.run(_SQL["erase"], {"id": row, "erased": ERASED}) == 1
        ]
        if erased:
            await self.add(ERASED, now, actor=actor, facts={"rows": write_rows(erased)})
        return len(erased)

    async def head(self) -> AuditHead:
        """The last row."""
        row = await self._transaction.row(_SQL["head"])
        return AuditHead(0, START.hex()) if row is None else AuditHead(row["last_id"], bytes(row["code"]).hex())

    async def naming(self, words: Sequence[str]) -> list[AuditEntry]:
        """The rows whose content names one of these, in any case: what there is about an address."""
        # Whole words: marie@x.example is not in anne.marie@x.example, nor telegram:42 in telegram:421.
        either = "|".join(map(re.escape, words))
        wanted = re.compile(rf"(?<![\w.+-])(?:{either})(?![\w-]|\.\w)", re.IGNORECASE)
        entries = [self._entry(row) async for row in self._all()]
        return [entry for entry in entries if any(map(wanted.search, (entry.actor, *entry.facts.values())))]

    async def forget_before(self, before: datetime, count: int) -> int:
        """Forgets at most `count` of the rows noted before a moment, the oldest; the trail then begins after them, under a seal.

        Rows that are not as they were written stay: what shows that somebody was at them is never forgotten.
        """
        limit = to_micros(before)
        oldest = await self._transaction.row(_SQL["part"], {"after": -1, "count": 1})
        if oldest is None or oldest["noted_at"] >= limit:
            return 0
        await self._take_head()  # its lock: nobody else cuts the same rows meanwhile
        first = await self._beginning()
        if first is None:
            return 0
        last, code = first
        for row in await self._transaction.rows(_SQL["part"], {"after": last, "count": count}):
            if row["noted_at"] >= limit or self._fault(row, last, code):
                break
            last, code = row["id"], bytes(row["code"])
        if last > first[0]:
            seal = self._chain.beginning(last, code)
            await self._transaction.run(_SQL["set_beginning"], {"id": last, "code": code, "seal": seal})
            await self._transaction.run(_SQL["forget_to"], {"id": last})
        return last - first[0]

    async def chain_anew(self, seal: Seal, chain: Chain) -> int:
        """Seals and chains every row of a whole trail under another key, the beginning as well; how many had content.

        What was erased keeps its digest: nobody can make another without its content.
        """
        await self._take_head()  # its lock: nobody appends meanwhile
        first = await self._beginning()
        assert first is not None  # noqa: S101 - verified by the caller
        last, code = first
        await self._transaction.run(_SQL["set_beginning"], {"id": last, "code": code, "seal": chain.beginning(last, code)})
        count = 0
        async for row in self._all():
            content, digest, last = None, bytes(row["digest"]), row["id"]
            if row["content"] is not None:
                words = self._seal.open(bytes(row["content"]), _context(last))
                content, digest = seal.close(words, _context(last)), chain.digest(last, words)
                count += 1
            code = chain.code(code, last, row["noted_at"], row["event"], row["account_id"], row["request_number"], digest)
            await self._transaction.run(_SQL["chain_again"], {"id": last, "content": content, "digest": digest, "code": code})
        await self._transaction.run(_SQL["set_head"], {"id": last, "code": code, "seal": chain.head(last, code)})
        return count

    async def verify(self, *, head: AuditHead | None = None) -> AuditVerdict:
        """Checks every row, beginning and end, and a head written down earlier."""
        first = await self._beginning()
        if first is None:
            return AuditVerdict(0, AuditHead(0, START.hex()), "missing", 1)
        begin, code = first
        if head is not None and 0 < head.id < begin:
            return AuditVerdict(0, AuditHead(begin, code.hex()), "forgotten", head.id)
        found = await self._walk(begin, code, head)
        return replace(found, rows=found.head.id - begin, forgotten=begin)

    async def _walk(self, begin: int, code: bytes, noted: AuditHead | None) -> AuditVerdict:
        """Every row from the beginning on."""
        count, erasures = begin, _Erasures()
        at_noted = code if noted is not None and noted.id == begin else None
        async for row in self._all():
            fault = self._fault(row, count, code)
            if fault:
                return AuditVerdict(0, AuditHead(count, code.hex()), fault, count + 1)
            count, code = row["id"], bytes(row["code"])
            erasures.see(count, None if row["content"] is None else self._entry(row))
            if noted is not None and noted.id == count:
                at_noted = code
        found = AuditHead(count, code.hex())
        if noted is not None and at_noted is not None and not hmac.compare_digest(noted.code, at_noted.hex()):
            return AuditVerdict(0, found, "replaced", noted.id)
        if erasures.untold:
            return AuditVerdict(0, found, "content_missing", min(erasures.untold))
        if (noted is not None and at_noted is None) or not await self._ends_here(count, code):
            return AuditVerdict(0, found, "cut_off", count + 1)
        return AuditVerdict(0, found)

    def _fault(self, row: Row, count: int, before: bytes) -> str:
        if row["id"] != count + 1:
            return "missing"
        digest = bytes(row["digest"])
        code = self._chain.code(before, row["id"], row["noted_at"], row["event"], row["account_id"], row["request_number"], digest)
        if not hmac.compare_digest(code, bytes(row["code"])):
            return "changed"
        if row["content"] is None:
            return ""
        try:
            content = self._seal.open(bytes(row["content"]), _context(row["id"]))
        except SealBrokenError:
            return "changed"
        return "" if hmac.compare_digest(self._chain.digest(row["id"], content), digest) else "changed"

    async def _beginning(self) -> tuple[int, bytes] | None:
        """The last row that was forgotten and its code; None when somebody else than the desk has written it."""
        row = await self._transaction.row(_SQL["beginning"])
        if row is None:
            return 0, START
        code = bytes(row["code"])
        sealed = hmac.compare_digest(self._chain.beginning(row["last_id"], code), bytes(row["seal"]))
        return (row["last_id"], code) if sealed else None

    async def _ends_here(self, count: int, code: bytes) -> bool:
        row = await self._transaction.row(_SQL["head"])
        if row is None:
            return count == 0
        sealed = hmac.compare_digest(self._chain.head(count, code), bytes(row["seal"]))
        return sealed and row["last_id"] == count and bytes(row["code"]) == code

    async def _take_head(self) -> tuple[int, bytes]:
        row = await self._transaction.row(_SQL["take_head"])
        if row is None:
            await self._transaction.run(_SQL["begin"], {"code": START, "seal": self._chain.head(0, START)})
            row = await self._transaction.row(_SQL["take_head"])
        assert row is not None  # noqa: S101 - it was just made, here or by another writer
        return row["last_id"], bytes(row["code"])

    async def _all(self) -> AsyncIterator[Row]:
        after = -1  # a row that was put before the first is found as well
        while rows := await self._transaction.rows(_SQL["part"], {"after": after, "count": _PART}):
            for row in rows:
                yield row
            after = rows[-1]["id"]

    def _entry(self, row: Row) -> AuditEntry:
        actor, facts = "", {}
        if row["content"] is not None:
            actor, facts = json.loads(self._seal.open(bytes(row["content"]), _context(row["id"])))
        return AuditEntry(
            id=row["id"],
            at=from_micros(row["noted_at"]),
            event=row["event"],
            account_id=row["account_id"],
            request_number=row["request_number"],
            actor=actor,
            facts=facts,
            erased=row["content"] is None,
        )


def _context(row: int) -> bytes:
    return f"audit:{row}".encode()
