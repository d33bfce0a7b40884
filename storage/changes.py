"""Which tables changed lately: what was read from the others need not be read again."""

from __future__ import annotations

import re
from functools import lru_cache

_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = ("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")


@lru_cache(maxsize=1024)
def tables(statement: str) -> frozenset[str]:
    """The tables that a statement names."""
    return frozenset(_TABLE.findall(_COMMENT.sub("", statement)))


class Changes:
    """The changes on one connection, counted."""

    def __init__(self) -> None:
        self._count = 0
        self._everything = 0
        self._last: dict[str, int] = {}

    def mark(self) -> int:
        """A moment: what changes from now on has changed since."""
        self._count += 1
        return self._count

    def ran(self, statement: str) -> None:
        """A statement runs."""
        changed = _changed(statement)
        if changed is None:
            self._everything = self._count
        else:
            for table in changed:
                self._last[table] = self._count

    def unknown(self) -> None:
        """Somebody else may have changed anything."""
        self._everything = self._count

    def since(self, mark: int, statement: str) -> bool:
        """Whether what a statement reads may have changed since `mark`."""
        return self._everything >= mark or any(self._last.get(table, 0) >= mark for table in tables(statement))


@lru_cache(maxsize=1024)
def _changed(statement: str) -> frozenset[str] | None:
    """The tables that a statement may change; None where it cannot be told: rows of other tables may go with a deleted one."""
    text = _COMMENT.sub("", statement).lstrip()
    if text.startswith(_READS):
        return frozenset()
    return tables(statement) if text.startswith(("INSERT", "UPDATE", "WITH")) and "DELETE" not in text else None
