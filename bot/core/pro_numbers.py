"""PRO numbers in running text: nine digits, however they are parted, and nothing that only looks like them.

A mail holds many numbers. A PRO number is nine digits alone or parted by a dash or a space, with a carrier's code of two to four
letters before it or not ("ABCD-123456789", the VICS form). It is never a part of a longer number, of a telephone number, a postal
code, an amount, a link or an address; never 3-3-3 (the shape of a social insurance number) nor 5-4 (ZIP+4) unless the writer said
TRACE before it; never a number that its own label calls something else ("TPS 123456789 RT0001", "BOL 123456789"). Carriers move
the dash, so its place is not checked otherwise. Source: the fact sheet, sections 1 and 7.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.check_digits import CheckDigit, length, valid
from bot.core.folding import fold
from bot.core.immutable import immutable
from bot.core.phrases import word_set

MAX_PROS = 30  # in one message
MAX_TEXT = 32_768  # characters looked at
_LOOK_BACK = 48  # characters before a number in which its label may stand

# Unicode's dashes and spaces that people and their keyboards put into numbers; what is invisible goes. A tab parts numbers.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff", "")
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
    | dict.fromkeys("\u2028\u2029\u0085\x0b\x0c\r", "\n")
)
_ADDRESS = re.compile(r"(?<!\S)\S*(?:@|://|www\.)\S*")  # mail addresses and links hold numbers that nobody wrote
_GAPS = re.compile(r" {2,}")
_ENOUGH = re.compile(r"[0-9](?:[ -]?[0-9]){7}")  # eight digits: a near miss at least
_CLUSTER = re.compile(r"[0-9](?:[ -]?[0-9])*")
_CLUSTER_X = re.compile(r"[0-9](?:[ -]?[0-9])*(?:-?[Xx](?![0-9A-Za-z]))?")
_LETTERS_BEFORE = re.compile(r"([^\W\d_]{1,12})-?$")
_LIST_MARK = re.compile(r"(?:^|\n)[ \t]*[0-9]{1,2}[.)]$|[0-9]{3},$")  # "1." before it, or the comma of a list
_AFTER = re.compile(r"[^\W_]|[.,][0-9]{1,2}(?![0-9])| ?[$€%]|[ -]?R[CMPTZ] ?[0-9]{4}(?![0-9])", re.IGNORECASE)
_WORD_AFTER = re.compile(r" *([^\W\d_]+)")

# Between a label and its number ("bon de commande no 77", "PRO # is 123456789").
_FILLERS = word_set(
    """NO NOS NUM NUMERO NUMEROS NUMBER NUMBERS NBR NR N IS ARE EST SONT OF DE DU DES THE LE LA LES MY OUR YOUR MON MA MES
    NOTRE NOS VOTRE VOS AND ET OR OU ID CODE"""
)
_NOT_OURS = word_set(
    """TEL TELEPHONE TELEPHONES PHONE PHONES PH FAX TELECOPIEUR TELEC CELL CELLULAIRE CELLULAR MOBILE MOB EXT EXTENSION POSTE
    WHATSAPP SIN NAS SSN GST HST PST QST TPS TVH TVQ TVP BN NEQ DUNS EIN ABA ZIP BOL BL LADING CONNAISSEMENT CONNAISSEMENTS PO
    POS BC ACCOUNT ACCT COMPTE CLIENT CUSTOMER SEAL SCELLE PLOMB"""
)
_OURS = word_set("PRO PROS PROBILL PROBILLS AUTOPRO TRACE TRACING TRACK TRACKING REPERAGE SUIVI")
_COURTESY_AFTER = word_set("AND ET SVP STP MERCI PLEASE PLS PLZ THANKS THX TKS")

# How nine digits are never parted by dashes where nobody spoke of tracing: ZIP+4, an American tax number.
_FOREIGN_SHAPES = frozenset({(5, 4), (2, 7)})
_SPACED_SHAPES = frozenset({(3, 6), (8, 1), (3, 5, 1)})
_NO_NEAR_SHAPES = frozenset({(3, 3, 4), (4, 2, 2), (2, 2, 4)})  # a telephone number and dates


@immutable
class ProsFound:
    """The PRO numbers of a text, digits only, in order and once each.

    `more` counts those beyond `MAX_PROS`. `near` are numbers one digit short or long where a PRO number was meant. `bad_check` are
    those that the carrier's check digit refuses.
    """

    pros: tuple[str, ...] = ()
    more: int = 0
    near: tuple[str, ...] = ()
    bad_check: tuple[str, ...] = ()


_NOTHING = ProsFound()


def find_pros(text: str, *, rule: CheckDigit = CheckDigit.NONE, meant: bool = False) -> ProsFound:
    """The PRO numbers of `text`; `meant` tells that the writer said TRACE before them, so that any grouping and near misses count.

    At most `MAX_TEXT` characters are looked at, in linear time. Never raises.
    """
    plain = _plain(text)
    if meant and "  " in plain:
        plain = _GAPS.sub(" ", plain)
    if _ENOUGH.search(plain) is None:
        return _NOTHING
    found = _Found(rule)
    label, label_end = "", -1
    pattern = _CLUSTER_X if rule is CheckDigit.YRC_MOD11 else _CLUSTER
    for match in pattern.finditer(plain):
        start, end = match.span()
        if end - start < 8:
            continue
        label = _label(plain, start, label, label_end)
        label_end = end
        if label in _NOT_OURS:
            continue
        found.take(_usable_runs(plain, start, end), meant=meant or label in _OURS)
    return found.result()


def _plain(text: str) -> str:
    text = text[:MAX_TEXT]
    if not text.isascii() or "\r" in text:
        text = text.translate(_PLAIN)
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub("\t", text)
    return text


def _label(text: str, start: int, before: str, before_end: int) -> str:
    """The word that says what the number at `start` is; a number that only "and" parts from the one before it shares its label."""
    begin = max(start - _LOOK_BACK, before_end, 0)
    between = text[begin:start]
    line = between.rfind("\n") + 1
    words = fold(between[line:]).split()
    while words and words[-1] in _FILLERS:
        words.pop()
    if not words:
        return before if begin == before_end and not line else ""
    return _joined(words)


def _joined(words: list[str]) -> str:
    """The last word, its initials put together ("P.O." is PO) and the two labels of several words known."""
    if words[-2:] == ["PURCHASE", "ORDER"] or (words[-1] == "COMMANDE" and "BON" in words[-3:]):
        return "PO"
    first = len(words)
    while first and len(words[first - 1]) == 1 and words[first - 1].isalpha():
        first -= 1
    return "".join(words[first:]) or words[-1]


def _usable_runs(text: str, start: int, end: int) -> list[list[str]]:
    """The digit groups of a cluster, parted by spaces into runs and by dashes into groups, without runs that belong to a word."""
    runs = [run.split("-") for run in text[start:end].split(" ")]
    if start and not _free_before(text, start):
        runs = [] if text[start - 1] in "+$€£" else runs[1:]
    if runs and _AFTER.match(text, end):
        runs.pop()
    if len(runs) > 1 and len(runs[-1]) == 1 and len(runs[-1][0]) == 1 and _counts_something(text, end):
        runs.pop()
    return runs


def _free_before(text: str, start: int) -> bool:
    """Whether a number may begin at `start`: nothing before it makes it part of a word, an amount or a longer number."""
    before = text[start - 1]
    if before in "+$€£":
        return False
    if before in ".,":
        head = text[max(0, start - 8) : start]
        return not head[-2:-1].isdigit() or _LIST_MARK.search(head) is not None
    if before == "-" or before.isalnum():
        return _carrier_code(text, start)
    return True


def _carrier_code(text: str, start: int) -> bool:
    """Whether what is joined to the number is a carrier's code (two to four letters) or a label that is ours ("PRO123456789")."""
    head = text[max(0, start - 16) : start]
    letters = _LETTERS_BEFORE.search(head)
    if letters is None:
        return not head[-1].isalnum() and not head[-2:-1].isalnum()
    ahead = head[: letters.start()][-1:]
    word = fold(letters.group(1))
    return not ahead.isalnum() and word not in _NOT_OURS and (2 <= len(word) <= 4 or word in _OURS)


