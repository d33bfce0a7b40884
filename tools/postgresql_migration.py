"""Writes the PostgreSQL twin of a SQLite migration: `python tools/postgresql_migration.py 0001_counter.sql`.

The schema is one; only the words for types differ. A test holds the two files together.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

MIGRATIONS = Path(__file__).resolve().parent.parent / "storage" / "migrations"
_WORDS = (
    (r"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    (r"\bINTEGER\b", "BIGINT"),
    (r"\bBLOB\b", "BYTEA"),
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
    (r"\) WITHOUT ROWID;", ");"),
)


def translate(sql: str) -> str:
    """The same tables in PostgreSQL's words."""
    for pattern, words in _WORDS:
        sql = re.sub(pattern, words, sql)
    return sql


def main() -> None:
    """Translates the named migrations."""
    for name in sys.argv[1:]:
        source = (MIGRATIONS / "sqlite" / name).read_text(encoding="utf-8")
        (MIGRATIONS / "postgresql" / name).write_text(translate(source), encoding="utf-8")


if __name__ == "__main__":
    main()
