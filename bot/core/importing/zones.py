"""Which time zone a province or state keeps, and what the time codes of X12 mean.

A province that lies in two zones has the one where most of its freight moves; a time whose own offset is given never needs this.
Time codes: X12 element 623, the 51 codes of 004010 and 005010.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.shipments import Status

_ZONES: Final = {
    "America/St_Johns": "NL",
    "America/Halifax": "NB NS PE",
    "America/Toronto": "ON QC",
    "America/Winnipeg": "MB",
    "America/Regina": "SK",
    "America/Edmonton": "AB NT",
    "America/Iqaluit": "NU",
    "America/Vancouver": "BC",
    "America/Whitehorse": "YT",
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
}
PROVINCES: Final = {code: zone for zone, codes in _ZONES.items() for code in codes.split()}
OLD_PROVINCES: Final = {"PQ": "QC", "NF": "NL", "YK": "YT"}  # codes of the past that files still hold

# "ET" is what a clock on the wall shows; "ES" and "ED" state the offset, summer or winter.
_WALL_CLOCKS: Final = {
    "AT": "America/Anchorage",
    "CT": "America/Chicago",
    "ET": "America/New_York",
    "HT": "Pacific/Honolulu",
    "MT": "America/Denver",
    "NT": "America/St_Johns",
    "PT": "America/Los_Angeles",
    "TT": "America/Halifax",
}
_STANDARD_HOURS: Final = {"A": -9.0, "C": -6.0, "E": -5.0, "H": -10.0, "M": -7.0, "N": -3.5, "P": -8.0, "T": -4.0}

# A date alone stands in its day where such a thing mostly happens, so that the order of the events comes out right.
_DAY_BEGINS = time(0, 0)
_DAY_HALF = time(12, 0)
_DAY_ENDS = time(23, 59, 59)
_EARLY: Final = frozenset({Status.BOOKED, Status.PICKUP_SCHEDULED, Status.PICKED_UP})
_LATE: Final = frozenset({Status.DELIVERED, Status.REFUSED, Status.RETURNED, Status.CANCELLED})


@cache
def zone_of(province: str) -> ZoneInfo | None:
    """The zone of a province or state by its two-letter code; None when the code is unknown or empty."""
    name = PROVINCES.get(province)
    return ZoneInfo(name) if name is not None else None


@cache
def zone_of_code(code: str) -> tzinfo | None:
    """The zone that an X12 time code (element 623) states; None for LT (local), an empty and an unknown code."""
    if code in ("UT", "GM"):
        return UTC
    if code in _WALL_CLOCKS:
        return ZoneInfo(_WALL_CLOCKS[code])
    if len(code) == 2 and code[0] in _STANDARD_HOURS and code[1] in "SD":
        return timezone(timedelta(hours=_STANDARD_HOURS[code[0]] + (code[1] == "D")))
    if code.isascii() and code.isdigit() and 1 <= int(code) <= 24:
        hours = int(code)  # 01 to 12 are UTC+1 to UTC+12; 13 to 24 run from UTC-12 up to UTC-1
        return timezone(timedelta(hours=hours if hours <= 12 else hours - 25))
    return None


def fixed(moment: datetime) -> datetime:
    """The same moment with its offset as a number, as it is stored."""
    return moment.replace(tzinfo=_timezone(moment.utcoffset() or timedelta()))


_timezone = cache(timezone)  # one object for all events of an offset


def as_local(moment: datetime, province: str, desk: tzinfo) -> datetime:
    """The moment as the clocks of its place show it (of the desk, when the place is unknown)."""
    return fixed(moment.astimezone(zone_of(province) or desk))


def within_day(day: date, status: Status | None, province: str, desk: tzinfo) -> datetime:
    """The moment that stands for a date without a time: early, at noon or late in the local day, by what happened."""
    clock = _DAY_BEGINS if status in _EARLY else _DAY_ENDS if status in _LATE else _DAY_HALF
    return fixed(datetime.combine(day, clock, zone_of(province) or desk))
