"""The two CSV files: which is which, what they say, and everything that is wrong with them at once."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.importing.csv_reader import EVENT_COLUMNS, SHIPMENT_COLUMNS, read_csv
from bot.core.importing.model import SHOWN, FileKind, FileRefused, Reading, ReadingRules
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Status

RULES = ReadingRules(ZoneInfo("America/Toronto"), datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
SHIPMENTS = ",".join(SHIPMENT_COLUMNS)
EVENTS = ",".join(EVENT_COLUMNS)


def read(text: str) -> Reading:
    return read_csv(text.encode(), RULES)


def refused(content: bytes) -> tuple[int, str, str]:
    with pytest.raises(FileRefused) as caught:
        read_csv(content, RULES)
    refusal = caught.value.refusal
    return refusal.line, refusal.column, refusal.reason


def refusals(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in read(text).findings.refusals]


def events(text: str) -> tuple[Event, ...]:
    reading = read(text)
    assert reading.findings.refused == 0, reading.findings.refusals
    return reading.consignments[0].said.events


def test_a_whole_shipment_row() -> None:
    row = (
        "123-456789,BOL-1;BOL-2,PO-7,CLIENT-9,,10000,Expéditeur  Fictif inc.,Québec,qc,20000,Sample Ltd.,Buffalo,NY,10000,"
        "3,1240,2026-11-16,2026-11-19"
    )
    reading = read(f"{SHIPMENTS}\n{row}\n")
    assert reading.kind is FileKind.SHIPMENTS
    said = reading.consignments[0].said
    assert (said.pro, said.origin, said.destination) == ("123456789", Place("Québec", "QC"), Place("Buffalo", "NY"))
    assert (said.pieces, said.weight_lb) == (3, 1240)
    assert (said.picked_up_on, said.estimated_on) == (date(2026, 11, 16), date(2026, 11, 19))
    assert said.shipper_name == "Expéditeur Fictif inc."
    assert said.references == (
        (ReferenceKind.BOL, "BOL-1"),
        (ReferenceKind.BOL, "BOL-2"),
        (ReferenceKind.PO, "PO-7"),
        (ReferenceKind.CUSTOMER, "CLIENT-9"),
    )


def test_columns_may_be_missing_and_in_any_order() -> None:
    reading = read("Weight_LB, PRO \n500,123456789\n")
    assert reading.consignments[0].said.weight_lb == 500
    assert reading.consignments[0].said.pieces is None


def test_an_event_row() -> None:
    (event,) = events(f"{EVENTS}\n123456789,delivered,2026-11-18T10:22:00-05:00,Toronto,ON,ns,J DEMO\n")
    assert event.status is Status.DELIVERED
    assert event.occurred_at.isoformat() == "2026-11-18T10:22:00-05:00"
    assert (event.place, event.reason, event.signed_by, event.time_known) == (Place("Toronto", "ON"), "", "J DEMO", True)


def test_a_flag_stands_in_the_status_column() -> None:
    (event,) = events(f"{EVENTS}\n123456789,DELAYED,2026-11-18T10:22:00-05:00,Kingston,ON,AO,\n")
    assert (event.status, event.flag, event.reason) == (None, Flag.DELAYED, "AO")


@pytest.mark.parametrize(
    ("province", "offset"), [("ON", "-05:00"), ("NL", "-03:30"), ("BC", "-08:00"), ("SK", "-06:00"), ("", "-05:00")]
)
def test_a_time_in_utc_is_told_on_the_clock_of_its_place(province: str, offset: str) -> None:
    (event,) = events(f"{EVENTS}\n123456789,AT_TERMINAL,2026-11-18T15:22:00Z,,{province},,\n")
    assert event.occurred_at == datetime(2026, 11, 18, 15, 22, tzinfo=UTC)
    assert event.occurred_at.isoformat()[-6:] == offset


@pytest.mark.parametrize(
    ("status", "clock"), [("PICKED_UP", "00:00:00"), ("IN_TRANSIT", "12:00:00"), ("DELAYED", "12:00:00"), ("DELIVERED", "23:59:59")]
)
def test_a_date_alone_has_no_time_and_stands_where_such_a_thing_mostly_happens(status: str, clock: str) -> None:
    (event,) = events(f"{EVENTS}\n123456789,{status},2026-07-18,,AB,,\n")
    assert not event.time_known
    assert event.occurred_at.isoformat() == f"2026-07-18T{clock}-06:00"


def test_events_are_gathered_by_pro_in_the_order_of_the_file() -> None:
    rows = "\n".join(f"{pro},{status},2026-11-18T10:00-05:00,,,," for pro, status in PAIRS)
    reading = read(f"{EVENTS}\n{rows}\n")
    told = [(one.said.pro, [event.status for event in one.said.events], one.event_lines) for one in reading.consignments]
    assert told == [
        ("123456789", [Status.PICKED_UP, Status.IN_TRANSIT], (2, 4)),
        ("800123450", [Status.BOOKED], (3,)),
    ]


PAIRS = (("123456789", "PICKED_UP"), ("800123450", "BOOKED"), ("123456789", "IN_TRANSIT"))


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    reading = read_csv(b"\xef\xbb\xbfpro,origin_city\r\n123456789,Qu\xc3\xa9bec\r\n\r\n,\r\n", RULES)
    assert [one.said.origin.city for one in reading.consignments] == ["Québec"]
    assert reading.findings.refused == 0


def test_the_number_of_a_line_counts_line_ends_within_quotes() -> None:
    assert refusals('pro,shipper_name\n123456789,"Fictif\nDeux"\n12,x\n') == [(4, "pro")]


def test_unknown_columns_are_refused_by_name_with_the_nearest() -> None:
    line, column, reason = refused(b"pro,wieght_lb,colour\n123456789,1,red\n")
    assert (line, column) == (1, "wieght_lb, colour")
    assert 'for "wieght_lb" did you mean "weight_lb"' in reason
    assert "origin_city" in reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"pro;bol;pieces\n123456789;B1;2\n", "separated by semicolons"),
        (b"pro\tbol\n123456789\tB1\n", "separated by tabs"),
        ("pro,origin_city\n123456789,Québec\n".encode("cp1252"), 'save it as "CSV UTF-8'),
        ("pro,bol\n".encode("utf-16"), "UTF-16"),
        (b"bol,pieces\nB1,2\n", "a file of shipments needs it"),
        (b"pro,status\n123456789,BOOKED\n", "a file of events needs it"),
        (b"pro,pro\n1,2\n", "stands twice"),
        (b"\n123456789\n", "no header row"),
    ],
)
def test_files_that_are_refused_whole(content: bytes, words: str) -> None:
    assert words in refused(content)[2]


def test_the_line_of_a_foreign_letter_is_named() -> None:
    assert refused("pro,origin_city\n123456789,Toronto\n800123450,Québec\n".encode("cp1252"))[0] == 3


def test_every_bad_cell_of_every_row_is_named_at_once() -> None:
    text = (
        "pro,pieces,weight_lb,origin_province,picked_up_on\n"
        "123456789,1,2,ON,2026-11-16\n"
        "12345,x,-4,ZZ,16/11/2026\n"
        ",1,2,ON,\n"
        "800123450,1,2,ON\n"
        "123-456-789,1,2,ON,\n"
    )
    bad = [(3, column) for column in ("pro", "pieces", "weight_lb", "origin_province", "picked_up_on")]
    assert sorted(refusals(text)) == sorted([*bad, (4, "pro"), (5, ""), (6, "pro")])


def test_the_second_row_of_a_pro_names_the_first() -> None:
    (refusal,) = read("pro,bol\n123456789,A1\n123-456789,A2\n").findings.refusals
    assert "stands on line 2 already" in refusal.reason


def test_at_most_fifty_refusals_are_kept_and_all_are_counted() -> None:
    findings = read("pro\n" + "1\n" * 120).findings
    assert (findings.refused, len(findings.refusals)) == (120, SHOWN)


def test_a_quote_left_open_is_refused_where_it_began() -> None:
    assert refusals('pro,shipper_name\n123456789,"Fictif\n800123450,B\n') == [(2, "")]


def test_an_event_far_ahead_is_warned_of_and_an_appointment_is_not() -> None:
    text = f"{EVENTS}\n123456789,DELIVERED,2027-11-18T10:22:00-05:00,,,,\n123456789,APPOINTMENT,2026-12-18T10:00-05:00,,,,\n"
    findings = read(text).findings
    assert findings.refused == 0
    assert [warning.split(",")[0] for warning in findings.warnings] == ["line 2"]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.lists(CELL, min_size=1, max_size=8), max_size=6), st.sampled_from([SHIPMENT_COLUMNS[:8], EVENT_COLUMNS]))
def test_any_cells_are_read_or_refused_and_never_break_the_reader(rows: list[list[str]], columns: tuple[str, ...]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([columns, *rows])
    reading = read_csv(text.getvalue().encode(), RULES)
    for one in reading.consignments:
        assert len(one.said.pro) == 9
        assert all(name.isprintable() for name in (one.said.shipper_name, one.said.origin.city))


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(content: bytes) -> None:
    reason = ""
    try:
        read_csv(content, RULES)
    except FileRefused as error:
        reason = error.refusal.reason
    assert reason or content.strip(b"\xef\xbb\xbf\r\n ,")  # what was read had a header
