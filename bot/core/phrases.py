"""Closed lists of phrases, matched over folded words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.folding import fold


def word_set(text: str) -> frozenset[str]:
    """The folded words that `text` lists."""
    return frozenset(text.split())


class Phrases:
    """A closed list of phrases; the longest that fits wins."""

    __slots__ = ("_longest", "_phrases")

    def __init__(self, phrases: Iterable[str]) -> None:
        """Take phrases as people write them; they are folded here."""
        self._phrases = frozenset(folded for phrase in phrases if (folded := fold(phrase)))
        self._longest: dict[str, int] = {}
        for phrase in self._phrases:
            words = phrase.split()
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    @classmethod
    def listed(cls, text: str) -> Phrases:
        """The phrases that `text` lists, parted by bars or line ends."""
        return cls(text.replace("\n", "|").split("|"))

    def __or__(self, other: Phrases) -> Phrases:
        """The phrases of both lists."""
        return Phrases(self._phrases | other._phrases)

    def at(self, words: Sequence[str], start: int) -> int:
        """How many words the longest phrase at `start` has, 0 when none stands there."""
        if start >= len(words):
            return 0
        longest = self._longest.get(words[start])
        if longest is None:
            return 0
        for size in range(min(longest, len(words) - start), 0, -1):
            if size == 1 and words[start] in self._phrases:
                return 1
            if " ".join(words[start : start + size]) in self._phrases:
                return size
        return 0

    def skip(self, words: Sequence[str], start: int = 0) -> int:
        """The place of the first word from `start` on that belongs to no phrase; one phrase may follow another."""
        while size := self.at(words, start):
            start += size
        return start

    def fill(self, words: Sequence[str], start: int = 0) -> bool:
        """Whether nothing but phrases stands from `start` on."""
        return self.skip(words, start) == len(words)
