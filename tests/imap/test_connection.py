"""Connections that die, stall, refuse and expire: noticed within a bound, and gone on with."""

from __future__ import annotations

import asyncio
import re
import signal
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels import imap
from bot.channels.imap_session import LoginRefusedError, LostError
from bot.channels.oauth2 import TokenRefusedError, TokenUnavailableError
from tests.authenticity.dns_server import DnsServer
from tests.imap.desk import MailboxDesk, eventually, mailbox_desk
from tests.imap.test_exactly_once import child_place
from tests.process.child import started, wait_until
from tests.stories.certificates import make_pair
from tests.stories.rows import rows
from tests.support.clock import HandClock
from tests.support.dovecot import Dovecot, running_dovecot
from tests.support.token_server import CLIENT_ID, CLIENT_SECRET, running_token_server
from tests.support.wire import Wire, running_wire

pytestmark = pytest.mark.dovecot

BOUND = 1 + 2 + 1  # seconds: poll_seconds, timeout_seconds, and the pause before it connects again
SLACK = 3  # for a busy machine


async def idling(wire: Wire) -> None:
    """Until the desk waits for news."""
    before = wire.sent.count(b" IDLE\r\n")
    await wire.until(lambda: wire.sent.count(b" IDLE\r\n") > before)


@pytest.mark.parametrize("held", ["IDLE", "FETCH"])
async def test_a_half_open_connection_is_noticed_within_a_bound(dovecot: Dovecot, tmp_path: Path, held: str) -> None:
    """Nothing comes through any more, and nothing says so: while the desk waits for news, or for the answer to a command."""
    async with running_wire(dovecot.port) as wire, mailbox_desk(tmp_path, dovecot, imap={"port": wire.port}) as desk:
        await idling(wire)
        connections = wire.connections
        if held == "IDLE":
            wire.silent = True
        else:
            wire.stop_at = b"BODY.PEEK"
        await desk.put(desk.letter("HELP"))
        if held == "FETCH":
            await wire.stopped.wait()
            wire.stop_at = b""
        since = time.monotonic()
        await wire.until(lambda: wire.connections > connections, BOUND + SLACK)
        assert time.monotonic() - since < BOUND + SLACK
        assert any("did not answer" in line for line in await desk.app.observation.obstacles())
        wire.silent = False
        wire.reset()
        await desk.relay.next()
        await desk.filed(1)
        assert await desk.app.observation.obstacles() == []


async def test_a_reset_connection_is_noticed_at_once(dovecot: Dovecot, tmp_path: Path) -> None:
    slow = {"poll_seconds": 600, "timeout_seconds": 100}
    async with running_wire(dovecot.port) as wire, mailbox_desk(tmp_path, dovecot, imap={"port": wire.port, **slow}) as desk:
        await idling(wire)
        wire.reset()
        await desk.ask("HELP")
        await desk.filed(1)
        assert wire.connections == 2


async def test_a_slow_server_is_waited_for(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_wire(dovecot.port) as wire:
        wire.delay = 0.15
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port}) as desk:
            await desk.ask("HELP")
            await desk.filed(1)
            assert wire.connections == 1


async def test_a_server_that_is_away_comes_back(tmp_path: Path) -> None:
    with running_dovecot() as dovecot:
        async with mailbox_desk(tmp_path, dovecot) as desk:
            await desk.ask("HELP")
            await desk.filed(1)
            await asyncio.to_thread(dovecot.stop)
            await _until_obstacle(desk, "imap: 127.0.0.1")
            await asyncio.to_thread(dovecot.start)
            await desk.ask("HELP")
            await desk.filed(2)


async def _until_obstacle(desk: MailboxDesk, words: str) -> None:
    async with asyncio.timeout(20):
        while not any(words in line for line in await desk.app.observation.obstacles()):
            await asyncio.sleep(0.02)


