"""Check digits: the published examples of each rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.check_digits import CheckDigit, length, valid

XPO, YRC, LUHN, NONE = CheckDigit.XPO_MOD7, CheckDigit.YRC_MOD11, CheckDigit.LUHN, CheckDigit.NONE


@pytest.mark.parametrize(
    ("pro", "rule"),
    [
        ("800123450", XPO),
        ("800134565", XPO),
        ("800145673", XPO),
        ("123456782", XPO),
        ("1003403979", YRC),
        ("828561881X", YRC),
        ("828561881x", YRC),
        ("1110035420", YRC),
        ("07209562763", LUHN),
        ("123456782", LUHN),
        ("123456789", NONE),
    ],
)
def test_published_examples_are_valid(pro: str, rule: CheckDigit) -> None:
    """The vectors of the fact sheet."""
    assert valid(pro, rule)


@pytest.mark.parametrize(
    ("pro", "rule"),
    [
        ("123456789", XPO),
        ("123456789", LUHN),
        ("800123450", LUHN),
        ("800134565", LUHN),
        ("800145673", LUHN),
        ("800123457", XPO),
        ("1003403978", YRC),
        ("8285618810", YRC),
        ("123456789", YRC),
        ("12345678X", XPO),
        ("80012345", XPO),
        ("٨٠٠١٢٣٤٥٠", XPO),
        ("", LUHN),
        ("0", LUHN),
        ("X" * 10, YRC),
    ],
)
def test_others_are_not(pro: str, rule: CheckDigit) -> None:
    """A wrong digit, a wrong length, digits of another script, nothing at all."""
    assert not valid(pro, rule)


@given(st.text(max_size=14), st.sampled_from(CheckDigit))
def test_never_raises(text: str, rule: CheckDigit) -> None:
    """Whatever stands where a number should."""
    assert valid(text, rule) in (True, False)


@given(st.integers(min_value=0, max_value=10**8 - 1), st.integers(min_value=0, max_value=8), st.integers(min_value=1, max_value=9))
def test_luhn_finds_every_single_wrong_digit(body: int, place: int, by: int) -> None:
    """What a check digit is for."""
    right = next(number for number in (f"{body:08d}{check}" for check in range(10)) if valid(number, LUHN))
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    assert not valid(wrong, LUHN)


def test_lengths() -> None:
    """Nine digits by the help page; YRC's form has ten characters."""
    assert [length(rule) for rule in CheckDigit] == [9, 9, 10, 9]
