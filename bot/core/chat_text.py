"""Telegram's HTML within Telegram's limits: long texts are cut between lines, and never inside a tag."""

from __future__ import annotations

import re
from html import escape, unescape

TEXT_LIMIT = 4_096  # UTF-16 units after entities are parsed (Bot API, sendMessage)
_TAG = re.compile(r"<[^<>]*>")


def shown(html: str) -> str:
    """The words that a reader sees."""
    return unescape(_TAG.sub("", html))


def units(text: str) -> int:
    """How long Telegram counts a text: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(html: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The text in as many messages as it needs, at least one.

    Every line is complete in itself (templates/_layout/telegram.toml), so that a cut between lines leaves no tag open. A single
    line beyond the limit is written plain, in parts.
    """
    if units(html) < limit:  # with its tags already: nearly always
        return [html.strip("\n") or html]
    made: list[str] = []
    lines: list[str] = []
    length = 0
    for line in _lines(html, limit):
        more = units(shown(line)) + 1
        if lines and length + more > limit:
            made.append("\n".join(lines))
            lines, length = [], 0
        lines.append(line)
        length += more
    return [piece for whole in [*made, "\n".join(lines)] if (piece := whole.strip("\n"))] or [html]


def _lines(html: str, limit: int) -> list[str]:
    return [part for line in html.split("\n") for part in ([line] if units(shown(line)) < limit else _parts(shown(line), limit))]


def _parts(text: str, limit: int) -> list[str]:
    # A character is two units at most.
    size = limit // 2 - 1
    return [escape(text[at : at + size], quote=False) for at in range(0, len(text), size)]
