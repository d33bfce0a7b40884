"""How much waits: both queues at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Transaction, statements

_SQL = statements("depths")


@dataclass(frozen=True, slots=True)
class Depths:
    """Rows that wait; `*_oldest` in microseconds UTC, 0 when none does."""

    inbox_waiting: int
    inbox_oldest: int
    inbox_parked: int
    outbox_waiting: int
    outbox_oldest: int
    outbox_failed: int

    @classmethod
    async def read(cls, tx: Transaction) -> Depths:
        """Both queues as they are now."""
        row = await tx.row(_SQL["depths"])
        assert row is not None  # noqa: S101 - aggregates always give a row
        return cls(*(int(row[name]) for name in cls.__dataclass_fields__))
