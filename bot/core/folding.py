"""Folding: one plain form of what people write, so that accents, case, apostrophes and dashes never decide anything.

Folded text holds upper-case letters, ASCII digits and single spaces. It is for comparing only: whatever is kept or shown, and every
password, is taken from the text as written (`after_words` finds the place). Source: Unicode NFKC and NFKD (UAX #15).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_FOLDED = 8_192  # characters looked at; a line of a letter is far shorter
_INVISIBLE = frozenset({"Cf", "Mn", "Mc", "Me"})  # soft hyphens, joiners, direction marks, accents: nothing stands in their place
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})  # not Lm: U+02BC is an apostrophe there
_LIGATURES = {"Æ": "AE", "Œ": "OE"}


def fold(text: str) -> str:
    """The plain form of `text`: upper case, no accents, one space for everything that is no letter or ASCII digit.

    "D’accès", "d´acces" and the NFD form of both give "D ACCES"; "№" gives "NO", as French writes it; "²" and the digits of other
    scripts give a space, so that a footnote mark never lengthens a number. At most `MAX_FOLDED` characters are looked at. Never
    raises.
    """
    return " ".join(text[:MAX_FOLDED].translate(_TABLE).split())


def after_words(text: str, count: int) -> str:
    """What follows the first `count` folded words of `text`, as written and with its leading white space; "" when nothing does."""
    seen = 0
    inside = False
    for position, character in enumerate(text[:MAX_FOLDED]):
        folded = _TABLE[ord(character)]
        if not folded:
            continue
        if folded == " ":
            inside = False
        elif not inside:
            inside = True
            seen += 1
        if seen > count or (seen == count and not inside):
            return text[position:]
    return ""


def _fold_character(character: str) -> str:
    """What one character becomes: "" when it is invisible, " " when it parts words, else one or more letters or digits."""
    category = unicodedata.category(character)
    if category in _INVISIBLE:
        return ""
    if category in ("No", "Nl") or category == "Lm":
        return " "
    # Accents go before the upper case is taken: U+0345 would become a letter of its own.
    folded = _plain(_plain(character).upper())
    return " " if " " in folded or not folded else folded


def _plain(text: str) -> str:
    """Letters and ASCII digits of the compatibility form, a space for everything else."""
    return "".join(_LIGATURES.get(kept, kept) for part in unicodedata.normalize("NFKD", text) if (kept := _kept(part)))


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category in _INVISIBLE:
        return ""
    known = character.isascii() and character.isalnum()
    return character if known or category in _LETTERS else " "


class _Table(dict[int, str]):
    """What `str.translate` asks: the usual characters are worked out once, the others as they come, in a bounded cache."""

    def __missing__(self, code: int) -> str:
        return _folded_code(code)


@lru_cache(maxsize=4_096)
def _folded_code(code: int) -> str:
    return _fold_character(chr(code))


_USUAL = (*range(0x0370), *range(0x2000, 0x2070), 0x20AC, 0x2116, 0x2122, 0x2212, *range(0xFF01, 0xFF5F))
_TABLE = _Table({code: _fold_character(chr(code)) for code in _USUAL})
