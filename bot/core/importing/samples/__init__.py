"""The made-up shipments of the demo. The files beside this one are written by tools/make_samples.py, around a base date in
winter; loading moves them so that the newest event lies just before now (in summer time an hour earlier, never later).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.importing.csv_reader import read_csv
from bot.core.importing.model import Consignment, Reading, ReadingRules
from bot.core.importing.zones import fixed, zone_of
from bot.core.shipments import Event, Flag, Shipment

SAMPLE_PRO: Final = "123456789"
_ZONE = ZoneInfo("America/Toronto")


def load_samples(now: datetime) -> tuple[Reading, Reading]:
    """The sample shipments and their events, moved by whole days so that every hour of the day stays what it is.

    The newest event that has happened lies within the day before `now`; appointments and estimates lie ahead as they did.
    """
    shipments, events = (_read(name, now) for name in ("shipments.csv", "events.csv"))
    happened = (event for one in events.consignments for event in one.said.events if event.flag is not Flag.APPOINTMENT)
    shift = timedelta(days=(now - max(event.occurred_at for event in happened)).days)
    return _moved(shipments, shift), _moved(events, shift)


def _read(name: str, now: datetime) -> Reading:
    content = resources.files(__package__).joinpath(name).read_bytes()
    return read_csv(content, ReadingRules(_ZONE, now))


def _moved(reading: Reading, shift: timedelta) -> Reading:
    return replace(reading, consignments=tuple(_move(one, shift) for one in reading.consignments))


def _move(one: Consignment, shift: timedelta) -> Consignment:
    said = one.said
    return replace(one, said=_move_dates(replace(said, events=tuple(_move_event(event, shift) for event in said.events)), shift))


def _move_dates(said: Shipment, shift: timedelta) -> Shipment:
    return replace(
        said,
        picked_up_on=said.picked_up_on + shift if said.picked_up_on else None,
        estimated_on=said.estimated_on + shift if said.estimated_on else None,
    )


def _move_event(event: Event, shift: timedelta) -> Event:
    """The event at the same hour of another day: winter or summer time is that of the new day."""
    clock = event.occurred_at.replace(tzinfo=None) + shift
    return replace(event, occurred_at=fixed(clock.replace(tzinfo=zone_of(event.place.province) or _ZONE)))
