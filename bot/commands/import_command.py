"""`autopro import FILE...`: loads shipments from CSV and X12 214 files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.commands.common import run, with_settings
from bot.commands.import_work import Watcher, import_into, import_samples, unwatched
from bot.config import Settings
from bot.core.clock import SystemClock
from bot.core.errors import Refused
from bot.core.importing.model import Counts, FileKind, FileReport, Refusal, plural
from storage.opening import open_database

__all__ = ["import_command", "import_files", "import_into", "import_samples"]


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="A JSON report instead of text.")
@with_settings
def import_command(settings: Settings, files: tuple[Path, ...], as_json: bool) -> None:
    """Load shipments: CSV of shipments, CSV of events, X12 214. Each file whole or not at all; again is harmless."""
    import_files(settings, files, as_json=as_json)


def import_files(settings: Settings, files: Sequence[Path], *, as_json: bool) -> None:
    """Loads files and prints the reports. Raises Refused when one was not taken."""
    with _watched(shown=not as_json and sys.stderr.isatty()) as progress:
        reports = run(_import(settings, files, progress))
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        for report in reports:
            click.echo("\n".join(describe(report)))
    refused = sum(1 for report in reports if report.refused)
    if refused:
        raise Refused(f"{refused} of {plural(len(reports), 'file')} refused; mend what the report names and import it again")


async def _import(settings: Settings, files: Sequence[Path], progress: Watcher) -> list[FileReport]:
    database = await open_database(settings.database.url)
    try:
        return await import_into(
            database,
            files,
            progress=progress,
            now=SystemClock().now(),
            desk_zone=ZoneInfo(settings.desk.timezone),
            check_digit=settings.tracing.check_digit,
        )
    finally:
        await database.close()


@contextmanager
def _watched(*, shown: bool) -> Iterator[Watcher]:
    """A progress bar a file and step on stderr; nothing when it is not `shown`."""
    if not shown:
        yield unwatched
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[tuple[str, str], TaskID] = {}

        def watch(file: str, step: str, done: int, of: int) -> None:
            key = (file, step)
            if key not in tasks:
                tasks[key] = bars.add_task(f"{step} {Path(file).name}", total=of)
            bars.update(tasks[key], completed=done, total=of)

        yield watch


def describe(report: FileReport) -> Iterator[str]:
    """The lines that tell an operator what became of a file."""
    if report.refused:
        yield f"{report.file}: refused, nothing of it was loaded"
        yield from (f"  {_where(report.kind, refusal)}{refusal.reason}" for refusal in report.refusals)
        if report.refused > len(report.refusals):
            yield f"  and {report.refused - len(report.refusals):,} more"
    else:
        counted = [] if report.kind is FileKind.EVENTS else [_counted("shipment", report.shipments)]
        counted += [] if report.kind is FileKind.SHIPMENTS else [_counted("event", report.events)]
        yield f"{report.file}: {'; '.join(counted)}"
    yield from (f"  warning: {warning}" for warning in report.warnings)
    if report.warned > len(report.warnings):
        yield f"  and {report.warned - len(report.warnings):,} more warnings"


def _counted(noun: str, counts: Counts) -> str:
    return f"{plural(counts.loaded, noun)} loaded, {counts.changed:,} changed, {counts.unchanged:,} unchanged"


def _where(kind: FileKind | None, refusal: Refusal) -> str:
    if not refusal.line:
        return ""
    unit, part = ("segment", "element") if kind is FileKind.X12_214 else ("line", "column")
    return f"{unit} {refusal.line}{f', {part} {refusal.column}' if refusal.column else ''}: "
