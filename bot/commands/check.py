"""`autopro check`: tries everything that the settings name and says how to mend each failure, a line each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from bot.commands.checks.finding import Check, Finding, Ground
from bot.commands.checks.table import CHECKS
from bot.commands.common import run, with_settings
from bot.config import Settings
from bot.core.clock import Clock, SystemClock, SystemMint
from bot.core.errors import AutoproError


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@with_settings
def check_command(settings: Settings, as_json: bool) -> None:
    """Check settings, key, database, disk, relay and what waits for a person."""
    findings = run(check_all(settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    for finding in findings if not as_json else ():
        click.echo(line_of(finding))
    if not all(finding.well for finding in findings):
        sys.exit(1)


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
