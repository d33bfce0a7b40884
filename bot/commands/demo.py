"""The demo behind `make run`: its settings file, sample shipments loaded once, and a note of what to try."""

from __future__ import annotations

from pathlib import Path

from bot.commands.import_command import import_samples
from bot.config import Settings, load
from bot.core.clock import SystemClock
from bot.core.errors import AutoproError
from storage.opening import open_database

_SETTINGS = """\
# Written by `make run` for a first look; `autopro serve` never reads it by itself. Delete it to get it afresh.
[desk]
company = "Autopro Transport (demo)"
address = "service@autopro.example"
data_dir = "{folder}"

[database]
url = "sqlite:///{folder}/autopro.db"

[admins]
addresses = ["admin@autopro.example"]

[mail_trust]
# Mail that is handed in on this machine, without having come from elsewhere, counts as really from its sender. For the demo only.
origins = ["127.0.0.1"]
"""

_GUIDE = """
The desk is open. Try, in a second terminal of this folder:

  1. A mail. Any mail program that sends to {host} port {port} will do, for example
     .venv/bin/python -m bot.commands.send "TRACE 123456789"
     .venv/bin/python -m bot.commands.send "REPÉRAGE 123456789"
     The answer lies in {outgoing}/new, and is printed there and then.

  2. A talk in the terminal:
     .venv/bin/autopro terminal --config {config} --language fr

  Health: http://{http_host}:{http_port}/healthz    Stop: Ctrl-C
"""


async def prepare_demo(config: Path) -> str:
    """Writes `config` unless it is there, loads the samples unless there are shipments; what to try, as text.

    Raises AutoproError when the folder cannot be written.
    """
    _write_settings(config)
    settings = load(config)
    database = await open_database(settings.database.url)
    try:
        await import_samples(database, SystemClock().now())
    finally:
        await database.close()
    return guide(settings, config)


def _write_settings(config: Path) -> None:
    folder = config.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not config.exists():
            config.write_text(_SETTINGS.format(folder=folder.as_posix()), encoding="utf-8")
    except OSError as error:
        raise AutoproError(f"cannot write {config}: {error.strerror}. Make {folder}/ writable for this user.") from error


def guide(settings: Settings, config: Path) -> str:
    """What a stranger tries first."""
    return _GUIDE.format(
        host=settings.smtp.host,
        port=settings.smtp.port,
        outgoing=settings.outgoing,
        config=config,
        http_host=settings.http.host,
        http_port=settings.http.port,
    )
