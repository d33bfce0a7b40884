"""Hostile mail costs what it costs; the mail of others is answered meanwhile."""

from __future__ import annotations

import asyncio
import base64
import smtplib
import time
from collections.abc import Iterator
from pathlib import Path

from bot.commands.import_command import import_samples
from tests.stories.rows import rows
from tests.support.desk import SERVICE, StartedDesk, started_desk

PLAIN = 80
FLOODERS = 3
ROUNDS = 3


def head(number: int, more: bytes = b"", subject: bytes = b"hello") -> bytes:
    return (
        b"From: Mallory <m%d@evil.example>\r\nTo: service@carrier.example\r\nSubject: " % number
        + subject
        + b"\r\nDate: Mon, 23 Nov 2026 10:00:00 -0500\r\nMessage-ID: <h%d@evil.example>\r\n" % number
        + more
    )


def hostile(number: int) -> Iterator[bytes]:
    """One of each kind."""
    html = b"Content-Type: text/html; charset=utf-8\r\n"
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth) for depth in range(3_000))
    yield head(number, b"".join(b"X-H%d: a\r\n" % line for line in range(50_000))) + b"\r\nhi\r\n"
    yield head(number + 1, b"MIME-Version: 1.0\r\n") + nested + b"Content-Type: text/plain\r\n\r\nTRACE 123456789\r\n"
    yield head(number + 2, subject=b"\r\n ".join([b"=?utf-8?q?TRACE_=C3=A9?="] * 16_000)) + b"\r\nhi\r\n"
    yield head(number + 3, b"Cc: " + b",\r\n ".join(b"u%d@e.example" % who for who in range(40_000)) + b"\r\n") + b"\r\nhi\r\n"
    yield head(number + 4, html) + b"\r\n" + b"<div><blockquote><p>TRACE 1 <b>bold</b>\r\n" * 24_000
    yield head(number + 5, html) + b"\r\n" + b"<table><tr><td>\r\n" * 60_000
    yield head(number + 6) + b"\r\n" + b"TRACE 123456789\r\n" * 55_000
    encoded = base64.encodebytes(b"\x00\xff TRACE " * 80_000).replace(b"\n", b"\r\n")
    yield head(number + 7, b"Content-Transfer-Encoding: base64\r\n") + b"\r\n" + encoded


def flood(port: int, flooder: int, sent: list[int]) -> None:
    for turn in range(ROUNDS):
        for mail in hostile((flooder * ROUNDS + turn) * 100):
            with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
                client.ehlo()
                client.mail("m@evil.example")
                client.rcpt(SERVICE)
                code, _ = client.data(mail[:1_048_576])
                sent.append(code)


def ask(port: int, number: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        content = f"From: c{number}@customer.example\r\nTo: {SERVICE}\r\nSubject: \r\nMessage-ID: <{number}@customer.example>\r\n"
        client.sendmail(f"c{number}@customer.example", [SERVICE], f"{content}\r\nTRACE 123456789\r\n")


async def seconds_to_answer(desk: StartedDesk, number: int) -> float:
    began = time.perf_counter()
    await asyncio.to_thread(ask, desk.ports.smtp, number)
    async with asyncio.timeout(60):
        while not any(letter.recipient == f"c{number}@customer.example" for letter in reversed(desk.relay.letters)):
            desk.relay.arrived.clear()
            await desk.relay.arrived.wait()
    return time.perf_counter() - began


async def test_plain_mail_is_answered_while_hostile_mail_flows_in(tmp_path: Path) -> None:
    async with started_desk(tmp_path, mail_trust={"origins": [], "relays": ["127.0.0.1"]}) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        sent: list[int] = []
        floods = [asyncio.create_task(asyncio.to_thread(flood, desk.ports.smtp, flooder, sent)) for flooder in range(FLOODERS)]
        taken = sorted([await seconds_to_answer(desk, number) for number in range(PLAIN)])
        during = len(sent)
        await asyncio.gather(*floods)
        assert during, "no hostile mail came in meanwhile"
        assert len(sent) == FLOODERS * ROUNDS * 8
        assert set(sent) <= {250, 550, 552}
        assert taken[-1] < 2.0, f"median {taken[PLAIN // 2]:.3f} s, slowest {taken[-1]:.3f} s, {during} hostile mails meanwhile"
        desk.clock.move(minutes=3)
        await desk.settle()
        states = await rows(desk, "SELECT state, count(*) AS mails FROM inbox GROUP BY state")
        assert [row["state"] for row in states] == ["done"]