def _counts_something(text: str, end: int) -> bool:
    """Whether a word follows that the last digit may count ("12345678 2 skids" is an order number and two skids)."""
    word = _WORD_AFTER.match(text, end)
    return word is not None and fold(word.group(1)) not in _COURTESY_AFTER


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    rule: CheckDigit
    pros: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, runs: Sequence[list[str]], *, meant: bool) -> None:
        """Sort the runs of one cluster into PRO numbers and near misses."""
        if len(runs) == 1 and all(len(group) == length(self.rule) for group in runs[0]):
            runs = [[group] for group in runs[0]]  # dashes between whole numbers: a list
        spaced, whole = self._spaced(runs, meant=meant)
        for number, groups in spaced:
            if number:
                if whole or meant or len(groups) == 1:
                    self._add(number)
            elif meant:
                self._add_near(groups)

    def _spaced(self, runs: Sequence[list[str]], *, meant: bool) -> tuple[list[tuple[str, Sequence[list[str]]]], bool]:
        """The runs put together to numbers ("" where they give none), and whether every run found its place."""
        taken: list[tuple[str, Sequence[list[str]]]] = []
        whole = True
        place = 0
        while place < len(runs):
            for size in (1, 2, 3):
                part = runs[place : place + size]
                number = self._number(part, meant=meant)
                if number or size == 3:
                    break
            if not number:
                part, whole = runs[place : place + 1], False
            taken.append((number, part))
            place += len(part)
        return taken, whole

    def _number(self, runs: Sequence[list[str]], *, meant: bool) -> str:
        """The digits of `runs` when they are one PRO number, else ""."""
        groups = [group for run in runs for group in run]
        wanted = length(self.rule)
        if sum(map(len, groups)) != wanted or len(groups) > 3:
            return ""
        shape = tuple(map(len, groups))
        if meant:
            plausible = shape[0] > 1
        elif len(runs) > 1:
            plausible = shape in _SPACED_SHAPES
        else:
            plausible = (len(shape) < 3 and shape not in _FOREIGN_SHAPES) or shape in ((3, 5, 1), (3, 6, 1))
        return "".join(groups).upper() if plausible else ""

    def _add(self, number: str) -> None:
        if number in self.seen:
            return
        self.seen.add(number)
        (self.pros if valid(number, self.rule) else self.bad).append(number)

    def _add_near(self, runs: Sequence[list[str]]) -> None:
        groups = [group for run in runs for group in run]
        number = "".join(groups)
        wanted = length(self.rule)
        if len(number) in (wanted - 1, wanted + 1) and tuple(map(len, groups)) not in _NO_NEAR_SHAPES and number not in self.near:
            self.near.append(number)

    def result(self) -> ProsFound:
        """What was found, capped."""
        return ProsFound(
            pros=tuple(self.pros[:MAX_PROS]),
            more=max(0, len(self.pros) - MAX_PROS),
            near=tuple(self.near[:MAX_PROS]),
            bad_check=tuple(self.bad[:MAX_PROS]),
        )
