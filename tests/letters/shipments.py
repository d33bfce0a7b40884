"""Shipments for the letters' samples and the handlers' tests: one for every situation that a letter tells differently."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from bot.core.shipments import Event, Flag, Place, Shipment, Status

EASTERN = timezone(timedelta(hours=-5))
NOW = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)  # 15:00 in Montréal
TIMEZONE = "America/Toronto"

QUEBEC = Place("Québec", "QC")
TORONTO = Place("Toronto", "ON")
KINGSTON = Place("Kingston", "ON")
OTTAWA = Place("Ottawa", "ON")


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of November 2026 in Eastern Standard Time."""
    return datetime(2026, 11, day, hour, minute, tzinfo=EASTERN)


def shipment(
    number: int, *events: Event, origin: Place = QUEBEC, destination: Place = TORONTO, estimated_on: date | None = None
) -> Shipment:
    """The `number`-th shipment, three pieces of 1,240 pounds in all, with these events."""
    return Shipment(
        id=number,
        pro=f"80012{number:04}",
        origin=origin,
        destination=destination,
        pieces=3,
        weight_lb=1240,
        estimated_on=estimated_on,
        events=events,
    )


def in_status(status: Status, reason: str = "", flag: Flag | None = None, place: Place = TORONTO) -> Shipment:
    """A shipment whose newest event says this."""
    picked_up = Event(at(16, 15, 30), 1, Status.PICKED_UP, place=QUEBEC)
    newest = Event(at(18, 10, 22), 2, status, flag, place, reason)
    return shipment(7, newest) if status in (Status.BOOKED, Status.PICKUP_SCHEDULED) else shipment(7, picked_up, newest)


PICKED_UP = Event(at(16, 15, 30), 1, Status.PICKED_UP, place=QUEBEC)
LEFT = Event(at(16, 21, 10), 2, Status.IN_TRANSIT, place=QUEBEC)
ARRIVED = Event(at(17, 5, 45), 3, Status.AT_TERMINAL, place=TORONTO)
APPOINTMENT = Event(at(20, 10), 4, flag=Flag.APPOINTMENT, reason="NA")
OUT = Event(at(18, 7, 15), 5, Status.OUT_FOR_DELIVERY, place=TORONTO)

DELIVERED = shipment(1, PICKED_UP, LEFT, ARRIVED, OUT, Event(at(18, 10, 22), 6, Status.DELIVERED, place=TORONTO))
BOOKED = shipment(2)
MOVING = shipment(3, PICKED_UP, LEFT, estimated_on=date(2026, 11, 20))
LATE_ESTIMATE = shipment(4, PICKED_UP, LEFT, estimated_on=date(2026, 11, 17))
DELAYED = shipment(
    5,
    PICKED_UP,
    LEFT,
    Event(at(17, 22, 30), 3, flag=Flag.DELAYED, place=KINGSTON, reason="AO"),
    estimated_on=date(2026, 11, 21),
)
REFUSED = shipment(6, PICKED_UP, LEFT, OUT, Event(at(18, 9, 55), 6, Status.REFUSED, place=TORONTO, reason="BS"))
CLOSED = shipment(8, PICKED_UP, LEFT, OUT, Event(at(18, 14), 6, Status.DELIVERY_ATTEMPTED, place=TORONTO, reason="B1"))
CUSTOMS = shipment(9, PICKED_UP, Event(at(17), 2, Status.CUSTOMS_HOLD, place=Place("Lacolle", "QC"), reason="BC", time_known=False))
BY_APPOINTMENT = shipment(10, PICKED_UP, LEFT, ARRIVED, Event(at(18, 8), 5, Status.READY_FOR_DELIVERY, place=TORONTO), APPOINTMENT)
DAMAGED = shipment(
    11,
    PICKED_UP,
    LEFT,
    Event(at(18, 6), 3, flag=Flag.DAMAGED, place=TORONTO),
    Event(at(18, 11), 4, Status.DELIVERED, place=TORONTO),
)
LONG = shipment(
    12,
    PICKED_UP,
    *(Event(at(16, 20) + timedelta(hours=3 * n), n + 2, Status.IN_TRANSIT, place=KINGSTON if n % 2 else OTTAWA) for n in range(12)),
)
SPARSE = Shipment(
    id=13, pro="800120013", origin=Place(), destination=Place(), events=(Event(at(18), 1, Status.DELIVERED, time_known=False),)
)
ALL = (DELIVERED, BOOKED, MOVING, LATE_ESTIMATE, DELAYED, REFUSED, CLOSED, CUSTOMS, BY_APPOINTMENT, DAMAGED, LONG, SPARSE)
