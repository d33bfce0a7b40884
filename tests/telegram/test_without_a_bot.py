"""A desk without a bot does without python-telegram-bot: 25 MB and half a second of its start."""

from __future__ import annotations

import subprocess
import sys

SERVES_MAIL = """
import asyncio, pathlib, sys, tempfile
from bot.app import running
from bot.config import Settings
from bot.serving import listening

async def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder}/desk.db"
    values = {"desk": {"data_dir": folder}, "database": {"url": url}, "smtp": {"port": 0}, "http": {"port": 0}}
    async with running(Settings.model_validate(values)) as app, listening(app):
        print("telegram" in sys.modules)

asyncio.run(main())
"""


def test_the_library_is_not_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", SERVES_MAIL], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1:] == ["False"], done.stderr
