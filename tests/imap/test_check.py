"""`autopro check` looks at the mailbox as the desk would read it, and says how to mend each failure."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.commands.checks.finding import Finding, Ground
from bot.commands.checks.imap import check_imap
from bot.core.clock import SystemMint
from tests.imap.desk import imap_section
from tests.stories.certificates import make_pair
from tests.support.clock import HandClock
from tests.support.desk import settings_for
from tests.support.dovecot import Dovecot, running_dovecot

pytestmark = pytest.mark.dovecot


async def finding(folder: Path, dovecot: Dovecot, **imap: Any) -> Finding:
    settings = settings_for(folder, imap=imap_section(dovecot, **imap))
    first, *others = await check_imap(Ground(settings, HandClock(), SystemMint()))
    assert not others
    return first


async def test_a_mailbox_that_is_well(dovecot: Dovecot, tmp_path: Path) -> None:
    dovecot.put(b"Subject: x\r\n\r\ny\r\n")
    found = await finding(tmp_path, dovecot)
    assert found.well, found
    assert found.found == f"{dovecot.name} opens INBOX, 1 in it; IDLE"
    assert len(dovecot.mails()) == 1
    with dovecot.client() as client:
        assert client.select("Failed")[0] == "OK"


async def test_no_mailbox_is_well(dovecot: Dovecot, tmp_path: Path) -> None:
    assert (await finding(tmp_path, dovecot, host="")).found == "none is set: no mailbox is read"


@pytest.mark.parametrize(
    ("wrong", "words", "mend"),
    [
        ({"password": "wrong"}, "AUTHENTICATIONFAILED", "is [imap] username and password right"),
        ({"mailbox": "Nowhere"}, "does not open the mailbox Nowhere", "is [imap] mailbox right"),
        ({"done": "a//b"}, "has no mailbox a//b and does not make it", "set [imap] done and failed to names that it allows"),
        ({"tls": "tls"}, "127.0.0.1", "that port does not speak TLS"),
        ({"host": "nowhere.invalid", "tls": "none"}, "nowhere.invalid", "is [imap] host right"),
    ],
)
async def test_what_is_wrong_is_said(dovecot: Dovecot, tmp_path: Path, wrong: dict[str, Any], words: str, mend: str) -> None:
    settings = settings_for(tmp_path, imap=imap_section(dovecot, **wrong))
    found = (await check_imap(Ground(settings, HandClock(), SystemMint())))[0]
    assert not found.well
    assert words in found.found
    assert mend in found.mend


async def test_a_closed_port(dovecot: Dovecot, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nothing listens
        found = await finding(tmp_path, dovecot, port=taken.getsockname()[1])
    assert "nothing listens there" in found.mend


@asynccontextmanager
async def speaking(words: bytes) -> AsyncIterator[int]:
    """A server that says `words` to everybody, and nothing more."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(words)
            await reader.read()
        except ConnectionResetError:  # who is not greeted as it expects hangs up at once
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize("words", [b"", b"220 mail.example ESMTP\r\n", b"* BYE too many connections\r\n"])
async def test_what_does_not_greet_as_an_imap_server(dovecot: Dovecot, tmp_path: Path, words: bytes) -> None:
    async with speaking(words) as port:
        found = await finding(tmp_path, dovecot, port=port, timeout_seconds=0.5)
    assert not found.well
    assert "is [imap] host right" in found.mend


@pytest.mark.parametrize("authority", ["its own", "another", "the system's"])
async def test_tls_is_verified(tmp_path: Path, authority: str) -> None:
    pair = make_pair(tmp_path / "pair")
    files = {"its own": pair.authority, "another": make_pair(tmp_path / "other").authority}
    with running_dovecot(tls=(pair.certificate, pair.key)) as server:
        place = {"host": "localhost", "tls": "tls", "ca_file": files.get(authority)}
        found = await finding(tmp_path, server, **place)
    assert found.well == (authority == "its own"), found
    if not found.well:
        assert "ca_file to the authority" in found.mend


async def test_a_password_in_the_clear_is_told(dovecot: Dovecot, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, imap=imap_section(dovecot, host="192.0.2.1", tls="none", timeout_seconds=0.1))
    findings = await check_imap(Ground(settings, HandClock(), SystemMint()))
    assert [one.subject for one in findings] == ["imap", "imap encryption"]
    assert findings[1].mend == 'set [imap] tls = "tls"'
