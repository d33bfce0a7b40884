"""One message that cannot be fetched, read or kept never holds up the others: after a few tries a person looks at it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from pathlib import Path

import pytest

from bot.core.values import RawRecord
from bot.desk import Read
from tests.imap.desk import MailboxDesk, eventually, mailbox_desk
from tests.imap.test_exactly_once import MAIL, child_place
from tests.process.child import started, wait_until
from tests.support.dovecot import Dovecot
from tests.support.speech import ADMIN
from tests.support.wire import Wire, running_wire

pytestmark = pytest.mark.dovecot

MARKER = b"poison-canary"
_LITERAL = re.compile(rb"BODY\[\] \{(\d+)\}\r\n")


def larger(data: bytes) -> bytes:
    """Says of the poisonous message that it is longer than what comes."""
    for found in _LITERAL.finditer(data):
        size = int(found[1])
        if MARKER in data[found.end() : found.end() + size]:
            return data.replace(found[0], b"BODY[] {%d}\r\n" % (size + 5_000))
    return data


def endless(data: bytes) -> bytes:
    """Says of it that it is longer than any message that is fetched."""
    return larger(data) if larger(data) is data else _LITERAL.sub(b"BODY[] {999999999}\r\n", larger(data), count=1)


def refused(data: bytes) -> bytes:
    """Refuses the command that asks for it."""
    tag = re.search(rb"(\w+) OK Fetch completed[^\r]*\r\n$", data)
    return tag[1] + b" NO [SERVERBUG] it cannot be read\r\n" if MARKER in data and tag else data


async def five_others(desk: MailboxDesk, poison: bytes) -> None:
    """The poison among others, which are all answered."""
    await desk.put(*(desk.letter(f"HELP {number}") for number in range(3)))
    await desk.put(poison, *(desk.letter(f"HELP {number}") for number in range(3, 5)))
    await desk.relay.wait(5)


async def told(desk: MailboxDesk, why: str) -> None:
    """The administrator hears once, in both languages; the message lies where a person looks, unread."""
    await desk.filed(5)
    (kept,) = await desk.filed(1, "Failed")
    assert MARKER in kept
    letters = [letter for letter in await desk.relay.wait(6) if letter.recipient == ADMIN]
    assert [letter["X-Autopro-Template"] for letter in letters] == ["operator/mail_failed"]
    assert why in letters[0].text
    assert letters[0]["Content-Language"] == "fr, en"


@pytest.mark.parametrize("change", [larger, endless, refused])
async def test_an_answer_that_breaks_the_fetching(dovecot: Dovecot, tmp_path: Path, change: object) -> None:
    async with running_wire(dovecot.port) as wire:
        wire.to_client = change  # type: ignore[assignment]
        section = {"port": wire.port, "timeout_seconds": 1}
        async with mailbox_desk(tmp_path, dovecot, imap=section, admins={"addresses": [ADMIN]}) as desk:
            await five_others(desk, desk.letter(MARKER.decode()))
            await told(desk, "could not be fetched or read in several attempts")


async def test_a_message_at_which_the_connection_breaks(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_wire(dovecot.port) as wire:

        def cut(data: bytes) -> bytes:
            if MARKER in data:
                wire.reset()
                return b""
            return data

        wire.to_client = cut
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port}, admins={"addresses": [ADMIN]}) as desk:
            await five_others(desk, desk.letter(MARKER.decode()))
            await told(desk, "could not be fetched or read in several attempts")


async def test_a_message_that_breaks_the_reading(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot, admins={"addresses": [ADMIN]}) as desk:
        read = desk.app.desk.read

        async def break_at_the_marker(record: RawRecord) -> Read:
            if MARKER in record.content:
                raise RecursionError
            return await read(record)

        desk.app.desk.read = break_at_the_marker  # type: ignore[method-assign]
        await five_others(desk, desk.letter(MARKER.decode()))
        await told(desk, "could not be fetched or read in several attempts")


async def test_a_message_that_is_too_large(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_wire(dovecot.port) as wire:
        section = {"port": wire.port, "max_message_bytes": 20_000}
        async with mailbox_desk(tmp_path, dovecot, imap=section, admins={"addresses": [ADMIN]}) as desk:
            await five_others(desk, desk.letter(f"{MARKER.decode()}\n" + "x" * 70 * 300))
            await told(desk, "larger than the desk takes")
        assert MARKER not in wire.answered, "its size was asked for first"


async def test_several_are_told_once(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot, imap={"max_message_bytes": 2_000}, admins={"addresses": [ADMIN]}) as desk:
        await desk.put(*(desk.letter("x" * 70 * 60) for _ in range(4)), desk.letter("HELP"))
        await desk.filed(4, "Failed")
        await desk.filed(1)
        await desk.settle()
        assert [letter.recipient for letter in desk.relay.letters].count(ADMIN) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"\0\0\0\0\xff\xfe" * 500,
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 3_000,
        b"X: y\r\n" * 60_000 + b"\r\n",
        b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\n",
    ],
    ids=["empty", "an empty line", "no header", "octets", "parts", "fields", "words"],
)
async def test_what_is_hardly_a_mail(dovecot: Dovecot, tmp_path: Path, content: bytes) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.put(content or b"\r\n", desk.letter("HELP"))
        await desk.emptied()
        await desk.settle()
        assert "help/overview" in {letter["X-Autopro-Template"] for letter in desk.relay.letters}
        kept = [*dovecot.mails("Done"), *dovecot.mails("Failed")]
        assert len(kept) == 2 or (len(kept) == 1 and b"HELP" in kept[0])


async def test_a_message_that_kills_the_process_does_so_three_times(dovecot: Dovecot, tmp_path: Path) -> None:
    """Its tries are committed before it is fetched: they outlive the process."""
    poison = MAIL % b"Message-ID: <2@customer.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 -0500\r\n" + MARKER
    other = MAIL % b"Message-ID: <3@customer.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 -0500\r\n"
    await asyncio.to_thread(lambda: dovecot.put(poison, other))
    async with running_wire(dovecot.port) as wire:
        place = child_place(tmp_path, dovecot, wire.port)
        killed = [await asyncio.to_thread(_killed_at_the_poison, place, wire, dovecot) for _ in range(4)]
    assert killed == [True, True, True, False]
    assert [MARKER in content for content in dovecot.mails("Failed")] == [True]
    assert len(dovecot.mails("Done")) == 1
    assert len(place.letters()) == 1


def _killed_at_the_poison(place: object, wire: Wire, dovecot: Dovecot) -> bool:
    with started(place) as child:  # type: ignore[arg-type]

        def kill(data: bytes) -> bytes:
            if MARKER in data and child.process.poll() is None:
                os.kill(child.process.pid, signal.SIGKILL)
                return b""
            return data

        wire.to_client = kill
        wait_until(lambda: child.process.poll() is not None or dovecot.mails() == [], 30)
        return child.process.poll() is not None


async def test_a_failed_message_that_is_put_back_is_tried_anew(dovecot: Dovecot, tmp_path: Path) -> None:
    async with running_wire(dovecot.port) as wire:
        wire.to_client = larger
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port, "timeout_seconds": 1}) as desk:
            await desk.put(desk.letter(f"HELP\n\n{MARKER.decode()}"))
            await desk.filed(1, "Failed")
            wire.to_client = bytes
            with dovecot.client() as client:
                client.select("Failed")
                client.copy("1", "INBOX")
            await desk.relay.next()
            await eventually(lambda: dovecot.mails("Done"), lambda seen: len(seen) == 1)
