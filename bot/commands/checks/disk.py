"""The disks: room and leave to write where the data and the database are, and the size of the database's log."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bot.commands.checks.finding import Finding, Ground
from storage.opening import sqlite_path
from storage.sqlite_tidying import LARGE_LOG_OCTETS, sizes

_LOW_DISK_OCTETS = 500 * 1024 * 1024
_MIB = 1024 * 1024


async def check_disk(ground: Ground) -> list[Finding]:
    """Each folder once."""
    database = sqlite_path(ground.settings.database.url)
    folders = [ground.settings.desk.data_dir, *([database.parent] if database is not None else [])]
    existing = list(dict.fromkeys(_existing(folder) for folder in folders))
    findings = [_room("disk" if number == 0 else "disk of the database", folder) for number, folder in enumerate(existing)]
    return [*findings, *([_log(database)] if database is not None else [])]


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def _room(subject: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    return Finding(
        subject,
        well=free >= _LOW_DISK_OCTETS and os.access(folder, os.W_OK),
        found=f"{free // _MIB} MiB free at {folder}",
        mend=f"free space, or make {folder} writable for this user",
    )


def _log(database: Path) -> Finding:
    files = sizes(database)
    return Finding(
        "database files",
        well=files.log <= LARGE_LOG_OCTETS,
        found=f"{database}: {files.data // _MIB} MiB, its log {files.log // _MIB} MiB",
        mend=f"another program holds an old state of it (fuser {database}): end that; the next sweep cuts the log off",
    )
