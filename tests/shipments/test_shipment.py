"""What a shipment says about itself: the status that stands, and the folding of references."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.shipments import Event, Flag, Place, Shipment, Status, fold_reference

START = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def shipment(*told: tuple[float, Status | Flag | None]) -> Shipment:
    """A shipment whose events were told in this order, at these hours."""
    events = []
    for sequence, (hour, what) in enumerate(told):
        status = what if isinstance(what, Status) else None
        flag = what if isinstance(what, Flag) else None
        events.append(Event(START + timedelta(hours=hour), sequence, status, flag))
    events.sort(key=lambda event: (event.occurred_at, event.sequence))
    return Shipment(1, "123456789", Place(), Place(), events=tuple(events))


def test_nothing_happened_yet() -> None:
    assert shipment().status is Status.BOOKED
    assert shipment().latest is None


def test_a_late_older_event_does_not_undo_delivered() -> None:
    assert shipment((30, Status.DELIVERED), (10, Status.IN_TRANSIT)).status is Status.DELIVERED


def test_a_newer_event_after_delivered_counts() -> None:
    assert shipment((30, Status.DELIVERED), (50, Status.RETURNED)).status is Status.RETURNED


def test_of_one_moment_the_event_told_last_counts() -> None:
    assert shipment((5, Status.AT_TERMINAL), (5, Status.ON_HOLD)).status is Status.ON_HOLD


def test_a_flag_does_not_change_the_status() -> None:
    assert shipment((5, Status.IN_TRANSIT), (9, Flag.DELAYED)).status is Status.IN_TRANSIT


def test_a_pickup_appointment_still_ahead_gives_way_to_the_pickup() -> None:
    early = shipment((8, Status.PICKUP_SCHEDULED), (6, Status.PICKED_UP))
    assert early.status is Status.PICKED_UP


def test_acknowledged_after_the_delivery_is_no_new_booking() -> None:
    assert shipment((30, Status.DELIVERED), (40, Status.BOOKED)).status is Status.DELIVERED


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        (((48, Status.PICKUP_SCHEDULED), (2, Status.CANCELLED)), Status.CANCELLED),
        (((2, Status.CANCELLED), (48, Status.PICKUP_SCHEDULED)), Status.PICKUP_SCHEDULED),
    ],
)
def test_a_cancellation_ends_what_was_planned_before_it_and_nothing_after(
    told: tuple[tuple[float, Status], ...], stands: Status
) -> None:
    assert shipment(*told).status is stands


@pytest.mark.parametrize("written", ["BOL 12-345", "bol12345", " Bol.12345 ", "BOL\u00a012\u2011345", "ＢＯＬ12345"])
def test_spellings_of_one_reference_fold_alike(written: str) -> None:
    assert fold_reference(written) == "BOL12345"


def test_accents_fold_away() -> None:
    assert fold_reference("Montréal") == fold_reference("MONTRE\u0301AL") == "MONTREAL"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold_reference(text)
    assert fold_reference(folded) == folded
