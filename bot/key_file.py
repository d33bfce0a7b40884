"""The file that holds the sealing key: made on the first start, outside the database and its backups."""

from __future__ import annotations

import os
from pathlib import Path

from bot.core.clock import Mint
from bot.core.errors import AutoproError
from bot.core.seal import KEY_OCTETS


def load_key(path: Path, mint: Mint) -> bytes:
    """The key in `path`; made when the file is missing, readable by its owner only. Raises AutoproError with what to do."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path, mint.octets(KEY_OCTETS))
        key = path.read_bytes()
    except OSError as error:
        raise AutoproError(
            f"cannot make or read the sealing key {path}: {error.strerror}. Make it readable, its folder writable for this user."
        ) from error
    if len(key) != KEY_OCTETS:
        raise AutoproError(f"{path} is not a sealing key ({KEY_OCTETS} octets). Put back the right file.")
    return key


def _make(path: Path, key: bytes) -> None:
    # Written aside and linked in: a second process that starts at the same moment finds a whole key or none, and both use one.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # what is sealed with a key that a power cut takes away is lost
    finally:
        os.close(folder)
