"""Shipments on file for the services' tests, and who is a party to them."""

from __future__ import annotations

from dataclasses import replace

from bot.core.importing.changes import plan_shipment
from bot.core.importing.model import Consignment
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment, Status
from storage.database import Database, Transaction
from storage.shipments import ShipmentStore
from tests.letters.shipments import KINGSTON, NOW, PICKED_UP, TORONTO, at, shipment

OURS = "0012345"  # the customer number of the account that tests/support/visits.py makes
THEIRS = "0099999"

SIGNED = Event(at(18, 10, 22), 6, Status.DELIVERED, place=TORONTO, signed_by="J. DEMO")


def of(
    number: int,
    *events: Event,
    shipper: str = OURS,
    consignee: str = THEIRS,
    billto: str = "",
    **others: object,
) -> Shipment:
    """The `number`-th shipment with these events and customer numbers."""
    whole = replace(
        shipment(number, *events),
        shipper_number=shipper,
        shipper_name="Outillage Mirquette ltée",
        consignee_number=consignee,
        consignee_name="Zorvalune Furniture Ltd.",
        billto_number=billto,
        references=((ReferenceKind.BOL, f"BOL-{number}"), (ReferenceKind.PO, f"PO-{number}")),
    )
    return replace(whole, **others)  # type: ignore[arg-type]


DELIVERED = of(1, PICKED_UP, Event(at(17, 22), 2, flag=Flag.DELAYED, place=KINGSTON, reason="AO"), SIGNED)
REASONS = of(
    2,
    PICKED_UP,
    Event(at(17, 8), 2, Status.DELIVERY_ATTEMPTED, place=TORONTO, reason="B1"),
    Event(at(17, 9), 3, None, raw="ZQ", place=TORONTO),
    Event(at(18, 9), 4, Status.ON_HOLD, place=TORONTO, reason="Dock 7 closed"),
)


async def keep(database: Database, *said: Shipment) -> None:
    """Writes each as the next thing heard, as an import does."""

    async def job(transaction: Transaction) -> None:
        store = ShipmentStore(transaction)
        for each in said:
            known = (await store.stored([each.pro])).get(each.pro, [])
            await store.apply([plan_shipment(Consignment(each, 1), known, NOW)])

    await database.write(job)


__all__ = ["DELIVERED", "OURS", "REASONS", "SIGNED", "THEIRS", "Place", "keep", "of"]
