"""Compares the two languages of a template: the same blocks, reading the same facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes

from bot.core.markup import Block, Kind, Part, Source, Token

_STRING = re.compile(r'"[^"]*"|\'[^\']*\'')
_SET = re.compile(r"\{%[-+]?\s*set\b")
_KEYWORD = re.compile(r"\{%[-+]?\s*(\w+)\s*(.*?)\s*[-+]?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, placed in the twin that was read second."""

    path: str
    line: int
    text: str


def compare(first: Source, second: Source, jinja: Environment) -> Iterator[Difference]:
    """Every difference between twins that read without a mistake; the first block of another kind ends the comparison."""
    if first.subject is not None and second.subject is not None:
        yield from _compare_block(first.subject, second.subject, jinja)
    for one, other in zip(first.blocks, second.blocks, strict=False):
        if one.kind is not other.kind:
            yield Difference(other.path, other.line, f"this is {_a(other.kind)}, its twin {_where(one)} {_a(one.kind)}")
            return
        yield from _compare_block(one, other, jinja)
    shared = min(len(first.blocks), len(second.blocks))
    for extra in first.blocks[shared : shared + 1]:
        last = second.blocks[-1] if second.blocks else None
        path = last.path if last else extra.path
        yield Difference(path, last.line if last else 1, f"after this its twin goes on with {_a(extra.kind)} {_where(extra)}")
    for extra in second.blocks[shared : shared + 1]:
        yield Difference(extra.path, extra.line, f"its twin ends before this {extra.kind}")


def _where(block: Block) -> str:
    return f"({block.path}:{block.line})"


def _a(kind: Kind) -> str:
    return f"{'an' if kind[0] in 'aei' else 'a'} {kind}"


def _compare_block(one: Block, other: Block, jinja: Environment) -> Iterator[Difference]:
    if one.kind is Kind.CONTROL:
        if _statement(one) != _statement(other):
            yield Difference(other.path, other.line, f"the statement is not its twin's {_where(one)}: {_statement(one)}")
        return
    if len(one.cells) != len(other.cells):
        yield Difference(other.path, other.line, f"it has {len(other.cells)} parts, its twin {_where(one)} {len(one.cells)}")
    if _commands(one) != _commands(other):
        yield Difference(other.path, other.line, f"it has not as many `commands` as its twin {_where(one)}")
    for what, theirs, ours in zip(("reads", "filters by"), _reads(one, jinja), _reads(other, jinja), strict=True):
        if missing := ", ".join(sorted(theirs - ours)):
            yield Difference(other.path, other.line, f"its twin {_where(one)} {what} {missing}, and this does not")
        if more := ", ".join(sorted(ours - theirs)):
            yield Difference(other.path, other.line, f"it {what} {more}, and its twin {_where(one)} does not")


def _statement(block: Block) -> str:
    """A control line with its spaces evened out, and without the words that a `{% set %}` keeps."""
    text = " ".join(block.cells[0][0].text.split())
    return _STRING.sub('"…"', text) if _SET.match(text) else text


def _commands(block: Block) -> int:
    return sum(token.part is Part.CODE for cell in block.cells for token in cell)


def _reads(block: Block, jinja: Environment) -> tuple[set[str], set[str]]:
    """The variables with their attributes, and the filters, of a block."""
    names: set[str] = set()
    filters: set[str] = set()
    for cell in block.cells:
        for token in cell:
            if expression := _expression(token):
                tree = jinja.parse("{{ " + expression + " }}")
                filters |= {node.name for node in tree.find_all(nodes.Filter)}
                names |= _paths(tree)
    return names, filters


def _expression(token: Token) -> str:
    if token.part is Part.VALUE:
        return token.text[2:-2].strip("-+ \t")
    statement = _KEYWORD.match(token.text) if token.part is Part.STATEMENT else None
    if statement is None:
        return ""
    keyword, rest = statement.groups()
    if keyword in ("if", "elif"):
        return str(rest)
    return str(rest).partition(" in ")[2] if keyword == "for" else ""


def _paths(node: nodes.Node) -> set[str]:
    """Dotted paths such as `shipment.origin` of all that is read below a node; an index is `[]` and read by itself."""
    found: set[str] = set()
    if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
        found.add(_path(node))
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        inner: nodes.Node = node
        while isinstance(inner, nodes.Getattr | nodes.Getitem):
            if isinstance(inner, nodes.Getitem):
                found |= _paths(inner.arg)
            inner = inner.node
        if not isinstance(inner, nodes.Name):
            found |= _paths(inner)
        return found
    for child in node.iter_child_nodes():
        found |= _paths(child)
    return found


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{_path(node.node)}[{node.arg.value if isinstance(node.arg, nodes.Const) else ''}]"
    return "(…)"
