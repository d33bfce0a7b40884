"""Every message is handled once, whatever happens between the desk's commit and the mailbox: cuts, kills, UIDs that begin anew."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from tests.imap.desk import PROVIDER, eventually, imap_section, mailbox_desk
from tests.process.child import Place, place, started, wait_until
from tests.stories.rows import outcomes
from tests.support.clock import HandClock
from tests.support.dovecot import Dovecot
from tests.support.wire import running_wire

pytestmark = pytest.mark.dovecot

NAMED = b"Message-ID: <1@customer.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 -0500\r\n"
MAIL = (
    b"Return-Path: <marie@customer.example>\r\nAuthentication-Results: mx.provider.example; dkim=pass header.d=customer.example\r\n"
    b"%bFrom: marie@customer.example\r\nTo: service@carrier.example\r\nSubject: HELP\r\n\r\n\r\n"
)


def child_place(folder: Path, dovecot: Dovecot, port: int, **more: object) -> Place:
    """A settings file for `autopro serve` that reads the mailbox behind `port`."""
    section = imap_section(dovecot, port=port, **more)
    lines = [f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in section.items()]
    # The section [mail_trust] is the last one of the file so far.
    return place(folder, "\n".join([f'mailbox_authserv_ids = ["{PROVIDER}"]', "[imap]", *lines]))


def nothing(dovecot: Dovecot) -> None:
    """The mailbox as it was."""


def new_validity(dovecot: Dovecot) -> None:
    """The server lost its list of UIDs: all messages get new ones, under another UIDVALIDITY."""
    before = validity(dovecot)
    folder = dovecot.folder / "mail" / dovecot.name
    for path in [*folder.glob("dovecot-uidlist*"), *folder.glob("dovecot.index*")]:
        path.unlink()
    assert validity(dovecot) != before


def new_mailbox(dovecot: Dovecot) -> None:
    """Somebody removed the mailbox, made it again and put the mails back."""
    contents = dovecot.mails("Service")
    with dovecot.client() as client:
        client.delete("Service")
        client.create("Service")
    dovecot.put(*contents, mailbox="Service")


def validity(dovecot: Dovecot) -> bytes:
    with dovecot.client() as client:
        return client.status("INBOX", "(UIDVALIDITY)")[1][0]


EVENTS = pytest.mark.parametrize(
    ("mailbox", "happens"),
    [("INBOX", nothing), ("INBOX", new_validity), ("Service", new_mailbox)],
    ids=["restart", "uidvalidity", "recreated"],
)


@EVENTS
async def test_killed_between_commit_and_move(
    dovecot: Dovecot, tmp_path: Path, mailbox: str, happens: Callable[[Dovecot], None]
) -> None:
    with dovecot.client() as client:
        client.create(mailbox)
    async with running_wire(dovecot.port) as wire:
        wire.stop_at = b" MOVE "
        desk = child_place(tmp_path, dovecot, wire.port, mailbox=mailbox)
        await asyncio.to_thread(lambda: dovecot.put(MAIL % NAMED, mailbox=mailbox))
        await asyncio.to_thread(_run_until_killed, desk, wire.stopped, asyncio.get_running_loop())
        assert len(dovecot.mails(mailbox)) == 1
        await asyncio.to_thread(happens, dovecot)
        wire.stop_at, wire.silent = b"", False
        wire.reset()
        await asyncio.to_thread(_run_until_filed, desk, dovecot, mailbox)
    assert len(desk.letters()) == 1
    assert len(dovecot.mails("Done")) == 1


def _run_until_killed(desk: Place, stopped: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    with started(desk) as child:
        asyncio.run_coroutine_threadsafe(_within(20, stopped.wait()), loop).result()
        wait_until(lambda: len(desk.letters()) == 1)
        child.end(signal.SIGKILL)


def _run_until_filed(desk: Place, dovecot: Dovecot, mailbox: str) -> None:
    with started(desk) as child:
        wait_until(lambda: dovecot.mails(mailbox) == [])
        assert child.end() == 0


async def _within(seconds: float, waited: object) -> None:
    async with asyncio.timeout(seconds):
        await waited  # type: ignore[misc]


@EVENTS
@pytest.mark.parametrize("restarts", [False, True], ids=["cut", "restarted"])
async def test_a_mail_without_a_name_long_after(
    dovecot: Dovecot, tmp_path: Path, mailbox: str, happens: Callable[[Dovecot], None], restarts: bool
) -> None:
    """Neither Message-ID nor Date, and the half hour in which the content alone tells a copy is over: it is known all the same."""
    clock = HandClock()
    with dovecot.client() as client:
        client.create(mailbox)
    await asyncio.to_thread(lambda: dovecot.put(MAIL % b"", MAIL % b"X-Other: 1\r\n", mailbox=mailbox))
    async with running_wire(dovecot.port) as wire, AsyncExitStack() as stack:
        wire.stop_at = b" MOVE "
        imap = {"port": wire.port, "mailbox": mailbox}
        desk = await stack.enter_async_context(mailbox_desk(tmp_path, dovecot, clock, imap=imap))
        await desk.relay.wait(2)
        await wire.stopped.wait()
        if restarts:
            await stack.aclose()
        await asyncio.to_thread(happens, dovecot)
        clock.move(minutes=45)
        wire.stop_at, wire.silent = b"", False
        if restarts:
            desk = await stack.enter_async_context(mailbox_desk(tmp_path, dovecot, clock, imap=imap))
        wire.reset()
        await eventually(lambda: dovecot.mails(mailbox), lambda seen: not seen)
        assert len(dovecot.mails("Done")) == 2
        assert await outcomes(desk) == ["answered", "answered"]
        await eventually(lambda: sqlite_rows(tmp_path, "SELECT uid FROM mailbox_mark"), lambda seen: not seen)


def sqlite_rows(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "desk.db")) as database:
        return database.execute(statement).fetchall()


async def test_connections_that_break_in_mid_answer(dovecot: Dovecot, tmp_path: Path) -> None:
    """Reset when the server has sent some octets, wherever in a message that is, and again a while later."""
    async with running_wire(dovecot.port) as wire:
        passed = 0

        def cut(data: bytes) -> bytes:
            nonlocal passed
            passed += len(data)
            if passed > 4_000 and wire.connections < 4:
                passed = 0
                asyncio.get_running_loop().call_soon(wire.reset)
            return data

        wire.to_client = cut
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port}) as desk:
            await desk.put(*(desk.letter(f"HELP\n\n{'x' * 60}\n{number}") for number in range(30)))
            await eventually(lambda: dovecot.mails("Done"), lambda seen: len(seen) == 30, seconds=120)
            await desk.settle()
            assert wire.connections > 1
            assert len(desk.relay.letters) == 30
            assert len({letter["In-Reply-To"] for letter in desk.relay.letters}) == 30


async def test_two_mails_alike_to_the_octet_are_two(dovecot: Dovecot, tmp_path: Path) -> None:
    """Without Message-ID a script may honestly repeat itself, later than half an hour after; and each is filed."""
    async with mailbox_desk(tmp_path, dovecot) as desk:
        for _ in range(2):
            await desk.put(MAIL % b"")
            await desk.relay.next()
            await desk.emptied()
            desk.clock.move(minutes=31)
        await desk.filed(2)
        assert await outcomes(desk) == ["answered", "answered"]


async def test_a_message_that_somebody_puts_back_is_not_answered_twice(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.ask("TRACE 123456789")
        await desk.filed(1)
        with dovecot.client() as client:
            client.select("Done")
            client.copy("1", "INBOX")
        await desk.filed(2)
        await desk.settle()
        assert not desk.relay.letters
