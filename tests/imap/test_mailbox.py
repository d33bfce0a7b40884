"""Mail into a real mailbox, answer out: each message once, and filed when the desk has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imap.desk import PROVIDER, eventually, mailbox_desk
from tests.stories.rows import outcomes, rows
from tests.support.desk import CUSTOMER, SERVICE
from tests.support.dovecot import Dovecot
from tests.support.house import House
from tests.support.speech import ADMIN, PASSWORD, Speech, each_language
from tests.support.wire import running_wire

pytestmark = pytest.mark.dovecot


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TRACE 123456789", "In transit"),
        ("REPÉRAGE 123456789", "En transit"),
    ],
)
async def test_a_mail_in_the_mailbox_is_answered_and_filed(dovecot: Dovecot, tmp_path: Path, text: str, words: str) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        mail = desk.letter(text)
        await desk.put(mail)
        said = await desk.relay.next()
        assert words in said.text
        assert said.recipient == CUSTOMER
        assert await desk.filed(1) == [mail]
        ((_, flags),) = dovecot.mails_with_flags("Done")
        assert r"\Seen" in flags


async def test_a_mail_that_a_person_has_opened_is_handled_all_the_same(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.put(desk.letter("TRACE 123456789"), flags=r"\Seen")
        assert "In transit" in (await desk.relay.next()).text
        await desk.filed(1)


async def test_what_lay_there_before_the_desk_started_is_handled(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path / "elsewhere", dovecot, imap={"host": ""}) as closed:
        await closed.put(*(closed.letter(f"TRACE 123456789\n{number}") for number in range(3)))
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.relay.wait(3)
        await desk.filed(3)


async def test_what_a_person_has_deleted_is_left_alone(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.put(desk.letter("TRACE 123456789"), flags=r"\Deleted")
        await desk.put(desk.letter("HELP"))
        assert (await desk.relay.next())["X-Autopro-Template"] == "help/overview"
        await desk.settle()
        (left,) = await eventually(dovecot.mails, lambda seen: len(seen) == 1)
        assert b"TRACE" in left
        assert not desk.relay.letters


@each_language
async def test_the_whole_life_of_an_account_through_the_mailbox(dovecot: Dovecot, tmp_path: Path, speech: Speech) -> None:
    """Tokens in subaddresses, administrators' answers, passwords: and no password is left in any mailbox."""
    sections = {"admins": {"addresses": [ADMIN]}, "relay": {"allow_plain_secrets": True}}
    async with mailbox_desk(tmp_path, dovecot, **sections) as desk:
        house = House(desk)
        opened = await house.session(speech, await house.open_account(speech))
        await house.marie.answers_and_gets(opened, speech.shipments, "shipments/list")
        await desk.emptied()
    kept = [path for path in (dovecot.folder / "mail" / dovecot.name).rglob("*") if path.is_file()]
    assert any(speech.request.encode() in path.read_bytes() for path in kept), "what held no password is filed"
    for path in kept:
        assert PASSWORD.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    "text",
    [
        "LOGIN K7MP4TXR canary-canary-canary",
        "CHANGE PASSWORD\ncanary-canary-canary",
        "NOUVEAU MOT DE PASSE canary-canary-canary",
        "Bonjour, mon mot de passe canary-canary-canary ne marche plus",
        "LOGN K7MP4TXR canary-canary-canary",
        "HELP\n\nOn Mon, the desk wrote:\n> Temporary password: canary-canary-canary",
    ],
)
async def test_what_may_hold_a_password_is_removed(dovecot: Dovecot, tmp_path: Path, text: str) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.put(desk.letter(text), desk.letter("HELP"))
        await desk.relay.wait(2)
        (kept,) = await desk.filed(1)
        assert b"canary" not in kept


async def test_a_password_that_came_by_smtp_before_is_removed_as_well(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        mail = desk.letter("LOGIN K7MP4TXR canary-canary-canary")
        assert (await desk.by_smtp(mail))[0] == 250
        await desk.relay.next()
        await desk.put(mail, desk.letter("HELP"))
        (kept,) = await desk.filed(1)
        assert b"canary" not in kept


@pytest.mark.parametrize("first", ["smtp", "imap"])
async def test_the_same_mail_by_smtp_and_by_imap_is_one_message(dovecot: Dovecot, tmp_path: Path, first: str) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        mail = desk.mail("TRACE 123456789")
        by_imap = b"Received: from mx by mailbox; Mon, 23 Nov 2026 10:00:01 -0500\r\n" + desk.letter("-").partition(b"From:")[0]
        plain = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))

        async def send(way: str) -> None:
            if way == "smtp":
                assert (await desk.by_smtp(plain))[0] == 250
            else:
                await desk.put(by_imap + plain)
                await desk.filed(1)

        await send(first)
        await desk.relay.next()
        await send("imap" if first == "smtp" else "smtp")
        await desk.settle()
        assert not desk.relay.letters
        assert len(await outcomes(desk)) == 1
        assert [row["source"] for row in await rows(desk, "SELECT source FROM inbox")] == [first]


