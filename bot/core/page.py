"""The HTML page around a letter's sections: `templates/_layout/mail.html` and the `[page]` forms of `html.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bot.core.values import Language

_SLOT = re.compile(r"\$(lang|title|notice|content)\b")


@dataclass(frozen=True, slots=True)
class Page:
    """The page cut at its slots when the desk starts, so that a letter is put together by joining strings."""

    pieces: tuple[str, ...]
    forms: Mapping[str, str]
    between_sections: str
    between_halves: str

    def whole(self, language: Language, title: str, notice: str, content: str) -> str:
        """The document; `title` is plain words, the others are HTML."""
        start, after_lang, after_title, after_notice, end = self.pieces
        return f"{start}{language}{after_lang}{escape(title)}{after_title}{notice}{after_notice}{content}{end}"

    def half(self, language: Language, content: str) -> str:
        """One language's part of the letter."""
        return self.forms["half"].replace("$lang", language).replace("$content", content)

    def foot(self, content: str) -> str:
        """The small print at the end of a half."""
        return self.forms["foot"].replace("$content", content)

    def strip_notice(self, language: Language, words: str) -> str:
        """Where the other half is, at the top of the page; `language` is the words' own."""
        return self.forms["strip_notice"].replace("$lang", language).replace("$words", escape(words))

    def half_notice(self, language: Language, words: str) -> str:
        """Where the other half is, at the top of the second half; `language` is the words' own."""
        return self.forms["half_notice"].replace("$lang", language).replace("$words", escape(words))


def read_page(folder: Path, company: str) -> Page:
    """Read the page from the layout folder; ValueError when `mail.html` has not each slot once, in their order."""
    text = (folder / "mail.html").read_text(encoding="utf-8").replace("$company", escape(company))
    pieces = _SLOT.split(text)
    if pieces[1::2] != ["lang", "title", "notice", "content"]:
        raise ValueError(f"{folder}/mail.html: write $lang, $title, $notice and $content once each, in this order")
    forms = tomllib.loads((folder / "html.toml").read_text(encoding="utf-8"))["page"]
    return Page(
        pieces=tuple(pieces[::2]),
        forms=forms,
        between_sections=forms["between_sections"],
        between_halves=forms["between_halves"],
    )
