"""The list's statement against its meaning, on both databases: the same shipments as Python's own reading of their events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product

from bot.core.shipments import FINAL, UNDER_WAY, Event, Flag, Selection, Shipment, Status
from storage.database import Database
from storage.shipments import ShipmentStore
from tests.services.shipments import keep, of

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
TODAY = date(2026, 11, 18)
ZONES = (timezone(timedelta(hours=-8)), timezone(timedelta(hours=-5)), timezone(timedelta(hours=-3, minutes=-30)))
STATUSES = list(Status)


def some(number: int) -> Shipment:
    """The `number`-th of a varied lot: every status, delays that hold and that are over, estimates, none of these."""
    zone = ZONES[number % 3]
    events = [Event((START + timedelta(hours=7 * number)).astimezone(zone), 1, Status.PICKED_UP)]
    if number % 4 == 1:
        events.append(Event((START + timedelta(hours=7 * number + 3)).astimezone(zone), 2, None, Flag.DELAYED))
    if number % 5:
        events.append(Event((START + timedelta(hours=7 * number + 5)).astimezone(zone), 3, STATUSES[number % len(STATUSES)]))
    if number % 6 == 2:
        events.append(Event((START + timedelta(hours=7 * number + 6)).astimezone(zone), 4, None, Flag.DELAYED))
    estimated_on = date(2026, 11, 10) + timedelta(days=number % 20) if number % 2 else None
    numbers = (("A1", "B2"), ("C3", "A1"), ("C3", "B2"), ("A1", "A1"))[number % 4]
    return of(
        number, *events, shipper=numbers[0], consignee=numbers[1], billto=("", "A1", "D4")[number % 3], estimated_on=estimated_on
    )


DUE_TODAY = replace(some(4), pro="800129999", events=some(4).events[:1], estimated_on=TODAY)  # not late before the day is over
LOT = [*(some(number) for number in range(60)), DUE_TODAY]


def day(shipment: Shipment) -> date:
    assert shipment.latest is not None
    return shipment.latest.occurred_at.date()


def fits(shipment: Shipment, wanted: Selection) -> bool:
    """What a selection means, word for word."""
    late = shipment.delay is not None or (
        shipment.status in UNDER_WAY and shipment.estimated_on is not None and shipment.estimated_on < (wanted.late_on or date.min)
    )
    return (
        shipment.status in wanted.statuses
        and (wanted.late_on is None or late)
        and (wanted.since is None or day(shipment) >= wanted.since)
        and (wanted.until is None or day(shipment) <= wanted.until)
    )


NUMBERS = (["A1"], ["A1", "B2"], ["D4"], ["nobody"], [], ["A1", "A1", ""])
WANTED = (
    Selection(),
    Selection(frozenset({Status.DELIVERED})),
    Selection(frozenset(Status) - FINAL),
    Selection(frozenset(Status) - FINAL, late_on=TODAY),
    Selection(since=date(2026, 11, 7), until=date(2026, 11, 12)),
    Selection(since=date(2026, 11, 12)),
    Selection(until=date(2026, 11, 5)),
    Selection(frozenset()),
)


async def test_the_statement_selects_what_is_meant(database: Database) -> None:
    await keep(database, *LOT)
    sizes = set()
    for numbers, wanted in product(NUMBERS, WANTED):
        found = await database.read(lambda tx, n=numbers, w=wanted: ShipmentStore(tx).by_customers(n, w, 100))  # type: ignore[misc]
        ours = {number for number in numbers if number}
        parties = [each for each in LOT if ours & {each.shipper_number, each.consignee_number, each.billto_number}]
        assert sorted(each.pro for each in found) == sorted(each.pro for each in parties if fits(each, wanted)), (numbers, wanted)
        clocks = [each.latest.occurred_at.replace(tzinfo=None) for each in found if each.latest is not None]
        assert clocks == sorted(clocks, reverse=True)
        sizes.add(len(found))
    assert len(sizes) > 10, "the lot is varied enough to tell the selections apart"


async def test_pages_hold_every_shipment_once(database: Database) -> None:
    await keep(database, *LOT)
    whole = await database.read(lambda tx: ShipmentStore(tx).by_customers(["A1", "B2"], Selection(), 100))
    pages = [
        await database.read(lambda tx, at=at: ShipmentStore(tx).by_customers(["A1", "B2"], Selection(), 7, at))  # type: ignore[misc]
        for at in range(0, len(whole) + 7, 7)
    ]
    assert [each.pro for page in pages for each in page] == [each.pro for each in whole]
    assert pages[-1] == []
