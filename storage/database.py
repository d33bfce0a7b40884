"""The port to the database: named statements in files, jobs that run in one transaction, durable when `write` returns.

Statements are shared by SQLite and PostgreSQL, which asks for a few manners: parameters bind by mapping (`:name`), moments are
integers (microseconds UTC), no LIKE, no arrays, and text is stripped of NUL and lone surrogates before it is bound (`clean`).
A job awaits nothing but its transaction: on SQLite many jobs share one commit, and a job that waits makes all of them wait. After a
refused statement a job goes on only outside the savepoint that it was in: letting it pass fails the job on both.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from bot.core.errors import StorageError

if TYPE_CHECKING:
    from storage.ahead import Ahead

Result = TypeVar("Result")
Row = Mapping[str, Any]
Parameters = Mapping[str, Any]

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Transaction(Protocol):
    """An open transaction. Rows are read by column name."""

    async def rows(self, statement: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """All rows of a statement's answer."""
        ...

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        """The first row, None when there is none."""
        ...

    async def run(self, statement: str, parameters: Parameters | None = None) -> int:
        """Runs a statement; how many rows it changed."""
        ...

    async def insert(self, statement: str, parameters: Parameters) -> int | None:
        """Runs an INSERT that ends in `RETURNING id`; the new row's id, None where it inserts nothing."""
        ...

    async def note(self, statement: str, parameters: Parameters) -> None:
        """Runs a statement, and what it changed is nobody's business before the commit: a job that runs ahead puts it off."""
        ...

    async def run_many(self, statement: str, parameters: Sequence[Parameters]) -> None:
        """Runs a statement once for each set of parameters."""
        ...

    def savepoint(self, *, seconds: float | None = None) -> AbstractAsyncContextManager[None]:
        """A part that is undone alone when an exception leaves it.

        With `seconds`, TimeoutError when its statements take longer. On SQLite they wait for nobody, and cannot be interrupted.
        """
        ...


Job = Callable[[Transaction], Awaitable[Result]]
Then = Callable[[Result], None]


class Hold(Protocol):
    """A role that this process alone has."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when the role is this process's no more: another may have it already."""
        ...

    async def release(self) -> None:
        """Gives the role back."""
        ...


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a database takes of the disk, in octets: its data, and the log beside them (0 where a server keeps that itself)."""

    data: int
    log: int


class Database(Protocol):
    """A database that the desk can stand on."""

    async def write(self, job: Job[Result], then: Then[Result] | None = None) -> Result:
        """Runs `job` in a transaction; when this returns, what it wrote survives a power cut.

        `then` is called with the result as soon as it is durable, also when the caller was cancelled meanwhile. Raises what `job`
        raised (its writes are undone) or StorageError (nothing was kept).
        """
        ...

    async def read(self, job: Job[Result]) -> Result:
        """Runs `job`, which only reads, on one snapshot, beside whatever is being written.

        Raises StorageError when the database is gone or the job writes.
        """
        ...

    async def ahead(self, job: Job[Result]) -> Ahead[Result] | None:
        """Runs `job` before its turn where that saves time (storage/ahead.py), for a `write` that settles it.

        None where it does not, or cannot be: the job is then to be run in the transaction. Never raises for what the job did.
        """
        ...

    async def hold(self, role: str) -> Hold | None:
        """The role of that name, which one process at a time may have; None while another has it. Raises StorageError."""
        ...

    async def faults(self) -> list[str]:
        """What the database finds wrong with its own files, [] when nothing. Reads all of it: for an operator who asks."""
        ...

    async def tidy(self) -> Sizes:
        """Keeps its files small after much was deleted; what they measure. Mail is accepted meanwhile."""
        ...

    async def close(self) -> None:
        """Finishes what runs and lets go of files and connections."""
        ...


def statements(module: str) -> Mapping[str, str]:
    """The named statements of `storage/queries/<module>.sql`: a line `-- name: xyz` begins each."""
    text = resources.files("storage").joinpath("queries", f"{module}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def in_order(row: Row) -> Iterable[Any]:
    """The columns of a row in the order of its statement: for rows read by the dozen, a tenth of the time by name."""
    return cast(Iterable[Any], row)  # both drivers' rows are iterated by value


def clean(text: str) -> str:
    """`text` without what a database cannot keep: NUL (PostgreSQL) and lone surrogates (UTF-8)."""
    return _UNSTORABLE.sub("", text)


def migrations(engine: str) -> list[tuple[int, str]]:
    """The numbered migrations of an engine ("sqlite" or "postgresql"), oldest first, as (number, SQL)."""
    folder = resources.files("storage").joinpath("migrations", engine)
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name.split("_", 1)[0]), folder.joinpath(name).read_text(encoding="utf-8")) for name in files]


def refuse_newer(newest: int | None, known: Sequence[tuple[int, str]], name: str) -> None:
    """Raises StorageError when a database has seen migrations that this program does not know."""
    if newest is not None and newest > known[-1][0]:
        raise StorageError(
            f"{name} was made by a newer version of the desk (schema {newest}, known here {known[-1][0]}). "
            "Install that version again, or restore a backup from before it."
        )
