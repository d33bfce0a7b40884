"""The shipments in the database: what is found, in which order, and that it comes back as it was written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar

import pytest

from bot.core.importing.changes import plan_shipment
from bot.core.importing.model import Consignment
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment, Status
from bot.core.visit import Shipments
from storage.database import Database, Transaction
from storage.shipments import ShipmentStore

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NEWFOUNDLAND = timezone(timedelta(hours=-3, minutes=-30))
Result = TypeVar("Result")

WHOLE = Shipment(
    id=0,
    pro="123456789",
    origin=Place("Montréal", "QC"),
    destination=Place("St. John’s", "NL"),
    pieces=0,
    weight_lb=1240,
    picked_up_on=date(2026, 11, 16),
    estimated_on=date(2026, 11, 20),
    shipper_number="10000",
    shipper_name="Expéditeur Fictif inc.",
    consignee_number="20000",
    consignee_name="Sample ltd. \N{SNOWMAN}",
    billto_number="10000",
    references=((ReferenceKind.BOL, "BOL 12-345"), (ReferenceKind.PO, "PO-7")),
    events=(
        Event(datetime(2026, 11, 16, 9, 30, 0, 123456, NEWFOUNDLAND), 0, Status.PICKED_UP, place=Place("Montréal", "QC")),
        Event(datetime(2026, 11, 17, 9, 30, tzinfo=UTC), 1, None, Flag.DELAYED, reason="AO"),
        Event(datetime(2026, 11, 17, 9, 30, tzinfo=UTC), 2, None, raw="ZZ", time_known=False),
        Event(datetime(2026, 11, 18, 9, 30, tzinfo=NEWFOUNDLAND), 3, Status.DELIVERED, signed_by="J DEMO"),
    ),
)


async def keep(database: Database, *said: Shipment) -> None:
    """Writes each as the next thing heard."""

    async def job(transaction: Transaction) -> None:
        store = ShipmentStore(transaction)
        for shipment in said:
            known = (await store.stored([shipment.pro])).get(shipment.pro, [])
            await store.apply([plan_shipment(Consignment(shipment, 1), known, NOW)])

    await database.write(job)


async def ask(database: Database, question: Callable[[Shipments], Awaitable[Result]]) -> Result:
    return await database.read(lambda transaction: question(ShipmentStore(transaction)))


def bare(pro: str, *references: tuple[ReferenceKind, str], at: datetime | None = None) -> Shipment:
    events = (Event(at, 0, Status.DELIVERED),) if at is not None else ()
    return Shipment(0, pro, Place(), Place(), references=references, events=events)


async def test_a_shipment_comes_back_as_it_was_written(database: Database) -> None:
    await keep(database, WHOLE)
    found = await ask(database, lambda shipments: shipments.by_pro("123456789"))
    assert found is not None
    assert found.id > 0
    assert {**_plain(found), "id": 0} == _plain(WHOLE)
    assert [event.occurred_at.utcoffset() for event in found.events] == [event.occurred_at.utcoffset() for event in WHOLE.events]
    assert await ask(database, lambda shipments: shipments.by_id(found.id)) == found


def _plain(shipment: Shipment) -> dict[str, object]:
    return {name: getattr(shipment, name) for name in Shipment.__dataclass_fields__}


async def test_what_is_not_there(database: Database) -> None:
    assert await ask(database, lambda shipments: shipments.by_pro("123456789")) is None
    assert await ask(database, lambda shipments: shipments.by_id(1)) is None
    assert await ask(database, lambda shipments: shipments.by_pros([])) == []
    assert await ask(database, lambda shipments: shipments.by_reference(ReferenceKind.BOL, "BOL-1", 10)) == []


async def test_numbers_are_answered_in_order_with_gaps_and_repeats(database: Database) -> None:
    pros = [f"8001{number:05d}" for number in range(120)]
    await keep(database, *(bare(pro) for pro in pros))
    asked = [*reversed(pros), "999999999", pros[3]]
    found = await ask(database, lambda shipments: shipments.by_pros(asked))
    assert [shipment.pro if shipment else None for shipment in found] == [*reversed(pros), None, pros[3]]


async def test_a_number_means_its_newest_shipment(database: Database) -> None:
    old = bare("123456789", at=datetime(2020, 1, 1, tzinfo=UTC))
    await keep(database, old, bare("123456789", at=NOW))
    newest = await ask(database, lambda shipments: shipments.by_pro("123456789"))
    (again,) = await ask(database, lambda shipments: shipments.by_pros(["123456789"]))
    both = await ask(database, lambda shipments: shipments.by_reference(ReferenceKind.PRO, "123-456789", 10))
    assert newest is not None
    assert newest.events[0].occurred_at == NOW
    assert again == newest
    assert [shipment.events[0].occurred_at.year for shipment in both] == [2026, 2020]


@pytest.mark.parametrize("asked", ["BOL 12-345", "bol12345", "Bol.12345"])
async def test_a_reference_is_found_however_it_is_written(database: Database, asked: str) -> None:
    await keep(database, WHOLE)
    (found,) = await ask(database, lambda shipments: shipments.by_reference(ReferenceKind.BOL, asked, 10))
    assert found.pro == "123456789"


@pytest.mark.parametrize(
    ("kind", "asked"),
    [(ReferenceKind.PO, "BOL12345"), (ReferenceKind.BOL, "BOL1234"), (ReferenceKind.BOL, "7"), (ReferenceKind.BOL, "--P O--")],
)
async def test_another_kind_a_part_and_less_than_three_characters_find_nothing(
    database: Database, kind: ReferenceKind, asked: str
) -> None:
    await keep(database, WHOLE, bare("800123450", (ReferenceKind.BOL, "7"), (ReferenceKind.BOL, "PO")))
    assert await ask(database, lambda shipments: shipments.by_reference(kind, asked, 10)) == []


async def test_many_shipments_of_a_reference_come_newest_first_and_limited(database: Database) -> None:
    shared = (ReferenceKind.PO, "PO-77120")
    days = [3, 9, 1, 7]
    await keep(
        database,
        bare("800000000", shared),
        *(bare(f"80000000{day}", shared, at=NOW - timedelta(days=day)) for day in days),
        bare("800000008", shared),
    )
    found = await ask(database, lambda shipments: shipments.by_reference(ReferenceKind.PO, "po 77120", 5))
    assert [shipment.pro[-1] for shipment in found] == ["1", "3", "7", "9", "8"]


async def test_a_reference_that_is_dropped_is_not_found_any_more(database: Database) -> None:
    await keep(database, bare("123456789", (ReferenceKind.BOL, "OLD-1")), bare("123456789", (ReferenceKind.BOL, "NEW-1")))
    assert await ask(database, lambda shipments: shipments.by_reference(ReferenceKind.BOL, "OLD-1", 10)) == []
    assert len(await ask(database, lambda shipments: shipments.by_reference(ReferenceKind.BOL, "NEW-1", 10))) == 1


async def test_mending_one_event_of_a_moment_leaves_the_other(database: Database) -> None:
    arrived, held = Event(NOW, 0, Status.AT_TERMINAL, place=Place("Québec", "QC")), Event(NOW, 0, Status.ON_HOLD)
    both = replace(bare("123456789"), events=(arrived, held))
    mended = replace(bare("123456789"), events=(replace(arrived, signed_by="J DEMO"),))
    await keep(database, both, mended)
    found = await ask(database, lambda shipments: shipments.by_pro("123456789"))
    assert found is not None
    assert [(event.status, event.signed_by, event.place.city) for event in found.events] == [
        (Status.AT_TERMINAL, "J DEMO", "Québec"),
        (Status.ON_HOLD, "", ""),
    ]


async def test_what_no_database_can_hold_is_left_out(database: Database) -> None:
    await keep(database, Shipment(0, "123456789", Place("Qué\x00bec", "QC"), Place(), shipper_name="a\ud800b"))
    found = await ask(database, lambda shipments: shipments.by_pro("123456789"))
    assert found is not None
    assert (found.origin.city, found.shipper_name) == ("Québec", "ab")
