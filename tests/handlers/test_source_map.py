"""docs/source-map.md names only what exists, and misses no sentence of the help page."""

from __future__ import annotations

import re
from pathlib import Path

from templates import FOLDER

ROOT = FOLDER.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "source-map.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
_NAMED = re.compile(r"`([^`]+)`")


def test_the_rows_are_complete() -> None:
    """31 sentences; each has a rule, a letter and a test."""
    assert [int(row[0]) for row in ROWS] == list(range(1, 32))
    assert all(len(row) == 6 and row[2] and row[4] and row[5] for row in ROWS)


def test_every_file_named_exists() -> None:
    """Code by its path, letters in both languages."""
    for row in ROWS:
        for path in _NAMED.findall(row[3]):
            assert (ROOT / path).is_file(), path
        for letter in _NAMED.findall(row[4]):
            for language in ("en", "fr"):
                assert list(FOLDER.glob(f"{letter}.{language}.j2")), letter


def test_every_test_named_exists() -> None:
    """A test that was renamed is missed here."""
    for row in ROWS:
        for path, name in (named.split("::") for named in _NAMED.findall(row[5])):
            source = Path(ROOT / path).read_text(encoding="utf-8")
            assert re.search(rf"def {name}\(", source), name
