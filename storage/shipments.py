"""Shipments in the desk's own database: what TRACE reads, and what an import writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache
from typing import Any

from bot.core.clock import from_micros, to_micros
from bot.core.importing.changes import Change, Reference, ReferenceKey, Stored
from bot.core.shipments import (
    MIN_REFERENCE,
    Event,
    Flag,
    Place,
    ReferenceKind,
    Selection,
    Shipment,
    Status,
    fold_reference,
)
from storage.database import Row, Transaction, clean, in_order, statements

_SQL = statements("shipments")
_MANY = 50  # values of a *_of_many statement

_STATUSES: Mapping[str, Status | None] = {"": None, **{status.value: status for status in Status}}
_FLAGS: Mapping[str, Flag | None] = {"": None, **{flag.value: flag for flag in Flag}}
_KINDS: Mapping[str, ReferenceKind] = {kind.value: kind for kind in ReferenceKind}
_EVER = 2**62  # microseconds: later than any moment
_place = lru_cache(maxsize=4_096)(Place)  # a carrier's events happen at few places


class ShipmentStore:
    """The shipments on an open transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def by_pro(self, pro: str) -> Shipment | None:
        """The shipment that a PRO number (nine digits) means now: the newest with it."""
        return await self._whole(await self._transaction.row(_SQL["by_pro"], {"pro": pro}))

    async def by_id(self, shipment_id: int) -> Shipment | None:
        """The shipment behind a line of a list."""
        return await self._whole(await self._transaction.row(_SQL["by_id"], {"id": shipment_id}))

    async def by_pros(self, pros: Sequence[str]) -> list[Shipment | None]:
        """One result a number, in order."""
        stored = await self.stored(pros)
        return [stored[pro][-1].shipment if pro in stored else None for pro in pros]

    async def by_reference(self, kind: ReferenceKind, value: str, limit: int) -> list[Shipment]:
        """Shipments with that reference, newest first, at most `limit`.

        Case, accents and separators do not matter. Nothing is found for fewer than three letters and digits. A PRO number finds
        every generation of it.
        """
        folded = fold_reference(clean(value))
        if len(folded) < MIN_REFERENCE:
            return []
        if kind is ReferenceKind.PRO:
            generations = (await self.stored([folded])).get(folded, [])
            return [one.shipment for one in reversed(generations)][:limit]
        rows = await self._transaction.rows(_SQL["ids_by_reference"], {"kind": kind.value, "folded": folded, "most": limit})
        found = [await self.by_id(row["id"]) for row in rows]
        return [shipment for shipment in found if shipment is not None]

    async def by_customers(self, numbers: Sequence[str], selection: Selection, limit: int, offset: int = 0) -> list[Shipment]:
        """Shipments of which one of these customer numbers is shipper, consignee or payer, newest status first.

        At most `limit`, after leaving out `offset`; a shipment of two of the numbers counts once.
        """
        found: set[tuple[int, int]] = set()
        for number in dict.fromkeys(filter(None, map(clean, numbers))):
            values = _selection_values(number, selection, limit + offset)
            rows = await self._transaction.rows(_SQL["ids_of_customer"], values)
            found.update((row["newest_at"], row["id"]) for row in rows)
        wanted = sorted(found, reverse=True)[offset : offset + limit]
        shipments = [await self.by_id(shipment_id) for _, shipment_id in wanted]
        return [shipment for shipment in shipments if shipment is not None]

    async def stored(self, pros: Iterable[str]) -> dict[str, list[Stored]]:
        """All shipments of these PRO numbers, oldest generation first; a number without any is left out."""
        result: dict[str, list[Stored]] = {}
        wanted = list(dict.fromkeys(pros))
        for begin in range(0, len(wanted), _MANY):
            await self._read_many(wanted[begin : begin + _MANY], result)
        return result

    async def apply(self, changes: Sequence[Change]) -> None:
        """Writes what an import changes."""
        rows = [(change.new, change.row) for change in changes if change.row is not None]
        await self._run("insert_shipment", [_row_values(row) for new, row in rows if new])
        await self._run("update_shipment", [_row_values(row) for new, row in rows if not new])
        await self._run("drop_reference", [_reference_values(one.after, ref) for one in changes for ref in one.drop_references])
        await self._run("add_reference", [_reference_values(one.after, ref) for one in changes for ref in one.add_references])
        await self._run("add_event", [_event_values(one.after, event) for one in changes for event in one.add_events])
        await self._run("mend_event", [_event_values(one.after, event) for one in changes for event in one.mend_events])
        settled = [one for one in changes if one.row is not None or one.add_events or one.mend_events]
        await self._run("settle", [_state_values(one.after) for one in settled])

    async def renew_statistics(self) -> None:
        """Tells the database how large its tables have become.

        While a large file is loaded nobody else can see that they grow, and PostgreSQL goes on with the plans that it made for
        small ones: without this, reading 20,000 shipments took it 78 seconds.
        """
        for name in ("analyze_shipments", "analyze_references", "analyze_events"):
            await self._transaction.run(_SQL[name])

    async def _run(self, name: str, values: list[dict[str, Any]]) -> None:
        if values:
            await self._transaction.run_many(_SQL[name], values)

    async def _whole(self, row: Row | None) -> Shipment | None:
        if row is None:
            return None
        key = {"id": row["id"]}
        references = await self._transaction.rows(_SQL["references"], key)
        events = await self._transaction.rows(_SQL["events"], key)
        return _shipment(row, tuple([_reference(one) for one in references]), tuple([_event(one) for one in events]))

    async def _read_many(self, pros: list[str], result: dict[str, list[Stored]]) -> None:
        filled = pros + pros[-1:] * (_MANY - len(pros))
        values = {f"p{number}": pro for number, pro in enumerate(filled)}
        shipments = await self._transaction.rows(_SQL["shipments_of_many"], values)
        if not shipments:
            return
        references: defaultdict[int, list[Reference]] = defaultdict(list)
        from_rows: defaultdict[int, set[ReferenceKey]] = defaultdict(set)
        for row in await self._transaction.rows(_SQL["references_of_many"], values):
            references[row["shipment_id"]].append(_reference(row))
            if row["from_row"]:
                from_rows[row["shipment_id"]].add((_KINDS[row["kind"]], row["folded"]))
        events: defaultdict[int, list[Event]] = defaultdict(list)
        for row in await self._transaction.rows(_SQL["events_of_many"], values):
            events[row["shipment_id"]].append(_event(row))
        for row in shipments:
            shipment = _shipment(row, tuple(references[row["id"]]), tuple(events[row["id"]]))
            known_at, given = from_micros(row["known_at"]), frozenset(from_rows[row["id"]])
            result.setdefault(shipment.pro, []).append(Stored(shipment, row["generation"], known_at, given))


