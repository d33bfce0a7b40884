"""Everything that the database keeps sealed, sealed again under another key in one transaction; the audit trail is chained anew.

The trail must be whole before: a new chain over rows that somebody has changed would make them good. Its old head stands in a row
of the new chain, so that a head written down earlier can still be compared with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core.accounts.audit_chain import Chain
from bot.core.errors import Refused
from bot.core.seal import Seal
from storage.audit import AuditStore
from storage.database import Row, Transaction, statements

_SQL = statements("resealing")
CHANGED = "key_changed"  # the event of the row that holds the head of the chain before


@dataclass(frozen=True, slots=True)
class Keys:
    """What a key file makes: the seal, and the chain of the audit trail."""

    seal: Seal
    chain: Chain


@dataclass(frozen=True, slots=True)
class _Kept:
    """One column of sealed content: its statements' name, its row's key, and the context that ties the content to the row."""

    name: str
    keys: tuple[str, ...]
    context: Callable[[Row], str | bytes]


KEPT = (
    _Kept("inbox", ("id",), lambda row: bytes(row["identity"])),
    _Kept("outbox", ("id",), lambda row: row["message_id"]),
    _Kept("member", ("id",), lambda row: f"member:{row['id']}"),
    _Kept("token", ("digest",), lambda row: f"token:{bytes(row['digest']).hex()}"),
    _Kept("claimed", ("number",), lambda row: f"request.claimed:{row['number']}"),
    _Kept("on_file", ("number",), lambda row: f"request.on_file:{row['number']}"),
    _Kept("decision", ("number",), lambda row: f"request.decision:{row['number']}"),
    _Kept("note", ("id",), lambda row: f"request.note:{row['request_number']}"),
    _Kept("draft", ("person", "form"), lambda row: f"draft:{row['form']}:{row['person']}"),
)


async def reseal(tx: Transaction, old: Keys, new: Keys, now: datetime, *, actor: str) -> int:
    """How many contents were sealed again. Raises SealBrokenError for one that does not open, Refused for a broken trail."""
    verdict = await AuditStore(tx, old.seal, old.chain).verify()
    if not verdict.intact:
        raise Refused(
            "the audit trail is not intact ('autopro audit verify' says where): a new key would hide it; nothing was changed"
        )
    count = 0
    for kept in KEPT:
        count += await _again(tx, kept, old.seal, new.seal)
    count += await AuditStore(tx, old.seal, old.chain).chain_anew(new.seal, new.chain)
    await AuditStore(tx, new.seal, new.chain).add(CHANGED, now, actor=actor, facts={"head_before": str(verdict.head)})
    return count


async def _again(tx: Transaction, kept: _Kept, old: Seal, new: Seal) -> int:
    rows = await tx.rows(_SQL[kept.name])
    written = []
    for row in rows:
        words = kept.context(row)
        context = words if isinstance(words, bytes) else words.encode()
        sealed = new.close(old.open(bytes(row["sealed"]), context), context)
        written.append({**{key: row[key] for key in kept.keys}, "sealed": sealed})
    if written:
        await tx.run_many(_SQL[f"{kept.name}_again"], written)
    return len(written)
