"""The audit trail in the database: appended, read, erased where the law asks, and verified row by row."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.core.accounts.audit_chain import ERASED, START, Chain, read_rows, write_rows
from bot.core.accounts.records import AuditEntry, AuditHead, AuditVerdict
from bot.core.clock import from_micros, to_micros
from bot.core.seal import Seal, SealBrokenError
from storage.database import Row, Transaction, clean, statements

_SQL = statements("audit")
_PART = 500  # rows read at a time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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

    async def verify(self, *, head: AuditHead | None = None) -> AuditVerdict:
        """Checks every row, the end, and a head written down earlier."""
        count, code = 0, START
        missing: set[int] = set()
        allowed: set[int] = set()
        seen_head = head is None or head.id == 0
        async for row in self._all():
            fault = self._fault(row, count, code)
            if fault:
                return AuditVerdict(count, AuditHead(count, code.hex()), fault, count + 1)
            count, code = row["id"], bytes(row["code"])
            if row["content"] is None:
                missing.add(count)
            elif row["event"] == ERASED:
                allowed |= read_rows(self._entry(row).facts.get("rows", ""))
            if head is not None and head.id == count:
                seen_head = hmac.compare_digest(head.code, code.hex())
                if not seen_head:
                    return AuditVerdict(count, AuditHead(count, code.hex()), "replaced", count)
        found = AuditHead(count, code.hex())
        if missing - allowed:
            return AuditVerdict(count, found, "content_missing", min(missing - allowed))
        if not seen_head or not await self._ends_here(count, code):
            return AuditVerdict(count, found, "cut_off", count + 1)
        return AuditVerdict(count, found)

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
