"""`autopro export ADDRESS` and `autopro forget ADDRESS`: what privacy law lets a person ask for (docs/privacy.md)."""

from __future__ import annotations

import json

import click

from bot.commands import privacy_work
from bot.commands.backoffice import in_backoffice
from bot.commands.common import with_settings
from bot.config import Settings


@click.command("export")
@click.argument("address")
@with_settings
def export_command(settings: Settings, address: str) -> None:
    """Print all that is held about ADDRESS as JSON, to be handed to the person. Passwords and tokens are left out."""
    found = in_backoffice(settings, lambda backoffice: privacy_work.export(backoffice, address))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))


@click.command("forget")
@click.argument("address")
@click.option("--close", is_flag=True, help="Remove the person from open accounts first; close those that have no other member.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@with_settings
def forget_command(settings: Settings, address: str, close: bool, as_json: bool) -> None:
    """Delete or anonymise all that is held about ADDRESS and may go; say what stays, and why."""
    done = in_backoffice(settings, lambda backoffice: privacy_work.forget(backoffice, address, close=close))
    if as_json:
        click.echo(json.dumps({"gone": dict(done.gone), "stays": list(done.stays)}, ensure_ascii=False, indent=2))
        return
    rows = ", ".join(f"{rows} {kind.replace('_', ' ')}" for kind, rows in done.gone.items()) or "nothing was held"
    click.echo(f"forgotten: {rows}")
    for line in done.stays:
        click.echo(f"stays: {line}")
