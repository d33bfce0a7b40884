"""Single values of import files: what is accepted, and what the refusal says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import provinces
from bot.core.check_digits import CheckDigit
from bot.core.importing import fields
from bot.core.importing.zones import OLD_PROVINCES, PROVINCES, zone_of, zone_of_code
from bot.core.shipments import Flag, Status


@pytest.mark.parametrize(
    "written",
    [
        "123456789",
        "123-456789",
        "12345678-9",
        "123-45678-9",
        "123 456 789",
        "123\u2011456789",
        "123\u2212456789",
        "123\u00a0456\u202f789",
        "１２３４５６７８９",
        "XQAT123456789",
        "xqat-123456789",
        "AB--123456789",
    ],
)
def test_a_pro_number_is_nine_digits_however_it_is_written(written: str) -> None:
    assert fields.pro_number(written) == "123456789"


@pytest.mark.parametrize(
    "written", ["12345678", "1234567890", "12345678X", "12345678٩", "ABCDE123456789", "1.23E+08", "123456789.0", "--", "12345678²"]
)
def test_what_is_no_pro_number(written: str) -> None:
    with pytest.raises(ValueError, match="is not a PRO number"):
        fields.pro_number(written)


def test_a_lost_leading_zero_is_explained() -> None:
    with pytest.raises(ValueError, match="drops leading zeros"):
        fields.pro_number("12345678")


def test_the_carriers_check_digit_holds_for_imports_too() -> None:
    assert fields.pro_number("800123450", CheckDigit.XPO_MOD7) == "800123450"
    assert fields.pro_number("828-561881-X", CheckDigit.YRC_MOD11) == "828561881X"
    with pytest.raises(ValueError, match="last digit does not fit"):
        fields.pro_number("800123451", CheckDigit.XPO_MOD7)


@given(st.text(max_size=30))
def test_a_pro_number_is_nine_ascii_digits_or_refused(text: str) -> None:
    try:
        pro = fields.pro_number(text)
    except ValueError:
        return
    assert len(pro) == 9
    assert pro.isascii()
    assert pro.isdigit()


def test_moments() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert fields.moment("2026-11-18T10:22:00-05:00") == datetime(2026, 11, 18, 10, 22, tzinfo=eastern)
    assert fields.moment("2026-11-18 10:22-05:00") == datetime(2026, 11, 18, 10, 22, tzinfo=eastern)
    assert fields.moment("2026-11-18T15:22Z") == datetime(2026, 11, 18, 15, 22, tzinfo=UTC)
    assert fields.moment("2026-11-18") == date(2026, 11, 18)
    assert not isinstance(fields.moment("2026-11-18"), datetime)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2026-11-18T10:22:00", "has no offset from UTC: write 2026-11-18T10:22:00-05:00"),
        ("20261118", "has no offset"),
        ("18/11/2026 10:22", "is not a time: write ISO 8601"),
        ("2026-13-01", "is not a date"),
        ("2026-11-18T10:22:00+23:00", "an offset that no place keeps"),
        ("1926-11-18T10:22:00-05:00", "the year 1926 cannot be right"),
    ],
)
def test_moments_that_are_refused(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("+", r"\+")):
        fields.moment(written)


@pytest.mark.parametrize("written", ["OUT_FOR_DELIVERY", "out_for_delivery", "Out for delivery", "out-for-delivery"])
def test_statuses_in_any_case(written: str) -> None:
    assert fields.status_or_flag(written) == (Status.OUT_FOR_DELIVERY, None)


def test_every_status_and_flag_is_read() -> None:
    assert [fields.status_or_flag(status.value) for status in Status] == [(status, None) for status in Status]
    assert [fields.status_or_flag(flag.value) for flag in Flag] == [(None, flag) for flag in Flag]


def test_an_unknown_status_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean DELIVERED"):
        fields.status_or_flag("Deliverd")
    with pytest.raises(ValueError, match=r"known are BOOKED, .*APPOINTMENT"):
        fields.status_or_flag("XYZZY")


def test_provinces_are_those_that_have_a_name_and_each_has_a_zone() -> None:
    assert set(PROVINCES) | set(OLD_PROVINCES) >= set(provinces.NAMES)
    assert set(PROVINCES) <= set(provinces.NAMES)
    assert all(zone_of(code) is not None for code in PROVINCES)
    assert fields.province("pq") == "QC"
    with pytest.raises(ValueError, match="two letters"):
        fields.province("Quebec")


@pytest.mark.parametrize(
    ("code", "winter", "summer"),
    [
        ("ET", -5, -4),
        ("ES", -5, -5),
        ("ED", -4, -4),
        ("CT", -6, -5),
        ("CS", -6, -6),
        ("MT", -7, -6),
        ("PT", -8, -7),
        ("PD", -7, -7),
        ("TT", -4, -3),
        ("TS", -4, -4),
        ("NT", -3.5, -2.5),
        ("ND", -2.5, -2.5),
        ("AT", -9, -8),
        ("HT", -10, -10),
        ("UT", 0, 0),
        ("GM", 0, 0),
        ("01", 1, 1),
        ("12", 12, 12),
        ("13", -12, -12),
        ("20", -5, -5),
        ("24", -1, -1),
    ],
)
def test_time_codes(code: str, winter: float, summer: float) -> None:
    zone = zone_of_code(code)
    offsets = [datetime(2026, month, 15, 12, tzinfo=zone).utcoffset() for month in (1, 7)]
    assert offsets == [timedelta(hours=winter), timedelta(hours=summer)]


def test_there_are_51_time_codes_and_only_local_time_has_no_zone() -> None:
    named = [first + second for first in "ACEHMNPT" for second in "SDT"]
    codes = [f"{number:02d}" for number in range(1, 25)] + named + ["GM", "UT", "LT"]
    assert len(codes) == 51
    assert [code for code in codes if zone_of_code(code) is None] == ["LT"]
    assert all(zone_of_code(code) is None for code in ("", "25", "00", "ZZ", "E", "ETT", "XT"))


@pytest.mark.parametrize(
    ("read", "written", "reason"),
    [
        (fields.whole_number(100), "-1", "not a whole number"),
        (fields.whole_number(100), "1.5", "not a whole number"),
        (fields.whole_number(100), "1 240", "not a whole number"),
        (fields.whole_number(100), "101", "more than 100"),
        (fields.whole_number(100), "9" * 5000, "more than 100"),
        (fields.words(5), "abcdef", "at most 5 fit"),
        (fields.words(50), "a\x07b", "control character"),
        (fields.references, "--", "no letter and no digit"),
        (fields.references, "x" * 51, "at most 50"),
        (fields.reason, "weather", "X12 code, like AO"),
        (fields.day, "2026/11/18", "write YYYY-MM-DD"),
        (fields.day, "2026-02-30", "write YYYY-MM-DD"),
    ],
)
def test_refusals_say_what_to_write(read, written: str, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=reason):
        read(written)


def test_several_references_share_a_cell() -> None:
    assert fields.references("BOL-1; BOL-2 ;;BOL-3") == ("BOL-1", "BOL-2", "BOL-3")


def test_normal_is_no_reason() -> None:
    assert fields.reason("ns") == fields.reason("NA") == ""
    assert fields.reason("ao") == "AO"
