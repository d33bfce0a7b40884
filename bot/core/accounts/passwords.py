"""What a password must be, and what the desk suggests.

Rules, after NIST SP 800-63B (length, a blocklist, no composition rules, spaces allowed): 15 characters by default; not made of
common words, runs or repetitions alone; not the company, the name or the access code; not the one before. A refusal names its rule
and counts the characters, so that nobody has to guess twice.

A password is compared and hashed in one form: Unicode NFC with every kind of space as U+0020 (RFC 8265, OpaqueString 4.2.2). A
Mac and a PC spell "é" differently, and French keyboards write U+00A0. Case and everything else stay as typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import log2

from bot.core.accounts.codes import pick
from bot.core.accounts.common_passwords import RUNS, WORDS
from bot.core.accounts.passphrase_words import WORDS as PASSPHRASE_WORDS
from bot.core.clock import Mint
from bot.core.values import Language

LONGEST = 128  # characters; NIST asks for 64 at least, and a bound keeps hashing cheap
DEFAULT_LENGTH = 15
PASSPHRASE_LENGTH = 6  # words
_DIGITS = 10_000

_FEWEST_DIFFERENT = 5  # fewer different characters are a repetition
_LONGEST_PERIOD = 4  # "abcabcabcabcabc"
_RUN = 3  # from this many characters in a keyboard's or the alphabet's order on, they count as a run
_CONTEXT = 4  # shorter words of a company's name stand in too many phrases
_FREE_DIGITS = 8  # a group of digits up to a date's length makes common words no better; a longer one is not common
_LEFT_OVER = 3  # characters besides common words that make a password no better
_LEET = str.maketrans("0134578@$!|+€", "oieastbasilte")


class Rule(StrEnum):
    """The rule that a password breaks."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNTYPABLE = "untypable"  # control or unassigned characters: a copy gone wrong
    REPEATED = "repeated"
    COMMON = "common"
    CONTEXT = "context"  # little more than the company, the name or the code
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a password is refused. `length` is how many characters it has, `limit` how many the rule wants (0: not about length)."""

    rule: Rule
    length: int
    limit: int = 0


def normalised(password: str) -> str:
    """The one form in which a password is compared and hashed."""
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    return unicodedata.normalize("NFC", spaced)


def refusal(
    password: str,
    *,
    minimum: int = DEFAULT_LENGTH,
    context: Iterable[str] = (),
    is_old: Callable[[str], bool] | None = None,
) -> Refusal | None:
    """The first rule that a new password breaks, None when it may be taken.

    `context` holds the company, the members' names and addresses and the access code. `is_old` tells whether the password now in
    use is the same; it is asked last, with the normalised form.
    """
    form = normalised(password)
    length = len(form)
    if length < minimum:
        return Refusal(Rule.TOO_SHORT, length, minimum)
    if length > LONGEST:
        return Refusal(Rule.TOO_LONG, length, LONGEST)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") for character in form):
        return Refusal(Rule.UNTYPABLE, length)
    plain = _plain(form)
    if _repeats(form.casefold()) or _repeats(plain):
        return Refusal(Rule.REPEATED, length)
    if _is_made_of(form, WORDS):
        return Refusal(Rule.COMMON, length)
    words = _context_words(context)
    if words and _is_made_of(form, WORDS | words):
        return Refusal(Rule.CONTEXT, length)
    return Refusal(Rule.OLD, length) if is_old is not None and is_old(form) else None


def suggest(mint: Mint, language: Language) -> str:
    """A strong passphrase in a language: six words and four digits, parted by spaces, at least 64 bits (`passphrase_bits`)."""
    words = PASSPHRASE_WORDS[language]
    chosen = [words[pick(mint, len(words))] for _ in range(PASSPHRASE_LENGTH)]
    return " ".join((*chosen, f"{pick(mint, _DIGITS):04d}"))


def passphrase_bits(language: Language) -> float:
    """How many bits a suggested passphrase has."""
    return PASSPHRASE_LENGTH * log2(len(PASSPHRASE_WORDS[language])) + log2(_DIGITS)


def _plain(text: str) -> str:
    """Lower-case letters and digits without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in folded if character.isalnum())


def _repeats(text: str) -> bool:
    if len(set(text)) < _FEWEST_DIFFERENT:
        return True
    return any(text == (text[:period] * len(text))[: len(text)] for period in range(1, _LONGEST_PERIOD + 1))


def _is_made_of(text: str, words: frozenset[str]) -> bool:
    """Whether a password is common words, runs, digits and little else. Digits are read as digits and as letters ("p4ssw0rd")."""
    plain = _plain(text)
    leet = "".join(c for c in _plain(text.casefold().translate(_LEET)) if c.isalpha())
    return _left_over(plain, words) <= _LEFT_OVER or (len(leet) >= len(text) // 2 and _left_over(leet, words) <= _LEFT_OVER)


def _left_over(text: str, words: frozenset[str]) -> int:
    """The fewest letters that stay when words, runs and digits are cut out of `text`."""
    longest = max(map(len, words))
    free = {at for group in re.finditer(r"[0-9]+", text) if len(group[0]) <= _FREE_DIGITS for at in range(*group.span())}
    best = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        fewest = best[end - 1] + (end - 1 not in free)
        for begin in range(max(0, end - longest), end - 1):
            if best[begin] < fewest and text[begin:end] in words:
                fewest = best[begin]
        for begin in range(max(0, end - 26), end - _RUN + 1):
            if best[begin] < fewest and _is_run(text[begin:end]):
                fewest = best[begin]
        best[end] = fewest
    return best[-1]


def _is_run(text: str) -> bool:
    return any(text in run or text[::-1] in run for run in RUNS)


def _context_words(context: Iterable[str]) -> frozenset[str]:
    parts = (_plain(part) for text in context for part in (text, *re.split(r"[\W_]+", text)))
    return frozenset(part for part in parts if len(part) >= _CONTEXT)