async def test_idle_is_renewed(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_wire(dovecot.port) as wire:
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port, "poll_seconds": 0.3}):
            await wire.until(lambda: wire.sent.count(b" IDLE\r\n") >= 4)
            assert wire.sent.count(b"DONE\r\n") >= 3
        assert wire.connections == 1


async def test_news_come_at_once(dovecot: Dovecot, tmp_path: Path) -> None:
    """Long before the mailbox would be looked through anyway."""
    section = {"poll_seconds": 600}
    async with running_wire(dovecot.port) as wire, mailbox_desk(tmp_path, dovecot, imap={"port": wire.port, **section}) as desk:
        await idling(wire)
        await desk.ask("HELP")
        await desk.filed(1)


async def test_a_server_whose_idle_says_nothing_is_looked_through(dovecot: Dovecot, tmp_path: Path) -> None:
    def deaf(data: bytes) -> bytes:
        return b"" if re.fullmatch(rb"(?:\* \d+ (?:EXISTS|RECENT)\r\n)+", data) else data

    async with running_wire(dovecot.port) as wire:
        wire.to_client = deaf
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port, "poll_seconds": 0.5}) as desk:
            await idling(wire)
            await desk.ask("HELP")
            await desk.filed(1)


async def test_a_wrong_password_is_not_tried_again_soon(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_wire(dovecot.port) as wire:
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port, "password": "wrong"}) as desk:
            await _until_obstacle(desk, "is [imap] username and password right")
            assert "1.0" not in await _metric(desk, "autopro_mailbox_reading")
            begun = time.monotonic()
        assert time.monotonic() - begun < 3, "the desk ends although it waits to try again"
        assert wire.connections == 1


def test_how_long_it_waits_after_failures() -> None:
    refused, lost = LoginRefusedError("no", "mend"), LostError("gone", "")
    assert [imap._pause_after(refused, failures) for failures in (1, 2, 5, 6, 99)] == [30, 60, 480, 900, 900]
    assert [imap._pause_after(lost, failures) for failures in (1, 2, 6, 7, 99)] == [1, 2, 32, 60, 60]
    assert imap._pause_after(TokenRefusedError("no", ""), 1) == 30
    assert imap._pause_after(TokenUnavailableError("away", ""), 1) == 1


async def test_tls(tmp_path: Path) -> None:
    pair = make_pair(tmp_path / "pair")
    with running_dovecot(tls=(pair.certificate, pair.key)) as dovecot:
        place = {"host": "localhost", "tls": "tls", "ca_file": pair.authority}
        async with mailbox_desk(tmp_path, dovecot, imap=place) as desk:
            wire = dovecot.over_tls(pair.authority)
            await asyncio.to_thread(lambda: wire.put(desk.letter("HELP")))
            await desk.relay.next()
            await eventually(lambda: wire.mails("Done"), lambda seen: len(seen) == 1)


