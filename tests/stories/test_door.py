"""The door: what SMTP says to whom, and that what it said yes to is kept, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Transaction
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, started_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path) as started:
        yield started


async def dialogue(desk: StartedDesk, *lines: bytes) -> list[bytes]:
    """A raw conversation: each line is sent as it is, each answer is the last line of what came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.ports.smtp)
    answers = [await _answer(reader)]
    for line in lines:
        writer.write(line)
        await writer.drain()
        answers.append(await _answer(reader))
    writer.close()
    await writer.wait_closed()
    return answers


async def _answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        while True:
            line = await reader.readline()
            if line[3:4] != b"-":
                return line.strip()


def content(body: bytes, *, sender: bytes = b"From: Marie <marie@customer.example>\r\n", more: bytes = b"") -> bytes:
    return sender + b"To: service@carrier.example\r\nSubject: \r\n" + more + b"\r\n" + body


async def inbox_rows(desk: StartedDesk) -> list[tuple[str, str]]:
    async def read(tx: Transaction) -> list[tuple[str, str]]:
        rows = await tx.rows("SELECT state, outcome FROM inbox ORDER BY id")
        return [(row["state"], row["outcome"]) for row in rows]

    return await desk.app.database.read(read)


async def test_an_unknown_mailbox_is_refused_in_session(desk: StartedDesk) -> None:
    code, answer = await desk.hand_in(desk.mail("HELP"), recipients=["nobody@carrier.example"])
    assert code == 550
    assert SERVICE in answer


async def test_nothing_is_relayed(desk: StartedDesk) -> None:
    code, answer = await desk.hand_in(desk.mail("HELP"), recipients=["someone@elsewhere.example"])
    assert code == 550
    assert "relaying denied" in answer


async def test_a_subaddress_of_the_desk_is_the_desk(desk: StartedDesk) -> None:
    code, _ = await desk.hand_in(desk.mail("HELP"), recipients=["Service+s.abc@CARRIER.example"])
    assert code == 250


async def test_a_mail_of_five_megabytes_is_refused_in_session(desk: StartedDesk) -> None:
    answers = await dialogue(desk, b"EHLO c\r\n", b"MAIL FROM:<marie@customer.example> SIZE=5242880\r\n")
    assert answers[-1].startswith(b"552")
    code, _ = await desk.hand_in(content(b"x" * 70 + b"\r\n") + (b"x" * 70 + b"\r\n") * 72_000)
    assert code == 552
    assert await inbox_rows(desk) == []


@pytest.mark.parametrize("body", [b"TRACE 123456789\nMAIL FROM:<x@y.example>\r\n", b"TRACE 123456789\r\r\n", b"a\rb\r\n"])
async def test_bare_cr_or_lf_is_refused(desk: StartedDesk, body: bytes) -> None:
    answers = await dialogue(
        desk,
        b"EHLO c\r\n",
        b"MAIL FROM:<marie@customer.example>\r\n",
        b"RCPT TO:<service@carrier.example>\r\n",
        b"DATA\r\n",
        content(body) + b"\r\n.\r\n",
    )
    assert answers[-1].startswith(b"550")
    assert b"RFC 5321" in answers[-1]


async def test_smuggling_with_a_bare_line_feed_dot_stays_one_message(desk: StartedDesk) -> None:
    smuggled = content(b"HELP\r\n") + b"\n.\r\nMAIL FROM:<x@y.example>\r\n"
    answers = await dialogue(
        desk,
        b"EHLO c\r\n",
        b"MAIL FROM:<marie@customer.example>\r\n",
        b"RCPT TO:<service@carrier.example>\r\n",
        b"DATA\r\n",
        smuggled + b"\r\n.\r\n",
    )
    assert answers[-1].startswith(b"550")
    assert await inbox_rows(desk) == []


async def test_two_from_headers_are_refused(desk: StartedDesk) -> None:
    two = b"From: marie@customer.example\r\nFrom: admin@carrier.example\r\n"
    code, answer = await desk.hand_in(content(b"HELP\r\n", sender=two))
    assert code == 550
    assert "exactly one sender" in answer


async def test_a_header_cannot_be_injected_by_an_encoded_word(desk: StartedDesk) -> None:
    tricky = b"Subject: =?utf-8?q?TRACE=0D=0ABcc:_victim=40other.example?=\r\n"
    mail = b"From: Marie <marie@customer.example>\r\nTo: service@carrier.example\r\n" + tricky + b"\r\nHELP\r\n"
    code, _ = await desk.hand_in(mail)
    assert code == 250
    letter = await desk.relay.next()
    assert letter.mail["Bcc"] is None
    assert letter.recipient == CUSTOMER
    assert "\n" not in letter["Subject"]


