"""Turns the AT7 segments of a 214 (with their MS1 places) into events and an estimate. The codes are in x12_codes.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo

from bot.core.importing import fields
from bot.core.importing.model import Findings, Refusal
from bot.core.importing.x12_codes import (
    DAMAGED_CODE,
    DELAYED_CODE,
    DELIVERY_APPOINTMENTS,
    DELIVERY_ESTIMATES,
    EXCEPTION_CODES,
    NORMAL_REASONS,
    OTHER_ESTIMATES,
    PICKUP_APPOINTMENTS,
    SILENT_CODES,
    STATUS_BY_CODE,
    STATUS_BY_REASON,
)
from bot.core.importing.x12_reader import Segment
from bot.core.importing.zones import as_local, fixed, within_day, zone_of, zone_of_code
from bot.core.shipments import Event, Flag, Place, Status

_DATE = re.compile(r"[0-9]{8}")
_TIME = re.compile(r"[0-9]{4}(?:[0-9]{2}(?:[0-9]{1,2})?)?")


@dataclass(slots=True)
class Detail:
    """One AT7 with what belongs to it: the place of its MS1, the signer of a remark."""

    at7: Segment
    place: Place = field(default_factory=Place)
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What the details of a set come to: events in their order, the segment of each, and the estimate told last."""

    events: tuple[Event, ...]
    positions: tuple[int, ...]
    estimated_on: date | None


def date_time(day: str, clock: str) -> datetime | None:
    """CCYYMMDD and HHMM[SS[DD]] (elements 373 and 337) without a zone; midnight when there is no time, None when wrong."""
    if not _DATE.fullmatch(day) or not (clock == "" or _TIME.fullmatch(clock)):
        return None
    try:
        found = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        at = time(int(clock[:2] or 0), int(clock[2:4] or 0), int(clock[4:6] or 0))
    except ValueError:
        return None
    return datetime.combine(found, at) if fields.FIRST_YEAR <= found.year <= fields.LAST_YEAR else None


class DetailReader:
    """Reads the details of one set; what is wrong or unknown goes to the findings."""

    def __init__(self, control: str, desk_zone: tzinfo, findings: Findings) -> None:
        self._control = control
        self._zone = desk_zone
        self._findings = findings
        self._estimate: date | None = None

    def read(self, details: Iterable[Detail]) -> Details:
        """The events of a set."""
        pairs = [(event, detail.at7.position) for detail in details for event in self._events(detail)]
        return Details(tuple(event for event, _ in pairs), tuple(position for _, position in pairs), self._estimate)

    def _events(self, detail: Detail) -> Iterator[Event]:
        at7 = detail.at7
        code, appointment = at7.get(1), at7.get(3)
        if code and appointment:
            self._refuse(at7, "AT703", "stands beside AT701: a segment says a status or an appointment, not both (note E0103)")
        elif code in DELIVERY_ESTIMATES:
            self._read_estimate(at7)
        elif code in OTHER_ESTIMATES:
            return
        elif code:
            yield from self._status(detail, code, at7.get(2))
        elif appointment:
            yield from self._appointment(detail, appointment, at7.get(4))

    def _read_estimate(self, at7: Segment) -> None:
        day = date_time(at7.get(5), "")
        if day is None:
            self._refuse(at7, "AT705", f'"{at7.get(5)}" is not a date: CCYYMMDD is expected')
        else:
            self._estimate = day.date()

    def _status(self, detail: Detail, code: str, reason: str) -> Iterator[Event]:
        status = STATUS_BY_CODE.get(code)
        flag = Flag.DELAYED if code == DELAYED_CODE else Flag.DAMAGED if code == DAMAGED_CODE else None
        if code in EXCEPTION_CODES:
            status = STATUS_BY_REASON.get(reason, status)
        unknown = status is None and flag is None
        if unknown and code not in SILENT_CODES:
            self._warn(detail.at7, f'status code "{code}" is unknown: kept as it came, the status does not change')
        yield from self._timed(detail, status, flag, reason, raw=code if unknown else "")

    def _appointment(self, detail: Detail, code: str, reason: str) -> Iterator[Event]:
        if code in DELIVERY_APPOINTMENTS:
            yield from self._timed(detail, None, Flag.APPOINTMENT, reason)
        elif code in PICKUP_APPOINTMENTS:
            yield from self._timed(detail, Status.PICKUP_SCHEDULED, None, reason)
        else:
            self._warn(detail.at7, f'appointment code "{code}" is unknown: kept as it came')
            yield from self._timed(detail, None, None, reason, raw=code)

    def _timed(self, detail: Detail, status: Status | None, flag: Flag | None, reason: str, raw: str = "") -> Iterator[Event]:
        at7, province = detail.at7, detail.place.province
        moment = date_time(at7.get(5), at7.get(6))
        if moment is None:
            self._refuse(at7, "AT705", f'"{at7.get(5)} {at7.get(6)}" is not a date and time: CCYYMMDD and HHMM are expected')
            return
        time_known = at7.get(6) != ""
        day_only = within_day(moment.date(), status, province, self._zone)
        occurred_at = self._local(at7, moment, province) if time_known else day_only
        kept_reason = "" if reason in NORMAL_REASONS else reason
        yield Event(occurred_at, 0, status, flag, detail.place, kept_reason, detail.signed_by, time_known, raw)

    def _local(self, at7: Segment, moment: datetime, province: str) -> datetime:
        """The moment by its time code (AT707), as the clocks of its place show it where the place is known."""
        code = at7.get(7)
        place_zone, code_zone = zone_of(province), zone_of_code(code)
        if code_zone is None:
            if code not in ("", "LT"):
                self._warn(at7, f'time code "{code}" is unknown: the time is taken as local')
            elif place_zone is None:
                self._warn(at7, "the time is local and its place unknown: the desk's own time zone is taken")
            return fixed(moment.replace(tzinfo=place_zone or self._zone))
        told = moment.replace(tzinfo=code_zone)
        if place_zone is None and told.utcoffset():
            return fixed(told)  # the sender's own clock is nearer to the place than the desk's
        return as_local(told, province, self._zone)

    def _refuse(self, segment: Segment, element: str, reason: str) -> None:
        self._findings.refuse(Refusal(segment.position, element, reason))

    def _warn(self, segment: Segment, text: str) -> None:
        self._findings.warn(f"set {self._control}, segment {segment.position}: {text}")
