"""`autopro check`: tries everything that the settings name and says how to mend each failure, a line each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from bot.commands.backoffice import Backoffice, in_backoffice
from bot.commands.checks.finding import Check, Finding, Ground
from bot.commands.checks.table import CHECKS
from bot.commands.common import run, with_settings
from bot.commands.probe_work import came_back, send_probe, send_tests
from bot.config import Settings
from bot.core.clock import Clock, SystemClock, SystemMint
from bot.core.errors import AutoproError, Refused


@click.command("check")
@click.option("--probe", is_flag=True, help="First let the running desk write to itself, and wait for the letter to come back.")
@click.option("--seconds", type=click.FloatRange(1, 3600), default=60, show_default=True, help="How long --probe waits.")
@click.option("--administrators", is_flag=True, help="First send each administrator a test letter to be answered.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@with_settings
def check_command(settings: Settings, probe: bool, seconds: float, administrators: bool, as_json: bool) -> None:
    """Try everything that the settings name, and say how to mend each failure: exit code 1 when there is one.

    Settings, key, database, disk, clock, DNS, relay, what waits for a person, and what came of test letters.
    """
    if probe or administrators:
        in_backoffice(settings, lambda backoffice: _send(backoffice, seconds if probe else 0, administrators))
    findings = run(check_all(settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    for finding in findings if not as_json else ():
        click.echo(line_of(finding))
    if not all(finding.well for finding in findings):
        sys.exit(1)


async def _send(backoffice: Backoffice, seconds: float, administrators: bool) -> None:
    if administrators and not await send_tests(backoffice):
        raise Refused("there is nobody to send a test letter to: [admins] addresses is empty")
    if seconds:
        if not backoffice.settings.relay.host:
            raise Refused("without [relay] host letters go nowhere: there is nothing to probe")
        await send_probe(backoffice)
        await came_back(backoffice, seconds)


async def check_all(settings: Settings, clock: Clock | None = None, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Every look, one after the other."""
    ground = Ground(settings, clock or SystemClock(), SystemMint())
    return [finding for check in checks for finding in await _look(check, ground)]


async def _look(check: Check, ground: Ground) -> list[Finding]:
    try:
        return await check(ground)
    except AutoproError as error:
        subject = check.__name__.removeprefix("check_").replace("_", " ")
        return [Finding(subject, well=False, found=str(error), mend="do what the text before says, then check again")]


def line_of(finding: Finding) -> str:
    """One line, whatever an error's text holds."""
    found = "; ".join(part.strip() for part in finding.found.splitlines())
    return f"ok   {finding.subject}: {found}" if finding.well else f"MEND {finding.subject}: {found} -> {finding.mend}"
