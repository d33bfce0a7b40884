"""Turns a template's blocks into its Jinja source, and what that renders into each format.

A rendered template is a script: one line a block, a letter for its kind, its cells between U+001F, and marks where strong words and
commands begin and end. Values hold no control characters, so that nothing in them can be taken for a line or a mark. A format
(`templates/_layout/*.toml`) then gives each line its form; HTML escapes the whole script first, values and words alike.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from string import Template as Form
from string import ascii_lowercase

from markupsafe import escape

from bot.core.markup import Block, Cell, Kind, Part, Source, Token
from bot.core.opaque import percent_encoded
from bot.core.values import Language

_LETTERS = dict(zip(Kind, ascii_lowercase, strict=False))
_ACTION = _LETTERS[Kind.ACTION]
_BETWEEN_CELLS = "\x1f"
_MARKS = {(Part.STRONG, "open"): "\x01", (Part.STRONG, "close"): "\x02", (Part.CODE, "open"): "\x03", (Part.CODE, "close"): "\x04"}
_WITHOUT_MARKS = str.maketrans(dict.fromkeys(_MARKS.values(), ""))

# What stands between label and value, and around a command to type, as each language writes them in plain text.
_SIGNS = {
    Language.EN: {"colon": ":", "open": "“", "close": "”"},
    Language.FR: {"colon": "\u00a0:", "open": "«\u00a0", "close": "\u00a0»"},
}
_UNDERLINE_LIMIT = 60  # characters
Writer = Callable[[str, str], str]  # the cells of a line and the start of its links, to the line's form


def jinja_source(source: Source) -> str:
    """The Jinja source whose first line renders the subject ("" where there is none) and whose further lines are the script."""
    subject = _cell(source.subject.cells[0]) if source.subject else ""
    return subject + "\n" + "".join(map(_line, source.blocks))


def _line(block: Block) -> str:
    if block.kind is Kind.CONTROL:
        return block.cells[0][0].text
    return _LETTERS[block.kind] + _BETWEEN_CELLS.join(map(_cell, block.cells)) + "\n"


def _cell(cell: Cell) -> str:
    return "".join(map(_token, cell))


def _token(token: Token) -> str:
    return _MARKS.get((token.part, token.text), token.text)


def actions(script: str) -> Iterable[tuple[str, str]]:
    """Label and command of each one-tap action of a script."""
    for line in script.split("\n"):
        if line.startswith(_ACTION):
            label, _, command = line[1:].translate(_WITHOUT_MARKS).partition(_BETWEEN_CELLS)
            yield label, command


@dataclass(frozen=True, slots=True)
class OutputForm:
    """One format in one language: how each kind of line is written, and what stands around neighbours of one kind."""

    markup: bool
    inline: tuple[tuple[str, str], ...]
    writers: Mapping[str, Writer]
    groups: Mapping[str, tuple[str, str]]

    def write(self, script: str, link: str = "") -> str:
        """The format of a script; `link` is the start of every link, before the command (already escaped)."""
        if self.markup:
            script = str(escape(script))
        for mark, form in self.inline:
            if mark in script:
                script = script.replace(mark, form)
        pieces: list[str] = []
        kind = closing = ""
        for line in script.split("\n"):
            if line[:1] != kind:
                kind = line[:1]
                opening, next_closing = self.groups.get(kind, ("", ""))
                pieces += (closing, opening)
                closing = next_closing
            if kind:
                pieces.append(self.writers[kind](line[1:], link))
        return "".join(pieces)


def read_output_form(path: Path, language: Language, *, markup: bool) -> OutputForm:
    """Read one of `templates/_layout/*.toml`; ValueError says what is missing there."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        tags = (*table["strong"], *table["code"])
        forms: dict[str, str] = table["block"]
        return OutputForm(
            markup=markup,
            inline=tuple(zip(_MARKS.values(), tags, strict=True)),
            writers={_LETTERS[kind]: _writer(kind, forms, _SIGNS[language]) for kind in Kind if kind is not Kind.CONTROL},
            groups={_LETTERS[Kind(kind)]: (around[0], around[1]) for kind, around in table["group"].items()},
        )
    except KeyError as error:
        raise ValueError(f"{path.name}: write the form {error.args[0]}") from error


def _writer(kind: Kind, forms: Mapping[str, str], signs: Mapping[str, str]) -> Writer:
    """How a kind of line is written. Forms are cut at their slots once: joining strings is the quickest way to fill them."""
    form = Form(forms[kind]).safe_substitute(signs)
    if kind is Kind.HEADING:
        return _heading_writer(form)
    if kind is Kind.EVENT:
        return _event_writer(form, forms["where"])
    if kind is Kind.ACTION:
        return _action_writer(form)
    if kind is Kind.DIVIDER:
        return lambda _, __: form
    if kind is Kind.FACT:
        before, between, after = _pieces(form, "label", "value")
        return lambda cells, _: before + cells.replace(_BETWEEN_CELLS, between) + after
    start, end = _pieces(form, "words")
    return lambda words, _: start + words + end


def _pieces(form: str, *slots: str) -> list[str]:
    """What stands before, between and after the slots of a form; ValueError when they are not there in this order."""
    pieces = []
    for slot in slots:
        piece, found, form = form.partition(f"${slot}")
        if not found:
            raise ValueError(f"write {' '.join(f'${name}' for name in slots)}, in this order")
        pieces.append(piece)
    return [*pieces, form]


def _heading_writer(form: str) -> Writer:
    before, after = _pieces(form, "words")
    if "$line" not in after:
        return lambda words, _: before + words + after
    between, end = _pieces(after, "line")
    return lambda words, _: before + words + between + "=" * min(len(words), _UNDERLINE_LIMIT) + end


def _event_writer(form: str, where_form: str) -> Writer:
    """An event's place takes its comma along when it is empty."""
    before, then, last, after = _pieces(form, "when", "what", "where")
    comma, end = _pieces(where_form, "words")

    def write(cells: str, _: str) -> str:
        when, what, *places = cells.split(_BETWEEN_CELLS)
        place = places[0].strip(" ") if places else ""
        return before + when + then + what + last + (comma + place + end if place else "") + after

    return write


def _action_writer(form: str) -> Writer:
    """An action with its link, or without one in plain text; nothing where actions are buttons."""
    if not form:
        return lambda _, __: ""
    start, rest = _pieces(form, "link") if "$link" in form else ("", form)
    before, between, after = _pieces(rest, "label", "command")

    def write(cells: str, link: str) -> str:
        label, _, command = cells.partition(_BETWEEN_CELLS)
        target = start + link + percent_encoded(unescape(command)) if start else ""
        return target + before + label + between + command + after

    return write
