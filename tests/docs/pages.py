"""The pages of the documentation, and what they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_NO_PART_OF_A_SLUG = re.compile(r"[^\w\- ]")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCED.sub("", text_of(page))


def blocks_of(page: Path) -> list[str]:
    return _FENCED.findall(text_of(page))


def quoted_in(page: Path) -> Iterator[str]:
    """What stands in backticks, and each line of a block of code."""
    yield from _QUOTED.findall(prose_of(page))
    for block in blocks_of(page):
        yield from block.splitlines()


def links_of(page: Path) -> list[str]:
    """Where the page's links lead, those to the outside left out."""
    return [link for link in _LINK.findall(prose_of(page)) if not re.match(r"[a-z]+:", link)]


def anchors_of(page: Path) -> set[str]:
    """The headings as links name them: small letters, no punctuation, dashes for spaces."""
    return {_NO_PART_OF_A_SLUG.sub("", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose_of(page))}