async def test_oauth2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token opens the mailbox; it is renewed before its end, and when the server does not take it any more."""
    monkeypatch.setattr(imap, "_LOGIN_AGAIN", (0.1, 0.1))
    clock = HandClock()
    async with running_token_server() as tokens:
        with running_dovecot(tokens_at=tokens.introspection_url) as dovecot:
            tokens.names = dovecot.name
            login = {"auth": "oauth2", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token_url": tokens.url}
            async with running_wire(dovecot.port) as wire:
                section = {"port": wire.port, "password": "", **login}
                async with mailbox_desk(tmp_path, dovecot, clock, imap=section) as desk:
                    await desk.ask("HELP")
                    wire.reset()
                    await desk.ask("HELP")
                    assert len(tokens.given) == 1, "kept in memory"
                    tokens.revoked.add("token-1")
                    wire.reset()
                    await desk.ask("HELP")
                    assert len(tokens.given) == 2
                    clock.move(minutes=56)
                    wire.reset()
                    await desk.ask("HELP")
                    assert len(tokens.given) == 3, "renewed before its end"
                    await desk.filed(4)
            assert "method=XOAUTH2" in dovecot.log()


async def test_a_refused_application_is_said(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_token_server() as tokens:
        login = {"auth": "oauth2", "client_id": CLIENT_ID, "client_secret": "expired", "token_url": tokens.url}
        async with mailbox_desk(tmp_path, dovecot, imap={"password": "", **login}) as desk:
            await _until_obstacle(desk, "[imap] client_secret is wrong or has expired")


async def test_what_there_is_no_room_for_stays_in_the_mailbox(dovecot: Dovecot, tmp_path: Path) -> None:
    """Mail that waits for the DNS fills the queue; the rest stays where it is until there is room, and metrics show it."""
    with DnsServer() as dns:
        for name in ("_dmarc.customer.example", "_dmarc.example"):
            dns.fail(name)
        sections: dict[str, Any] = {"mail_trust": {"resolver": dns.address}, "limits": {"waiting_messages": 2}}
        async with mailbox_desk(tmp_path, dovecot, **sections) as desk:
            await _fills_up(desk, dovecot)


async def _fills_up(desk: MailboxDesk, dovecot: Dovecot) -> None:
    await desk.put(*(desk.letter(f"HELP {number}", proven=False) for number in range(6)))
    await eventually(lambda: dovecot.mails("Done"), lambda seen: len(seen) == 2)
    with dovecot.client() as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"\Seen")  # a person looks into the mailbox
    await _until_metric(desk, "autopro_mailbox_mismatch", "1.0")
    assert await _metric(desk, 'autopro_mailbox_messages{state="unhandled"}') == "4.0"
    assert await _metric(desk, 'autopro_mailbox_messages{state="unread"}') == "3.0"
    assert await _metric(desk, "autopro_mailbox_reading") == "1.0"
    for done in (2, 4, 6):
        await _until_rows(desk, "SELECT id FROM inbox", done)
        desk.clock.move(minutes=3)  # nobody waits for the DNS any longer
        await _until_rows(desk, "SELECT id FROM inbox WHERE state = 'done'", done)
    await desk.filed(6)
    await desk.settle()
    assert len(desk.relay.letters) == 6
    await _until_metric(desk, "autopro_mailbox_mismatch", "0.0")


async def _until_rows(desk: MailboxDesk, statement: str, count: int) -> None:
    async with asyncio.timeout(20):
        while len(await rows(desk, statement)) != count:
            await asyncio.sleep(0.02)


async def _metric(desk: MailboxDesk, name: str) -> str:
    page = await asyncio.to_thread(_get, desk.ports.http, "/metrics")
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    assert found, name
    return found[1]


async def _until_metric(desk: MailboxDesk, name: str, value: str) -> None:
    async with asyncio.timeout(20):
        while await _metric(desk, name) != value:
            await asyncio.sleep(0.05)


def _get(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.read().decode())


@pytest.mark.parametrize("silent", [False, True], ids=["idle", "half open"])
async def test_sigterm_ends_it_promptly(dovecot: Dovecot, tmp_path: Path, silent: bool) -> None:
    async with running_wire(dovecot.port) as wire:
        place = child_place(tmp_path, dovecot, wire.port, poll_seconds=600, timeout_seconds=60)

        def run() -> float:
            with started(place) as child:
                wait_until(lambda: b" IDLE\r\n" in wire.sent)
                wire.silent = silent
                begun = time.monotonic()
                assert child.end(signal.SIGTERM) == 0
                return time.monotonic() - begun

        assert await asyncio.to_thread(run) < 6
        if not silent:
            assert b"LOGOUT" in wire.sent


async def test_two_users_of_one_server(dovecot: Dovecot, tmp_path: Path) -> None:
    """What is remembered of one mailbox says nothing about another."""
    other = replace(dovecot, name=f"other-{dovecot.name}")
    for each in (dovecot, other):
        async with mailbox_desk(tmp_path, each) as desk:
            await desk.put(desk.letter("HELP"))
            await desk.relay.next()
            await desk.filed(1)
