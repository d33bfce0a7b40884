"""`autopro key change`: everything that is sealed, sealed again under a new key, while the desk is stopped."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from bot.commands.backoffice import operator
from bot.commands.common import run, with_settings
from bot.config import Settings
from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.clock import SystemClock, SystemMint
from bot.core.errors import Refused
from bot.core.seal import Seal, SealBrokenError
from bot.key_file import adopt_next, load_key, next_of
from storage.database import Database
from storage.key_check import check_key
from storage.opening import open_database
from storage.resealing import Keys, reseal

_CONNECT_SECONDS = 2.0


@click.group("key")
def key_command() -> None:
    """The key file under which what customers wrote is sealed."""


@key_command.command("change")
@with_settings
def change_command(settings: Settings) -> None:
    """Seal everything again under a new key. Stop every desk on this database first."""
    path = settings.key_file
    if not path.exists():
        raise Refused(f"{path} does not exist: put back the key file that belongs to this database")
    _refuse_beside_a_running_desk(settings)
    count, before = run(_change(settings, path))
    click.echo(
        f"{count} contents are sealed under the new key in {path}: copy it to where you keep copies. The one before is {before}: "
        "it opens the backups made until now; delete it with the last of them."
    )


def _refuse_beside_a_running_desk(settings: Settings) -> None:
    """A desk keeps its key in memory: it would go on sealing under the old one."""
    for section in (settings.http, settings.smtp):
        if not section.enabled or not section.port:
            continue
        try:
            socket.create_connection((section.host, section.port), _CONNECT_SECONDS).close()
        except OSError:
            continue
        raise Refused(f"something answers on {section.host}:{section.port}: stop the desk first, and start it again afterwards")


async def _change(settings: Settings, path: Path) -> tuple[int, Path]:
    mint, now = SystemMint(), SystemClock().now()
    label = f"{now:%Y-%m-%dT%H%M%S}"
    database = await open_database(settings.database.url)
    try:
        old = _keys(load_key(path, mint))
        if next_of(path).exists() and await _opens(database, _keys(load_key(next_of(path), mint))):
            return 0, adopt_next(path, label)  # cut off last time after the database was done
        next_of(path).unlink(missing_ok=True)
        await check_key(database, old.seal)
        new = _keys(load_key(next_of(path), mint))
        count = await database.write(lambda tx: reseal(tx, old, new, now, actor=operator()))
    except (Refused, SealBrokenError):
        next_of(path).unlink(missing_ok=True)
        raise
    finally:
        await database.close()
    return count, adopt_next(path, label)


async def _opens(database: Database, keys: Keys) -> bool:
    try:
        await check_key(database, keys.seal)
    except SealBrokenError:
        return False
    return True


def _keys(key: bytes) -> Keys:
    return Keys(Seal(key, SystemMint()), Chain(audit_key(key)))
