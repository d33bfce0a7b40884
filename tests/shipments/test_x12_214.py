"""What a 214 says: statuses, flags, appointments, estimates, times, places, weights, and which number is the PRO."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.importing.model import Reading, ReadingRules
from bot.core.importing.x12_214 import read_214
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment, Status
from tests.shipments.x12_files import DELIVERED, EXCEPTIONS, interchange, status

RULES = ReadingRules(ZoneInfo("America/Toronto"), datetime(2026, 11, 23, 15, 0, tzinfo=UTC))


def read(text: str) -> Reading:
    return read_214(text, RULES)


def only(text: str) -> Shipment:
    reading = read(text)
    assert reading.findings.refused == 0, reading.findings.refusals
    (one,) = reading.consignments
    return one.said


def event(at7: str, *more: str) -> Event:
    """The one event of an AT7, at Toronto unless other segments follow."""
    (found,) = only(status(at7, *(more or ("MS1*TORONTO*ON*CA",)))).events
    return found


def refusals(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in read(text).findings.refusals]


def test_the_delivered_sample() -> None:
    reading = read(DELIVERED)
    (one,) = reading.consignments
    said = one.said
    assert (reading.findings.refused, reading.findings.warned) == (0, 0)
    assert one.as_of == datetime(2026, 11, 20, 19, 5, tzinfo=UTC)
    assert (said.pro, said.pieces, said.weight_lb) == ("800123450", 3, 1240)
    assert (said.origin, said.destination) == (Place("QUEBEC", "QC"), Place("TORONTO", "ON"))
    assert (said.shipper_name, said.consignee_name) == ("EXPEDITEUR FICTIF INC", "FICTIONAL CONSIGNEE LTD")
    assert said.picked_up_on == date(2026, 11, 16)
    assert said.references == ((ReferenceKind.BOL, "BOL-DEMO-0001"), (ReferenceKind.PO, "PO-DEMO-77"))
    told = [(e.status or e.flag, e.occurred_at.isoformat(timespec="minutes"), e.place.city) for e in said.events]
    assert told == [
        (Status.PICKED_UP, "2026-11-16T15:30-05:00", "QUEBEC"),
        (Status.IN_TRANSIT, "2026-11-16T21:10-05:00", "QUEBEC"),
        (Status.AT_TERMINAL, "2026-11-17T05:45-05:00", "TORONTO"),
        (Flag.APPOINTMENT, "2026-11-18T10:00-05:00", ""),
        (Status.OUT_FOR_DELIVERY, "2026-11-18T07:15-05:00", "TORONTO"),
        (Status.DELIVERED, "2026-11-18T10:22-05:00", "TORONTO"),
    ]
    assert [e.signed_by for e in said.events] == ["", "", "", "", "", "J DEMO"]
    assert {e.reason for e in said.events} == {""}


def test_nothing_of_streets_or_customer_numbers_is_kept() -> None:
    for one in read(DELIVERED + EXCEPTIONS).consignments:
        text = repr(one)
        assert not any(secret in text for secret in ("EXEMPLE", "SAMPLE ROAD", "G1A1A1", "DEMO-SH", "DEMO-CN", "SKIDS WET"))


def test_the_exceptions_sample() -> None:
    refused, delayed = (one.said for one in read(EXCEPTIONS).consignments)
    assert [(e.status, e.reason) for e in refused.events] == [(Status.OUT_FOR_DELIVERY, ""), (Status.REFUSED, "BS")]
    assert refused.weight_lb == 880
    (delay,) = delayed.events
    assert (delay.status, delay.flag, delay.reason, delay.place) == (None, Flag.DELAYED, "AO", Place("KINGSTON", "ON"))
    assert delayed.estimated_on == date(2026, 11, 21)
    assert (delayed.weight_lb, delayed.pieces) == (904, 1)  # 410 kg


# The canonical table of the fact sheet (section 3.5), once more by hand.
TABLE = {
    Status.BOOKED: ["XB"],
    Status.PICKUP_SCHEDULED: ["X3", "X8", "L1"],
    Status.PICKED_UP: ["AF", "CP", "AM", "R1"],
    Status.IN_TRANSIT: ["P1", "OA", "RL", "CL", "CT", "RH"],
    Status.AT_TERMINAL: ["X4", "I1", "AR"],
    Status.WITH_PARTNER: ["J1", "BA", "AN"],
    Status.CUSTOMS_HOLD: ["K1", "PR"],
    Status.READY_FOR_DELIVERY: ["AV", "S1", "AW"],
    Status.OUT_FOR_DELIVERY: ["X6", "AJ", "X1", "X5"],
    Status.DELIVERED: ["D1"],
    Status.DELIVERY_ATTEMPTED: ["AH", "AP"],
    Status.REFUSED: ["A7"],
    Status.ON_HOLD: ["BC", "BO", "OO", "NB"],
    Status.RETURNED: ["A3"],
    Status.CANCELLED: ["CA"],
}


@pytest.mark.parametrize(("expected", "code"), [(meaning, code) for meaning, codes in TABLE.items() for code in codes])
def test_status_codes(expected: Status, code: str) -> None:
    found = event(f"AT7*{code}*NS***20261118*1000*ET")
    assert (found.status, found.flag, found.raw) == (expected, None, "")


def test_every_status_has_a_code() -> None:
    assert set(TABLE) == set(Status)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("SD*AO", (None, Flag.DELAYED)),
        ("A9*NS", (None, Flag.DAMAGED)),
        ("SD*CA", (Status.CUSTOMS_HOLD, Flag.DELAYED)),
        ("SD*BD", (Status.CUSTOMS_HOLD, Flag.DELAYED)),
        ("AP*C1", (Status.READY_FOR_DELIVERY, None)),
        ("AH*BS", (Status.REFUSED, None)),
        ("AP*BS", (Status.REFUSED, None)),
        ("AP*B4", (Status.ON_HOLD, None)),
        ("AH*BT", (Status.RETURNED, None)),
        ("AH*B1", (Status.DELIVERY_ATTEMPTED, None)),
        ("CT*CA", (Status.IN_TRANSIT, None)),
        ("D1*BS", (Status.DELIVERED, None)),
    ],
)
def test_a_reason_decides_where_the_code_only_says_that_something_went_wrong(
    codes: str, expected: tuple[Status | None, Flag | None]
) -> None:
    found = event(f"AT7*{codes}***20261118*1000*ET")
    assert (found.status, found.flag) == expected


def test_an_unknown_code_is_kept_and_warned_of() -> None:
    reading = read(status("AT7*ZZ*AO***20261118*1000*ET", "MS1*TORONTO*ON*CA"))
    (found,) = reading.consignments[0].said.events
    assert (found.status, found.flag, found.raw, found.reason) == (None, None, "ZZ", "AO")
    (warning,) = reading.findings.warnings
    assert '"ZZ" is unknown' in warning
    assert warning.startswith("set 0001, segment 6:")


@pytest.mark.parametrize("code", ["CD", "AI"])
def test_known_codes_without_a_status_are_kept_silently(code: str) -> None:
    reading = read(status(f"AT7*{code}*NS***20261118*1000*ET"))
    (found,) = reading.consignments[0].said.events
    assert (found.status, found.raw, reading.findings.warned) == (None, code, 0)


def test_departed_the_delivery_counts_as_delivered_only_with_unloaded() -> None:
    departed = "AT7*CD*NS***20261118*1030*ET"
    out = "AT7*X6*NS***20261118*0700*ET"
    assert only(status(out, departed)).status is Status.OUT_FOR_DELIVERY
    both = only(status(out, "AT7*D1*NS***20261118*1022*ET", departed))
    assert both.status is Status.DELIVERED
    assert both.latest is not None
    assert both.latest.occurred_at.minute == 22  # when it was delivered, not when the truck left


@pytest.mark.parametrize("code", ["AA", "XA", "EP", "LP"])
def test_pickup_appointments(code: str) -> None:
    assert event(f"AT7***{code}*NA*20261118*1000*ET").status is Status.PICKUP_SCHEDULED


@pytest.mark.parametrize("code", ["AB", "X9", "AC", "ED", "LD"])
def test_delivery_appointments(code: str) -> None:
    found = event(f"AT7***{code}*NA*20261118*1000*ET")
    assert (found.status, found.flag, found.reason) == (None, Flag.APPOINTMENT, "")


def test_a_status_and_an_appointment_in_one_segment_are_refused() -> None:
    assert refusals(status("AT7*X6*NS*AB*NA*20261118*1000*ET")) == [(6, "AT703")]


@pytest.mark.parametrize("code", ["AG", "X2"])
def test_estimates_of_the_delivery(code: str) -> None:
    said = only(status(f"AT7*{code}*NS***20261121*1700*ET", f"AT7*{code}*NS***20261122*1700*ET"))
    assert (said.estimated_on, said.events) == (date(2026, 11, 22), ())


@pytest.mark.parametrize("code", ["AA", "B6", "C1"])
def test_other_estimates_say_nothing(code: str) -> None:
    said = only(status(f"AT7*{code}*NS***20261121*1700*ET"))
    assert (said.estimated_on, said.events) == (None, ())


@pytest.mark.parametrize(
    ("at7", "place", "told"),
    [
        ("20261118*1000*ET", "TORONTO*ON*CA", "2026-11-18T10:00:00-05:00"),
        ("20260718*1000*ET", "TORONTO*ON*CA", "2026-07-18T10:00:00-04:00"),
        ("20260718*1000*ES", "", "2026-07-18T10:00:00-05:00"),
        ("20261118*1000*LT", "VANCOUVER*BC*CA", "2026-11-18T10:00:00-08:00"),
        ("20261118*1000*", "ST JOHN'S*NF*CA", "2026-11-18T10:00:00-03:30"),
        ("20261118*1300*ET", "VANCOUVER*BC*CA", "2026-11-18T10:00:00-08:00"),
        ("20261118*1500*UT", "CHICAGO*IL*US", "2026-11-18T09:00:00-06:00"),
        ("20261118*1500*GM", "", "2026-11-18T10:00:00-05:00"),
        ("20261118*1000*20", "", "2026-11-18T10:00:00-05:00"),
        ("20261118*100059*ET", "TORONTO*ON*CA", "2026-11-18T10:00:59-05:00"),
    ],
)
def test_times_are_told_on_the_clock_of_the_place(at7: str, place: str, told: str) -> None:
    found = event(f"AT7*X4*NS***{at7}", f"MS1*{place}")
    assert found.occurred_at.isoformat() == told
    assert found.time_known


def test_a_local_time_at_an_unknown_place_keeps_its_clock_and_is_warned_of() -> None:
    reading = read(status("AT7*X4*NS***20261118*1000*LT"))
    assert reading.consignments[0].said.events[0].occurred_at.isoformat() == "2026-11-18T10:00:00-05:00"
    assert "its place unknown" in reading.findings.warnings[0]


def test_a_date_alone_has_no_time() -> None:
    found = event("AT7*D1*NS***20261118")
    assert (found.time_known, found.occurred_at.isoformat()) == (False, "2026-11-18T23:59:59-05:00")


@pytest.mark.parametrize("when", ["", "20261318*1000", "261118*1000", "20261118*2460", "20261118*10", "19261118*1000"])
def test_wrong_dates_are_refused(when: str) -> None:
    assert refusals(status(f"AT7*X4*NS***{when}*ET")) == [(6, "AT705")]


@pytest.mark.parametrize(
    ("segments", "pro", "bols"),
    [
        (["B10*800123450*BOL-1*XQAT"], "800123450", ["BOL-1"]),
        (["B10*BOL-1*800123450*XQAT"], "800123450", ["BOL-1"]),
        (["B10*BOL-1*800123450*XQAT", "L11*80012345-0*CN"], "800123450", ["BOL-1"]),
        (["B10*800134565*800123450*XQAT", "L11*800123450*CN"], "800123450", ["800134565"]),
        (["B10*BOL-1*SHIP-9*XQAT", "L11*XQAT800123450*PRO"], "800123450", ["BOL-1", "SHIP-9"]),
        (["B10*800123450**XQAT", "L11*BOL-7*BM"], "800123450", ["BOL-7"]),
    ],
)
def test_which_number_is_the_pro(segments: list[str], pro: str, bols: list[str]) -> None:
    said = only(interchange((*segments, "LX*1", "AT7*X4*NS***20261118*1000*ET")))
    assert said.pro == pro
    assert [value for kind, value in said.references if kind is ReferenceKind.BOL] == bols


def test_a_set_without_a_pro_is_refused() -> None:
    assert refusals(interchange(("B10*PRO-778899*BOL-1*XQAT",))) == [(3, "B1001")]


def test_references() -> None:
    said = only(interchange(("B10*800123450**XQAT", "L11*S-1*SI", "L11*C-2*CR", "L11*P-3*PO", "L11*X*ZZ", "L11*P-3*PO")))
    assert said.references == (
        (ReferenceKind.CUSTOMER, "S-1"),
        (ReferenceKind.CUSTOMER, "C-2"),
        (ReferenceKind.PO, "P-3"),
    )


@pytest.mark.parametrize(
    ("at8", "weight", "pieces"),
    [
        ("G*L*1240*3", 1240, 3),
        ("G*K*410*1", 904, 1),
        ("G*L*0.4*0", 0, 0),
        ("G*L*99.6", 100, None),
        ("G*E*2*3", None, 3),
        ("", None, None),
    ],
)
def test_weights(at8: str, weight: int | None, pieces: int | None) -> None:
    said = only(status(f"AT8*{at8}"))
    assert (said.weight_lb, said.pieces) == (weight, pieces)


@pytest.mark.parametrize(("at8", "element"), [("G*L*-5*1", "AT803"), ("G*K*99999999*1", "AT803"), ("G*L*5*many", "AT804")])
def test_impossible_weights_are_refused(at8: str, element: str) -> None:
    assert refusals(status(f"AT8*{at8}")) == [(6, element)]


def test_a_province_of_another_country_is_left_out() -> None:
    assert event("AT7*X4*NS***20261118*1000*ET", "MS1*MONTERREY*NL*MX").place == Place("MONTERREY", "")


@pytest.mark.parametrize("remark", ["SIGNED BY J DEMO", "Signed for by: J DEMO", "SIGNÉ PAR J DEMO"])
def test_the_signer_belongs_to_the_delivery(remark: str) -> None:
    said = only(status("AT7*D1*NS***20261118*1022*ET", "AT7*CD*NS***20261118*1030*ET", f"K1*{remark}"))
    assert [e.signed_by for e in said.events] == ["J DEMO", ""]


def test_of_two_deliveries_the_signer_belongs_to_the_one_before_the_remark() -> None:
    said = only(status("AT7*D1*NS***20261118*1022*ET", "AT7*D1*NS***20261119*0900*ET", "K1*SIGNED BY J DEMO"))
    assert [e.signed_by for e in said.events] == ["", "J DEMO"]


def test_a_remark_without_a_delivery_is_not_kept() -> None:
    assert "DEMO" not in repr(only(status("AT7*X4*NS***20261118*1022*ET", "K1*SIGNED BY J DEMO")).events)


def test_another_transaction_set_is_refused_by_name() -> None:
    text = status("AT7*X4*NS***20261118*1000*ET").replace("ST*214*", "ST*210*")
    (refusal,) = read(text).findings.refusals
    assert 'is "210"' in refusal.reason


def test_everything_wrong_in_several_sets_is_named_at_once() -> None:
    bad = ("B10*12*34*XQAT", "AT7*X4*NS***2026*1000*ET")
    good = ("B10*800123450*B*XQAT", "AT7*X4*NS***20261118*1000*ET")
    reading = read(interchange(bad, good, bad))
    assert [(one.line, one.column) for one in reading.findings.refusals] == [
        (3, "B1001"),
        (5, "AT705"),
        (11, "B1001"),
        (13, "AT705"),
    ]
    assert len(reading.consignments) == 1
