"""Letters into a Maildir (https://cr.yp.to/proto/maildir.html) while no relay is set: the first run needs no mail server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bot.core.letters import Letter
from bot.core.ports import TemporaryFailureError


class MaildirTransport:
    """Writes letters to `folder`/new, named after their Message-ID: a repeated send replaces the same file."""

    confidential = True  # it stays on this machine, in folders of this user

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, letter: Letter, following: Letter | None = None) -> None:
        """Writes one letter, synced. Raises TemporaryFailureError with what to do."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as error:
            raise TemporaryFailureError(
                f"cannot write to {self._folder}: {error.strerror}. Free space or make it writable."
            ) from error

    async def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, letter: Letter) -> None:
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        name = letter.message_id.strip("<>").replace("/", "_")
        temporary = self._folder / "tmp" / name
        envelope = f"Return-Path: <{letter.envelope_sender}>\nDelivered-To: {letter.recipient}\n".encode()
        # Files in a Maildir have this system's line ends: s-nail takes a letter with CR LF for headers to its end.
        content = letter.content.replace(b"\r\n", b"\n")
        with temporary.open("wb") as file:
            file.write(envelope + content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self._folder / "new" / name)
        folder = os.open(self._folder / "new", os.O_RDONLY)
        try:
            os.fsync(folder)  # the rename itself must survive a power cut
        finally:
            os.close(folder)