@cache
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def _moment(micros: int, offset_minutes: int) -> datetime:
    seconds, rest = divmod(micros, 1_000_000)
    moment = datetime.fromtimestamp(seconds, _zone(offset_minutes))  # exact for whole seconds, and the cheapest way there
    return moment.replace(microsecond=rest) if rest else moment


def _event(row: Row) -> Event:
    occurred_at, offset_minutes, sequence, status, flag, city, province, reason, signed_by, time_known, raw, *_ = in_order(row)
    return Event(
        _moment(occurred_at, offset_minutes),
        sequence,
        _STATUSES[status],
        _FLAGS[flag],
        _place(city, province),
        reason,
        signed_by,
        time_known == 1,
        raw,
    )


def _reference(row: Row) -> Reference:
    return _KINDS[row["kind"]], row["value"]


def _shipment(row: Row, references: tuple[Reference, ...], events: tuple[Event, ...]) -> Shipment:
    return Shipment(
        id=row["id"],
        pro=row["pro"],
        origin=_place(row["origin_city"], row["origin_province"]),
        destination=_place(row["destination_city"], row["destination_province"]),
        pieces=row["pieces"],
        weight_lb=row["weight_lb"],
        picked_up_on=_date(row["picked_up_on"]),
        estimated_on=_date(row["estimated_on"]),
        shipper_number=row["shipper_number"],
        shipper_name=row["shipper_name"],
        consignee_number=row["consignee_number"],
        consignee_name=row["consignee_name"],
        billto_number=row["billto_number"],
        references=references,
        events=events,
    )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _row_values(stored: Stored) -> dict[str, Any]:
    shipment = stored.shipment
    return {
        "pro": shipment.pro,
        "generation": stored.generation,
        "origin_city": clean(shipment.origin.city),
        "origin_province": shipment.origin.province,
        "destination_city": clean(shipment.destination.city),
        "destination_province": shipment.destination.province,
        "pieces": shipment.pieces,
        "weight_lb": shipment.weight_lb,
        "picked_up_on": shipment.picked_up_on.isoformat() if shipment.picked_up_on else "",
        "estimated_on": shipment.estimated_on.isoformat() if shipment.estimated_on else "",
        "shipper_number": clean(shipment.shipper_number),
        "shipper_name": clean(shipment.shipper_name),
        "consignee_number": clean(shipment.consignee_number),
        "consignee_name": clean(shipment.consignee_name),
        "billto_number": clean(shipment.billto_number),
        "known_at": to_micros(stored.known_at),
    }


