"""The words of all commands: what the handler files declare, folded and checked, and matched at the beginning of a line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.core.commands import CommandSpec
from bot.core.folding import fold
from bot.core.immutable import immutable
from bot.core.values import Language


@immutable
class Phrase:
    """One accepted phrase of a command. `language` is None when it says nothing about the writer's language."""

    text: str
    spec: CommandSpec
    language: Language | None
    whole_line: bool


class Vocabulary:
    """The accepted phrases of all commands.

    Raises ValueError, naming both commands, when two of them claim one word; and naming the word when a declaration speaks of a
    word that is not among the command's own, or that has no letter or digit.
    """

    def __init__(self, specs: Sequence[CommandSpec]) -> None:
        self.specs = tuple(specs)
        self._phrases: dict[str, Phrase] = {}
        self._longest: dict[str, int] = {}
        for spec in specs:
            for phrase in _phrases_of(spec):
                self._claim(phrase)
        # What a near miss may be told: the folded phrases of the commands that HELP lists, with their names.
        self.listed = {text: phrase.spec.name for text, phrase in self._phrases.items() if phrase.spec.listed}
        self.trace = self._owner("TRACE")
        self.language = self._owner("LANGUAGE")

    def _claim(self, phrase: Phrase) -> None:
        other = self._phrases.get(phrase.text)
        if other is not None and other.spec is not phrase.spec:
            raise ValueError(
                f"{other.spec.name} and {phrase.spec.name} both claim the word {phrase.text!r}: leave it to one of them"
            )
        self._phrases[phrase.text] = phrase
        words = phrase.text.split()
        self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    def _owner(self, word: str) -> CommandSpec | None:
        phrase = self._phrases.get(word)
        return phrase.spec if phrase is not None else None

    def at(self, words: Sequence[str], start: int) -> Iterator[tuple[Phrase, int]]:
        """The phrases that stand at `words[start]`, longest first, each with the place of the word after it."""
        longest = self._longest.get(words[start]) if start < len(words) else None
        if longest is None:
            return
        for size in range(min(longest, len(words) - start), 0, -1):
            phrase = self._phrases.get(" ".join(words[start : start + size]) if size > 1 else words[start])
            if phrase is not None:
                yield phrase, start + size

    def begins(self, words: Sequence[str]) -> bool:
        """Whether a phrase of a command stands anywhere among `words`."""
        return any(next(self.at(words, place), None) is not None for place in range(len(words)))


def _phrases_of(spec: CommandSpec) -> Iterator[Phrase]:
    languages: dict[str, set[Language]] = {}
    for language, words in spec.words.items():
        for word in words:
            languages.setdefault(_folded(spec, word), set()).add(language)
    undecided = _own(spec, spec.undecided, languages)
    whole_line = _own(spec, spec.whole_line, languages)
    for text, said_in in languages.items():
        decides = len(said_in) == 1 and text not in undecided
        yield Phrase(text, spec, next(iter(said_in)) if decides else None, text in whole_line)


def _own(spec: CommandSpec, words: frozenset[str], known: Collection[str]) -> frozenset[str]:
    folded = frozenset(_folded(spec, word) for word in words)
    for word in sorted(folded):
        if word not in known:
            raise ValueError(f"{spec.name} marks {word!r}, which is not one of its words: add it there or leave it out here")
    return folded


def _folded(spec: CommandSpec, word: str) -> str:
    folded = fold(word)
    if not folded:
        raise ValueError(f"{spec.name} has the word {word!r}, which holds no letter or digit: write another")
    return folded
