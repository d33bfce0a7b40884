"""Shipments as the desk knows them: canonical statuses and flags, places, events, and how they are ordered.

Source: the fact sheet's canonical table of 15 statuses and 3 flags, made from X12 214 (AT701, AT702) and the Digital LTL
Council's events. Estimates never change a status.
"""

from __future__ import annotations

import unicodedata
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum

from bot.core.immutable import immutable


class Status(StrEnum):
    """Where a shipment stands."""

    BOOKED = "BOOKED"
    PICKUP_SCHEDULED = "PICKUP_SCHEDULED"
    PICKED_UP = "PICKED_UP"
    IN_TRANSIT = "IN_TRANSIT"
    AT_TERMINAL = "AT_TERMINAL"
    WITH_PARTNER = "WITH_PARTNER"
    CUSTOMS_HOLD = "CUSTOMS_HOLD"
    READY_FOR_DELIVERY = "READY_FOR_DELIVERY"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    DELIVERY_ATTEMPTED = "DELIVERY_ATTEMPTED"
    REFUSED = "REFUSED"
    ON_HOLD = "ON_HOLD"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


class Flag(StrEnum):
    """What an event says beside a status; an event may carry a flag and no status."""

    DELAYED = "DELAYED"
    DAMAGED = "DAMAGED"
    APPOINTMENT = "APPOINTMENT"


FINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
# On its way, or about to be: where an estimated day that is over means that it is late.
UNDER_WAY = frozenset(
    {Status.BOOKED, Status.PICKUP_SCHEDULED, Status.PICKED_UP, Status.IN_TRANSIT, Status.AT_TERMINAL, Status.WITH_PARTNER}
)

# What is said of a shipment before anything happens to it. A pick-up's time is the one it is set for, not the one it was told at,
# and some partners send XB ("acknowledged") after the delivery: neither may outrank what happened.
AHEAD = frozenset({Status.BOOKED, Status.PICKUP_SCHEDULED})


class ReferenceKind(StrEnum):
    """The numbers by which a shipment is found (the tracing service's search types)."""

    PRO = "pro"
    BOL = "bol"
    PO = "po"
    CUSTOMER = "customer"
    PARTNER = "partner"


MIN_REFERENCE = 3  # folded characters that a search needs ("at least 3 characters are required", the tracing service's page)


def fold_reference(text: str) -> str:
    """What two spellings of one reference have in common: letters without accents, upper case, and digits; nothing else.

    `BOL 12-345`, `bol12345` and `BOL12345` fold alike. Cities compare by the same folding.
    """
    if text.isascii():
        return "".join(filter(str.isalnum, text)).upper()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text))).upper()


@immutable
class Place:
    """A city with its province or state code (two letters); either may be unknown ("")."""

    city: str = ""
    province: str = ""


@immutable
class Event:
    """Something that happened to a shipment.

    `occurred_at` is aware and keeps the offset of the place where it happened. `time_known` is false where only the date was
    given: then no time is ever printed. `sequence` counts the events of a shipment in the order they were told. `reason` is an
    X12 1651 code ("AO": weather) or "". `raw` keeps a status code that has no canonical status, as it came. `signed_by` is
    private: never in an open answer. With the flag APPOINTMENT, `occurred_at` is the moment of the appointment.
    """

    occurred_at: datetime
    sequence: int
    status: Status | None = None
    flag: Flag | None = None
    place: Place = Place()
    reason: str = ""
    signed_by: str = ""
    time_known: bool = True
    raw: str = ""


@immutable
class Shipment:
    """One shipment with its events, oldest first by (occurred, sequence).

    Names, street-level facts, references and `signed_by` are private: for parties to the shipment only.
    """

    id: int
    pro: str
    origin: Place
    destination: Place
    pieces: int | None = None
    weight_lb: int | None = None
    picked_up_on: date | None = None
    estimated_on: date | None = None
    shipper_number: str = ""
    shipper_name: str = ""
    consignee_number: str = ""
    consignee_name: str = ""
    billto_number: str = ""
    references: tuple[tuple[ReferenceKind, str], ...] = ()
    events: tuple[Event, ...] = field(default=())

    @property
    def latest(self) -> Event | None:
        """The newest event that says a status; a late, older event never undoes it.

        One of `AHEAD` gives way to everything that happened, and to a cancellation unless it was told after it.
        """
        ahead: Event | None = None
        for event in reversed(self.events):
            if event.status in AHEAD:
                ahead = ahead or event
            elif event.status is Status.CANCELLED and ahead is not None and ahead.sequence > event.sequence:
                return ahead
            elif event.status is not None:
                return event
        return ahead

    @property
    def status(self) -> Status:
        """The present status; BOOKED when nothing has happened yet."""
        event = self.latest
        return event.status if event is not None and event.status is not None else Status.BOOKED

    @property
    def final(self) -> bool:
        """Nothing more is expected to happen."""
        return self.status in FINAL

    @property
    def delay(self) -> Event | None:
        """The delay that still holds: told with or after the present status of a shipment that is not at its end."""
        if self.final:
            return None
        latest = self.latest
        for event in reversed(self.events):
            if event.flag is Flag.DELAYED:
                return event
            if event is latest:
                return None
        return None


@immutable
class Selection:
    """Which shipments of a customer a list shows.

    `statuses` are the present ones wanted. `late_on` narrows them to what is late on that day: a delay that still holds, or an
    estimated day that is over while the shipment is under way. `since` and `until` (both included) are days of the newest status,
    as the calendar at its place showed them.
    """

    statuses: frozenset[Status] = frozenset(Status)
    late_on: date | None = None
    since: date | None = None
    until: date | None = None
