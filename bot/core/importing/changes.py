"""Works out what an import changes: which shipment a PRO number means, what is new in it, what is the same.

PRO numbers are recycled, so a shipment is a PRO and a generation. A number belongs to its shipment while that is under way and
for a year after its last event; only then does it begin a new one. Importing a file twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeVar

from bot.core.importing.model import Consignment, Refusal
from bot.core.shipments import Event, Flag, Place, ReferenceKind, Shipment, Status, fold_reference

LIFETIME = timedelta(days=365)  # from the last event of an ended shipment; carriers reuse numbers after years, not months

Reference = tuple[ReferenceKind, str]
ReferenceKey = tuple[ReferenceKind, str]  # folded
Value = TypeVar("Value")
# What makes an event the one it is; who signed, the spelling of the city and the offset may be mended later.
Identity = tuple[datetime, bool, Status | None, Flag | None, str, str, str, str]

_FACTS: Final = (
    *("pieces", "weight_lb", "picked_up_on", "estimated_on"),
    *("shipper_number", "shipper_name", "consignee_number", "consignee_name", "billto_number"),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A shipment as the database has it.

    `known_at` is the moment of the newest word that its own facts come from. `from_rows` are the references that rows of shipments
    files gave: the next row replaces those, and leaves what messages gave.
    """

    shipment: Shipment
    generation: int
    known_at: datetime
    from_rows: frozenset[ReferenceKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What one consignment changes about one shipment.

    `row` is its row to write, None when it stays; `new` tells that the row is not there yet. `changed` says whether its own facts
    or references differ from before. `after` is the shipment as it then is.
    """

    after: Stored
    new: bool = False
    changed: bool = False
    row: Stored | None = None
    add_references: tuple[Reference, ...] = ()
    drop_references: tuple[Reference, ...] = ()
    add_events: tuple[Event, ...] = ()
    mend_events: tuple[Event, ...] = ()
    same_events: int = 0


def plan_shipment(said: Consignment, stored: Sequence[Stored], now: datetime) -> Change:
    """What a shipment row or a 214 changes. `stored` are the shipments of its PRO, oldest generation first."""
    moment = _moment(said)
    home = generation_at(moment or now, stored)
    if home is None and moment is None and stored:
        # An undated row that says nothing new is an old file come again, not the beginning of a new shipment.
        again = _merge(said, stored[-1], now)
        home = None if again.changed else stored[-1]
    if home is None:
        return _begin(said, stored[-1].generation + 1 if stored else 1, now)
    return _merge(said, home, now)


def plan_events(said: Consignment, stored: Sequence[Stored]) -> tuple[list[Change], list[Refusal]]:
    """What rows of an events file change, one change a generation, and the rows that belong to no shipment."""
    homes: dict[int, tuple[Stored, list[Event]]] = {}
    refusals = []
    for event, line in zip(said.said.events, said.event_lines, strict=True):
        home = generation_at(event.occurred_at, stored)
        if home is None:
            refusals.append(Refusal(line, "pro", _homeless(stored)))
        else:
            homes.setdefault(home.generation, (home, []))[1].append(event)
    return [_with_events(Change(home), home.shipment, events) for home, events in homes.values()], refusals


def generation_at(moment: datetime, stored: Sequence[Stored]) -> Stored | None:
    """The shipment that a PRO number meant at `moment`: the oldest whose life was not over by then; None when all were."""
    for candidate in stored:
        events = candidate.shipment.events
        if not events or moment <= events[-1].occurred_at + LIFETIME or not candidate.shipment.final:
            return candidate
    return None


def identity(event: Event) -> Identity:
    """What two tellings of one event have in common. Two events of one moment differ in it unless they say the same."""
    place = event.place
    return (
        event.occurred_at,  # aware moments compare as moments, whatever their offset
        event.time_known,
        event.status,
        event.flag,
        event.raw,
        event.reason,
        fold_reference(place.city),
        place.province,
    )


def _moment(said: Consignment) -> datetime | None:
    """When what is said was so; None when the row has no date."""
    if said.said.events:
        return min(event.occurred_at for event in said.said.events)
    if said.as_of is not None:
        return said.as_of
    day = said.said.picked_up_on or said.said.estimated_on
    return datetime.combine(day, time(), UTC) if day is not None else None


def _homeless(stored: Sequence[Stored]) -> str:
    if not stored:
        return "no shipment has this PRO number: import its row of a shipments file first, or both files together"
    ended = stored[-1].shipment.events[-1].occurred_at.date()
    return f"the shipment with this PRO number ended on {ended}, over a year before: import the row of the new one first"


def _begin(said: Consignment, generation: int, now: datetime) -> Change:
    bare = replace(said.said, events=(), references=())
    known_at = said.as_of or now
    keyed = _by_fold(said.said.references)
    references = tuple(keyed.values())
    from_rows = frozenset(keyed) if said.as_of is None else frozenset()
    after = Stored(replace(bare, references=references), generation, known_at, from_rows)
    row = Stored(bare, generation, known_at)
    begun = Change(after, new=True, changed=True, row=row, add_references=references)
    return _with_events(begun, after.shipment, said.said.events)


def _merge(said: Consignment, home: Stored, now: datetime) -> Change:
    newest = said.as_of is None or said.as_of >= home.known_at
    facts = _merged_facts(home.shipment, said.said, newest=newest)
    facts_changed = facts is not home.shipment
    references = _merged_references(said, home)
    changed = facts_changed or references.after != home.shipment.references
    known_at = home.known_at
    if newest and (said.as_of is not None or changed):
        known_at = said.as_of or now
    after = Stored(replace(facts, references=references.after), home.generation, known_at, references.from_rows)
    row = Stored(facts, home.generation, known_at) if facts_changed or known_at != home.known_at else None
    change = Change(after, changed=changed, row=row, add_references=references.add, drop_references=references.drop)
    return _with_events(change, after.shipment, said.said.events)


def _merged_facts(old: Shipment, said: Shipment, *, newest: bool) -> Shipment:
    """`old` with what is said; empty fields say nothing, and an older word only fills gaps. `old` itself when nothing differs."""
    differing = {}
    for name in _FACTS:
        had = getattr(old, name)
        merged = _merged(had, getattr(said, name), newest=newest)
        if merged != had:
            differing[name] = merged
    for name in ("origin", "destination"):
        place, word = getattr(old, name), getattr(said, name)
        city, province = (_merged(*pair, newest=newest) for pair in ((place.city, word.city), (place.province, word.province)))
        if (city, province) != (place.city, place.province):
            differing[name] = Place(city, province)
    return replace(old, **differing) if differing else old


def _merged(had: Value, word: Value, *, newest: bool) -> Value:
    if word in (None, ""):
        return had
    return word if newest or had in (None, "") else had


@dataclass(frozen=True, slots=True)
class _References:
    """The references of a shipment after what was said, and what to write for it."""

    after: tuple[Reference, ...]
    from_rows: frozenset[ReferenceKey]
    add: tuple[Reference, ...] = ()
    drop: tuple[Reference, ...] = ()


def _merged_references(said: Consignment, home: Stored) -> _References:
    """A message adds what is missing. A row replaces what rows gave before, for the kinds that it names."""
    before, wanted = _by_fold(home.shipment.references), _by_fold(said.said.references)
    if said.as_of is not None:
        add = {key: reference for key, reference in wanted.items() if key not in before}
        return _References(tuple((before | add).values()), home.from_rows, tuple(add.values()))
    add = {key: one for key, one in wanted.items() if before.get(key) != one or key not in home.from_rows}
    kinds = {kind for kind, _ in wanted}
    gone = {key for key in home.from_rows if key[0] in kinds and key not in wanted}
    kept = {key: one for key, one in before.items() if key not in gone}
    from_rows = (home.from_rows - gone) | wanted.keys()
    drop = tuple(before[key] for key in gone if key in before)
    return _References(tuple((kept | add).values()), from_rows, tuple(add.values()), drop)


def _by_fold(references: Iterable[Reference]) -> dict[ReferenceKey, Reference]:
    return {(kind, fold_reference(value)): (kind, value) for kind, value in references}


def _with_events(change: Change, shipment: Shipment, told: Sequence[Event]) -> Change:
    """`change` with what the told events add; new ones are counted on from the newest sequence."""
    if not told:
        return change
    known = {identity(event): event for event in shipment.events}
    sequence = max((event.sequence for event in shipment.events), default=-1)
    added: dict[Identity, Event] = {}
    mended: dict[Identity, Event] = {}
    same = 0
    for event in told:
        key = identity(event)
        before = known.get(key)
        if before is None:
            sequence += 1
            known[key] = added[key] = replace(event, sequence=sequence)
            continue
        better = _mended(before, event)
        if better == before and better.occurred_at.utcoffset() == before.occurred_at.utcoffset():
            same += 1
            continue
        known[key] = better
        if key in added:  # one file tells it twice, the second time with more
            added[key] = better
            same += 1
        else:
            mended[key] = better
    events = tuple(sorted(known.values(), key=lambda event: (event.occurred_at, event.sequence)))
    after = replace(change.after, shipment=replace(shipment, events=events))
    return replace(change, after=after, add_events=tuple(added.values()), mend_events=tuple(mended.values()), same_events=same)


def _mended(before: Event, told: Event) -> Event:
    """The event as told last; a signer once known is not forgotten."""
    return replace(told, sequence=before.sequence, signed_by=told.signed_by or before.signed_by)
