"""Which topic of HELP a question means.

Of the cues whose words all occur in the question the longest wins, and a draw is asked back. So whole questions are understood
("How long will my password remain active?") without a list of whole questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.folding import fold
from handlers.topic_cues import OF_COMMAND, TOPICS

OFFERED = 5  # topics offered for a question that was not understood: what fits on a telephone's screen
_FEW_WORDS = 6  # a longer sentence is like everything and so like nothing
_SHORTEST = 4  # letters; shorter words have too many neighbours
_QUESTION_LIMIT = 300  # characters that are looked at: the longest question of the help page has 80


@dataclass(frozen=True, slots=True)
class Found:
    """What was made of a question: the key of its topic, or the keys of those that it may mean."""

    key: str | None
    nearest: tuple[str, ...] = ()


NOTHING_FOUND = Found(None)


def find_topic(question: str, commands: Mapping[str, str]) -> Found:
    """The topic that a question means, or those that it may mean.

    `commands` maps every folded phrase that calls a command to the command's name. In this order: a question that is a cue and
    nothing else, one that is a command's phrase, the longest cue within it, and the same with its typing errors mended, which is
    only offered.
    """
    folded = fold(question[:_QUESTION_LIMIT])
    exact = _written_cues().get(folded, ()) or _of_command(commands.get(folded, ""))
    if len(exact) == 1:
        return Found(exact[0])
    words = folded.split()
    best = _of_longest_cue(map(_stem, words))
    if len(best) == 1:
        return Found(best[0])
    if not best and len(words) <= _FEW_WORDS:
        best = _of_longest_cue(map(_mended, words))
    return Found(None, best[:OFFERED])


def _of_command(name: str) -> tuple[str, ...]:
    return (OF_COMMAND[name],) if name in OF_COMMAND else ()


def _of_longest_cue(stems: Iterable[str]) -> tuple[str, ...]:
    """The keys of the topics that share the longest cue within a question's words, in the table's order."""
    words = frozenset(stems)
    longest: dict[str, int] = {}
    for keys, cue in _cues():
        if cue <= words:
            for key in keys:
                longest[key] = max(longest.get(key, 0), len(cue))
    most = max(longest.values(), default=0)
    return tuple(topic.key for topic in TOPICS if most and longest.get(topic.key) == most)


def _mended(word: str) -> str:
    """The cue's word that a folded word is a slip of (Damerau-Levenshtein, so that CONEXOIN is two), or its stem."""
    if len(word) < _SHORTEST:
        return _stem(word)
    slips = 1 if len(word) < 2 * _SHORTEST else 2
    found = process.extractOne(_stem(word), _known_words(), scorer=OSA.distance, score_cutoff=slips)
    return found[0] if found is not None else _stem(word)


@cache
def _written_cues() -> dict[str, tuple[str, ...]]:
    """Each cue, folded, with the keys of the topics that it may mean."""
    written: dict[str, tuple[str, ...]] = {}
    for topic in TOPICS:
        for cue in f"{topic.english},{topic.french}".split(","):
            keys = written.get(fold(cue), ())
            written[fold(cue)] = keys if topic.key in keys else (*keys, topic.key)
    return written


@cache
def _cues() -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    return tuple((keys, frozenset(map(_stem, cue.split()))) for cue, keys in _written_cues().items())


@cache
def _known_words() -> tuple[str, ...]:
    return tuple(sorted({word for _, cue in _cues() for word in cue if len(word) >= _SHORTEST}))


def _stem(word: str) -> str:
    """A folded word without the plural's S, which both languages have."""
    return word[:-1] if len(word) > 3 and word.endswith("S") else word
