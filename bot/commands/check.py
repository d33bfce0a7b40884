"""`autopro check`: tries everything that the settings name and says how to mend each failure."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import aiosmtplib
import click

from bot.commands.common import run, with_settings
from bot.config import Settings
from bot.core.clock import SystemMint
from bot.core.errors import AutoproError
from bot.core.seal import Seal
from bot.key_file import load_key
from storage.database import Database, Transaction
from storage.depths import Depths
from storage.key_check import check_key
from storage.opening import open_database

_LOW_DISK_OCTETS = 500 * 1024 * 1024
_RELAY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; `mend` says what to do when it is not well."""

    subject: str
    well: bool
    found: str
    mend: str = ""


Check = Callable[[Settings], Awaitable[list[Finding]]]


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@with_settings
def check_command(settings: Settings, as_json: bool) -> None:
    """Check settings, key, database, disk, relay and what waits for a person."""
    findings = run(check_all(settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    for finding in findings if not as_json else ():
        click.echo(f"{'ok  ' if finding.well else 'MEND'} {finding.subject}: {finding.found}")
        if not finding.well:
            click.echo(f"     -> {finding.mend}")
    if not all(finding.well for finding in findings):
        sys.exit(1)


async def check_all(settings: Settings) -> list[Finding]:
    """Every look, in the order in which a mail meets the parts."""
    findings = [Finding("settings", well=True, found=f"the desk is {settings.desk.address}, {settings.desk.company}")]
    for check in (_key, _database, _disk, _outgoing, _exposure):
        findings += await check(settings)
    return findings


async def _key(settings: Settings) -> list[Finding]:
    path = settings.key_file
    try:
        load_key(path, SystemMint())
    except AutoproError as error:
        return [Finding("key file", well=False, found=str(error), mend="put back the file, or make its folder writable")]
    mode = path.stat().st_mode & 0o077
    return [
        Finding(
            "key file",
            well=not mode,
            found=f"{path}" + (" may be read by others" if mode else ", readable by its owner only"),
            mend=f"chmod 600 {path}",
        )
    ]


async def _database(settings: Settings) -> list[Finding]:
    try:
        database = await open_database(settings.database.url)
    except AutoproError as error:
        return [Finding("database", well=False, found=str(error), mend="see the line above; [database] url names it")]
    try:
        return await _look_inside(database) + await _opens(database, settings)
    except AutoproError as error:
        return [Finding("database", well=False, found=str(error), mend="look at its disk; restore a backup when it is damaged")]
    finally:
        await database.close()


async def _look_inside(database: Database) -> list[Finding]:
    async def nothing(_tx: Transaction) -> None:
        return None

    faults = await database.faults()
    if faults:
        mend = "stop the desk and restore a backup; keep the damaged file for a rescue"
        return [Finding("database", well=False, found=f"damaged: {'; '.join(faults)}", mend=mend)]
    await database.write(nothing)
    depths = await database.read(Depths.read)
    return [
        Finding("database", well=True, found="opens, and takes writes"),
        Finding(
            "parked messages",
            well=depths.inbox_parked == 0,
            found=f"{depths.inbox_parked} wait for a person",
            mend="autopro parked list, then show, replay or discard each",
        ),
        Finding(
            "letters given up",
            well=depths.outbox_failed == 0,
            found=f"{depths.outbox_failed} could not be delivered",
            mend="look for delivery_given_up in the log; mend the relay or the address",
        ),
    ]


async def _opens(database: Database, settings: Settings) -> list[Finding]:
    subject = "key and database"
    try:
        await check_key(database, Seal(load_key(settings.key_file, SystemMint()), SystemMint()))
    except AutoproError as error:
        return [Finding(subject, well=False, found=str(error), mend=f"put back the {settings.key_file} of this database")]
    return [Finding(subject, well=True, found="the key opens what waits")]


async def _disk(settings: Settings) -> list[Finding]:
    folder = settings.desk.data_dir
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return [
        Finding(
            "disk",
            well=free >= _LOW_DISK_OCTETS and os.access(existing, os.W_OK),
            found=f"{free // (1024 * 1024)} MiB free at {existing}",
            mend=f"free space, or make {existing} writable for this user",
        )
    ]


async def _outgoing(settings: Settings) -> list[Finding]:
    relay = settings.relay
    if not relay.host:
        return [Finding("relay", well=True, found=f"none is set: letters are written to {settings.outgoing}")]
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        use_tls=relay.tls == "tls",
        start_tls=relay.tls == "starttls",
        username=relay.username or None,
        password=relay.password or None,
        timeout=_RELAY_SECONDS,
        cert_bundle=str(relay.ca_file) if relay.ca_file is not None else None,
    )
    try:
        await client.connect()
        await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        mend = "is [relay] host, port, tls and ca_file right, and does it let this machine in?"
        return [Finding("relay", well=False, found=f"{relay.host}:{relay.port}: {error}", mend=mend)]
    return [Finding("relay", well=True, found=f"{relay.host}:{relay.port} answers")]


async def _exposure(settings: Settings) -> list[Finding]:
    smtp = settings.smtp
    open_to_all = smtp.enabled and smtp.host not in ("127.0.0.1", "::1", "localhost")
    trusts_loopback = any(Path(network).parts and network.startswith("127.") for network in settings.mail_trust.origins)
    return [
        Finding(
            "trust",
            well=not (open_to_all and trusts_loopback),
            found="loopback counts as an authentic origin" if trusts_loopback else "no loopback origin is trusted",
            mend="take 127.0.0.1 out of [mail_trust] origins: a mail server on this machine hands in strangers' mail from there",
        )
    ]
