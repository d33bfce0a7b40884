"""Attribution lines: `On …, X wrote:`, `Le …, X a écrit :`, on one line or wrapped over up to four."""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

# Folded as lines.fold does it. "ecrit" also ends "a écrit" that a client wrapped between its two words.
# "C'est écrit" and "par écrit" are prose.
_VERB = (
    r"(?:\b(?:wrote|writes|ecrivait|schrieb|geschrieben|escribio|ha scritto|escreveu|schreef|skrev|kirjoitti|napisal(?:\(a\))?"
    r"|пишет|написал)|(?<!est )(?<!par )\becrit)\b"
)
# `wrote:`, `wrote on 11/23/2026 09:15:00 AM:` and `a écrit sur 23/11/2026 09:15:00 :` (Notes), `wrote ---` (Zoho)
_ENDING = re.compile(rf"{_VERB}(?: (?:on|sur|le|am) [^:\d]{{0,12}}\d[0-9/:. apmh-]{{0,30}})?[*_ ]*(?::|-{{2,}}|$)[*_ ]*")
_VERB_WITHIN = re.compile(_VERB)
# No \b: Chinese writes its dates without spaces.
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2} ?[:h] ?\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})(?!\d)")
_LEAD_WORD = r"(?:on|le|am|el|il giorno|il|em|op|den|w dniu|dnia)[ ,]+(?:[a-z]{2,12}[.,]* +){0,3}\d"
_DAY = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim)[a-z]*[.,]* +(?:[a-z]{2,12}[.,]* +)?\d"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2} [a-z]{3,9}\.? \d{4}"
)
_LEAD = re.compile(rf"[*_\-\" ]*(?:{_LEAD_WORD}|{_DAY})")
_LEAD_WITHIN = re.compile(rf"(?:^|(?<= )){_LEAD_WORD}")
_MOST_LINES = 4
_MOST_VERBS = 20  # in one line; more than that is nobody's prose
_FARTHEST = 600  # characters before the verb in which an attribution begins


class Attribution(NamedTuple):
    """Where an attribution begins (line, and column in the folded line), and whether the quote begins on its last line."""

    line: int
    column: int
    followed_on_line: bool


def find_attribution(keys: Sequence[str], index: int, floor: int, prefixed_from: Callable[[int], bool]) -> Attribution | None:
    """The attribution that ends on the folded line `index`, looking back no further than the line `floor`.

    `prefixed_from` says whether the first text from a line on carries a quote prefix: it vouches for an address without date.
    """
    key = keys[index]
    if ":" not in key and "wrote" not in key and "ecrit" not in key:
        return None
    lowest = index
    while lowest > floor and index - lowest < _MOST_LINES - 1 and keys[lowest - 1]:
        lowest -= 1
    above = " ".join(line[-300:] for line in keys[lowest:index])
    ending = _ending(key, above)
    if ending is None and _names_address(key) and (_DATE.search(f"{above} {key}") or prefixed_from(index + 1)):
        ending = len(key)
    if ending is None:
        return None
    line, column = _beginning(keys, lowest, index, ending)
    return Attribution(line, column, ending < len(key))


def _ending(key: str, above: str) -> int | None:
    """The column in a folded line where its attribution ends; None when it ends none."""
    for verb in islice(_ENDING.finditer(key), _MOST_VERBS):
        before = f"{above} {key[max(0, verb.start() - _FARTHEST) : verb.start()]}"
        certain = verb.end() == len(key) and not verb[0][-1].isalpha()
        if certain or "@" in before or _DATE.search(before) is not None:
            return verb.end()
    tail = key.rstrip("*_ ")
    if not tail.endswith(":"):
        return None
    # German has its verb before the name: `Am 23.11.26 um 09:15 schrieb Autopro:`
    german = _VERB_WITHIN.search(tail, max(0, len(tail) - _FARTHEST)) is not None
    return len(key) if german and _DATE.search(f"{above} {tail[-_FARTHEST:]}") else None


def _names_address(key: str) -> bool:
    """Whether a line ends in a colon after somebody's address, whatever language its words are."""
    tail = key[-_FARTHEST:].rstrip("*_ ")
    return tail.endswith(":") and "@" in tail


def _beginning(keys: Sequence[str], lowest: int, index: int, ending: int) -> tuple[int, int]:
    """Line and folded column where the attribution begins that ends on line `index`."""
    for line in range(index, lowest - 1, -1):
        # The first words may stand alone on their line: `Le lundi` / `23 novembre 2026, X a écrit :`.
        if _LEAD.match(keys[line][:120] if line == index else f"{keys[line][:120]} {keys[line + 1][:80]}"):
            return line, 0
    for line in range(index, lowest - 1, -1):
        end = ending if line == index else len(keys[line])
        within = _LEAD_WITHIN.search(keys[line], max(0, end - _FARTHEST), end)
        if within is not None:  # an address before the date belongs to it: `X <a@b> hat am 20.11.2026 geschrieben:`
            return line, 0 if "@" in keys[line][: within.start()] else within.start()
    key = keys[index]
    begins_mid_way = key[0] in "<(" or key.startswith("a ecrit") or _VERB_WITHIN.match(key) is not None
    return (index - 1, 0) if begins_mid_way and lowest < index else (index, 0)
