"""`autopro audit`: reads the audit trail, and checks that nobody has edited, removed or cut off a row."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import click

from bot.commands.backoffice import Backoffice, in_backoffice
from bot.commands.common import show_rows, with_settings
from bot.config import Settings
from bot.core.accounts.codes import fold_code
from bot.core.accounts.records import AuditEntry, AuditHead, AuditVerdict
from bot.core.errors import Refused
from handlers.office import Office
from storage.database import Transaction

_FAULTS: Mapping[str, str] = {
    "changed": "row {row} is not as it was written",
    "missing": "row {row} is missing, or does not belong there",
    "replaced": "row {row} is not the one that was noted with --head: the trail was replaced",
    "cut_off": "the trail was cut off after row {before}",
    "forgotten": "row {row}, whose head was noted, is older than [retention] audit_days and was forgotten: compare a later head",
    "content_missing": "the content of row {row} was taken out, and no row says by whom",
}


@click.group("audit", invoke_without_command=True)
@click.option("--account", "code", metavar="CODE", help="Only what concerns this access code.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on (the office's calendar), as 2026-11-01.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="At most so many rows, the oldest first.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file; else autopro.toml here, else the defaults.")
@click.pass_context
def audit_command(context: click.Context, /, config: Path | None, **options: Any) -> None:
    """List the audit trail: security events, oldest first."""
    if context.invoked_subcommand is None:
        _list(config=config, **options)
    elif config is not None:
        raise click.UsageError("write --config after verify")


@with_settings
def _list(settings: Settings, code: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
    day = since.date() if since is not None else None
    rows = in_backoffice(settings, lambda backoffice: _rows(backoffice, code, day, limit))
    show_rows(rows, as_json=as_json, empty="the audit trail has no such row")


@audit_command.command("verify")
@click.option(
    "--head", metavar="ID:CODE", help="A head written down earlier (the log has one a day): finds a trail put back or cut off."
)
@with_settings
def verify(settings: Settings, head: str | None) -> None:
    """Check every row: whether one was edited, removed, put between or cut off. Exit 1 when it is not intact."""
    noted = _head(head) if head else None

    async def job(office: Office, tx: Transaction) -> AuditVerdict:
        return await office.files.audit.verify(head=noted)

    verdict = in_backoffice(settings, lambda backoffice: backoffice.read(job))
    if verdict.intact:
        forgotten = f" ({verdict.forgotten} older ones were forgotten in their time)" if verdict.forgotten else ""
        click.echo(f"the audit trail is intact: {verdict.rows} rows, head {verdict.head}{forgotten}")
        return
    words = _FAULTS.get(verdict.fault, "row {row}: " + verdict.fault).format(row=verdict.row, before=verdict.row - 1)
    click.echo(
        f"autopro: the audit trail is not intact: {words}. Keep this database as it is and compare it with a backup.", err=True
    )
    sys.exit(1)


async def _rows(backoffice: Backoffice, code: str | None, since: date | None, limit: int) -> list[dict[str, Any]]:
    async def job(office: Office, tx: Transaction) -> list[dict[str, Any]]:
        codes = {account.id: account.code for account in await office.files.accounts.all()}
        wanted = None
        if code is not None:
            wanted = next((key for key, each in codes.items() if each == fold_code(code)), None)
            if wanted is None:
                raise Refused(f"no account has the access code {code}; 'autopro account list' shows them")
        zone = office.rules.calendar.zone
        begin = datetime.combine(since, time(), zone).astimezone(UTC) if since is not None else None
        entries = await office.files.audit.entries(account_id=wanted, since=begin, limit=limit)
        return [_row(backoffice, entry, codes) for entry in entries]

    return await backoffice.read(job)


def _row(backoffice: Backoffice, entry: AuditEntry, codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": backoffice.local(entry.at),
        "event": entry.event,
        "account": codes.get(entry.account_id, "") if entry.account_id is not None else "",
        "request": entry.request_number if entry.request_number is not None else "",
        "actor": "(erased)" if entry.erased else entry.actor,
        "facts": dict(entry.facts),
    }


def _head(text: str) -> AuditHead:
    number, _, code = text.partition(":")
    if not number.isdigit() or len(code) != 64:
        raise Refused(f"{text!r} is no head; write it as 'autopro audit verify' prints it, ID:CODE")
    return AuditHead(int(number), code.lower())
