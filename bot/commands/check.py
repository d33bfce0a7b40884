"""`autopro check`: tries everything that the settings name and says how to mend each failure, a line each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from bot import logs
from bot.commands.backoffice import Backoffice, in_backoffice
from bot.commands.checks.finding import Check, Finding, Ground
from bot.commands.checks.table import CHECKS
from bot.commands.common import clear_errors, run
from bot.commands.probe_work import came_back, send_probe, send_tests
from bot.config import Settings, load
from bot.core.clock import Clock, SystemClock, SystemMint
from bot.core.errors import AutoproError, Refused, SettingsError


@click.command("check")
@click.option("--probe", is_flag=True, help="First let the running desk write to itself, and wait for the letter to come back.")
@click.option("--seconds", type=click.FloatRange(1, 3600), default=60, show_default=True, help="How long --probe waits.")
@click.option("--administrators", is_flag=True, help="First send each administrator a test letter to be answered.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file; else autopro.toml here, else the defaults.")
def check_command(config: Path | None, probe: bool, seconds: float, administrators: bool, as_json: bool) -> None:
    """Try everything that the settings name, and say how to mend each failure: exit code 1 when there is one.

    Settings, key, database, disk, clock, DNS, relay, mailbox, Telegram, what waits for a person, and what came of test letters.
    """
    try:
        settings = load(config)
    except SettingsError as error:  # a finding like any other: nothing else can be looked at
        _show([Finding("settings", False, str(error), "correct these lines, then check again")], as_json=as_json)
        return
    logs.set_up(settings.log.level)
    with clear_errors():
        if probe or administrators:
            in_backoffice(settings, lambda backoffice: _send(backoffice, seconds if probe else 0, administrators))
        findings = run(check_all(settings))
    _show(findings, as_json=as_json)


def _show(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Prints the findings, and ends with exit code 1 when one is not well."""
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
    except (AutoproError, OSError) as error:
        subject = check.__name__.removeprefix("check_").replace("_", " ")
        return [Finding(subject, well=False, found=str(error), mend="do what the text before says, then check again")]


def line_of(finding: Finding) -> str:
    """One line, whatever an error's text holds."""
    found = "; ".join(part.strip() for part in finding.found.splitlines())
    return f"ok   {finding.subject}: {found}" if finding.well else f"MEND {finding.subject}: {found} -> {finding.mend}"
