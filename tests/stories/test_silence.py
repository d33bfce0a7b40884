"""Machines get silence: bounces of our own letters, other desks, and responders that say nowhere what they are."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, running
from bot.commands.import_command import import_samples
from bot.serving import listening
from tests.stories.rows import outcomes, rows
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, settings_for, started_desk
from tests.support.relay import SentLetter


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path) as started:
        await import_samples(started.app.database, started.clock.now())
        yield started


def report(about: SentLetter, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report as Postfix writes it (RFC 3464)."""
    text = (
        f"From: MAILER-DAEMON@mx.customer.example\r\nTo: {SERVICE}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nDate: Mon, 23 Nov 2026 15:00:00 +0000\r\n"
        f"Message-ID: <{status}.{action}@mx.customer.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; {about.recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: {SERVICE}\r\nTo: {about.recipient}\r\nMessage-ID: {about['Message-ID']}\r\n\r\n--b--\r\n"
    )
    return text.encode()


async def test_a_bounce_is_tied_to_its_letter_and_marks_the_address(desk: StartedDesk) -> None:
    letter = await desk.ask("TRACE 123456789")
    await desk.settle()
    code, _ = await desk.hand_in(report(letter), envelope_sender="")
    assert code == 250
    await desk.settle()
    assert desk.relay.letters == []
    [row] = await rows(desk, "SELECT state, bounced_at, bounce_status FROM outbox")
    assert row["state"] == "sent"
    assert row["bounced_at"]
    assert row["bounce_status"] == "5.1.1"
    assert (await rows(desk, "SELECT bounced_at FROM correspondent"))[0]["bounced_at"]
    assert (await outcomes(desk))[1] == "silent_null_sender"
    assert 'autopro_bounces_total{result="permanent"} 1.0' in (await desk.app.observation.exposition()).decode()


async def test_a_bounce_in_plain_words_is_tied_as_well(desk: StartedDesk) -> None:
    """As qmail writes it: no fields, a small plain mail."""
    letter = await desk.ask("TRACE 123456789")
    await desk.settle()
    text = (
        f"From: MAILER-DAEMON@mx.customer.example\r\nTo: {SERVICE}\r\nSubject: failure notice\r\n\r\n"
        "Hi. This is the qmail-send program at mx.customer.example.\r\nI'm afraid I wasn't able to deliver your message to the"
        f" following addresses.\r\n\r\n<{CUSTOMER}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        f"--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <>\r\nMessage-ID: {letter['Message-ID']}\r\n"
    )
    await desk.hand_in(text.encode(), envelope_sender="")
    await desk.settle()
    [row] = await rows(desk, "SELECT bounced_at, bounce_status FROM outbox")
    assert row["bounced_at"]
    assert row["bounce_status"] == "5.1.1"


async def test_who_writes_again_lives_again(desk: StartedDesk) -> None:
    letter = await desk.ask("TRACE 123456789")
    await desk.settle()
    await desk.hand_in(report(letter), envelope_sender="")
    await desk.settle()
    await desk.ask("HELP")
    assert (await rows(desk, "SELECT bounced_at FROM correspondent"))[0]["bounced_at"] is None


@pytest.mark.parametrize("kind", ["late", "foreign"])
async def test_a_late_letter_or_a_foreign_report_marks_nothing(desk: StartedDesk, kind: str) -> None:
    letter = await desk.ask("TRACE 123456789")
    await desk.settle()
    raw = report(letter, action="delayed", status="4.4.1") if kind == "late" else report(letter)
    if kind == "foreign":
        raw = raw.replace(letter["Message-ID"].encode(), b"<somebody@elsewhere.example>")
    await desk.hand_in(raw, envelope_sender="")
    await desk.settle()
    assert desk.relay.letters == []
    assert (await rows(desk, "SELECT bounced_at FROM outbox"))[0]["bounced_at"] is None
    assert (await rows(desk, "SELECT bounced_at FROM correspondent"))[0]["bounced_at"] is None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_two_desks_that_write_to_each_other_stop_at_once(tmp_path: Path) -> None:
    """Each is the other's relay, and each gets a mail that claims to come from the other: its answer is the last word."""
    clock, ports = HandClock(), (free_port(), free_port())
    addresses = ("service@first.example", "service@second.example")
    settings = [
        settings_for(tmp_path / address, ports[1 - number], desk={"address": address}, smtp={"port": ports[number]})
        for number, address in enumerate(addresses)
    ]
    async with (
        running(settings[0], clock) as first,
        listening(first),
        running(settings[1], clock) as second,
        listening(second),
    ):
        await _hand_in(ports[0], addresses[1], addresses[0])
        await _hand_in(ports[1], addresses[0], addresses[1])
        for app in (first, second):
            async with asyncio.timeout(10):
                while len(await _done(app)) < 2:  # the mail, and the other desk's answer
                    await asyncio.sleep(0.02)
            assert sorted(await _done(app)) == ["not_understood", "silent_null_sender"]
            assert len(await app.database.read(lambda tx: tx.rows("SELECT id FROM outbox"))) == 1