async def test_the_provider_s_word_about_the_sender_counts_and_a_forged_one_does_not(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        forged = {"Authentication-Results": f"{PROVIDER}; dkim=pass header.d=customer.example"}
        above = f"Authentication-Results: {PROVIDER}; dkim=none\r\n".encode()
        await desk.put(desk.letter("LANGUAGE EN"), above + desk.letter("LANGUAGE FR", proven=False, headers=forged))
        await desk.filed(2)
        await desk.settle()
        found = await rows(desk, "SELECT authenticity FROM inbox ORDER BY id")
        assert [row["authenticity"] for row in found] == ["relay_dkim", "no_signature"]


async def test_the_desk_s_own_letters_are_no_mail(dovecot: Dovecot, tmp_path: Path) -> None:
    """As they lie there when it writes to itself, or the relay leaves a copy of what it sent."""
    async with mailbox_desk(tmp_path, dovecot) as desk:
        sent = await desk.ask("TRACE 123456789")
        await desk.filed(1)
        await desk.put(sent.content, b"Return-Path: <>\r\n" + sent.content)
        await desk.emptied()
        await desk.settle()
        assert not desk.relay.letters
        assert await outcomes(desk) == ["answered", "silent_own_mail"]  # the second is the first once more


async def test_a_bounce_in_the_mailbox_is_tied_to_its_letter(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        sent = await desk.ask("TRACE 123456789")
        await desk.filed(1)
        report = (
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@provider.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned\r\n"
            "Date: Mon, 23 Nov 2026 10:00:00 -0500\r\nMessage-ID: <1@provider.example>\r\nAuto-Submitted: auto-replied\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\n\r\nYour mail could not be delivered.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; provider.example\r\n\r\n"
            "Final-Recipient: rfc822; {customer}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\nTo: {customer}\r\n\r\n--b--\r\n"
        )
        await desk.put(report.format(to=SERVICE, customer=CUSTOMER, id=sent["Message-ID"]).encode())
        await desk.emptied()
        await desk.settle()
        (row,) = await rows(desk, "SELECT bounce_status FROM outbox")
        assert row["bounce_status"] == "5.1.1"
        await desk.filed(1)  # the report brought a letter of ours back, which may hold a password: it is not kept


async def test_mail_to_the_postmaster_in_the_mailbox_goes_to_a_person(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot, admins={"addresses": [ADMIN]}) as desk:
        await desk.put(
            desk.letter("Your letters reach me by mistake.", to="postmaster@carrier.example").replace(b"Delivered-To", b"X-Was-To")
        )
        told = await desk.relay.next()
        assert (told.recipient, told["X-Autopro-Template"]) == (ADMIN, "handoff/postmaster")
        await desk.filed(1)


async def test_filed_in_mailboxes_of_other_names_that_are_made(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot, imap={"done": "Été / traités & lus", "failed": 'Refusé "x"'}) as desk:
        await desk.ask("TRACE 123456789")
        await desk.emptied()
        kept = list((dovecot.folder / "mail" / dovecot.name).glob(".&AMk-t&AOk- */cur/*"))
        assert len(kept) == 1


async def test_a_mailbox_for_handled_mail_that_somebody_removed_is_made_again(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot) as desk:
        await desk.ask("TRACE 123456789")
        await desk.filed(1)
        with dovecot.client() as client:
            assert client.delete("Done")[0] == "OK"
        await desk.ask("HELP")
        await desk.filed(1)


async def test_a_server_without_move_and_selective_expunge(tmp_path: Path, dovecot: Dovecot) -> None:
    """COPY, then EXPUNGE; shown to the desk by a wire that hides what the server can do."""
    hidden = {b" MOVE": b"", b" UIDPLUS": b"", b" IDLE": b""}

    def hide(data: bytes) -> bytes:
        for word, nothing in hidden.items():
            data = data.replace(word, nothing)
        return data

    async with running_wire(dovecot.port) as wire:
        wire.to_client = hide
        async with mailbox_desk(tmp_path, dovecot, imap={"port": wire.port}) as desk:
            await desk.ask("TRACE 123456789")
            await desk.filed(1)
            await desk.put(desk.letter("LOGIN K7MP4TXR canary-canary-canary"))
            await desk.relay.next()
            await desk.filed(1)
        assert b"UID COPY" in wire.sent
        assert b" MOVE" not in wire.sent
        assert b" IDLE" not in wire.sent
        assert b"UID EXPUNGE" not in wire.sent


async def test_what_does_not_say_who_it_is_from_goes_to_a_person(dovecot: Dovecot, tmp_path: Path) -> None:
    async with mailbox_desk(tmp_path, dovecot, admins={"addresses": [ADMIN]}) as desk:
        await desk.put(b"From: a@b.example\r\nFrom: c@d.example\r\nSubject: TRACE 123456789\r\n\r\n\r\n")
        told = await desk.relay.next()
        assert (told.recipient, told["X-Autopro-Template"]) == (ADMIN, "operator/mail_failed")
        assert "does not say clearly who it is from" in told.text
        await desk.filed(1, "Failed")
        ((_, flags),) = dovecot.mails_with_flags("Failed")
        assert r"\Seen" not in flags
