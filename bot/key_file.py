"""The file that holds the sealing key: made on the first start, outside the database and its backups."""

from __future__ import annotations

import itertools
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


def next_of(path: Path) -> Path:
    """Where the next key lies until the database is sealed under it."""
    return path.with_name(f"{path.name}.next")


def adopt_next(path: Path, label: str) -> Path:
    """The next key becomes the key; where the one before is kept. Raises AutoproError."""
    before = _free(path.with_name(f"{path.name}.before-{label}"))
    try:
        os.link(path, before)
        next_of(path).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise AutoproError(
            f"everything is sealed under the key in {next_of(path)}, which could not be put in the place of {path} "
            f"({error.strerror}): do that by hand, and keep the old one as long as the backups made under it"
        ) from error
    return before


def _free(path: Path) -> Path:
    """That name, or the next one that nothing has: two changes of one minute must not cost a key."""
    names = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return path if not path.exists() else next(name for name in names if not name.exists())


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
    _sync_folder(path.parent)  # what is sealed with a key that a power cut takes away is lost


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
