"""What anybody may see of a shipment: the facts of an open answer, in types that have no field for a private one.

Source: the public/private split of the fact sheet. Open: PRO, status, date and time, city and province, origin and destination
city, pieces, weight, estimate, appointment. Never: names, streets, the signer, charges, references. A template cannot leak what
its facts do not hold.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.immutable import immutable
from bot.core.shipments import AHEAD, FINAL, UNDER_WAY, Event, Flag, Place, Shipment, Status
from handlers.next_steps import asks_for_call, next_step

SHOWN_EVENTS = 8  # as many as a telephone's screen holds; the older ones are counted
_CODE = re.compile(r"[A-Z0-9]{2}")
_NO_REASON = frozenset({"", "NS", "NA"})  # X12 1651: "normal status" and "normal appointment" are no reason
# A status that already says its reason.
_SAID = frozenset({(Status.REFUSED, "BS"), (Status.RETURNED, "BT"), (Status.DELIVERY_ATTEMPTED, "A1"), (Status.CUSTOMS_HOLD, "CA")})

# Where an estimate says nothing any more; a day that is over is told only while the shipment is under way.
_NO_ESTIMATE = FINAL | {Status.REFUSED, Status.ON_HOLD}


@immutable
class OpenEvent:
    """One event as an open answer shows it: `status` and `flag` are keys of the word lists, "" where there is none."""

    occurred_at: datetime
    time_known: bool
    status: str
    flag: str
    place: Place
    reason: str


@immutable
class OpenShipment:
    """A shipment as an open answer shows it.

    `latest` is where and when it was last heard of: its newest status, or the delay told after it. `events` are the newest first,
    at most `SHOWN_EVENTS`; `older` counts those left out. `delayed` holds since the last status.
    `reason` is the one that explains the present state. `estimate_passed` tells that the estimated day is over. `next_step` is a
    key of the word list, `call` tells that it asks for a telephone call. `final`: nothing more is expected to happen.
    """

    pro: str
    status: str
    latest: OpenEvent | None
    events: tuple[OpenEvent, ...]
    older: int
    origin: Place
    destination: Place
    pieces: int | None
    weight_lb: int | None
    delayed: bool
    damaged: bool
    reason: str
    estimated_on: date | None
    estimate_passed: bool
    appointment: OpenEvent | None
    next_step: str
    call: bool
    final: bool

    @property
    def described(self) -> bool:
        """Whether anything is known of the goods and their way."""
        known = self.pieces is not None or self.weight_lb is not None
        return known or self.origin != Place() or self.destination != Place()


def open_view(shipment: Shipment, now: datetime, timezone: str) -> OpenShipment:
    """The open facts of a shipment at `now`; days are counted in the desk's `timezone` (an IANA name)."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    latest = shipment.latest
    delay = shipment.delay
    reason = _reason(delay) or _reason(latest)
    appointment = _appointment(shipment, today)
    estimate = _estimate(shipment, today)
    overdue = estimate is not None and estimate < today
    step = next_step(shipment.status, reason, delayed=delay is not None, appointment=appointment is not None, overdue=overdue)
    shown = [_open_event(event) for event in reversed(shipment.events) if _tells(event, latest)]
    newest = delay if delay is not None and delay.place != Place() else latest
    damaged = any(event.flag is Flag.DAMAGED for event in shipment.events)
    if damaged and shipment.status is Status.DELIVERED:
        step = "damaged"
    return OpenShipment(
        pro=shipment.pro,
        status=shipment.status.value,
        latest=_open_event(newest) if newest is not None else None,
        events=tuple(shown[:SHOWN_EVENTS]),
        older=max(0, len(shown) - SHOWN_EVENTS),
        origin=shipment.origin,
        destination=shipment.destination,
        pieces=shipment.pieces,
        weight_lb=shipment.weight_lb,
        delayed=delay is not None,
        damaged=damaged,
        reason=reason,
        estimated_on=estimate,
        estimate_passed=overdue,
        appointment=appointment,
        next_step=step,
        call=damaged or asks_for_call(step),
        final=shipment.final,
    )


def _open_event(event: Event) -> OpenEvent:
    return OpenEvent(
        occurred_at=event.occurred_at,
        time_known=event.time_known,
        status=event.status.value if event.status is not None else "",
        flag=event.flag.value if event.flag is not None else "",
        place=event.place,
        reason=_reason(event),
    )


def _tells(event: Event, latest: Event | None) -> bool:
    """Whether the event says anything in the history.

    An appointment lies ahead and is shown as a fact of its own; so does a plan (booking, pickup) that gave way to what happened.
    """
    if event.status in AHEAD:
        return event is latest or latest is None or (event.occurred_at, event.sequence) < (latest.occurred_at, latest.sequence)
    return event.status is not None or event.flag in (Flag.DELAYED, Flag.DAMAGED)


def _reason(event: Event | None) -> str:
    """The event's reason, where it is a code and says more than its status; free text may hold anything and stays here."""
    if event is None or event.reason in _NO_REASON or (event.status, event.reason) in _SAID or not _CODE.fullmatch(event.reason):
        return ""
    return event.reason


def _appointment(shipment: Shipment, today: date) -> OpenEvent | None:
    """The appointment told last, while it lies ahead and the shipment is not at its end."""
    if shipment.final:
        return None
    told = [event for event in shipment.events if event.flag is Flag.APPOINTMENT]
    if not told:
        return None
    newest = max(told, key=lambda event: event.sequence)
    return _open_event(newest) if newest.occurred_at.date() >= today else None


def _estimate(shipment: Shipment, today: date) -> date | None:
    """The estimated day of delivery where it still means something."""
    day = shipment.estimated_on
    if day is None or shipment.status in _NO_ESTIMATE:
        return None
    return day if day >= today or shipment.status in UNDER_WAY else None
