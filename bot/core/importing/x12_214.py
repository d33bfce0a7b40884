"""Reads X12 214 (carrier's shipment status) into what the desk knows of shipments; the events are read by x12_events.py.

Streets (N3), contacts and free remarks (K1) are not kept; the one remark that is read, who signed, is private. Customer numbers
(N104) are not taken: they are the sender's numbers, and a wrong one would show a shipment to a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot.core.importing import fields
from bot.core.importing.model import Consignment, FileKind, Findings, Reading, ReadingRules, Refusal
from bot.core.importing.x12_codes import POUNDS_PER_UNIT
from bot.core.importing.x12_events import Detail, DetailReader, date_time
from bot.core.importing.x12_reader import Segment, TransactionSet, transaction_sets
from bot.core.importing.zones import OLD_PROVINCES, PROVINCES, fixed
from bot.core.shipments import Place, ReferenceKind, Shipment, Status, fold_reference

_CARRIERS_PRO = frozenset({"CN", "PRO"})  # L1102: the carrier's reference number; "PRO" is not in the standard but is sent
_REFERENCES: Final = {"BM": ReferenceKind.BOL, "PO": ReferenceKind.PO, "SI": ReferenceKind.CUSTOMER, "CR": ReferenceKind.CUSTOMER}
_SHIPPER, _CONSIGNEE = "shipper", "consignee"
_PARTIES: Final = {"SH": _SHIPPER, "SF": _SHIPPER, "CN": _CONSIGNEE, "ST": _CONSIGNEE}  # N101: also ship from, ship to
_OUR_COUNTRIES = frozenset({"", "CA", "CAN", "US", "USA"})  # Mexico's NL is Nuevo León, not Newfoundland
_SIGNED = re.compile(r"(?:SIGNED(?: FOR)? BY|SIGN[EÉ] PAR)[ :]+(.+)", re.IGNORECASE)
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,6})?")
_LONGEST_NAME = 60  # N102 (element 93)


def read_214(text: str, rules: ReadingRules) -> Reading:
    """What a 214 file says: one consignment a transaction set.

    A time whose code says no zone, at a place that is not known either, is taken as the desk's, with a warning. Codes nobody
    knows are kept as they came and warned of. Raises FileRefused when the envelope does not hold.
    """
    findings = Findings()
    consignments = []
    for one in transaction_sets(text):
        if one.kind != "214":
            reason = f'is "{one.kind}": only 214 (shipment status) is read; take set {one.control} out of the file'
            findings.refuse(Refusal(one.start.position, "ST01", reason))
            continue
        consignment = _SetReader(one, rules, findings).read()
        if consignment is not None:
            consignments.append(consignment)
    return Reading(FileKind.X12_214, tuple(consignments), findings)


class _SetReader:
    """Reads one 214."""

    def __init__(self, one: TransactionSet, rules: ReadingRules, findings: Findings) -> None:
        self._set = one
        self._rules = rules
        self._findings = findings
        self._details: list[Detail] = []
        self._b10: tuple[str, ...] = ()
        self._pros: list[str] = []
        self._references: list[tuple[ReferenceKind, str]] = []
        self._party = ""
        self._names: dict[str, str] = {}
        self._places: dict[str, Place] = {}
        self._pieces: int | None = None
        self._weight: int | None = None
        self._segment_readers: Mapping[str, Callable[[Segment], None]] = {
            "B10": self._read_b10,
            "L11": self._read_l11,
            "N1": self._read_n1,
            "N4": self._read_n4,
            "AT7": self._read_at7,
            "MS1": self._read_ms1,
            "K1": self._read_k1,
            "AT8": self._read_at8,
        }

    def read(self) -> Consignment | None:
        """The consignment; None when something was refused."""
        refused_before = self._findings.refused
        for segment in self._set.body:
            reader = self._segment_readers.get(segment.tag)
            if reader is not None:
                reader(segment)
        pro = self._pro()
        details = DetailReader(self._set.control, self._rules.desk_zone, self._findings).read(self._details)
        said_at = self._said_at()
        if self._findings.refused > refused_before or said_at is None:
            return None
        said = Shipment(
            id=0,
            pro=pro,
            origin=self._places.get(_SHIPPER, Place()),
            destination=self._places.get(_CONSIGNEE, Place()),
            pieces=self._pieces,
            weight_lb=self._weight,
            picked_up_on=next((e.occurred_at.date() for e in details.events if e.status is Status.PICKED_UP), None),
            estimated_on=details.estimated_on,
            shipper_name=self._names.get(_SHIPPER, ""),
            consignee_name=self._names.get(_CONSIGNEE, ""),
            references=tuple(dict.fromkeys(self._references)),
            events=details.events,
        )
        return Consignment(said, self._set.start.position, details.positions, said_at)

    def _read_b10(self, segment: Segment) -> None:
        self._b10 = (segment.get(1), segment.get(2))

    def _read_l11(self, segment: Segment) -> None:
        value, qualifier = segment.get(1), segment.get(2)
        if value and qualifier in _CARRIERS_PRO:
            self._pros.append(value)
        elif value and qualifier in _REFERENCES:
            self._refer(segment, _REFERENCES[qualifier], value)

    def _read_n1(self, segment: Segment) -> None:
        self._party = _PARTIES.get(segment.get(1), "")
        if self._party and segment.get(2):
            self._names.setdefault(self._party, " ".join(segment.get(2).split())[:_LONGEST_NAME])

    def _read_n4(self, segment: Segment) -> None:
        if self._party:
            self._places.setdefault(self._party, _place(segment, segment.get(4)))

    def _read_at7(self, segment: Segment) -> None:
        self._details.append(Detail(segment))

    def _read_ms1(self, segment: Segment) -> None:
        if self._details and self._details[-1].place == Place():
            self._details[-1].place = _place(segment, segment.get(3))

    def _read_k1(self, segment: Segment) -> None:
        signed = _SIGNED.fullmatch(segment.get(1))
        delivered = [detail for detail in self._details if detail.at7.get(1) == "D1"]
        if signed and delivered:
            delivered[-1].signed_by = signed[1].strip()

    def _read_at8(self, segment: Segment) -> None:
        unit, weight, pieces = segment.get(2), segment.get(3), segment.get(4)
        if weight and unit in POUNDS_PER_UNIT:
            self._weight = self._number(segment, "AT803", weight, fields.MAX_WEIGHT_LB, POUNDS_PER_UNIT[unit])
        elif weight:
            text = f'weight unit "{unit}" is not read: only L (pounds) and K (kilograms) are'
            self._findings.warn(f"set {self._set.control}, segment {segment.position}: {text}")
        if pieces:
            self._pieces = self._number(segment, "AT804", pieces, fields.MAX_PIECES, 1)

    def _number(self, segment: Segment, element: str, text: str, largest: int, factor: float) -> int | None:
        number = round(float(text) * factor) if _AMOUNT.fullmatch(text) else -1
        if 0 <= number <= largest:
            return number
        self._refuse(segment, element, f'"{text}" cannot be right: a number from 0 to {largest:,} is expected')
        return None

    def _refer(self, segment: Segment, kind: ReferenceKind, value: str) -> None:
        try:
            self._references += [(kind, one) for one in fields.references(value)]
        except ValueError as error:
            self._refuse(segment, f"{segment.tag}01", str(error))

    def _pro(self) -> str:
        """The PRO number: L11 with CN or PRO decides, since senders swap B1001 (the carrier's) and B1002 (the shipper's)."""
        for candidate in (*self._pros, *self._b10):
            try:
                pro = fields.pro_number(candidate, self._rules.check_digit)
            except ValueError:
                continue
            for other in self._b10:  # what is not the PRO is the shipper's own number of the shipment
                if fold_reference(other) not in ("", fold_reference(candidate)):
                    self._refer(self._set.start, ReferenceKind.BOL, other)
            return pro
        found = " and ".join(f'"{text}"' for text in (*self._pros, *self._b10) if text) or "nothing"
        self._refuse(
            self._set.start,
            "B1001",
            f"no PRO number in B10 or L11 (found {found}): nine digits, which fit the carrier's check digit",
        )
        return ""

    def _said_at(self) -> datetime | None:
        moment = date_time(self._set.date, self._set.time)
        if moment is None:
            given = f'"{self._set.date} {self._set.time}"'
            self._refuse(self._set.start, "GS04", f"the date of its group, {given}, is none: CCYYMMDD and HHMM are expected")
            return None
        return fixed(moment.replace(tzinfo=self._rules.desk_zone))

    def _refuse(self, segment: Segment, element: str, reason: str) -> None:
        self._findings.refuse(Refusal(segment.position, element, reason))


def _place(segment: Segment, country: str) -> Place:
    """City and province of N4 and MS1. A province that is none of ours (Mexico's, a slip) is left out; the city stays."""
    province = segment.get(2).upper()
    province = OLD_PROVINCES.get(province, province)
    if country.upper() not in _OUR_COUNTRIES or province not in PROVINCES:
        province = ""
    return Place(" ".join(segment.get(1).split())[:_LONGEST_NAME], province)
