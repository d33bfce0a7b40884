"""The disk under the data folder."""

from __future__ import annotations

import os
import shutil

from bot.commands.checks.finding import Finding, Ground

_LOW_DISK_OCTETS = 500 * 1024 * 1024


async def check_disk(ground: Ground) -> list[Finding]:
    """Room, and leave to write."""
    folder = ground.settings.desk.data_dir
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
