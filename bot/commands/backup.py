"""`autopro backup FILE`: an online backup of the embedded database."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.common import with_settings
from bot.config import Settings
from bot.core.errors import Refused
from storage.backup import back_up
from storage.opening import sqlite_path


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_settings
def backup_command(settings: Settings, file: Path) -> None:
    """Copy the database into a new FILE while the desk goes on. The key file is not in it: keep it elsewhere."""
    source = sqlite_path(settings.database.url)
    if source is None:
        raise Refused(
            "this desk stands on PostgreSQL: back it up with pg_dump, for example pg_dump --format=custom --file=FILE URL"
        )
    if not source.exists():
        raise Refused(f"{source} does not exist yet; [database] url names it, and the desk makes it when it starts")
    octets = back_up(source, file)
    click.echo(f"{file}: {octets:,} octets, checked. What is sealed in it needs {settings.key_file}: keep it safe, and elsewhere.")
