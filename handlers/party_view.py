"""What a party to a shipment may see beyond the open answer: names, references, every reason, who signed, the whole history.

A party is whoever is logged in under an access code that has the shipment's shipper, consignee or payer as a customer number. The
open view stands beside it unchanged: this file only adds what that one has no field for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.core.accounts.sessions import Action
from bot.core.shipments import Event, Place, ReferenceKind, Shipment, Status
from bot.core.visit import Visit
from handlers.open_view import OpenShipment, open_view

_NO_REASON = frozenset({"", "NS", "NA"})  # X12 1651: "normal status" and "normal appointment" are no reason


@dataclass(frozen=True, slots=True)
class PartyEvent:
    """One event in full. `status` and `flag` are keys of the word lists, "" where there is none.

    `raw` is a partner's own word for a status that has no name here. `reason` is a code of the word list or the words as they came.
    """

    occurred_at: datetime
    time_known: bool
    status: str
    flag: str
    raw: str
    place: Place
    reason: str
    signed_by: str


@dataclass(frozen=True, slots=True)
class Reference:
    """One of a shipment's other numbers; `kind` is a key of the word list."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class PartyShipment:
    """A shipment as its parties see it. `open` holds what everybody may see; `history` is every event, the newest first.

    `roles` are what the reader's customer numbers are in it: "shipper", "consignee", "billto".
    """

    open: OpenShipment
    roles: tuple[str, ...]
    shipper_name: str
    shipper_number: str
    consignee_name: str
    consignee_number: str
    billto_number: str
    references: tuple[Reference, ...]
    picked_up_on: date | None
    signed_by: str
    signed_at: PartyEvent | None
    history: tuple[PartyEvent, ...]


def roles(visit: Visit, shipment: Shipment) -> tuple[str, ...]:
    """What the writer's customer numbers are in the shipment, () for everybody who is no party or not logged in."""
    account = visit.access.account
    if account is None or not account.customer_numbers or not visit.may(Action.LOCKED_SERVICE):
        return ()
    numbers = {
        "shipper": shipment.shipper_number,
        "consignee": shipment.consignee_number,
        "billto": shipment.billto_number,
    }
    return tuple(role for role, number in numbers.items() if number and number in account.customer_numbers)


def party_view(shipment: Shipment, role: tuple[str, ...], now: datetime, timezone: str) -> PartyShipment:
    """All that is on file of a shipment, for its parties."""
    history = tuple(_party_event(event) for event in reversed(shipment.events) if _tells(event))
    signed = _signature(shipment)
    return PartyShipment(
        open=open_view(shipment, now, timezone),
        roles=role,
        shipper_name=shipment.shipper_name,
        shipper_number=shipment.shipper_number,
        consignee_name=shipment.consignee_name,
        consignee_number=shipment.consignee_number,
        billto_number=shipment.billto_number,
        references=tuple(Reference(kind.value, value) for kind, value in shipment.references if kind is not ReferenceKind.PRO),
        picked_up_on=shipment.picked_up_on,
        signed_by=signed.signed_by if signed is not None else "",
        signed_at=_party_event(signed) if signed is not None else None,
        history=history,
    )


def _signature(shipment: Shipment) -> Event | None:
    """Who signed last, for a shipment that is delivered."""
    if shipment.status is not Status.DELIVERED:
        return None
    return next((event for event in reversed(shipment.events) if event.signed_by), None)


def _tells(event: Event) -> bool:
    return event.status is not None or event.flag is not None or bool(event.raw)


def _party_event(event: Event) -> PartyEvent:
    return PartyEvent(
        occurred_at=event.occurred_at,
        time_known=event.time_known,
        status=event.status.value if event.status is not None else "",
        flag=event.flag.value if event.flag is not None else "",
        raw=event.raw,
        place=event.place,
        reason="" if event.reason in _NO_REASON else event.reason,
        signed_by=event.signed_by,
    )
