"""Finds, reads and compiles every template when the desk starts, and says everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.runtime import Context, Macro
from jinja2.utils import Namespace

from bot.core.errors import AutoproError
from bot.core.formats import filters
from bot.core.markup import Source, read_source
from bot.core.opaque import opaque
from bot.core.output_forms import jinja_source
from bot.core.values import Language

LAYOUT: Final = "_layout"
WORDS: Final = "_words"

# Jinja's own filters that a letter needs; `safe` and its like are left out, since values must stay opaque.
_JINJA_FILTERS = (
    *("abs", "batch", "capitalize", "default", "first", "groupby", "int", "items", "join", "last", "length", "list", "lower"),
    *("map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "string"),
    *("sum", "title", "trim", "unique", "upper"),
)


class TemplateMistakesError(AutoproError):
    """The templates have mistakes; none is used before all are mended. `mistakes` has one line each: file, line, what to do."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("mend these templates, then start again:\n" + "\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Compiled:
    """One template in one language. `shared` is what it sees besides its facts."""

    template: Template
    shared: Mapping[str, Any]

    def render(self, facts: Mapping[str, Any]) -> tuple[str, str]:
        """Subject and script of the template filled with facts; jinja2.UndefinedError when one that it reads is missing.

        The Context is made here and not by `Template.render`, which copies a ChainMap of all globals each time (8 µs).
        """
        template = self.template
        context = Context(template.environment, {**self.shared, **facts}, template.name, template.blocks)
        subject, _, script = "".join(template.root_render_func(context)).partition("\n")
        return subject, script


@dataclass(slots=True)
class Found:
    """The sources of a folder: by name and language, with the folder's mistakes."""

    sources: dict[tuple[str, Language], Source] = field(default_factory=dict)
    words: dict[tuple[str, Language], str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)


def _files(folder: Path) -> Iterator[tuple[str, str, Path]]:
    for path in sorted(folder.rglob("*.j2")):
        name, _, twin = path.relative_to(folder).as_posix().removesuffix(".j2").rpartition(".")
        yield name, twin, path


def find(folder: Path) -> Found:
    """Read every source below a folder; fragments (a file name that begins with `_`) are read where they are included."""
    found = Found()
    texts: dict[tuple[str, Language], str] = {}
    for name, twin, path in _files(folder):
        if twin not in tuple(Language):
            found.mistakes.append(f"{path.relative_to(folder)}:1: name it NAME.en.j2 or NAME.fr.j2")
            continue
        texts[name, Language(twin)] = path.read_text(encoding="utf-8")
    for (name, language), text in texts.items():
        if (name, language.other) not in texts:
            found.mistakes.append(f"{name}.{language}.j2:1: write its twin {name}.{language.other}.j2")
        if name.startswith(WORDS + "/"):
            found.words[name, language] = text
        elif not name.rpartition("/")[2].startswith("_"):
            source = read_source(text, f"{name}.{language}.j2", language, _fragments(texts, language))
            found.sources[name, language] = source
            found.mistakes += source.mistakes
            if source.subject is None and not name.startswith(LAYOUT + "/"):
                found.mistakes.append(f"{name}.{language}.j2:1: begin with a line “Subject: …”")
    return found


def _fragments(texts: Mapping[tuple[str, Language], str], language: Language) -> Callable[[str], str | None]:
    return lambda name: texts.get((name, language))


def environment(language: Language) -> Environment:
    """The Jinja environment of one language. Values are opaque; the formats of HTML escape what a template made, as a whole."""
    made = Environment(
        autoescape=False,  # noqa: S701 - OutputForm.write escapes
        undefined=StrictUndefined,
        finalize=opaque,
        keep_trailing_newline=True,
        cache_size=0,
    )
    made.filters = {**{name: made.filters[name] for name in _JINJA_FILTERS}, **filters(language)}
    made.globals = {}
    return made


def load(folder: Path, shared: Mapping[str, Any]) -> dict[tuple[str, Language], Compiled]:
    """Compile every template below a folder, by name and language. `shared` is what all see besides their facts.

    Raises TemplateMistakesError with every mistake at once.
    """
    found = find(folder)
    compiled: dict[tuple[str, Language], Compiled] = {}
    for language in Language:
        jinja = environment(language)
        seen = {"range": range, "namespace": Namespace, **shared, "lang": str(language)}
        seen.update(evaluate_words(found, language, seen))
        for (name, twin), source in found.sources.items():
            template = _compile(name, language, source, jinja, found.mistakes) if twin is language else None
            if template is not None:
                compiled[name, language] = Compiled(template, seen)
    if found.mistakes:
        raise TemplateMistakesError(tuple(dict.fromkeys(found.mistakes)))
    return compiled


def evaluate_words(found: Found, language: Language, shared: Mapping[str, Any]) -> dict[str, Any]:
    """The closed lists of `_words/` in one language: what each file sets, and its macros."""
    words: dict[str, Any] = {}
    jinja = environment(language)
    for (name, twin), text in found.words.items():
        if twin is not language:
            continue
        try:
            module = jinja.from_string(text).make_module({**shared, **words})
        except Exception as error:  # any error while the file runs is the file's mistake
            line = getattr(error, "lineno", None) or 1
            found.mistakes.append(f"{name}.{language}.j2:{line}: {error}")
        else:
            words.update({key: _memoized(value) for key, value in vars(module).items() if not key.startswith("_")})
    return words


def _memoized(value: Any) -> Any:
    """A macro that remembers what it made of strings: keys of closed lists come again and again. Other values pass as they are."""
    if not isinstance(value, Macro):
        return value
    macro = value
    remembered = lru_cache(maxsize=4096)(lambda *keys: str(macro(*keys)))

    def words(*arguments: Any) -> str:
        return remembered(*arguments) if all(isinstance(argument, str) for argument in arguments) else str(macro(*arguments))

    return words


def _compile(name: str, language: Language, source: Source, jinja: Environment, mistakes: list[str]) -> Template | None:
    path = f"{name}.{language}.j2"
    try:
        tree = jinja.parse(jinja_source(source))
    except TemplateSyntaxError as error:
        mistakes.append(f"{path}:{_mistaken_line(jinja, source)}: {error.message}")
        return None
    if unknown := _unknown_names(tree, jinja):
        mistakes += [f"{path}:1: there is no {word}; docs/templates.md lists what there is" for word in unknown]
        return None
    return Template.from_code(jinja, jinja.compile(tree, name=path, filename=path), {})


def _mistaken_line(jinja: Environment, source: Source) -> int:
    """The first line whose own expressions do not parse; else the first of the template, as for an unclosed if."""
    for block in source.blocks:
        text = "".join(token.text for cell in block.cells for token in cell if token.text.startswith("{{"))
        try:
            jinja.parse(text)
        except TemplateSyntaxError:
            return block.line
    return source.blocks[0].line if source.blocks else 1


def _unknown_names(tree: nodes.Template, jinja: Environment) -> list[str]:
    filters_used = {f"filter “{node.name}”" for node in tree.find_all(nodes.Filter) if node.name not in jinja.filters}
    tests_used = {f"test “{node.name}”" for node in tree.find_all(nodes.Test) if node.name not in jinja.tests}
    return sorted(filters_used | tests_used)
