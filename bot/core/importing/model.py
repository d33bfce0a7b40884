"""What an import speaks in: what a file says about shipments, what is wrong with it, and the report of what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from bot.core.check_digits import CheckDigit
from bot.core.shipments import Shipment

SHOWN = 50  # refusals and warnings of a file that are kept to be shown; all are counted

Tick = Callable[[int, int], None]  # (done, of): how far a long reading is


class FileKind(StrEnum):
    """What an import file is."""

    SHIPMENTS = "shipments"
    X12_214 = "x12_214"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What a reader needs to know beside the file.

    `desk_zone` is where a time is when neither the file nor the province says. Events further ahead than a day after `now` are
    warned of. `check_digit` is the carrier's rule for PRO numbers.
    """

    desk_zone: tzinfo
    now: datetime
    check_digit: CheckDigit = CheckDigit.NONE


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a file is not taken.

    `line` is the line of a CSV or the segment of an X12 file, counted from 1; 0 means the file as a whole. `column` is the CSV
    column or X12 element ("AT705"), "" where the whole line is meant.
    """

    line: int
    column: str
    reason: str


class FileRefused(Exception):
    """The file cannot be read any further, for the one reason that it carries."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class Findings:
    """Collects what is wrong with a file (refusals) and what its reader should know (warnings): the first 50, and how many."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self.warnings: list[str] = []
        self.refused = 0
        self.warned = 0

    def refuse(self, refusal: Refusal) -> None:
        """Notes one more reason why nothing of the file will be written."""
        self.refused += 1
        if len(self.refusals) < SHOWN:
            self.refusals.append(refusal)

    def warn(self, text: str) -> None:
        """Notes something that does not stop the import."""
        self.warned += 1
        if len(self.warnings) < SHOWN:
            self.warnings.append(text)


@dataclass(frozen=True, slots=True)
class Consignment:
    """What one file says about one shipment.

    In `said`, an empty field says nothing, `id` and the events' `sequence` mean nothing, and the events stand as in the file.
    `line` is where the file speaks of it first, `event_lines` where each event stands. `as_of` is the moment the sender said all
    this (X12); None means at the import: such a row is the newest word, and its references replace those of the same kind.
    """

    said: Shipment
    line: int
    event_lines: tuple[int, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: worth writing only when nothing was refused."""

    kind: FileKind
    consignments: tuple[Consignment, ...]
    findings: Findings


@dataclass(slots=True)
class Counts:
    """What became of the shipments, or of the events, of a file."""

    loaded: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class FileReport:
    """What an import did with one file. `refused` is 0 exactly when the file was loaded; else nothing of it was written."""

    file: str
    kind: FileKind | None
    shipments: Counts = field(default_factory=Counts)
    events: Counts = field(default_factory=Counts)
    refusals: tuple[Refusal, ...] = ()
    refused: int = 0
    warnings: tuple[str, ...] = ()
    warned: int = 0


def plural(count: int, noun: str) -> str:
    """`1 shipment`, `2 shipments`, `1,240 lines`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(names: Iterable[str]) -> str:
    """Names for an error text: `a, b, c`."""
    return ", ".join(names)
