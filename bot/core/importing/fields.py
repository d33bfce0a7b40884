"""Reads the single values of import files. Each function takes trimmed, non-empty text and raises ValueError with the reason,
worded for whoever mends the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Final

from bot.core.check_digits import CheckDigit, length, valid
from bot.core.importing.model import listed
from bot.core.importing.zones import OLD_PROVINCES, PROVINCES
from bot.core.shipments import Flag, Status, fold_reference

MAX_WEIGHT_LB = 150_000  # above the heaviest road train of Canada (63,500 kg gross): a slip, not a shipment
MAX_PIECES = 99_999
FIRST_YEAR, LAST_YEAR = 2000, 2099

_SCAC = re.compile(r"[A-Z]{2,4}-*(?=[0-9])")  # a scanned label: 2 to 4 letters, padded with dashes (VICS bill of lading)
_WIDE_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
_REASON = re.compile(r"[A-Z0-9]{2}")
_NORMAL = frozenset({"NS", "NA"})  # X12 1651: "normal status", "normal appointment": no reason at all
_LONGEST_OFFSET = timedelta(hours=14)
_STATUSES: Final[dict[str, tuple[Status | None, Flag | None]]] = {
    **{status.value: (status, None) for status in Status},
    **{flag.value: (None, flag) for flag in Flag},
}


def pro_number(text: str, rule: CheckDigit = CheckDigit.NONE) -> str:
    """A PRO number without dashes, spaces and the carrier's letters in front; the dash has no fixed place.

    Nine digits (the help page), unless the carrier's check digit `rule` has another form. One that fails the rule is refused:
    customers who typed it would be told to read the sticker again.
    """
    plain = text
    if not (text.isascii() and text.isdigit()):
        kept = (c for c in text.translate(_WIDE_DIGITS) if not c.isspace() and not _is_dash(c))
        plain = _SCAC.sub("", "".join(kept).upper(), count=1)
    wanted = length(rule)
    digits = plain[:-1] if rule is CheckDigit.YRC_MOD11 else plain  # its last one may be X
    if len(plain) != wanted or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{_quoted(text)} is not a PRO number: it has {wanted} digits{_pro_hint(plain, wanted)}")
    if not valid(plain, rule):
        raise ValueError(f"{_quoted(text)} is not a PRO number: its last digit does not fit the others; read it again")
    return plain


def _pro_hint(digits: str, wanted: int) -> str:
    if digits.isascii() and digits.isdigit() and len(digits) < wanted:
        return "; a spreadsheet drops leading zeros: format the column as text"
    return ", like 123456789 or 123-456789" if wanted == 9 else ""


def words(longest: int) -> Callable[[str], str]:
    """A reader of a name of at most `longest` characters, runs of spaces made one."""

    def read(text: str) -> str:
        if not text.isprintable() or "  " in text or "\xa0" in text:
            text = " ".join(text.split())
        if not text.isprintable():
            raise ValueError("holds a control character: remove it")
        if len(text) > longest:
            raise ValueError(f"has {len(text)} characters, at most {longest} fit: shorten it")
        return text

    return read


_reference = words(50)


def references(text: str) -> tuple[str, ...]:
    """One reference or several separated by `;`."""
    found = tuple(_reference(part.strip()) for part in text.split(";") if part.strip())
    for value in found:
        if not fold_reference(value):
            raise ValueError(f"{_quoted(value)} holds no letter and no digit")
    return found


def province(text: str) -> str:
    """A province or state by its two-letter postal code; codes of the past (PQ) are made new."""
    code = text.upper()
    code = OLD_PROVINCES.get(code, code)
    if code not in PROVINCES:
        raise ValueError(f"{_quoted(text)} is not a province or state: write its two letters, like QC, ON or NY")
    return code


def whole_number(largest: int) -> Callable[[str], int]:
    """A reader of a count from 0 to `largest`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"{_quoted(text)} is not a whole number: write digits only, like 1240")
        number = int(text) if len(text) <= 12 else largest + 1
        if number > largest:
            raise ValueError(f"{_quoted(text)} is more than {largest:,}: check it")
        return number

    return read


def day(text: str) -> date:
    """A date, YYYY-MM-DD."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"{_quoted(text)} is not a date: write YYYY-MM-DD, like 2026-11-18")
    _check_year(found.year)
    return found


def moment(text: str) -> datetime | date:
    """An ISO 8601 time with its offset, or a date alone where the time is not known."""
    if len(text) == 10:
        return day(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{_quoted(text)} is not a time: write ISO 8601 with the offset, like 2026-11-18T10:22:00-05:00, or the date alone"
        ) from None
    offset = found.utcoffset()
    if offset is None:
        raise ValueError(
            f"{_quoted(text)} has no offset from UTC: write {_quoted(text)[1:-1]}-05:00 (or Z for UTC), or the date alone"
        )
    if abs(offset) > _LONGEST_OFFSET or offset % timedelta(minutes=1):
        raise ValueError(f"{_quoted(text)} has an offset that no place keeps: offsets run from -12:00 to +14:00")
    _check_year(found.year)
    return found


def status_or_flag(text: str) -> tuple[Status | None, Flag | None]:
    """A canonical status, or a flag: DELAYED, DAMAGED, APPOINTMENT. Any case; a space or dash will do for `_`."""
    name = text.upper().replace(" ", "_").replace("-", "_")
    found = _STATUSES.get(name)
    if found is None:
        near = get_close_matches(name, _STATUSES, 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {listed(_STATUSES)}"
        raise ValueError(f"{_quoted(text)} is not a status: {hint}")
    return found


def reason(text: str) -> str:
    """A reason by its X12 1651 code; NS and NA ("normal") are no reason."""
    code = text.upper()
    if not _REASON.fullmatch(code):
        raise ValueError(f"{_quoted(text)} is not a reason: write its two-character X12 code, like AO (weather) or CA (customs)")
    return "" if code in _NORMAL else code


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the year {year} cannot be right: years run from {FIRST_YEAR} to {LAST_YEAR}")


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character == "\u2212"  # the minus sign is no dash to Unicode


def _quoted(text: str) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in text)
    return f'"{shown if len(shown) <= 40 else shown[:39] + "…"}"'