def _reference_values(stored: Stored, reference: Reference) -> dict[str, Any]:
    kind, value = reference
    folded = fold_reference(value)
    return {
        "pro": stored.shipment.pro,
        "generation": stored.generation,
        "kind": kind.value,
        "value": clean(value),
        "folded": folded,
        "from_row": int((kind, folded) in stored.from_rows),
    }


def _event_values(stored: Stored, event: Event) -> dict[str, Any]:
    offset = event.occurred_at.utcoffset() or timedelta()
    return {
        "pro": stored.shipment.pro,
        "generation": stored.generation,
        "occurred_at": to_micros(event.occurred_at),
        "sequence": event.sequence,
        "offset_minutes": offset // timedelta(minutes=1),
        "time_known": int(event.time_known),
        "status": event.status.value if event.status is not None else "",
        "flag": event.flag.value if event.flag is not None else "",
        "city": clean(event.place.city),
        "province": event.place.province,
        "reason": clean(event.reason),
        "signed_by": clean(event.signed_by),
        "raw": clean(event.raw),
    }


def _state_values(stored: Stored) -> dict[str, Any]:
    shipment = stored.shipment
    return {
        "pro": shipment.pro,
        "generation": stored.generation,
        "status": shipment.status.value,
        "is_delayed": int(shipment.delay is not None),
        "newest_at": _newest_at(stored),
    }


def _newest_at(stored: Stored) -> int:
    """What the clock at the place of the newest status showed; without any status the day of the pick-up, or of the row."""
    latest = stored.shipment.latest
    if latest is not None:
        return to_micros(latest.occurred_at.replace(tzinfo=UTC))
    picked_up_on = stored.shipment.picked_up_on
    return _midnight(picked_up_on) if picked_up_on is not None else to_micros(stored.known_at)


def _midnight(day: date) -> int:
    return to_micros(datetime.combine(day, time(), UTC))


def _selection_values(number: str, selection: Selection, most: int) -> dict[str, Any]:
    statuses = sorted(status.value for status in selection.statuses) or [""]
    filled = [*statuses, *statuses[-1:] * (len(Status) - len(statuses))]
    return {
        **{f"s{place}": status for place, status in enumerate(filled)},
        "number": number,
        "since": _midnight(selection.since) if selection.since is not None else -_EVER,
        "until": _midnight(selection.until + timedelta(days=1)) if selection.until is not None else _EVER,
        "late": int(selection.late_on is not None),
        "today": selection.late_on.isoformat() if selection.late_on is not None else "",
        "most": most,
    }
