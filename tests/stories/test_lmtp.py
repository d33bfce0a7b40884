"""Mail by LMTP (RFC 2033), on a port and on a Unix socket: one answer a recipient, and otherwise the same door as SMTP's."""

from __future__ import annotations

import asyncio
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.app import running
from bot.channels.lmtp_session import LmtpSession
from bot.channels.smtp_in import Connections, Door, MailHandler, listen
from bot.channels.smtp_session import Bounds
from bot.core.errors import AutoproError, StorageBusy
from bot.core.inbound import OwnAddress
from bot.core.values import RawRecord
from bot.serving import listening
from tests.stories.rows import rows
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, settings_for, started_desk
from tests.support.talk import Talk

OPENING = b"LHLO mx.carrier.example\r\nMAIL FROM:<marie@customer.example>\r\n"
DESK, POSTMASTER = b"RCPT TO:<service@carrier.example>\r\n", b"RCPT TO:<postmaster@carrier.example>\r\n"
NOBODY = b"RCPT TO:<staff@carrier.example>\r\n"


def message(words: str, **fields: str) -> bytes:
    lines = ["From: Marie <marie@customer.example>", f"To: {SERVICE}", "Subject: "]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", words, ".", ""]).encode()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path, lmtp={"enabled": True, "port": 0}) as started:
        yield started


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize(("words", "language"), [("HELP", "en"), ("AIDE", "fr")])
async def test_a_mail_is_answered(desk: StartedDesk, words: str, language: str) -> None:
    talk = await Talk.start(desk.ports.lmtp)
    answers = await talk.say(OPENING + DESK + b"DATA\r\n" + message(words) + b"QUIT\r\n", 6)
    assert [answer[:3] for answer in answers] == ["250", "250", "250", "354", "250", "221"]
    letter = await desk.relay.next()
    assert (letter["X-Autopro-Template"], letter["Content-Language"]) == ("help/overview", language)
    assert 'autopro_received_total{result="accepted",source="lmtp"} 1.0' in (await desk.app.observation.exposition()).decode()
    assert await talk.ends()
    talk.writer.close()


async def test_each_recipient_that_was_taken_is_answered_for_itself(desk: StartedDesk) -> None:
    talk = await Talk.start(desk.ports.lmtp)
    token = b"RCPT TO:<service+s.abcdefgh@carrier.example>\r\n"
    answers = await talk.say(OPENING + DESK + NOBODY + POSTMASTER + token + b"DATA\r\n", 7)
    assert [answer[:3] for answer in answers] == ["250", "250", "250", "550", "250", "250", "354"]
    assert await talk.say(message("HELP"), 3) == ["250 2.6.0 kept"] * 3
    assert (await talk.say(b"NOOP\r\n"))[0].startswith("250"), "and no answer more"
    await desk.settle()
    kept = await rows(desk, "SELECT state FROM inbox")
    assert len(kept) == 2, "the desk's, with both its addresses, and the postmaster's"
    talk.writer.close()


async def test_the_session_goes_on_with_the_next_mail(desk: StartedDesk) -> None:
    talk = await Talk.start(desk.ports.lmtp)
    both = b"".join(OPENING.partition(b"MAIL")[1:]) + DESK + POSTMASTER + b"DATA\r\n"
    answers = await talk.say(b"LHLO c\r\n" + both + message("HELP") + both + message("AIDE"), 13)
    assert [answer[:3] for answer in answers] == ["250", *["250", "250", "250", "354", "250", "250"] * 2]
    talk.writer.close()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b"HELO c\r\n", "500"),
        (b"EHLO c\r\n", "500"),
        (b"LHLO\r\n", "501"),
        (b"MAIL FROM:<a@b.example>\r\n", "503"),
        (OPENING + b"DATA\r\n", "503"),
        (OPENING + NOBODY + b"DATA\r\n", "503"),
        (b"LHLO c\r\nMAIL FROM:<a@b.example> SIZE=9999999\r\n", "552"),
        (b"LHLO c\r\nMAIL FROM:<a@b.example> BODY=8BITMIME SIZE=5\r\n", "250"),
        (b"LHLO c\r\nSTARTTLS\r\n", "503"),
    ],
)
async def test_what_a_command_is_answered(desk: StartedDesk, lines: bytes, code: str) -> None:
    talk = await Talk.start(desk.ports.lmtp)
    assert (await talk.say(lines, lines.count(b"\n")))[-1][:3] == code
    talk.writer.close()


async def test_lhlo_is_no_smtp(desk: StartedDesk) -> None:
    talk = await Talk.start(desk.ports.smtp)
    assert (await talk.say(b"LHLO c\r\n"))[0].startswith("500")
    talk.writer.close()


async def test_what_is_refused_is_refused_for_each_recipient(tmp_path: Path) -> None:
    async with started_desk(tmp_path, lmtp={"enabled": True, "port": 0}, smtp={"max_message_bytes": 1_000}) as desk:
        talk = await Talk.start(desk.ports.lmtp)
        both = OPENING + DESK + POSTMASTER + b"DATA\r\n"
        for content, code in ((message("x" * 2_000), "552"), (message("a\nb"), "550"), (message("x", From="b@c.example"), "550")):
            assert [answer[:3] for answer in (await talk.say(both + content, 7))[-2:]] == [code] * 2
        assert await rows(desk, "SELECT id FROM inbox") == []
        talk.writer.close()


