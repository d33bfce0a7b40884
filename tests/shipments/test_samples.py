"""The made-up shipments: complete, harmless, and fresh whenever they are loaded."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.import_work import import_samples
from bot.core.importing.model import Reading
from bot.core.importing.samples import SAMPLE_PRO, load_samples
from bot.core.shipments import Event, Flag, ReferenceKind, Status
from storage.database import Database
from storage.shipments import ShipmentStore
from tests.shipments.conftest import NOW, Find
from tools import make_samples


def told(events: Reading) -> list[Event]:
    return [event for one in events.consignments for event in one.said.events]


async def statuses(database: Database) -> Counter[Status]:
    async def job(store: ShipmentStore) -> Counter[Status]:
        shipments, _ = load_samples(NOW)
        found = await store.by_pros([one.said.pro for one in shipments.consignments])
        return Counter(shipment.status for shipment in found if shipment)

    return await database.read(lambda transaction: job(ShipmentStore(transaction)))


async def test_every_status_and_flag_is_there(database: Database) -> None:
    reports = await import_samples(database, NOW)
    assert [(report.refused, report.warned) for report in reports] == [(0, 0), (0, 0)]
    counted = await statuses(database)
    assert set(counted) == set(Status)
    assert sum(counted.values()) == reports[0].shipments.loaded > 180
    _, events = load_samples(NOW)
    assert {event.flag for event in told(events)} == {None, *Flag}
    assert any(not event.time_known for event in told(events))
    assert {"AO", "BS", "CA"} <= {event.reason for event in told(events)}


async def test_they_are_loaded_once(database: Database) -> None:
    await import_samples(database, NOW)
    assert await import_samples(database, NOW + timedelta(days=1)) == []


async def test_the_example_is_out_for_delivery_with_its_history(database: Database, find: Find) -> None:
    await import_samples(database, NOW)
    example = await find(SAMPLE_PRO)
    assert example.status is Status.OUT_FOR_DELIVERY
    assert [event.status for event in example.events if event.status][:3] == [
        Status.BOOKED,
        Status.PICKUP_SCHEDULED,
        Status.PICKED_UP,
    ]
    assert example.estimated_on == NOW.date()
    assert (example.origin.city, example.destination.province) == ("Montréal", "ON")


async def test_some_share_a_reference(database: Database) -> None:
    await import_samples(database, NOW)

    async def count(store: ShipmentStore, kind: ReferenceKind, value: str) -> int:
        return len(await store.by_reference(kind, value, 10))

    assert await database.read(lambda transaction: count(ShipmentStore(transaction), ReferenceKind.BOL, "BOL-48812")) == 3
    assert await database.read(lambda transaction: count(ShipmentStore(transaction), ReferenceKind.PO, "PO-77120")) == 4


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 11, 18, 12, 12, tzinfo=UTC),
        datetime(2026, 11, 18, 12, 11, tzinfo=UTC),
        datetime(2027, 7, 1, 11, 12, tzinfo=UTC),
        datetime(2027, 3, 14, 11, 30, tzinfo=UTC),
        datetime(2020, 2, 29, 0, 0, tzinfo=UTC),
    ],
)
def test_the_newest_event_lies_within_the_day_before_now(now: datetime) -> None:
    shipments, events = load_samples(now)
    happened = [event for event in told(events) if event.flag is not Flag.APPOINTMENT]
    newest = max(event.occurred_at for event in happened)
    assert now - timedelta(hours=25) < newest <= now
    assert newest.strftime("%H:%M") == "07:12"
    assert sum(one.said.estimated_on is not None and one.said.estimated_on >= newest.date() for one in shipments.consignments) > 20


def test_no_number_has_the_shape_of_a_social_insurance_number() -> None:
    shipments, _ = load_samples(NOW)
    pros = [one.said.pro for one in shipments.consignments]
    assert len(pros) == len(set(pros))
    assert [pro for pro in pros if make_samples.passes_luhn(pro)] == []
    assert make_samples.passes_luhn("046454286")  # a number that the check is published with


def test_the_files_are_what_the_tool_writes(tmp_path: Path) -> None:
    make_samples.write(tmp_path)
    for name in ("shipments.csv", "events.csv"):
        assert (tmp_path / name).read_bytes() == (make_samples.FOLDER / name).read_bytes()
