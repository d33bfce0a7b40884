"""Reads the light markup of a template source into blocks (docs/templates.md is the format's description).

Markup is read from the source only, before any value is filled in: a value can never become markup, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a source line is."""

    HEADING = "heading"
    SUBHEADING = "subheading"
    STATUS = "status"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    FACT = "fact"
    EVENT = "event"
    ACTION = "action"
    SMALL = "small"
    DIVIDER = "divider"
    CONTROL = "control"


class Part(StrEnum):
    """What a piece of a line is."""

    TEXT = "text"
    VALUE = "value"  # {{ … }}
    STATEMENT = "statement"  # {% … %} inside words
    STRONG = "strong"  # begins or ends **strong**
    CODE = "code"  # begins or ends `COMMAND`


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line. `text` is the literal words, the whole `{{ … }}` or `{% … %}`, or "open" and "close"."""

    part: Part
    text: str


Cell = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One source line: its kind, its cells (a fact has two, an event three), and where it stands."""

    kind: Kind
    cells: tuple[Cell, ...]
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """A template read: its subject (None in fragments and in the frame) and its blocks; `mistakes` as `path:line: what to do`."""

    subject: Block | None
    blocks: tuple[Block, ...]
    mistakes: tuple[str, ...]


_MARKERS = (
    ("## ", Kind.SUBHEADING),
    ("# ", Kind.HEADING),
    ("! ", Kind.STATUS),
    ("- ", Kind.ITEM),
    (": ", Kind.FACT),
    ("@ ", Kind.EVENT),
    ("=> ", Kind.ACTION),
    ("~ ", Kind.SMALL),
)
_CELLS = {Kind.FACT: (2, 2), Kind.EVENT: (2, 3), Kind.ACTION: (2, 2)}
_PIECE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})|(\*\*)|(`)")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_ONLY_STATEMENTS = re.compile(r"(?:\{%(?:(?!%\}).)*%\}|[ \t])+")
_COMMENT = re.compile(r"\{#.*?#\}")
_INCLUDE = re.compile(r'\{%\s*include\s+"([\w/]+)"\s*%\}')
_HIDDEN_MARKER = re.compile(r"(?:\{%[^{}]*%\})+(?:#{1,2}|[!:@~-]|=>) ")
_STATEMENT = re.compile(r"\{%[-+]?\s*(\w+)(.*?)[-+]?%\}")
_STATEMENTS = frozenset({"if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith"})
_BLANK = " \t"
_DEEPEST_INCLUDE = 5


class _Reader:
    """Reads one source with its fragments, and collects what is wrong with it."""

    def __init__(self, fragment: Callable[[str], str | None], twin: str) -> None:
        self.fragment = fragment
        self.twin = twin
        self.blocks: list[Block] = []
        self.mistakes: list[str] = []
        self.subject: Block | None = None

    def read(self, source: str, path: str, depth: int = 0) -> None:
        for number, raw in enumerate(source.split("\n"), 1):
            line = _COMMENT.sub("", raw).strip(_BLANK + "\r")
            if not line:
                continue
            include = _INCLUDE.fullmatch(line)
            if include:
                self.include(include[1], path, number, depth)
            elif line.startswith("Subject:") and self.subject is None and not self.blocks:
                cell = self.cell(line[len("Subject:") :], path, number)
                self.subject = Block(Kind.HEADING, (cell,), path, number)
            else:
                self.blocks.append(self.block(line, path, number))

    def include(self, name: str, path: str, number: int, depth: int) -> None:
        source = self.fragment(name)
        if source is None:
            self.mistake(path, number, f"there is no {name}.{self.twin}.j2 to include; name a file in the templates folder")
        elif depth == _DEEPEST_INCLUDE:
            self.mistake(path, number, f"{name} is included too deep; a fragment must not include itself")
        else:
            self.read(source, f"{name}.{self.twin}.j2", depth + 1)

    def block(self, line: str, path: str, number: int) -> Block:
        for keyword, rest in _STATEMENT.findall(line):
            if keyword not in _STATEMENTS or (keyword == "set" and "=" not in rest):
                self.mistake(path, number, f"“{keyword}” has no place in a letter; macros and longer words belong in _words/")
        if _ONLY_STATEMENTS.fullmatch(line):
            return Block(Kind.CONTROL, ((Token(Part.STATEMENT, line),),), path, number)
        if line == "---":
            return Block(Kind.DIVIDER, (), path, number)
        if _HIDDEN_MARKER.match(line):
            self.mistake(path, number, "a block marker stands after a statement; put the statement on a line of its own")
        for marker, kind in _MARKERS:
            if line.startswith(marker):
                return self.marked(kind, line[len(marker) :], path, number)
        if line.split(" ", 1)[0] in {"##", "#", "!", "-", ":", "@", "=>", "~"}:
            self.mistake(path, number, "the block is empty; write words after its marker")
        return Block(Kind.PARAGRAPH, (self.cell(line, path, number),), path, number)

    def marked(self, kind: Kind, rest: str, path: str, number: int) -> Block:
        fewest, most = _CELLS.get(kind, (1, 1))
        texts = _split(rest) if most > 1 else [rest]
        if not fewest <= len(texts) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} or {most}"
            self.mistake(path, number, f"a line of this kind has {wanted} parts with | between, here are {len(texts)}")
        if not texts[0].strip(_BLANK):
            self.mistake(path, number, "the first part is empty; write words in it")
        return Block(kind, tuple(self.cell(text, path, number) for text in texts), path, number)

    def cell(self, text: str, path: str, number: int) -> Cell:
        tokens: list[Token] = []
        opened = {Part.STRONG: False, Part.CODE: False}
        position = 0
        text = text.strip(_BLANK)
        for piece in _PIECE.finditer(text):
            jinja, stars, _ = piece.groups()
            if stars and opened[Part.CODE]:
                continue  # inside `…` everything is literal
            _words(tokens, text[position : piece.start()])
            position = piece.end()
            if jinja:
                tokens.append(Token(Part.VALUE if jinja.startswith("{{") else Part.STATEMENT, jinja))
            else:
                part = Part.STRONG if stars else Part.CODE
                tokens.append(Token(part, "close" if opened[part] else "open"))
                opened[part] = not opened[part]
        _words(tokens, text[position:])
        if opened[Part.STRONG] or opened[Part.CODE]:
            self.mistake(path, number, "** or ` is opened and not closed on its line")
        if any(token.part is Part.TEXT and re.search(r"\{[{%#]|[}%#]\}", token.text) for token in tokens):
            self.mistake(path, number, "{{ or {% is not closed on its line")
        return tuple(tokens)

    def mistake(self, path: str, number: int, text: str) -> None:
        self.mistakes.append(f"{path}:{number}: {text}")


def _words(tokens: list[Token], text: str) -> None:
    if text:
        tokens.append(Token(Part.TEXT, text))


def _split(text: str) -> list[str]:
    """The parts between the `|` of a line; one inside `{{ … }}` is a filter's and divides nothing."""
    parts = [""]
    position = 0
    for jinja in _JINJA.finditer(text):
        _divide(parts, text[position : jinja.start()])
        parts[-1] += jinja[0]
        position = jinja.end()
    _divide(parts, text[position:])
    return parts


def _divide(parts: list[str], literal: str) -> None:
    first, *others = literal.split("|")
    parts[-1] += first
    parts.extend(others)


def read_source(source: str, path: str, twin: str, fragment: Callable[[str], str | None]) -> Source:
    """Read a template.

    `path` names it in mistakes ("trace/found.en.j2"), `twin` is its language ("en"), and `fragment` gives the source that
    `{% include "trace/_facts" %}` means, None where there is none. Nothing is raised: what is wrong is in `mistakes`.
    """
    reader = _Reader(fragment, twin)
    reader.read(source, path)
    return Source(reader.subject, tuple(reader.blocks), tuple(reader.mistakes))