async def test_some_are_kept_and_some_must_come_again() -> None:
    """What stands in the way of one recipient's message is no word on the other's."""
    kept: list[RawRecord] = []

    async def receive(record: RawRecord) -> str:
        if SERVICE not in record.recipients:
            raise StorageBusy("another process writes")
        kept.append(record)
        return ""

    handler = MailHandler(receive, OwnAddress(SERVICE, "+"))
    door = Door(handler, Bounds("carrier.example", 100_000), Connections(5, 5), LmtpSession)
    listener = await listen(door, host="127.0.0.1", port=0)
    talk = await Talk.start(listener.port)
    answers = await talk.say(OPENING + POSTMASTER + DESK + POSTMASTER + b"DATA\r\n" + message("HELP"), 9)
    assert [answer[:3] for answer in answers[-4:]] == ["354", "451", "250", "451"]
    assert [(record.recipients, record.peer) for record in kept] == [((SERVICE,), "lmtp:127.0.0.1")]
    talk.writer.close()
    await listener.close(grace_seconds=1)


async def test_the_same_mail_by_both_ways_is_one(desk: StartedDesk) -> None:
    mail = desk.mail("HELP").as_bytes(policy=desk.mail("").policy.clone(linesep="\r\n"))
    assert (await desk.hand_in(mail))[0] == 250
    talk = await Talk.start(desk.ports.lmtp)
    trace = b"Received: by mx.carrier.example (Postfix); Mon, 2 Mar 2026 15:00:00 +0000\r\n"
    answers = await talk.say(OPENING + DESK + b"DATA\r\n" + trace + mail + b".\r\n", 5)
    assert answers[-1] == "250 2.6.0 kept"
    await desk.settle()
    assert len(desk.relay.letters) == 1
    talk.writer.close()


async def test_a_loopback_origin_is_none_by_lmtp(desk: StartedDesk) -> None:
    """The desk of these tests takes 127.0.0.1 for an origin by SMTP: what a mail server hands on proves nothing by that."""
    talk = await Talk.start(desk.ports.lmtp)
    await talk.say(OPENING + DESK + b"DATA\r\n" + message("LANGUE FRANÇAIS"), 5)
    await desk.settle()
    [row] = await rows(desk, "SELECT authenticity FROM inbox")
    assert row["authenticity"] != "origin"
    assert (await rows(desk, "SELECT language FROM correspondent"))[0]["language"] == "", "nothing is remembered for a stranger"
    talk.writer.close()


async def test_connections_are_bounded(tmp_path: Path) -> None:
    async with started_desk(tmp_path, lmtp={"enabled": True, "port": 0}, smtp={"max_connections_per_ip": 1}) as desk:
        first = await Talk.start(desk.ports.lmtp)
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.ports.lmtp)
        assert (await reader.readline()).startswith(b"421")
        for end in (first.writer, writer):
            end.close()


async def test_a_unix_socket(tmp_path: Path, folder: Path) -> None:
    place = folder / "lmtp"
    async with started_desk(tmp_path, lmtp={"enabled": True, "socket": place, "socket_mode": "0620"}) as desk:
        assert stat.S_IMODE(place.stat().st_mode) == 0o620
        talk = await Talk.start(place)
        answers = await talk.say(OPENING + DESK + b"DATA\r\n" + message("AIDE") + b"QUIT\r\n", 6)
        assert answers[-2] == "250 2.6.0 kept"
        assert (await desk.relay.next())["Content-Language"] == "fr"
        talk.writer.close()
    assert not place.exists(), "nothing is left behind"


async def test_a_socket_that_a_killed_desk_left_is_taken_over_and_a_living_one_is_not(tmp_path: Path, folder: Path) -> None:
    place = folder / "lmtp"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    settings = settings_for(tmp_path / "one", lmtp={"enabled": True, "socket": place})
    async with running(settings) as app, listening(app):
        other = settings_for(tmp_path / "two", lmtp={"enabled": True, "socket": place})
        async with running(other) as second:
            with pytest.raises(AutoproError, match=r"another process listens there.*\[lmtp\] socket"):
                async with listening(second):
                    pass
        talk = await Talk.start(place)
        talk.writer.close()


@pytest.mark.parametrize("obstacle", ["folder", "file"])
async def test_a_place_that_cannot_be_had_is_said(tmp_path: Path, folder: Path, obstacle: str) -> None:
    place = folder / "none" / "lmtp" if obstacle == "folder" else folder / "lmtp"
    if obstacle == "file":
        place.write_text("somebody's")
    async with running(settings_for(tmp_path, lmtp={"enabled": True, "socket": place})) as app:
        with pytest.raises(AutoproError, match=r"cannot listen on .*lmtp.*\[lmtp\] socket"):
            async with listening(app):
                pass
    assert obstacle == "folder" or place.read_text() == "somebody's"


async def test_an_envelope_without_sender_is_a_report(desk: StartedDesk) -> None:
    talk = await Talk.start(desk.ports.lmtp)
    null = OPENING.replace(CUSTOMER.encode(), b"")
    assert (await talk.say(null + DESK + b"DATA\r\n" + message("HELP"), 5))[-1] == "250 2.6.0 kept"
    await desk.settle()
    assert desk.relay.letters == []
    talk.writer.close()
