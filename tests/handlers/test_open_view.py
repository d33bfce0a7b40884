"""What anybody may see: nothing private leaves the desk in an open answer, and times are never made up."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone

import pytest

from bot.core.replies import Reply
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment, Status
from bot.core.values import Language
from handlers.next_steps import all_steps
from handlers.open_view import SHOWN_EVENTS, OpenEvent, OpenShipment, open_view
from handlers.trace import Choice, Line
from tests.handlers.counter import CounterInMemory, everywhere, renderer, written
from tests.letters.samples import SAMPLES
from tests.letters.shipments import (
    APPOINTMENT,
    ARRIVED,
    LEFT,
    NOW,
    OUT,
    PICKED_UP,
    TIMEZONE,
    TORONTO,
    at,
    in_status,
    shipment,
)

CANARY = "CANARY"
# X12 1651 as far as the fact sheet lists it, with codes that say nothing and one that nobody knows.
REASONS = (
    *("A1", "A2", "A5", "A6", "AA", "AD", "AF", "AG", "AH", "AI", "AJ", "AM", "AN", "AO", "AQ", "AR", "AS", "AU", "AV", "AW"),
    *("AX", "AY", "B1", "B4", "B5", "B8", "B9", "BB", "BC", "BD", "BE", "BF", "BG", "BH", "BK", "BS", "BT", "C1", "C2", "C5"),
    *("CA", "D1", "P1", "P2", "RC", "T7", "NS", "NA", "ZZ"),
)


def with_canaries(number: int = 1) -> Shipment:
    """A shipment whose every private fact sings."""
    events = (
        Event(at(16, 15), 1, Status.PICKED_UP, place=TORONTO, signed_by=f"{CANARY} signer", raw=f"{CANARY} raw"),
        Event(at(17, 15), 2, None, place=TORONTO, signed_by=f"{CANARY} signer", raw=f"{CANARY} raw", reason=CANARY),
        Event(at(18, 9), 3, Status.REFUSED, Flag.DAMAGED, TORONTO, reason=CANARY, signed_by=f"{CANARY} signer", raw=CANARY),
    )
    return replace(
        shipment(number, *events),
        shipper_number=f"{CANARY}-1",
        shipper_name=f"{CANARY} shipper",
        consignee_number=f"{CANARY}-2",
        consignee_name=f"{CANARY} consignee",
        billto_number=f"{CANARY}-3",
        references=(*((kind, f"{CANARY}-{kind}") for kind in ReferenceKind), (ReferenceKind.BOL, "A100")),
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("text", ["TRACE 800120001", "TRACE 800120001 800120002", "TRACE BOL A100"])
async def test_no_canary_leaves_the_desk(text: str, language: Language) -> None:
    """Found, several and choose, in text, HTML and chat: no name, number, reference, signer, raw code or unknown reason."""
    reply = await CounterInMemory().holds(with_canaries(1), with_canaries(2)).reply(text)
    assert CANARY not in everywhere(reply, language)
    assert CANARY not in repr(reply.facts)


@pytest.mark.parametrize("kind", [OpenShipment, OpenEvent, Choice, Line])
def test_open_types_have_no_field_for_a_private_fact(kind: type) -> None:
    """A template cannot leak what its facts do not hold."""
    private = {"shipper", "consignee", "billto", "reference", "references", "signed", "name", "raw", "id", "street", "charge"}
    assert not {field.name for field in fields(kind) if private & set(field.name.split("_"))}


@pytest.mark.parametrize("language", Language)
def test_every_status_flag_and_reason_renders(language: Language) -> None:
    """15 statuses, 3 flags and none, every reason: a status in words, a next step in words, and never a code."""
    seen = set()
    for status, flag, reason in itertools.product(Status, (None, *Flag), REASONS):
        view = open_view(in_status(status, reason, flag), NOW, TIMEZONE)
        text = renderer().plain([Reply("trace/found", {"shipment": view})], language, first_contact=False)
        seen.add(view.next_step)
        assert status.value not in text
        assert "ZZ" not in text
        assert "None" not in text
    assert seen == all_steps() - {"overdue"}


async def test_a_time_that_is_not_known_is_never_printed() -> None:
    """The date alone; no midnight that nobody reported."""
    known_day = shipment(1, Event(at(17), 1, Status.DELIVERED, place=TORONTO, time_known=False))
    reply = await CounterInMemory().holds(known_day).reply(f"TRACE {known_day.pro}")
    assert "Date: November 17, 2026\n" in written(reply, Language.EN)
    for language, midnight in ((Language.EN, "midnight"), (Language.FR, "0\u00a0h")):
        assert midnight not in written(reply, language)
        assert "local" not in written(reply, language)


async def test_a_time_keeps_the_offset_of_its_place() -> None:
    """15:30 in Calgary is told as 15:30, whatever the desk's own zone."""
    there = datetime(2026, 11, 17, 15, 30, tzinfo=timezone(timedelta(hours=-7)))
    event = Event(there, 1, Status.IN_TRANSIT, place=Place("Calgary", "AB"))
    reply = await CounterInMemory().holds(shipment(1, event)).reply("TRACE 800120001")
    assert "November 17, 2026, 3:30 p.m." in written(reply, Language.EN)
    assert "15\u00a0h\u00a030" in written(reply, Language.FR)


