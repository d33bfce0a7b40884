"""Writes the PostgreSQL twins of the SQLite migrations: `python tools/postgresql_migration.py`.

The schema is one; only the words for types differ. A test holds the two files together.
"""

from __future__ import annotations

import re
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
    """Translates every migration."""
    for source in sorted((MIGRATIONS / "sqlite").glob("*.sql")):
        twin = MIGRATIONS / "postgresql" / source.name
        twin.write_text(translate(source.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
