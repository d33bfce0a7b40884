"""How the lists of phrases in this package are compared: folded, at the beginning of a line, in bounded work."""

from collections.abc import Iterable, Sequence

_CONSIDERED = 300  # characters of a line; what identifies a line stands at its beginning


def heads(keys: Sequence[str], first: int, count: int) -> str:
    """The beginnings of up to `count` non-empty lines from `first` on, as one line: wrapped sentences made whole."""
    taken = []
    for key in keys[first : first + count]:
        if not key:
            break
        taken.append(key[:_CONSIDERED])
    return " ".join(taken)


def contains_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases occurs in the text."""
    return any(phrase in text for phrase in phrases)
