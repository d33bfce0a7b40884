"""`autopro sweep`: runs the calendar sweep once, after an operator has looked why the desk's own has stopped."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

import click

from bot.commands.backoffice import Backoffice, in_backoffice
from bot.commands.common import with_settings
from bot.config import Settings
from bot.core.errors import Refused
from bot.housekeeping import Housekeeping
from bot.metrics import Metrics
from bot.operators import Operators
from bot.sweep import Sweep, SweepReport


@click.command("sweep")
@click.option("--force", is_flag=True, help="Pass over the guard: you have looked at the machine's clock, and it is right.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@with_settings
def sweep_command(settings: Settings, force: bool, as_json: bool) -> None:
    """Write down what the calendar has made true, now: closings, notices, reminders, lapses, and what has outlived its period.

    A running desk does it hourly.
    """
    report = in_backoffice(settings, lambda backoffice: _sweep(backoffice, force=force))
    if report.alarm is not None:
        raise Refused(
            f"the sweep stopped ({report.alarm.value.replace('_', ' ')}): it would close {report.would_close} of {report.accounts} "
            "accounts. Look at this machine's clock; when it is right: autopro sweep --force"
        )
    figures = {key: value for key, value in asdict(report).items() if key not in ("alarm", "would_close")}
    click.echo(json.dumps(figures, indent=2) if as_json else "  ".join(f"{key}={value}" for key, value in figures.items()))
    if report.held:
        raise Refused(
            "nothing that has outlived its period was deleted: the last sweep is more than 30 days ago. "
            "Look at this machine's clock; when it is right: autopro sweep --force"
        )
    if report.failed:
        raise Refused(f"{report.failed} accounts or requests could not be done; the log tells why, the next sweep tries again")


async def _sweep(backoffice: Backoffice, *, force: bool) -> SweepReport:
    composer, metrics = backoffice.posting.composer, Metrics()
    sweep = Sweep(
        cabinet=backoffice.cabinet,
        posting=backoffice.posting,
        operators=Operators(composer, backoffice.rules.admin_addresses),
        rules=backoffice.rules,
        desk=backoffice.facts,
        metrics=metrics,
        offer=lambda letters: None,  # they wait in the outbox for a running desk
        steady=time.monotonic,
        housekeeping=Housekeeping(backoffice.cabinet, backoffice.settings.retention, metrics),
    )
    return await sweep.run_once(backoffice.clock.now(), force=force)
