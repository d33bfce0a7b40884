"""Which commands a message that holds none may have meant. Suggestions only: nothing is ever done because of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

MAX_SUGGESTIONS = 3
MAX_LINES = 5  # lines of a message that are compared
MAX_WORDS = 7  # a longer line is a sentence: its first word says nothing, a whole phrase at its beginning does
MAX_PHRASE = 7  # words ("j'ai oublié mon mot de passe")
_MAX_WORD = 24  # characters; no command word is longer
_SHORTEST = 4  # letters; shorter words have too many neighbours ("POD", "FOR")


def nearest(lines: Sequence[Sequence[str]], phrases: Mapping[str, str]) -> tuple[str, ...]:
    """The names of at most three commands whose words stand close to the first words of `lines`, closest first.

    `lines` are folded words; `phrases` maps folded phrases to command names. Closeness is the optimal string alignment distance
    (Damerau-Levenshtein, so that TRCAE is one slip from TRACE), allowed to grow with the length of the word.
    """
    scores: dict[str, int] = {}
    for words in lines[:MAX_LINES]:
        sentence = len(words) > MAX_WORDS
        for size in range(min(len(words), MAX_PHRASE), 1 if sentence else 0, -1):
            start = " ".join(word[:_MAX_WORD] for word in words[:size])
            _score(start, size, phrases, scores, exact=sentence)
    ranked = sorted(scores, key=lambda name: (scores[name], name))
    best = scores[ranked[0]] if ranked else 0
    return tuple(name for name in ranked if scores[name] <= best + 1)[:MAX_SUGGESTIONS]


def _score(start: str, size: int, phrases: Mapping[str, str], scores: dict[str, int], *, exact: bool) -> None:
    if exact:
        if start in phrases:
            scores[phrases[start]] = -size
        return
    if len(start) < _SHORTEST and start not in phrases:
        return
    allowed = _slips(len(start))
    found = process.extract(start, phrases.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=6)
    for phrase, distance, _ in found:
        if distance and not _alike(start, phrase):
            continue
        name = phrases[phrase]
        rank = int(distance) * 4 - size  # the longer phrase that fits tells more
        scores[name] = min(rank, scores.get(name, rank))


def _alike(start: str, phrase: str) -> bool:
    """Whether a slip is likely: in words of four letters only a swapped, doubled or dropped one (HEPL, never HEAP for HELP)."""
    if len(phrase) < _SHORTEST:
        return False
    return len(phrase) > _SHORTEST or len(start) != len(phrase) or sorted(start) == sorted(phrase)


def _slips(length: int) -> int:
    """How many slips a word of that length may hold and still be taken for another."""
    if length < _SHORTEST:
        return 0
    return 1 if length < 8 else 2 if length < 12 else 3
