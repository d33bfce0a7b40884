"""The HTML page around a letter's sections: `templates/_layout/mail.html` and the `[page]` forms of `html.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bot.core.mail_body import TravelHtml, html_body
from bot.core.values import Language

_LEADING_DOT = re.compile(r"^\.", re.MULTILINE)
_SLOT = re.compile(r"\$(lang|title|notice|content)\b")


@dataclass(frozen=True, slots=True)
class Page:
    """The page cut at its slots when the desk starts, so that a letter is put together by joining strings."""

    starts: Mapping[Language, TravelHtml]  # up to the title, by the language of the letter's first half
    after_title: TravelHtml  # up to the notice
    after_notice: TravelHtml  # up to the content
    end: TravelHtml
    halves: Mapping[Language, tuple[TravelHtml, TravelHtml]]  # what stands before and after the content of one
    forms: Mapping[str, str]
    between_sections: TravelHtml
    between_halves: TravelHtml

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
    """Read the page from the layout folder.

    ValueError when `mail.html` has not each slot once, in their order, or a line that begins with a dot.
    """
    text = (folder / "mail.html").read_text(encoding="utf-8").replace("$company", escape(company))
    pieces = _SLOT.split(text)
    if pieces[1::2] != ["lang", "title", "notice", "content"]:
        raise ValueError(f"{folder}/mail.html: write $lang, $title, $notice and $content once each, in this order")
    if _LEADING_DOT.search(text):  # as a character reference, which it would become, a style sheet's selector means nothing
        raise ValueError(f"{folder}/mail.html: begin no line with a dot; a space before it will do")
    forms: Mapping[str, str] = tomllib.loads((folder / "html.toml").read_text(encoding="utf-8"))["page"]
    start, _, end = forms["half"].partition("$content")
    before_lang, after_lang, after_title, after_notice, last = pieces[::2]
    return Page(
        starts={twin: html_body(before_lang + twin + after_lang) for twin in Language},
        after_title=html_body(after_title),
        after_notice=html_body(after_notice),
        end=html_body(last),
        halves={twin: (html_body(start.replace("$lang", twin)), html_body(end)) for twin in Language},
        forms=forms,
        between_sections=html_body(forms["between_sections"]),
        between_halves=html_body(forms["between_halves"]),
    )
