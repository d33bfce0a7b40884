"""A job run ahead of its transaction, on a snapshot, while the writer waits for a disk.

Most of what an answer takes is reading and composing; only what is written has to stand in line. So a job may be run before its
turn: what it reads is remembered, and what it notes is put off. When its turn comes, it reads the same again in the transaction;
where that is what it found before, what it noted is written, and its result stands as if it had only run there. Where it is not, or
where the job wanted more than can be put off, nothing has happened, and the job runs in its transaction as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Generic, NoReturn

from storage.changes import tables
from storage.database import Job, Parameters, Result, Row, Transaction, in_order

MayHaveChanged = Callable[[str], bool]


class TooEarlyError(Exception):
    """The job asks for what only its transaction can tell."""


class _EarlyTransaction:
    """What a job that runs ahead takes for its transaction."""

    def __init__(self, snapshot: Transaction) -> None:
        self._snapshot = snapshot
        self._changed: set[str] = set()
        self.refused = False
        self.found: list[tuple[str, Parameters | None, Sequence[Row]]] = []
        self.noted: list[tuple[str, Parameters]] = []

    async def rows(self, statement: str, parameters: Parameters | None = None) -> Sequence[Row]:
        if not self._changed.isdisjoint(tables(statement)):
            self._refuse()  # it may ask for what it has just noted
        rows = await self._snapshot.rows(statement, parameters)
        self.found.append((statement, parameters, rows))
        return rows

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        rows = await self.rows(statement, parameters)
        return rows[0] if rows else None

    async def insert(self, statement: str, parameters: Parameters) -> NoReturn:
        self._refuse()

    async def note(self, statement: str, parameters: Parameters) -> None:
        self.noted.append((statement, parameters))
        self._changed |= tables(statement)

    async def run(self, statement: str, parameters: Parameters | None = None) -> NoReturn:
        self._refuse()  # how many rows it changes decides something

    async def run_many(self, statement: str, parameters: Sequence[Parameters]) -> NoReturn:
        self._refuse()

    def savepoint(self, *, seconds: float | None = None) -> AbstractAsyncContextManager[None]:
        self._refuse()

    def _refuse(self) -> NoReturn:
        self.refused = True
        raise TooEarlyError


class Ahead(Generic[Result]):
    """What came of a job that ran ahead. It counts once `settle` has said so."""

    def __init__(self, result: Result, transaction: _EarlyTransaction, changed: MayHaveChanged) -> None:
        self.result = result
        self._found = transaction.found
        self._noted = transaction.noted
        self._changed = changed

    async def settle(self, transaction: Transaction) -> bool:
        """Writes what was noted; False, with nothing written, when the job would read something else now."""
        for statement, parameters, before in self._found:
            if self._changed(statement) and not _same(before, await transaction.rows(statement, parameters)):
                return False
        for statement, noted in self._noted:
            await transaction.note(statement, noted)
        return True


async def run_ahead(snapshot: Transaction, job: Job[Result], changed: MayHaveChanged = lambda _: True) -> Ahead[Result]:
    """Runs `job` on a snapshot; `changed` tells later whether what a statement reads may have changed since.

    Raises TooEarlyError when it cannot run ahead, and what the job raises.
    """
    transaction = _EarlyTransaction(snapshot)
    result = await job(transaction)
    if transaction.refused:  # and the job let it pass
        raise TooEarlyError
    return Ahead(result, transaction, changed)


def _same(before: Sequence[Row], now: Sequence[Row]) -> bool:
    return len(before) == len(now) and all(
        tuple(in_order(one)) == tuple(in_order(other)) for one, other in zip(before, now, strict=True)
    )
