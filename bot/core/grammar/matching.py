"""One line against the vocabulary: whether it is a command, and with what argument."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.commands import Command, CommandSpec, Effect, Follows
from bot.core.courtesy import POLITE_START, only_courtesy, skip_courtesy
from bot.core.folding import after_words
from bot.core.grammar.heard import Line
from bot.core.grammar.vocabulary import Phrase, Vocabulary
from bot.core.immutable import immutable
from bot.core.trace_arguments import names_nothing
from bot.core.values import Language

MAX_PROSE = 3  # lines of prose before an open command (the design)
MAX_BEFORE_COURTESY = 6  # words of such an argument
_LABEL = re.compile(r"\s*(?:[:\uff1a]|=\s)")


@immutable
class Match:
    """A command at the beginning of a line, with its argument as written ("" when there is none)."""

    spec: CommandSpec
    command: Command


def match(vocabulary: Vocabulary, line: Line, prose: int, own_code: str = "") -> Match | None:
    """The command at the beginning of `line`, after courtesy; None when the line is prose. `prose` lines stand before it.

    A command that changes something is read after courtesy only; an open one also after a polite beginning ("could you …").
    `own_code` is the writer's access code, where one is known.
    """
    start = skip_courtesy(line.words)
    found = _match_at(vocabulary, line, start, prose, own_code, asked=False)
    if found is None:
        asked = skip_courtesy(line.words, POLITE_START)
        if asked != start:
            found = _match_at(vocabulary, line, asked, prose, own_code, asked=True)
    return found


def _match_at(vocabulary: Vocabulary, line: Line, start: int, prose: int, own_code: str, *, asked: bool) -> Match | None:
    for phrase, end in vocabulary.at(line.words, start):
        spec = phrase.spec
        tail = after_words(line.raw, end) if end < len(line.words) or not line.raw[-1:].isalnum() else ""
        if _LABEL.match(tail) and (end < len(line.words) or (phrase.whole_line and spec is not vocabulary.trace)):
            return None  # "Label: value"; what the phrase begins with is no command either
        if (prose or asked) if spec.effect is Effect.CHANGE else prose > MAX_PROSE:
            continue
        rest = line.words[end:]
        names_own = spec.takes_code and bool(own_code) and rest[:1] == [own_code]
        argument = tail.strip() if names_own else _argument(vocabulary, phrase, rest, tail.strip())
        if argument is not None:
            language = _language(vocabulary, phrase, line.words, end)
            return Match(spec, Command(spec.name, argument=argument, language=language, word=phrase.text))
    return None


def _argument(vocabulary: Vocabulary, phrase: Phrase, rest: Sequence[str], written: str) -> str | None:
    """The argument as written, "" when there is none, None when the words are prose."""
    spec = phrase.spec
    if phrase.whole_line and written and spec.written is not None and spec.written(written):
        return written  # also one that folds to nothing: a password may be all signs
    if only_courtesy(rest):
        return ""
    if phrase.whole_line:
        if spec.argument is not None and spec.argument(" ".join(rest)):
            return "" if spec is vocabulary.trace and names_nothing(rest) else written
        return _before_courtesy(spec, rest, written)
    return None if spec.follows is Follows.NOTHING else written


def _before_courtesy(spec: CommandSpec, rest: Sequence[str], written: str) -> str | None:
    """The argument when thanks follow it ("LANGUAGE FRENCH please"), None when it is not valid without them either."""
    if spec.argument is None:
        return None
    for size in range(1, min(len(rest), MAX_BEFORE_COURTESY + 1)):
        if only_courtesy(rest[size:]):
            valid = spec.argument(" ".join(rest[:size]))
            return written[: len(written) - len(after_words(written, size))].rstrip() if valid else None
    return None


def _language(vocabulary: Vocabulary, phrase: Phrase, words: Sequence[str], end: int) -> Language | None:
    """What the word says of the writer's language; nothing when its twin stands beside it ("Status / Statut 123456789")."""
    if phrase.language is None:
        return None
    twin = any(other.spec is phrase.spec and other.language is phrase.language.other for other, _ in vocabulary.at(words, end))
    return None if twin else phrase.language
