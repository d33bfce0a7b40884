"""Reads the two shipment CSV files: shipments (one row a shipment) and events (one row an event).

UTF-8 with or without a byte order mark, a header row, commas (RFC 4180). The header tells which of the two a file is. Every bad
cell of every row is found before anything is said, so that a file is mended once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Final, Protocol, TypeVar

from bot.core.importing import fields
from bot.core.importing.model import Consignment, FileKind, FileRefused, Findings, Reading, ReadingRules, Refusal, Tick, listed
from bot.core.importing.zones import as_local, fixed, within_day
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment

Value = TypeVar("Value")
Empty = TypeVar("Empty")

# Source: the operators' contract, "Shipment CSV".
SHIPMENT_COLUMNS: Final = (
    *("pro", "bol", "po", "customer_reference", "partner_reference"),
    *("shipper_number", "shipper_name", "origin_city", "origin_province"),
    *("consignee_number", "consignee_name", "destination_city", "destination_province"),
    *("billto_number", "pieces", "weight_lb", "picked_up_on", "estimated_on"),
)
EVENT_COLUMNS: Final = ("pro", "status", "occurred_at", "city", "province", "reason", "signed_by")
_REQUIRED: Final = {FileKind.SHIPMENTS: ("pro",), FileKind.EVENTS: ("pro", "status", "occurred_at")}
_COLUMNS: Final[Mapping[FileKind, Sequence[str]]] = {FileKind.SHIPMENTS: SHIPMENT_COLUMNS, FileKind.EVENTS: EVENT_COLUMNS}
_REFERENCES: Final = (
    ("bol", ReferenceKind.BOL),
    ("po", ReferenceKind.PO),
    ("customer_reference", ReferenceKind.CUSTOMER),
    ("partner_reference", ReferenceKind.PARTNER),
)
_NOWHERE: Final = Place()
_shared_place = lru_cache(maxsize=4_096)(Place)  # a large file names few places
_TICK_ROWS = 2_000
_SOON = timedelta(days=1)  # a sender's clock may be ahead by as much; what lies further ahead is no event yet

_city = fields.words(60)
_name = fields.words(100)
_number = fields.words(30)
_pieces = fields.whole_number(fields.MAX_PIECES)
_weight = fields.whole_number(fields.MAX_WEIGHT_LB)


class _Row:
    """One row by column name; what cannot be read is refused and stands as the `empty` value."""

    __slots__ = ("_cells", "_findings", "line")

    def __init__(self, line: int, cells: Mapping[str, str], findings: Findings) -> None:
        self.line = line
        self._cells = cells
        self._findings = findings

    def read(self, column: str, parse: Callable[[str], Value], empty: Empty) -> Value | Empty:
        """The value of a cell; `empty` where there is none."""
        text = self._cells.get(column)
        if not text:
            return empty
        try:
            return parse(text)
        except ValueError as error:
            self.refuse(column, str(error))
            return empty

    def require(self, column: str) -> None:
        """Refuses the row when the cell is empty."""
        if not self._cells.get(column):
            self.refuse(column, "is empty: every row needs it")

    def refuse(self, column: str, reason: str) -> None:
        """Notes what is wrong with this row."""
        self._findings.refuse(Refusal(self.line, column, reason))


def read_csv(content: bytes, rules: ReadingRules, tick: Tick = lambda done, of: None) -> Reading:
    """What a CSV file says.

    A date without a time, and a time in UTC, are told in the local time of the event's province, else of the desk. Raises
    FileRefused when the file as a whole is not such a CSV.
    """
    _check_encoding(content)
    rows = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline=""), strict=True)
    try:
        header = next(rows, [])
    except csv.Error as error:
        raise FileRefused(Refusal(1, "", f"the header is not CSV: {error}")) from error
    kind, columns = _read_header(header)
    findings = Findings()
    readable = _rows(rows, columns, findings, tick, content.count(b"\n"))
    if kind is FileKind.SHIPMENTS:
        return Reading(kind, tuple(_read_shipments(readable, rules)), findings)
    return Reading(kind, tuple(_read_events(readable, rules, findings)), findings)


def _check_encoding(content: bytes) -> None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(Refusal(0, "", 'the file is UTF-16 text: save it as "CSV UTF-8 (comma delimited)"'))
    try:
        content.decode("utf-8")  # the rows are decoded again as they are read: a large file is not held twice
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = 'the file is not UTF-8 (an older Windows encoding, probably): save it as "CSV UTF-8 (comma delimited)"'
        raise FileRefused(Refusal(line, "", reason)) from error


def _read_header(header: Sequence[str]) -> tuple[FileKind, list[str]]:
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            how = "set the list separator to a comma (Windows: Region, Additional settings) and save again as CSV UTF-8"
            raise FileRefused(Refusal(1, "", f"the columns are separated by {name}, not commas: {how}"))
    columns = ["".join(filter(str.isprintable, name)).strip().lower() for name in header]
    if not any(columns):
        raise FileRefused(Refusal(1, "", f"there is no header row: the first line names the columns, {listed(SHIPMENT_COLUMNS)}"))
    kind = max(_COLUMNS, key=lambda kind: len(set(columns) & set(_COLUMNS[kind])))
    known = _COLUMNS[kind]
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise FileRefused(Refusal(1, listed(name or "(no name)" for name in unknown), _unknown_columns(unknown, kind)))
    for name in columns:
        if columns.count(name) > 1:
            raise FileRefused(Refusal(1, name, "the column stands twice in the header: keep one"))
    for name in _REQUIRED[kind]:
        if name not in columns:
            raise FileRefused(Refusal(1, name, f"the column is missing: a file of {kind.value} needs it"))
    return kind, columns


def _unknown_columns(unknown: Sequence[str], kind: FileKind) -> str:
    near = [(name, get_close_matches(name, _COLUMNS[kind], 1)) for name in unknown]
    hints = "".join(f'; for "{name}" did you mean "{close[0]}"?' for name, close in near if close)
    return f"unknown column; a file of {kind.value} may have {listed(_COLUMNS[kind])}{hints}"


class _Lines(Protocol):
    """What `csv.reader` gives: rows, and the number of the last line read."""

    line_num: int

    def __next__(self) -> list[str]: ...


def _rows(rows: _Lines, columns: Sequence[str], findings: Findings, tick: Tick, lines: int) -> Iterator[_Row]:
    """The rows that have the header's columns; blank ones are passed over."""
    width = len(columns)
    number = 0
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            findings.refuse(Refusal(line, "", f"is not CSV ({error}); a quote in a value is written twice. Reading stopped here"))
            return
        number += 1
        if number % _TICK_ROWS == 0:
            tick(line, lines)
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if len(cells) != width:
            findings.refuse(Refusal(line, "", f"has {len(cells)} values where the header has {width} columns"))
            continue
        yield _Row(line, dict(zip(columns, cells, strict=True)), findings)


