"""What stands behind TRACE."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.check_digits import CheckDigit
from bot.core.commands import Command
from bot.core.folding import fold
from bot.core.references import MAX_REFERENCE, find_reference
from bot.core.shipments import ReferenceKind
from bot.core.trace_arguments import TraceArguments, choice_of, is_trace_argument, is_trace_list, trace_arguments

BOL, PO, CUSTOMER, PARTNER = ReferenceKind.BOL, ReferenceKind.PO, ReferenceKind.CUSTOMER, ReferenceKind.PARTNER


def _asked(argument: str, *lines: str, word: str = "TRACE") -> TraceArguments:
    return trace_arguments(Command("TRACE", argument=argument, lines=lines, word=word))


@pytest.mark.parametrize(
    ("argument", "kind", "reference"),
    [
        ("BOL 12345", BOL, "12345"),
        ("BOL# 12345", BOL, "12345"),
        ("bol#12345", BOL, "12345"),
        ("BOL:12345 please", BOL, "12345"),
        ("B/L 445566", BOL, "445566"),
        ("bill of lading no. A-77/1", BOL, "A-77/1"),
        ("connaissement no 12345", BOL, "12345"),
        ("du connaissement n° 12345 svp", BOL, "12345"),
        ("BOL ABCDEF merci", BOL, "ABCDEF"),
        ("BOL 123456789", BOL, "123456789"),
        ("BOL12345", BOL, "BOL12345"),
        ("PO 4500123456", PO, "4500123456"),
        ("P.O. 4500123456", PO, "4500123456"),
        ("bon de commande PO-77", PO, "PO-77"),
        ("PO-77", PO, "PO-77"),
        ("PO ABC 123", PO, "ABC 123"),
        ("purchase order # 77-1", PO, "77-1"),
        ("order 4500", PO, "4500"),
        ("REF AB-4477", CUSTOMER, "AB-4477"),
        ("référence client AB-4477", CUSTOMER, "AB-4477"),
        ("customer reference 123456789", CUSTOMER, "123456789"),
        ("PARTNER 7788", PARTNER, "7788"),
        ("partenaire 7788-1", PARTNER, "7788-1"),
        ("pro partenaire 123456789", PARTNER, "123456789"),
        ("BOL", BOL, ""),
        ("BOL 12", BOL, "12"),
    ],
)
def test_other_references(argument: str, kind: ReferenceKind, reference: str) -> None:
    """Every kind of the tracing service, in both languages, as written."""
    asked = _asked(argument)
    assert (asked.kind, asked.reference, asked.pros) == (kind, reference, ())
    assert is_trace_argument(fold(argument))


def test_short_references_are_known_as_such() -> None:
    """At least three letters or digits (the tracing service)."""
    assert _asked("BOL 12").too_short
    assert _asked("BOL 1-2").too_short
    assert not _asked("BOL 1-23").too_short
    assert not _asked("BOL").too_short


def test_joined_labels_may_be_part_of_the_name() -> None:
    """Both readings are offered, as nobody knows how it was recorded."""
    assert _asked("BOL12345").candidates == ("BOL12345", "12345")
    assert _asked("bon de commande PO-77").candidates == ("PO-77",)
    assert _asked("BOL 12345").candidates == ("12345",)
    assert _asked("123456789").candidates == ()


def test_numbers_and_a_reference_beside_each_other() -> None:
    """A bill of lading of nine digits stays one; the PRO number beside it counts."""
    asked = _asked("BOL 123456789 and PRO 234567890")
    assert (asked.pros, asked.kind, asked.reference) == (("234567890",), BOL, "123456789")
    asked = _asked("", "123456789", "ref 234567890", "345678901")
    assert (asked.pros, asked.kind, asked.reference) == (("123456789", "345678901"), CUSTOMER, "234567890")


def test_order_is_said_of_anything() -> None:
    """Nine digits behind it are a PRO number."""
    assert _asked("order 123456789 svp").pros == ("123456789",)
    assert _asked("ma commande 123456789").kind is None


def test_a_number_of_another_length_is_kept() -> None:
    """People type the bill of lading where the PRO belongs."""
    assert _asked("12345").reference == "12345"
    assert _asked("12345").kind is None
    assert _asked("12345678").near == ("12345678",)
    assert _asked("").nothing
    assert not _asked("12345").nothing


def test_three_by_three_counts_only_after_the_word() -> None:
    """Elsewhere it is the shape of an insurance number."""
    assert _asked("123 456 789").pros == ("123456789",)
    assert _asked("", "123 456 789", "234567890", word="").pros == ("234567890",)


def test_check_digit_of_the_carrier() -> None:
    """A rule refuses, none accepts."""
    command = Command("TRACE", argument="800123451", word="TRACE")
    assert trace_arguments(command, rule=CheckDigit.XPO_MOD7).bad_check == ("800123451",)
    assert trace_arguments(command).pros == ("800123451",)


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("2", 2),
        ("no 2", 2),
        ("#2", 2),
        ("le 2", 2),
        ("le 2e svp", 2),
        ("2 please thanks", 2),
        ("line 12", 12),
        ("ligne no 3", 3),
        ("the second one please", 2),
        ("la première", 1),
        ("0", None),
        ("123", None),
        ("2 skids", None),
        ("2 et 3", None),
        ("no", None),
        ("second floor", None),
        ("", None),
    ],
)
def test_picks_from_a_list(words: str, choice: int | None) -> None:
    """A line of the list just sent, or no pick at all."""
    assert choice_of(fold(words).split()) == choice


@pytest.mark.parametrize(
    "prose",
    [
        "amounts of water in the trailer",
        "de notre rencontre de mardi",
        "active since 2019",
        "your own work",
        "de la facture, merci de corriger",
        "update of our software on 2026-11-18",
        "514-285-9286",
        "delivered",
        "of the art",
    ],
)
def test_prose_is_nothing_to_trace(prose: str) -> None:
    """A sentence that happens to begin with TRACE, SUIVI, STATUS or ÉTAT."""
    assert not is_trace_argument(fold(prose))


def test_lists_below_the_word() -> None:
    """Only lines that hold nothing else belong to TRACE without being read as prose."""
    for line in ("123456789", "• 123-456789, 234567890", "PRO # 123456789 and", "BOL A-771", "12345678 svp"):
        assert is_trace_list(fold(line).split())
    for line in ("Mike", "thanks", "door 14 is open", "BOL of the load is missing since 2 days"):
        assert not is_trace_list(fold(line).split())


@given(st.text(max_size=120), st.lists(st.text(max_size=60), max_size=4), st.sampled_from(["", "TRACE"]))
def test_never_raises(argument: str, lines: list[str], word: str) -> None:
    """Whatever stands there."""
    asked = _asked(argument, *lines, word=word)
    assert len(asked.reference) <= MAX_REFERENCE
    assert isinstance(is_trace_argument(fold(argument) or "X"), bool)
    find_reference(argument)
