"""What `autopro import` and the demo do: load files of shipments into the database, all or nothing a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.check_digits import CheckDigit
from bot.core.importing.changes import Change, plan_events, plan_shipment
from bot.core.importing.model import (
    Consignment,
    Counts,
    FileKind,
    FileRefused,
    FileReport,
    Reading,
    ReadingRules,
    Refusal,
    Tick,
)
from bot.core.importing.reading import HEAD, MAX_BYTES, kind_of, read_content
from bot.core.importing.samples import SAMPLE_PRO, load_samples
from storage.database import Database, Transaction
from storage.shipments import ShipmentStore

DESK_ZONE = ZoneInfo("America/Toronto")  # the default of [desk] timezone
BATCH = 500  # consignments looked up, compared and written together
FIRST_STATISTICS = 1_000  # rows added before the database's statistics are renewed; again at four times as many, and so on
_ORDER = (FileKind.SHIPMENTS, FileKind.X12_214, FileKind.EVENTS)  # an event needs its shipment


class Watcher(Protocol):
    """Hears how far an import is."""

    def __call__(self, file: str, step: str, done: int, of: int) -> None:
        """`done` of `of` lines are read, or shipments written ("reading", "writing")."""
        ...


def unwatched(file: str, step: str, done: int, of: int) -> None:
    """Nobody watches."""


async def import_into(
    database: Database,
    files: Sequence[Path],
    *,
    progress: Watcher = unwatched,
    now: datetime,
    desk_zone: tzinfo = DESK_ZONE,
    check_digit: CheckDigit = CheckDigit.NONE,
) -> list[FileReport]:
    """Loads files, each whole or not at all; one report a file, in the order given.

    Shipments are loaded before events, whatever the order. `desk_zone` is where a time is when its file does not say.
    Raises StorageError when the database refuses; the files before it stay loaded.
    """
    rules = ReadingRules(desk_zone, now, check_digit)
    kinds = [_kind(path) for path in files]
    reports: dict[int, FileReport] = {}
    for number in sorted(range(len(files)), key=lambda number: _ORDER.index(kinds[number])):
        reports[number] = await _import_file(database, files[number], kinds[number], rules, progress)
    return [reports[number] for number in range(len(files))]


async def import_samples(database: Database, now: datetime) -> list[FileReport]:
    """Loads the made-up shipments, their newest event just before `now`; nothing when they are there already."""
    if await database.read(lambda transaction: ShipmentStore(transaction).by_pro(SAMPLE_PRO)) is not None:
        return []
    shipments, events = load_samples(now)
    return [
        await _load(database, "sample shipments", shipments, now, unwatched),
        await _load(database, "sample events", events, now, unwatched),
    ]


def _kind(path: Path) -> FileKind:
    try:
        with path.open("rb") as file:
            return kind_of(file.read(HEAD))
    except OSError:
        return FileKind.SHIPMENTS  # refused, with the reason, when it is read whole


async def _import_file(database: Database, path: Path, kind: FileKind, rules: ReadingRules, progress: Watcher) -> FileReport:
    name = str(path)
    try:
        reading = read_content(_content(path), rules, lambda done, of: progress(name, "reading", done, of))
    except FileRefused as error:
        return FileReport(name, kind, refusals=(error.refusal,), refused=1)
    return await _load(database, name, reading, rules.now, progress)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileRefused(Refusal(0, "", f"cannot be read: {error.strerror}")) from error


class _Homeless(Exception):
    """Undoes the transaction: rows of an events file belong to no shipment."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(refusals)
        self.refusals = refusals


async def _load(database: Database, name: str, reading: Reading, now: datetime, progress: Watcher) -> FileReport:
    """Writes a reading in one transaction, unless something of it is refused; then nothing."""
    findings = reading.findings
    counts = Counts(), Counts()

    async def write(transaction: Transaction) -> tuple[Counts, Counts]:
        return await _write(ShipmentStore(transaction), reading, now, lambda done, of: progress(name, "writing", done, of))

    async def compare(transaction: Transaction) -> tuple[Counts, Counts]:
        return await _write(ShipmentStore(transaction), reading, now, lambda done, of: None, keep=False)

    try:
        if not findings.refused:
            counts = await database.write(write)
        elif reading.kind is FileKind.EVENTS:  # rows without a shipment are named in the same round as the bad ones
            await database.read(compare)
    except _Homeless as error:
        for refusal in error.refusals:
            findings.refuse(refusal)
    return FileReport(
        file=name,
        kind=reading.kind,
        shipments=Counts() if reading.kind is FileKind.EVENTS else counts[0],
        events=counts[1],
        refusals=tuple(sorted(findings.refusals, key=lambda refusal: refusal.line)),
        refused=findings.refused,
        warnings=tuple(findings.warnings),
        warned=findings.warned,
    )


async def _write(store: ShipmentStore, reading: Reading, now: datetime, tick: Tick, *, keep: bool = True) -> tuple[Counts, Counts]:
    """Works out and writes the changes batch by batch. Raises _Homeless at the end when a row belongs to no shipment."""
    shipments, events = Counts(), Counts()
    homeless: list[Refusal] = []
    statistics_at = FIRST_STATISTICS
    for begin in range(0, len(reading.consignments), BATCH):
        batch = reading.consignments[begin : begin + BATCH]
        changes, refusals = await _plan(store, reading.kind, batch, now)
        homeless += refusals
        if keep and not homeless:
            await store.apply(changes)
        for change in changes:
            _count(change, shipments, events)
        if keep and shipments.loaded + events.loaded >= statistics_at:
            await store.renew_statistics()
            statistics_at *= 4
        tick(begin + len(batch), len(reading.consignments))
    if homeless:
        raise _Homeless(homeless)
    return shipments, events


async def _plan(
    store: ShipmentStore, kind: FileKind, batch: Sequence[Consignment], now: datetime
) -> tuple[list[Change], list[Refusal]]:
    """The changes of a batch; two consignments of one PRO number build on each other."""
    stored = await store.stored(consignment.said.pro for consignment in batch)
    changes: list[Change] = []
    refusals: list[Refusal] = []
    for consignment in batch:
        known = {one.generation: one for one in stored.get(consignment.said.pro, ())}
        if kind is FileKind.EVENTS:
            planned, homeless = plan_events(consignment, list(known.values()))
            refusals += homeless
        else:
            planned = [plan_shipment(consignment, list(known.values()), now)]
        known.update({change.after.generation: change.after for change in planned})
        stored[consignment.said.pro] = list(known.values())
        changes += planned
    return changes, refusals


def _count(change: Change, shipments: Counts, events: Counts) -> None:
    shipments.loaded += change.new
    shipments.changed += change.changed and not change.new
    shipments.unchanged += not change.changed
    events.loaded += len(change.add_events)
    events.changed += len(change.mend_events)
    events.unchanged += change.same_events
