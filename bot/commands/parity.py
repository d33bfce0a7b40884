"""`python -m bot.commands.parity [FOLDER]`: do the letters say the same in both languages, and are they well written?

Prints each difference with its file and line, and exits 1 when there is one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from bot.commands.twins import compare
from bot.commands.typography import faults, faults_of_command
from bot.core.markup import Block, Kind, Part, Source, Token
from bot.core.template_store import LAYOUT, Found, TemplateMistakesError, environment, evaluate_words, find, load
from bot.core.values import Language
from bot.core.visit import DeskFacts
from templates import FOLDER

_TIME = re.compile(r"\|\s*(?:time|moment)\s*\}\}$")
_DESK = DeskFacts(company="Autopro", phones=("514-856-5559",), address="Montréal")


def differences(folder: Path) -> list[str]:
    """What is wrong with the templates of a folder, as `path:line: what to do`; empty when nothing is."""
    try:
        load(folder, {"desk": _DESK})
    except TemplateMistakesError as error:
        return list(error.mistakes)
    found = find(folder)
    jinja = environment(Language.EN)
    lines = [*_unequal(found, jinja), *_unequal_words(found), *_badly_written(found, jinja), *_without_heading(found)]
    return list(dict.fromkeys(lines))


def _unequal(found: Found, jinja: Environment) -> Iterator[str]:
    for (name, language), source in found.sources.items():
        if language is Language.EN:
            for difference in compare(source, found.sources[name, Language.FR], jinja):
                yield f"{difference.path}:{difference.line}: {difference.text}"


def _unequal_words(found: Found) -> Iterator[str]:
    """Closed lists of which one language lacks a name or a key."""
    words = {language: evaluate_words(found, language, {"desk": _DESK, "lang": str(language)}) for language in Language}
    for language in Language:
        files = {name: text for (name, twin), text in found.words.items() if twin is language}
        for key in _missing(words[language.other], words[language]):
            name, line = _place_of(key, {name: found.words[name, language.other] for name in files})
            yield f"{name}.{language}.j2:{line}: write {key} here as well; its twin has it"


def _missing(theirs: Mapping[Any, Any], ours: Mapping[Any, Any]) -> Iterator[str]:
    for key, value in theirs.items():
        if key not in ours:
            yield str(key)
        elif isinstance(value, Mapping) and isinstance(ours[key], Mapping):
            yield from _missing(value, ours[key])
        elif isinstance(value, list | tuple) and len(value) != len(ours[key]):
            yield f"as many of {key}"


def _place_of(key: str, files: Mapping[str, str]) -> tuple[str, int]:
    """The file and line where the twin has a key, which is where it is to be written."""
    for name, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            if f'"{key}"' in line or f"set {key} " in line or f"macro {key}(" in line:
                return name, number
    return next(iter(files)), 1


def _without_heading(found: Found) -> Iterator[str]:
    for (name, language), source in found.sources.items():
        first = next((block for block in source.blocks if block.kind is not Kind.CONTROL), None)
        if not name.startswith(LAYOUT + "/") and (first is None or first.kind is not Kind.HEADING):
            yield f"{name}.{language}.j2:{first.line if first else 1}: begin with the section’s heading, “# Words”"


def _badly_written(found: Found, jinja: Environment) -> Iterator[str]:
    for (_, language), source in found.sources.items():
        for block in _with_words(source):
            for fault in _block_faults(language, block, jinja):
                yield f"{block.path}:{block.line}: {fault}"
    for (name, language), text in found.words.items():
        for line, words in _strings(jinja.parse(text)):
            for fault in faults(language, words):
                yield f"{name}.{language}.j2:{line}: {fault}"


def _with_words(source: Source) -> Iterator[Block]:
    if source.subject is not None:
        yield source.subject
    yield from source.blocks


def _block_faults(language: Language, block: Block, jinja: Environment) -> Iterator[str]:
    for place, cell in enumerate(block.cells):
        if language is Language.EN and any(_doubles_its_point(*pair) for pair in pairwise(cell)):
            yield "an English time ends with a point (8:00 a.m.): end the sentence with another word"
        typed = block.kind is Kind.ACTION and place == 1
        for token in cell:
            if token.part is Part.CODE:
                typed = token.text == "open"
            elif token.part is Part.TEXT:
                yield from (faults_of_command if typed else faults)(language, token.text)
            elif token.part is Part.VALUE and not typed:
                for _, words in _strings(jinja.parse(token.text)):
                    yield from faults(language, words)


def _doubles_its_point(value: Token, after: Token) -> bool:
    """Whether a time of day is followed by the sentence's own point."""
    return value.part is Part.VALUE and after.part is Part.TEXT and after.text.startswith(".") and bool(_TIME.search(value.text))


def _strings(tree: nodes.Node) -> Iterator[tuple[int, str]]:
    """The words in expressions and macros; keys, indexes and what values are compared with are names and no words."""
    if isinstance(tree, nodes.TemplateData):
        yield tree.lineno, tree.data
    elif isinstance(tree, nodes.Const) and isinstance(tree.value, str):
        yield tree.lineno, tree.value
    elif isinstance(tree, nodes.Pair):
        yield from _strings(tree.value)
    elif not isinstance(tree, nodes.Compare):
        for child in tree.iter_child_nodes(exclude=("arg",) if isinstance(tree, nodes.Getitem) else None):
            yield from _strings(child)


def main(arguments: list[str]) -> int:
    """Check the folder named on the command line, by default the desk's own templates."""
    folder = Path(arguments[0]) if arguments else FOLDER
    try:
        lines = differences(folder)
    except (TemplateSyntaxError, OSError) as error:
        lines = [str(error)]
    for line in lines:
        print(f"{folder.name}/{line}")
    if not lines:
        print(f"{folder.name}: both languages agree")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
