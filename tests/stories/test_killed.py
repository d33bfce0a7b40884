"""kill -9 in the middle of the day: every mail that was answered 250 gets its answer, once, or again word for word."""

from __future__ import annotations

import asyncio
import signal
import smtplib
import socket
import sqlite3
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.app import running
from bot.commands.import_command import import_samples
from bot.config import load
from tests.support.desk import SERVICE
from tests.support.relay import Relay, running_relay

AUTOPRO = Path(sys.executable).parent / "autopro"
CLIENTS, MAILS = 4, 60


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_file(folder: Path, smtp: int, relay: int) -> Path:
    file = folder / "autopro.toml"
    file.write_text(
        f'[desk]\naddress = "{SERVICE}"\ndata_dir = "{folder}"\n[database]\nurl = "sqlite:///{folder}/desk.db"\n'
        f'[smtp]\nport = {smtp}\n[relay]\nhost = "127.0.0.1"\nport = {relay}\n[http]\nenabled = false\n'
        '[mail_trust]\nrelays = ["127.0.0.1"]\n[limits]\nanswers_per_hour = 0\n[log]\nlevel = "error"\n'
    )
    return file


async def start(config: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        str(AUTOPRO), "serve", "--config", str(config), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while b"autopro ready" not in await process.stdout.readline():
            assert process.returncode is None
    return process


def hand_in(port: int, client: int, accepted: set[str]) -> None:
    """Hands mails in until the server is gone; an odd one takes the slower way through the inbox."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
            for number in range(MAILS):
                name = f"<{client}.{number}@customer.example>"
                kind = "Content-Type: text/html\r\n" if number % 3 == 0 else ""
                body = "<p>TRACE 123456789</p>\r\n" if kind else "TRACE 123456789\r\n"
                session.sendmail(
                    f"c{client}@customer.example",
                    [SERVICE],
                    f"From: c{client}.{number}@customer.example\r\nTo: {SERVICE}\r\nSubject: \r\nMessage-ID: {name}\r\n"
                    f"Date: Mon, 23 Nov 2026 10:00:00 -0500\r\n{kind}\r\n{body}",
                )
                accepted.add(name)
    except (OSError, smtplib.SMTPException):
        return  # killed: what has no 250 is not promised


async def answers(relay: Relay, wanted: set[str]) -> None:
    async with asyncio.timeout(200):
        while not wanted <= {letter["In-Reply-To"] for letter in relay.letters}:
            relay.arrived.clear()
            await relay.arrived.wait()


async def test_kill_nine(tmp_path: Path, unused_port: int) -> None:
    async with running_relay() as relay:
        config = settings_file(tmp_path, unused_port, relay.port)
        async with running(load(config)) as app:
            await import_samples(app.database, app.clock.now())
        accepted: set[str] = set()
        for kill_after in (40, 90):
            process = await start(config)
            names = [kill_after * 10 + number for number in range(CLIENTS)]
            clients = [asyncio.create_task(asyncio.to_thread(hand_in, unused_port, name, accepted)) for name in names]
            async with asyncio.timeout(30):
                while len(accepted) < kill_after:
                    await asyncio.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await asyncio.gather(*clients)
        promised = set(accepted)
        make_due(tmp_path)
        process = await start(config)
        await answers(relay, promised)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
        check(relay, promised)


def make_due(folder: Path) -> None:
    """Ends the leases of the killed process, for which one would wait two minutes."""
    with sqlite3.connect(folder / "desk.db") as database:
        database.execute("UPDATE inbox SET due_at = 0 WHERE state = 'new'")
        database.execute("UPDATE outbox SET due_at = 0 WHERE state = 'due'")
    database.close()


def check(relay: Relay, promised: set[str]) -> None:
    answered = Counter(letter["In-Reply-To"] for letter in relay.letters)
    assert promised <= set(answered)
    for name, count in answered.items():
        if count > 1:  # the relay took it, and the desk died before it could write that down
            copies = [letter for letter in relay.letters if letter["In-Reply-To"] == name]
            assert len({letter["Message-ID"] for letter in copies}) == 1
            assert len({letter.content for letter in copies}) == 1
