"""References other than PRO numbers as people name them: "BOL# 12345", "bon de commande PO-77", "réf. client : 4500-12/A"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.courtesy import only_courtesy
from bot.core.folding import after_words, fold
from bot.core.immutable import immutable
from bot.core.phrases import Phrases, word_set
from bot.core.pro_numbers import find_pros
from bot.core.shipments import ReferenceKind

MIN_REFERENCE = 3  # letters and digits: the tracing service refuses shorter ones (its help page)
MAX_REFERENCE = 50  # characters, as X12 L11 has it
_LOOKED_AT = 40  # words of a line
_ROUND = " \t,;.:#()[]<>\"'«»*_\u00a0\u202f"  # what stands around a reference and is no part of it

_KINDS = {
    ReferenceKind.BOL: Phrases.listed("bol|bols|b o l|bl|b l|bill of lading|lading|connaissement|connaissements"),
    ReferenceKind.PO: Phrases.listed("po|pos|p o|purchase order|bon de commande|bons de commande|bc"),
    ReferenceKind.PARTNER: Phrases.listed(
        "partner|partner pro|partner number|partner ref|partner reference|interline|interline pro|carrier reference|partenaire|"
        "pro partenaire|reference partenaire|reference du partenaire|transporteur partenaire|reference du transporteur"
    ),
    ReferenceKind.CUSTOMER: Phrases.listed(
        "ref|refs|reference|references|customer reference|customer ref|client reference|client ref|shipper reference|our reference|"
        "reference client|reference du client|ref client|ref du client|notre reference|reference expediteur"
    ),
}
# "Order" may be said of anything: nine digits after it are a PRO number all the same.
_LOOSE = Phrases.listed("order|order number|commande|numero de commande|no de commande")
_FILLERS = word_set("NO NOS N NUM NUMERO NUMBER NBR NR IS EST THE LE LA L DU DE D OF")
_JOINED = re.compile(r"(BOL|BL|PO|REF)[0-9][0-9A-Z]*")
_JOINED_KINDS = {"BOL": ReferenceKind.BOL, "BL": ReferenceKind.BOL, "PO": ReferenceKind.PO, "REF": ReferenceKind.CUSTOMER}


@immutable
class Reference:
    """A reference as written, "" when only its kind was named. `rest` is the line without it."""

    kind: ReferenceKind
    value: str
    rest: str


def kind_at(words: Sequence[str], start: int) -> tuple[ReferenceKind | None, int]:
    """The kind of reference that the folded words name at `start`, and in how many words."""
    best: ReferenceKind | None = None
    longest = 0
    for kind, phrases in _KINDS.items():
        size = phrases.at(words, start)
        if size > longest:
            best, longest = kind, size
    if best is None and (size := _LOOSE.at(words, start)):
        return ReferenceKind.PO, size
    return best, longest


def has_digit(word: str) -> bool:
    """Whether a folded word holds a digit."""
    return any(character.isdigit() for character in word)


@immutable
class _Parted:
    """A line in tokens as written, its folded words, and of each word the number of its token."""

    tokens: list[str]
    words: list[str]
    numbers: list[int]


def find_reference(line: str) -> Reference | None:
    """The first reference that `line` names."""
    if line.isdigit():
        return None  # names nothing: most lines after TRACE are such
    tokens = line.split()[:_LOOKED_AT]
    placed = [(word, number) for number, token in enumerate(tokens) for word in fold(token).split()]
    parted = _Parted(tokens, [word for word, _ in placed], [number for _, number in placed])
    return next(filter(None, (_reference_at(parted, place) for place in range(len(placed)))), None)


def _reference_at(parted: _Parted, place: int) -> Reference | None:
    """The reference whose kind is named at the folded word `place`."""
    words = parted.words
    first = parted.numbers[place]
    if joined := _JOINED.fullmatch(words[place]):  # "BOL12345", written without a space
        return _reference(parted, _JOINED_KINDS[joined.group(1)], parted.tokens[first].strip(_ROUND), first, first)
    kind, size = kind_at(words, place)
    if kind is None:
        return None
    end = place + size
    while end < len(words) and words[end] in _FILLERS:
        end += 1
    value, last = _value(parted, end)
    if _LOOSE.at(words, place) and (not value or find_pros(value, meant=True).pros):
        return None
    return _reference(parted, kind, value, first, last)


def _reference(parted: _Parted, kind: ReferenceKind, value: str, first: int, last: int) -> Reference:
    # A tab parts what stood before from what stood after: no number may grow together over the gap.
    rest = "\t".join((" ".join(parted.tokens[:first]), " ".join(parted.tokens[last + 1 :])))
    return Reference(kind, value[:MAX_REFERENCE], rest)


def _value(parted: _Parted, end: int) -> tuple[str, int]:
    """The reference at the folded word `end` as written, and the number of its last token; "" when none stands there."""
    tokens, numbers = parted.tokens, parted.numbers
    if end >= len(numbers):
        return "", len(tokens) - 1
    number = numbers[end]
    value = tokens[number]
    if numbers[end - 1] == number:  # its label is joined to it: "BOL#12345", but "PO-77" is a name of its own
        tail = after_words(value, end - numbers.index(number))
        value = value if tail.startswith("-") else tail
    value = value.strip(_ROUND)
    if has_digit(value):
        return value, number
    if number + 1 < len(tokens) and has_digit(tokens[number + 1]):
        return f"{value} {tokens[number + 1].strip(_ROUND)}", number + 1
    alone = not only_courtesy(fold(value).split()) and only_courtesy(fold(" ".join(tokens[number + 1 :])).split())
    return (value, number) if alone else ("", number - 1)


def bare_reference(line: str) -> str:
    """A number without a label that is no PRO number ("TRACE 12345"): perhaps a bill of lading. "" when there is none."""
    for token in line.split()[:_LOOKED_AT]:
        value = token.strip(_ROUND)
        folded = fold(value).replace(" ", "")
        if len(folded) >= MIN_REFERENCE and has_digit(folded):
            return value[:MAX_REFERENCE]
    return ""