def test_a_long_history_is_cut_and_counted() -> None:
    """The newest events, and how many older ones there are."""
    events = [Event(at(1 + n, 8), n, Status.IN_TRANSIT, place=TORONTO) for n in range(SHOWN_EVENTS + 3)]
    view = open_view(shipment(1, *events), NOW, TIMEZONE)
    assert (len(view.events), view.older) == (SHOWN_EVENTS, 3)
    assert view.events[0].occurred_at == events[-1].occurred_at


def test_an_event_that_says_nothing_is_left_out() -> None:
    """An unknown code is kept for the administrator and told to nobody."""
    view = open_view(shipment(1, PICKED_UP, Event(at(17), 2, None, raw="Q9")), NOW, TIMEZONE)
    assert [event.status for event in view.events] == ["PICKED_UP"]


def test_a_delay_holds_until_the_next_status_and_explains_it() -> None:
    """The delay's place and reason are the news; a status told later ends it."""
    delay = Event(at(17, 8), 3, flag=Flag.DELAYED, place=Place("Kingston", "ON"), reason="AO")
    late = open_view(shipment(1, PICKED_UP, LEFT, delay), NOW, TIMEZONE)
    assert (late.delayed, late.reason, late.next_step) == (True, "AO", "delayed")
    assert late.latest is not None
    assert late.latest.place.city == "Kingston"
    assert not open_view(shipment(1, PICKED_UP, LEFT, delay, replace(ARRIVED, occurred_at=at(17, 12))), NOW, TIMEZONE).delayed
    assert not open_view(in_status(Status.DELIVERED, "", Flag.DELAYED), NOW, TIMEZONE).delayed


def test_an_appointment_is_a_fact_while_it_lies_ahead() -> None:
    """It is not an event of the past, and nobody is asked to make another."""
    ready = Event(at(18, 8), 5, Status.READY_FOR_DELIVERY, place=TORONTO)
    view = open_view(shipment(1, PICKED_UP, ready, APPOINTMENT), NOW, TIMEZONE)
    assert view.appointment is not None
    assert view.next_step == "appointment_set"
    assert "APPOINTMENT" not in {event.flag for event in view.events}
    assert open_view(shipment(1, PICKED_UP, ready, APPOINTMENT), NOW + timedelta(days=3), TIMEZONE).appointment is None


@pytest.mark.parametrize(
    ("status", "estimate", "shown", "overdue"),
    [
        (Status.IN_TRANSIT, date(2026, 11, 20), True, False),
        (Status.IN_TRANSIT, date(2026, 11, 17), True, True),
        (Status.OUT_FOR_DELIVERY, date(2026, 11, 17), False, False),
        (Status.REFUSED, date(2026, 11, 20), False, False),
        (Status.DELIVERED, date(2026, 11, 20), False, False),
    ],
)
def test_an_estimate_is_told_where_it_means_something(status: Status, estimate: date, shown: bool, overdue: bool) -> None:
    """A day that is over is admitted while the shipment is under way, and is no news afterwards."""
    view = open_view(replace(in_status(status), estimated_on=estimate), NOW, TIMEZONE)
    assert (view.estimated_on is not None, view.estimate_passed, view.next_step == "overdue") == (shown, overdue, overdue)


def test_the_estimate_is_over_by_the_desks_own_calendar() -> None:
    """At 8 p.m. in Montréal it is already tomorrow in UTC, and today's estimate still stands."""
    evening = at(18, 20)
    assert evening.astimezone(NOW.tzinfo).date() == date(2026, 11, 19)
    moving = replace(in_status(Status.IN_TRANSIT), estimated_on=date(2026, 11, 18))
    assert not open_view(moving, evening.astimezone(NOW.tzinfo), TIMEZONE).estimate_passed


def test_a_plan_that_gave_way_is_not_news() -> None:
    """A pickup set for tomorrow and made today stands below what happened."""
    plan = Event(at(19, 9), 1, Status.PICKUP_SCHEDULED, place=TORONTO)
    view = open_view(shipment(1, replace(PICKED_UP, sequence=2), OUT, plan), NOW, TIMEZONE)
    assert view.status == "OUT_FOR_DELIVERY"
    assert [event.status for event in view.events] == ["OUT_FOR_DELIVERY", "PICKED_UP"]


def test_samples_hold_every_situation() -> None:
    """The proofreader's samples show every status."""
    shown = {facts["shipment"].status for facts in SAMPLES["trace/found"]}  # type: ignore[attr-defined]
    assert shown == {status.value for status in Status}
