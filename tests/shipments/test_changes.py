"""What an import changes: the lifetime of a PRO number, merging, and which two tellings are one event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.core.importing.changes import Change, Stored, generation_at, plan_events, plan_shipment
from bot.core.importing.model import Consignment
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment, Status, fold_reference

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DELIVERED_AT = datetime(2025, 6, 2, 15, 0, tzinfo=UTC)
EMPTY = Shipment(0, "123456789", Place(), Place())


def stored(shipment: Shipment, generation: int = 1, known_at: datetime = DELIVERED_AT) -> Stored:
    """As rows of shipments files gave it."""
    from_rows = frozenset((kind, fold_reference(value)) for kind, value in shipment.references)
    return Stored(shipment, generation, known_at, from_rows)


def ended(at: datetime = DELIVERED_AT, status: Status = Status.DELIVERED) -> Stored:
    return stored(replace(EMPTY, id=1, events=(Event(at, 0, status),)))


def row(shipment: Shipment, as_of: datetime | None = None) -> Consignment:
    return Consignment(shipment, 2, tuple(range(2, 2 + len(shipment.events))), as_of)


def told(*events: Event) -> Consignment:
    return row(replace(EMPTY, events=events))


def plan(said: Shipment, *known: Stored, as_of: datetime | None = None) -> Change:
    return plan_shipment(row(said, as_of), known, NOW)


# The lifetime of a PRO number


def test_an_unknown_number_begins_its_first_shipment() -> None:
    change = plan(replace(EMPTY, pieces=3))
    assert (change.new, change.after.generation, change.after.known_at) == (True, 1, NOW)


def test_an_open_shipment_keeps_its_number_for_ever() -> None:
    home = stored(replace(EMPTY, events=(Event(datetime(2010, 1, 1, tzinfo=UTC), 0, Status.IN_TRANSIT),)))
    assert generation_at(NOW, [home]) is home
    assert generation_at(NOW, [stored(EMPTY)]) is not None


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.RETURNED, Status.CANCELLED])
def test_an_ended_shipment_keeps_its_number_for_a_year(status: Status) -> None:
    home = ended(status=status)
    year = timedelta(days=365)
    assert generation_at(DELIVERED_AT + year, [home]) is home
    assert generation_at(DELIVERED_AT + year + timedelta(microseconds=1), [home]) is None


def test_a_dated_row_after_a_year_begins_a_new_shipment() -> None:
    change = plan(replace(EMPTY, picked_up_on=date(2026, 11, 16)), ended())
    assert (change.new, change.after.generation) == (True, 2)
    assert change.after.shipment.events == ()


def test_a_dated_row_within_the_year_updates() -> None:
    change = plan(replace(EMPTY, picked_up_on=date(2025, 5, 30)), ended())
    assert (change.new, change.changed, change.after.generation) == (False, True, 1)


def test_an_undated_row_that_says_nothing_new_begins_nothing() -> None:
    home = ended()
    assert not plan(EMPTY, home).changed
    begun = plan(replace(EMPTY, pieces=9), home)
    assert (begun.new, begun.after.generation) == (True, 2)


def test_a_214_belongs_to_the_shipment_of_its_first_event() -> None:
    second = stored(replace(EMPTY, id=2, events=(Event(NOW, 0, Status.PICKED_UP),)), generation=2)
    late = replace(EMPTY, events=(Event(DELIVERED_AT + timedelta(days=3), 0, Status.DELIVERED),))
    assert plan(late, ended(), second, as_of=NOW).after.generation == 1
    fresh = replace(EMPTY, events=(Event(NOW + timedelta(hours=2), 0, Status.IN_TRANSIT),))
    assert plan(fresh, ended(), second, as_of=NOW).after.generation == 2


def test_events_find_the_shipment_of_their_own_time() -> None:
    second = stored(replace(EMPTY, id=2), generation=2)
    old, new = Event(DELIVERED_AT, 0, None, Flag.DAMAGED), Event(NOW, 0, Status.PICKED_UP)
    changes, refusals = plan_events(told(new, old), [ended(), second])
    assert refusals == []
    assert {change.after.generation: change.add_events[0].flag for change in changes} == {1: Flag.DAMAGED, 2: None}


def test_events_without_a_shipment_are_refused_with_what_to_do() -> None:
    _, (unknown,) = plan_events(told(Event(NOW, 0, Status.PICKED_UP)), [])
    _, (over,) = plan_events(told(Event(NOW, 0, Status.PICKED_UP)), [ended()])
    assert "no shipment has this PRO number" in unknown.reason
    assert "ended on 2025-06-02" in over.reason
    assert (unknown.line, unknown.column) == (2, "pro")


# Facts


def test_empty_fields_say_nothing() -> None:
    home = stored(replace(EMPTY, pieces=3, shipper_name="Fictif", origin=Place("Québec", "QC"), picked_up_on=date(2026, 11, 16)))
    change = plan(replace(EMPTY, weight_lb=5), home)
    assert change.row is not None
    kept = change.row.shipment
    assert (kept.pieces, kept.weight_lb, kept.shipper_name, kept.origin) == (3, 5, "Fictif", Place("Québec", "QC"))
    assert change.row.known_at == NOW


def test_zero_is_something() -> None:
    change = plan(replace(EMPTY, pieces=0), stored(replace(EMPTY, pieces=3)))
    assert change.after.shipment.pieces == 0


def test_nothing_new_writes_nothing() -> None:
    shipment = replace(EMPTY, pieces=3, references=((ReferenceKind.BOL, "B-1"),), events=(Event(NOW, 0, Status.PICKED_UP),))
    change = plan(shipment, stored(shipment))
    assert (change.changed, change.row, change.add_references, change.drop_references) == (False, None, (), ())
    assert (change.add_events, change.mend_events, change.same_events) == ((), (), 1)


def test_an_older_message_fills_gaps_and_replaces_nothing() -> None:
    home = stored(replace(EMPTY, estimated_on=date(2026, 11, 24)), known_at=NOW)
    older = plan(replace(EMPTY, estimated_on=date(2026, 11, 21), pieces=3), home, as_of=NOW - timedelta(hours=1))
    assert (older.after.shipment.estimated_on, older.after.shipment.pieces) == (date(2026, 11, 24), 3)
    assert older.after.known_at == NOW


def test_a_newer_message_replaces_and_moves_the_mark_even_when_it_says_the_same() -> None:
    home = stored(replace(EMPTY, pieces=3))
    same = plan(replace(EMPTY, pieces=3), home, as_of=NOW)
    assert (same.changed, same.row is not None, same.after.known_at) == (False, True, NOW)
    again = plan(replace(EMPTY, pieces=3), same.after, as_of=NOW)
    assert again.row is None


def test_references_of_a_row_replace_those_of_their_kind_only() -> None:
    home = stored(replace(EMPTY, references=((ReferenceKind.BOL, "B-1"), (ReferenceKind.PO, "P-1"))))
    change = plan(replace(EMPTY, references=((ReferenceKind.BOL, "B-2"), (ReferenceKind.BOL, "B-3"))), home)
    assert change.add_references == ((ReferenceKind.BOL, "B-2"), (ReferenceKind.BOL, "B-3"))
    assert change.drop_references == ((ReferenceKind.BOL, "B-1"),)
    assert (ReferenceKind.PO, "P-1") in change.after.shipment.references


def test_a_row_leaves_the_references_of_messages_and_they_do_not_alternate() -> None:
    home = stored(replace(EMPTY, references=((ReferenceKind.BOL, "B-1"),)))
    message = replace(EMPTY, references=((ReferenceKind.BOL, "b 1"), (ReferenceKind.BOL, "M-9")))
    heard = plan(message, home, as_of=NOW)
    assert heard.add_references == ((ReferenceKind.BOL, "M-9"),)
    row_again = plan(replace(EMPTY, references=((ReferenceKind.BOL, "B-1"),)), heard.after)
    assert (row_again.changed, row_again.drop_references) == (False, ())
    corrected = plan(replace(EMPTY, references=((ReferenceKind.BOL, "B-2"),)), heard.after)
    assert corrected.drop_references == ((ReferenceKind.BOL, "B-1"),)
    assert set(corrected.after.shipment.references) == {(ReferenceKind.BOL, "M-9"), (ReferenceKind.BOL, "B-2")}


def test_a_row_takes_over_what_a_message_gave() -> None:
    heard = plan(replace(EMPTY, references=((ReferenceKind.BOL, "B-1"),)), as_of=NOW)
    taken = plan(replace(EMPTY, references=((ReferenceKind.BOL, "B-1"),)), heard.after)
    assert (taken.changed, taken.add_references) == (False, ((ReferenceKind.BOL, "B-1"),))
    assert plan(replace(EMPTY, references=((ReferenceKind.BOL, "B-2"),)), taken.after).drop_references != ()


def test_references_of_a_214_are_added() -> None:
    home = stored(replace(EMPTY, references=((ReferenceKind.BOL, "B-1"),)))
    change = plan(replace(EMPTY, references=((ReferenceKind.BOL, "b1"), (ReferenceKind.BOL, "B-2"))), home, as_of=NOW)
    assert change.drop_references == ()
    assert len(change.after.shipment.references) == 2


# Events

CITY = Place("Montréal", "QC")
ARRIVED = Event(NOW, 0, Status.AT_TERMINAL, place=CITY)


@pytest.mark.parametrize(
    "other",
    [
        replace(ARRIVED, status=Status.ON_HOLD),
        replace(ARRIVED, status=None, flag=Flag.DAMAGED),
        replace(ARRIVED, flag=Flag.DELAYED),
        replace(ARRIVED, place=Place("Laval", "QC")),
        replace(ARRIVED, reason="AO"),
        replace(ARRIVED, raw="ZZ"),
        replace(ARRIVED, time_known=False),
        replace(ARRIVED, occurred_at=NOW + timedelta(seconds=1)),
    ],
)
def test_two_events_of_one_moment_stay_two(other: Event) -> None:
    (change,), _ = plan_events(told(ARRIVED, other), [stored(EMPTY)])
    assert [event.sequence for event in change.add_events] == [0, 1]
    (again,), _ = plan_events(told(other, ARRIVED), [change.after])
    assert (again.add_events, again.mend_events, again.same_events) == ((), (), 2)


@pytest.mark.parametrize(
    "same",
    [ARRIVED, replace(ARRIVED, sequence=7), replace(ARRIVED, occurred_at=NOW.astimezone(UTC)), replace(ARRIVED, signed_by="")],
)
def test_one_event_told_twice_is_one(same: Event) -> None:
    (change,), _ = plan_events(told(ARRIVED, same), [stored(EMPTY)])
    assert (len(change.add_events), change.same_events) == (1, 1)


@pytest.mark.parametrize(
    "better",
    [
        replace(ARRIVED, signed_by="J DEMO"),
        replace(ARRIVED, place=Place("MONTREAL", "QC")),
        replace(ARRIVED, occurred_at=NOW.astimezone(timezone(timedelta(hours=-5)))),
    ],
)
def test_signer_spelling_and_offset_are_mended(better: Event) -> None:
    home = stored(replace(EMPTY, events=(replace(ARRIVED, sequence=4),)))
    (change,), _ = plan_events(told(better), [home])
    assert change.add_events == ()
    (mended,) = change.mend_events
    assert (mended.sequence, mended.signed_by, mended.place) == (4, better.signed_by, better.place)
    assert mended.occurred_at.utcoffset() == better.occurred_at.utcoffset()


def test_a_signer_once_known_is_not_forgotten() -> None:
    home = stored(replace(EMPTY, events=(replace(ARRIVED, signed_by="J DEMO"),)))
    (change,), _ = plan_events(told(ARRIVED), [home])
    assert (change.mend_events, change.same_events) == ((), 1)


def test_sequences_count_on_in_the_order_told_and_events_are_sorted() -> None:
    home = stored(replace(EMPTY, events=(replace(ARRIVED, sequence=4),)))
    early = replace(ARRIVED, occurred_at=NOW - timedelta(hours=5), status=Status.IN_TRANSIT)
    twin = replace(ARRIVED, status=Status.ON_HOLD)
    (change,), _ = plan_events(told(twin, early), [home])
    assert [(event.status, event.sequence) for event in change.after.shipment.events] == [
        (Status.IN_TRANSIT, 6),
        (Status.AT_TERMINAL, 4),
        (Status.ON_HOLD, 5),
    ]