async def _done(app: App) -> list[str]:
    found = await app.database.read(lambda tx: tx.rows("SELECT outcome FROM inbox WHERE state = 'done'"))
    return [row["outcome"] for row in found]


async def _hand_in(port: int, sender: str, to: str) -> None:

    content = f"From: {sender}\r\nTo: {to}\r\nSubject: hello\r\nMessage-ID: <{sender}>\r\n\r\nhello over there\r\n"

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail(sender, [to], content)

    await asyncio.to_thread(send)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Noted ({n})", "Dear sender, thank you. Your words have come in and one of us will be with you ({n})."),
        ("Bien noté ({n})", "Cher client, merci de nous écrire. Quelqu’un vous reviendra bientôt ({n})."),
        ("[Case {n}] {ours}", "We will be with you shortly. Reference {n}."),
    ],
)
async def test_a_responder_without_any_header_stops_after_three_letters(desk: StartedDesk, subject: str, text: str) -> None:
    """It answers every letter of ours at once, never says that it is one, and writes another subject each time."""
    ours = "my shipment"
    await desk.hand_in(desk.mail("Good day to all of you", subject=ours))
    letters = 0
    for number in range(8):
        await desk.settle()
        if not desk.relay.letters:
            break
        letter = desk.relay.letters.pop(0)
        letters += 1
        await desk.hand_in(desk.mail(text.format(n=number), subject=subject.format(n=number, ours=letter["Subject"])))
    assert 1 <= letters <= 3
    await desk.settle()
    assert desk.relay.letters == []


@pytest.mark.parametrize("keeps_prefix", [True, False])
async def test_a_responder_that_repeats_our_subject_with_a_number_in_it_stops(desk: StartedDesk, keeps_prefix: bool) -> None:
    """The subject of the first mail is a command; what a responder makes of it is not the customer's word again."""
    await desk.hand_in(desk.mail("", subject="TRACE 123456789"))
    letters = 0
    for number in range(8):
        await desk.settle()
        if not desk.relay.letters:
            break
        letter = desk.relay.letters.pop(0)
        letters += 1
        text = f"We will be with you shortly. Reference A{number}."
        repeated = letter["Subject"] if keeps_prefix else letter["Subject"].removeprefix("Re: ")
        await desk.hand_in(desk.mail(text, subject=f"[Case A{number}] {repeated}"))
    assert letters <= 4  # the answer to the mail itself, and three to the responder
    await desk.settle()
    assert desk.relay.letters == []


async def test_a_loop_of_hops_gets_silence(desk: StartedDesk) -> None:
    hops = b"".join(b"Received: from a%d by b; Mon, 23 Nov 2026 10:00:00 -0500\r\n" % number for number in range(120))
    await desk.hand_in(hops + desk.mail("HELP").as_bytes().replace(b"\n", b"\r\n"))
    await desk.settle()
    assert desk.relay.letters == []


async def test_an_out_of_office_notice_decides_nothing(desk: StartedDesk) -> None:
    subject = "Réponse automatique : Re: TRACE 123456789"
    await desk.hand_in(desk.mail("Je suis absent du bureau jusqu’au 3 janvier.", subject=subject), envelope_sender=CUSTOMER)
    await desk.settle()
    assert desk.relay.letters == []
