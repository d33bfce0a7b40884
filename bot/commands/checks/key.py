"""The sealing key's file: it is there or can be made, is a key, and nobody else may read it."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground
from bot.core.errors import AutoproError
from bot.key_file import load_key


async def check_key_file(ground: Ground) -> list[Finding]:
    """The key as a file; whether it opens what the database holds is the database's check."""
    path = ground.settings.key_file
    try:
        load_key(path, ground.mint)
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