@pytest.mark.parametrize(
    ("header", "envelope_sender"),
    [
        ({}, ""),
        ({"Auto-Submitted": "auto-replied"}, CUSTOMER),
        ({"Precedence": "bulk"}, CUSTOMER),
        ({"List-Id": "<dock.lists.example>"}, CUSTOMER),
    ],
)
async def test_machines_get_silence(desk: StartedDesk, header: dict[str, str], envelope_sender: str) -> None:
    code, _ = await desk.hand_in(desk.mail("HELP", headers=header), envelope_sender=envelope_sender)
    assert code == 250
    await desk.settle()
    assert desk.relay.letters == []
    [(state, outcome)] = await inbox_rows(desk)
    assert state == "done"
    assert outcome.startswith("silent_")


async def test_our_own_mail_gets_silence(desk: StartedDesk) -> None:
    await desk.hand_in(desk.mail("HELP", sender=SERVICE), envelope_sender=SERVICE)
    await desk.settle()
    assert desk.relay.letters == []


async def test_the_same_mail_twice_is_answered_once(desk: StartedDesk) -> None:
    mail = desk.mail("HELP")
    for _ in range(3):
        code, _ = await desk.hand_in(mail)
        assert code == 250
    await desk.settle()
    assert len(desk.relay.letters) == 1
    assert len(await inbox_rows(desk)) == 1


async def test_the_same_mail_with_another_trace_header_is_answered_once(desk: StartedDesk) -> None:
    mail = desk.mail("HELP").as_bytes().replace(b"\n", b"\r\n")
    await desk.hand_in(mail)
    await desk.hand_in(b"Received: from a by b; Mon, 23 Nov 2026 10:00:00 -0500\r\n" + mail)
    await desk.settle()
    assert len(desk.relay.letters) == 1


async def test_a_script_without_message_id_may_repeat_itself_after_half_an_hour(desk: StartedDesk) -> None:
    mail = content(b"HELP\r\n")
    await desk.hand_in(mail)
    await desk.hand_in(mail)
    desk.clock.move(minutes=31)
    await desk.hand_in(mail)
    await desk.settle()
    assert len(desk.relay.letters) == 2


async def test_one_connection_too_many_is_told_to_come_back(tmp_path: Path) -> None:
    async with started_desk(tmp_path, smtp={"max_connections_per_ip": 1}) as desk:
        _, first = await asyncio.open_connection("127.0.0.1", desk.ports.smtp)
        reader, second = await asyncio.open_connection("127.0.0.1", desk.ports.smtp)
        assert (await reader.readline()).startswith(b"421")
        first.close()
        second.close()
        await first.wait_closed()
        async with asyncio.timeout(5):
            while True:  # the place is free as soon as the server has seen the end
                answers = await dialogue(desk, b"NOOP\r\n")
                if answers[0].startswith(b"220"):
                    break


async def test_a_full_disk_says_452_and_loses_nothing(desk: StartedDesk) -> None:
    raw = desk.app.database._writer  # type: ignore[attr-defined]
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages}")
    refused = 0
    for number in range(50):
        code, _ = await desk.hand_in(desk.mail(f"HELP\n{'x' * 500}\n{number}"))
        if code == 452:
            refused += 1
            break
    assert refused, "with no page left a message must be refused"
    raw.execute("PRAGMA max_page_count = 1073741823")
    code, _ = await desk.hand_in(desk.mail("HELP"))
    assert code == 250
    desk.clock.move(minutes=3)  # what failed for want of room is due again
    await desk.settle()
    assert await inbox_rows(desk)
    assert {state for state, _ in await inbox_rows(desk)} == {"done"}


async def test_a_vanished_client_does_not_lose_its_answer(desk: StartedDesk) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", desk.ports.smtp)
    writer.write(
        b"EHLO c\r\nMAIL FROM:<marie@customer.example>\r\nRCPT TO:<service@carrier.example>\r\nDATA\r\n"
        + content(b"HELP\r\n")
        + b"\r\n.\r\nQUIT\r\n"
    )
    await writer.drain()
    letter = await desk.relay.next()
    assert letter.recipient == CUSTOMER
    writer.close()
