"""Writes handlers' answers as a document that is read or printed, outside any letter: sections in one language under one title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bot.core.immutable import immutable
from bot.core.output_forms import OutputForm, read_output_form
from bot.core.replies import Reply
from bot.core.template_store import LAYOUT, load
from bot.core.values import Language, Medium
from bot.core.visit import DeskFacts

_SLOT = re.compile(r"\$(lang|title|content)\b")


@immutable
class Document:
    """A title in plain words, and its sections as a form wrote them."""

    title: str
    content: str


class DocumentWriter:
    """Every template of `folder`, compiled; `desk` is what they say of the company. Raises TemplateMistakesError."""

    def __init__(self, folder: Path, desk: DeskFacts) -> None:
        self._compiled = load(folder, {"desk": desk})
        self._layout = folder / LAYOUT

    def write(self, replies: Sequence[Reply], language: Language, form: OutputForm) -> Document:
        """The sections one below the other; the subject of the first is the title. Raises jinja2.UndefinedError, KeyError."""
        rendered = [
            self._compiled[reply.template, language].render({"short": False, "medium": Medium.LETTER, **reply.facts})
            for reply in replies
        ]
        return Document(rendered[0][0], "".join(form.write(script) for _, script in rendered))

    def html(self, replies: Sequence[Reply], language: Language) -> str:
        """A whole page for screen and paper (`_layout/handout.html`, `handout.toml`). Raises as `write` does, and ValueError."""
        document = self.write(replies, language, read_output_form(self._layout / "handout.toml", language, markup=True))
        values = {"lang": str(language), "title": escape(document.title), "content": document.content}
        page = (self._layout / "handout.html").read_text(encoding="utf-8")
        return _SLOT.sub(lambda slot: values[slot[1]], page)
