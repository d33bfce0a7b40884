"""PRO numbers in text: every form of the same number, and the many numbers that are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.check_digits import CheckDigit
from bot.core.pro_numbers import MAX_PROS, find_pros

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
SPACES = " \u00a0\u202f\u2009"


@pytest.mark.parametrize(
    "text",
    [
        "123456789",
        *(f"123{dash}456789" for dash in DASHES),
        *(f"12345678{dash}9" for dash in DASHES),
        *(f"123{space}456789" for space in SPACES),
        "123-45678-9",
        "123 45678-9",
        "123456-789",
        "12345678 9",
        "12345678 9 svp",
        "1234\u200b56789",
        "１２３４５６７８９",
        "#123456789",
        "PRO123456789",
        "probill123456789",
        "ABCD123456789",
        "ABC-123456789",
        "AB-123-456789",
        "(123456789)",
        "“123456789”",
        "123456789.",
        "123456789?",
        "1. 123456789",
        "1) 123456789",
        "1.123456789",
        "2- 123456789",
        "• 123456789",
        "123456789 2 skids",
        "123456789/",
        "le 123456789, 2 palettes",
        "H2X 1Y4 123456789",
        "2026-11-18 123456789",
        "PRO 123 456 789",
    ],
)
def test_every_form_is_the_same_number(text: str) -> None:
    """The dash moves, keyboards add spaces, labels are joined."""
    assert find_pros(text).pros == ("123456789",)


@pytest.mark.parametrize(
    "text",
    [
        "514 285-9286",
        "514-285-9286",
        "(514) 285-9286 poste 234",
        "1-800-856-5559",
        "+33472000000",
        "+1 514 285 9286",
        "514.285.9286",
        "5142859286",
        "Tél. : 123456789",
        "ext 123456789",
        "poste 123456789",
        "123 456 789",
        "123-456-789",
        "123.456.789",
        "NAS 123456789",
        "12345-6789",
        "12-3456789",
        "12345678",
        "1234567890",
        "123456789-2",
        "123456789012",
        "1Z9999999999999999",
        "1Z 999 999 99 9999 999 9",
        "MSKU1234567",
        "A123456789",
        "RN123456789CA",
        "ABCDE123456789",
        "123456789RT0001",
        "123456789 RT0001",
        "TPS 123456789",
        "G.S.T. 123456789",
        "$123456789",
        "123456789 $",
        "123456789.00",
        "123456789,5 kg",
        "1,234,567,890",
        "123 456 789,00 $",
        "4510 1234 5678 9012",
        "BOL 123456789",
        "B/L no 123456789",
        "P.O. # 123456789",
        "bon de commande no 123456789",
        "purchase order 123456789",
        "account number 123456789",
        "no de client 123456789",
        "BOL 123456789, 234567890 and 345678901",
        "scellé 123456789",
        "https://example.org/t?pro=123456789",
        "a123456789@example.org",
        "555123456@example.org",
        "12345678 2 skids",
        "20261118 1430",
        "١٢٣٤٥٦٧٨٩",
        "",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    """Telephone and insurance numbers, postal codes, amounts, links, numbers of others, numbers with their own label."""
    assert find_pros(text).pros == ()


@pytest.mark.parametrize(
    "text",
    [
        "123456789 234567890",
        "123456789, 234567890",
        "123456789,234567890",
        "123456789;234567890",
        "123456789/234567890",
        "123456789-234567890",
        "123456789 et 234567890",
        "123456789\n234567890",
        "123456789\t234567890",
        "123-456789 234-567890",
        "123 456789 234 567890",
        "1. 123456789\r\n2. 234567890",
        "123456789 & 234567890 + 123456789",
        "BOL 555555555, PRO 123456789 et 234567890",
        "Tel 5142859286 PRO 123456789, 234567890",
    ],
)
def test_lists_keep_their_order(text: str) -> None:
    """Once each, in the order in which they were written."""
    assert find_pros(text).pros == ("123456789", "234567890")


def test_thirty_and_the_rest_counted() -> None:
    """The cap of the design; nobody is told that the others were read."""
    numbers = [f"{200000000 + number}" for number in range(45)]
    found = find_pros(" ".join(numbers))
    assert found.pros == tuple(numbers[:MAX_PROS])
    assert found.more == 15


def test_after_trace_any_grouping_counts() -> None:
    """Nobody gives an insurance number to TRACE."""
    for text in ("123 456 789", "123-456-789", "12345-6789", "12 34567 89", "12-3456789", "123   456   789"):
        assert find_pros(text, meant=True).pros == ("123456789",)
    assert find_pros("NAS 123456789", meant=True).pros == ()
    assert find_pros("514-285-9286", meant=True) == find_pros("")


def test_near_misses_only_where_a_pro_was_meant() -> None:
    """Eight or ten digits: said so after TRACE or PRO, silence elsewhere."""
    assert find_pros("12345678, 1234567890, 2026-11-18, 514-285-9286", meant=True).near == ("12345678", "1234567890")
    assert find_pros("PRO 12345678").near == ("12345678",)
    assert find_pros("order 12345678 and 1234567890").near == ()


def test_wrong_check_digit_is_told_apart() -> None:
    """Not "not found", but "please read the sticker again"."""
    found = find_pros("800123450 and 800123451", rule=CheckDigit.XPO_MOD7)
    assert found.pros == ("800123450",)
    assert found.bad_check == ("800123451",)
    assert find_pros("07209562763", rule=CheckDigit.LUHN).pros == ()


def test_numbers_of_ten_with_a_letter() -> None:
    """YRC's form: 999-999999-X."""
    rule = CheckDigit.YRC_MOD11
    assert find_pros("828-561881-X, 100-340397-9 and 1110035420 but 1003403978", rule=rule).pros == (
        "828561881X",
        "1003403979",
        "1110035420",
    )
    assert find_pros("828561881x", rule=rule).pros == ("828561881X",)
    assert find_pros("1003403978", rule=rule).bad_check == ("1003403978",)
    assert find_pros("828561881Xylophone", rule=rule).pros == ()


@given(st.text(max_size=200), st.sampled_from(CheckDigit), st.booleans())
def test_never_raises_and_gives_only_numbers(text: str, rule: CheckDigit, meant: bool) -> None:
    """Whatever a mail holds."""
    found = find_pros(text, rule=rule, meant=meant)
    assert len(found.pros) == len(set(found.pros)) <= MAX_PROS
    assert all(pro.isascii() and pro[:9].isdigit() for pro in found.pros)


@given(st.lists(st.integers(min_value=0, max_value=10**12), max_size=8), st.sampled_from([" ", ", ", "\n", " et ", "; ", " / "]))
def test_only_nine_digits_are_nine_digits(numbers: list[int], between: str) -> None:
    """Among plain numbers of any length exactly those of nine digits are found."""
    written = [str(number) for number in numbers]
    found = find_pros(between.join(written)).pros
    clear = [number for number in written if len(number) == 9]
    assert set(clear) <= set(found)
    if between != " ":  # a space may stand inside a number
        assert list(found) == list(dict.fromkeys(clear))


@pytest.mark.parametrize(
    "text", ["1" * 200_000, "1-" * 100_000, "123456789 " * 20_000, "a@" * 100_000, "é1 " * 70_000, "BOL 123456789,\n" * 15_000]
)
def test_hostile_text_is_quick(text: str) -> None:
    """Bounded and linear; a generous second on any machine."""
    start = time.perf_counter()
    find_pros(text, meant=True)
    assert time.perf_counter() - start < 1
