"""An online backup of the embedded database, with SQLite's own backup API: consistent, beside a desk that goes on writing.

Source: https://www.sqlite.org/backup.html.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.core.errors import StorageError

_PAGES = 2_000  # copied at a time; between two portions the desk writes


def back_up(source: Path, target: Path) -> int:
    """Copies the database `source` to the new file `target`, readable by its owner only; its octets.

    The copy is checked before it gets its name. Raises StorageError with what to do; nothing is left behind then.
    """
    draft = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.link(draft, target)  # never over another backup
    except FileExistsError as error:
        raise StorageError(f"{error.filename2 or error.filename} exists already; name a new file, or move that one away") from error
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"cannot write the backup {target}: {error}. Is there room, and may this user write there?") from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, draft: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as origin, closing(sqlite3.connect(draft)) as copy:
        origin.backup(copy, pages=_PAGES, sleep=0.005)
        # One file alone is the backup: a copy that still asks for its log beside it would be easily torn apart.
        copy.execute("PRAGMA journal_mode = DELETE")
        (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged ({verdict}); the database may be as well")