def _read_shipments(rows: Iterator[_Row], rules: ReadingRules) -> Iterator[Consignment]:
    pro_number = partial(fields.pro_number, rule=rules.check_digit)
    first_lines: dict[str, int] = {}
    for row in rows:
        row.require("pro")
        shipment = _shipment(row, pro_number)
        if not shipment.pro:
            continue
        earlier = first_lines.setdefault(shipment.pro, row.line)
        if earlier != row.line:
            row.refuse("pro", f"stands on line {earlier} already: one row a shipment; several references share a cell, a;b")
        yield Consignment(shipment, row.line)


def _shipment(row: _Row, pro_number: Callable[[str], str]) -> Shipment:
    return Shipment(
        id=0,
        pro=row.read("pro", pro_number, ""),
        origin=_place(row, "origin_city", "origin_province"),
        destination=_place(row, "destination_city", "destination_province"),
        pieces=row.read("pieces", _pieces, None),
        weight_lb=row.read("weight_lb", _weight, None),
        picked_up_on=row.read("picked_up_on", fields.day, None),
        estimated_on=row.read("estimated_on", fields.day, None),
        shipper_number=row.read("shipper_number", _number, ""),
        shipper_name=row.read("shipper_name", _name, ""),
        consignee_number=row.read("consignee_number", _number, ""),
        consignee_name=row.read("consignee_name", _name, ""),
        billto_number=row.read("billto_number", _number, ""),
        references=tuple((kind, value) for column, kind in _REFERENCES for value in row.read(column, fields.references, ())),
    )


def _place(row: _Row, city: str, province: str) -> Place:
    return _shared_place(row.read(city, _city, ""), row.read(province, fields.province, ""))


def _read_events(rows: Iterator[_Row], rules: ReadingRules, findings: Findings) -> Iterator[Consignment]:
    """One consignment a PRO number, its events in the order of the file."""
    pro_number = partial(fields.pro_number, rule=rules.check_digit)
    soon = rules.now + _SOON
    told: dict[str, list[Event]] = {}
    lines: dict[str, list[int]] = {}
    for row in rows:
        for column in _REQUIRED[FileKind.EVENTS]:
            row.require(column)
        pro = row.read("pro", pro_number, "")
        event = _event(row, rules.desk_zone)
        if not pro or event is None:
            continue
        if event.occurred_at > soon and event.flag is not Flag.APPOINTMENT:
            findings.warn(f"line {row.line}, occurred_at: lies in the future; the event counts all the same")
        told.setdefault(pro, []).append(event)
        lines.setdefault(pro, []).append(row.line)
    for pro, events in told.items():
        said = Shipment(id=0, pro=pro, origin=_NOWHERE, destination=_NOWHERE, events=tuple(events))
        yield Consignment(said, lines[pro][0], tuple(lines[pro]))


def _event(row: _Row, desk_zone: tzinfo) -> Event | None:
    status, flag = row.read("status", fields.status_or_flag, (None, None))
    place = _place(row, "city", "province")
    reason = row.read("reason", fields.reason, "")
    signed_by = row.read("signed_by", _name, "")
    moment = row.read("occurred_at", fields.moment, None)
    if moment is None or (status is None and flag is None):
        return None
    time_known = isinstance(moment, datetime)
    if not isinstance(moment, datetime):  # a date alone
        moment = within_day(moment, status, place.province, desk_zone)
    elif not moment.utcoffset():  # UTC is no local time of this continent: a system wrote it
        moment = as_local(moment, place.province, desk_zone)
    return Event(fixed(moment), 0, status, flag, place, reason, signed_by, time_known)
