"""What a person reads of a letter: its words, of plain text and of HTML alike."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_WORD = re.compile(r"\w+")
_VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})


class _Reader(HTMLParser):
    """Keeps the text of the body and the addresses of links, and minds that every element is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attributes).get("href") or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_decl(self, decl: str) -> None:
        assert decl == "doctype html"

    def handle_data(self, data: str) -> None:
        if not {"head", "style"} & set(self.open):
            self.text.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.faults, f"closed out of order: {reader.faults}"
    assert not reader.open, f"left open: {reader.open}"
    return reader


def words(text: str) -> list[str]:
    """The words of plain text, in order."""
    return _WORD.findall(text)


def html_text(html: str) -> str:
    """The text of a page's body, or of a piece of HTML; AssertionError for elements that are not closed in order."""
    return " ".join(_read(html).text)


def links(html: str) -> list[str]:
    """Where the links of a page lead, in order."""
    return _read(html).links
