"""The life of an account, letter by letter over real sockets, in both languages: asked for, approved, used, forgotten, mended."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

import pytest

from bot.commands.import_command import import_samples
from storage.database import Transaction
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, started_desk
from tests.support.relay import SentLetter

ADMIN = "admin@carrier.example"
PASSWORD = "correct horse battery staple"
NEXT_PASSWORD = "another horse battery staple"


@dataclass(frozen=True)
class Words:
    """What a customer writes and reads in one language."""

    language: str
    request: str
    form: str
    forgot: str
    approve: str
    new: str
    login: str
    code_label: str
    temporary_label: str
    shipments: str
    services: str
    locked: str


ENGLISH = Words(
    language="en",
    request="REQUEST ACCESS",
    form="Name: Marie Tremblay\nCompany: Tremblay inc.\nE-mail: marie@customer.example\nTelephone: 514 555-0142\n",
    forgot="FORGOT PASSWORD {code}\nMarie Tremblay, Tremblay inc.",
    approve="APPROVE",
    new="NEW PASSWORD {password}",
    login="LOGIN {code} {password}",
    code_label="Access code: ",
    temporary_label="Temporary password: ",
    shipments="MY SHIPMENTS",
    services="SERVICES",
    locked="access code required",
)
FRENCH = Words(
    language="fr",
    request="DEMANDE D'ACCÈS",
    form="Nom : Marie Tremblay\nEntreprise : Tremblay inc.\nCourriel : marie@customer.example\nTéléphone : 514 555-0142\n",
    forgot="MOT DE PASSE OUBLIÉ {code}\nMarie Tremblay, Tremblay inc.",
    approve="APPROUVER",
    new="NOUVEAU MOT DE PASSE {password}",
    login="CONNEXION {code} {password}",
    code_label="Code d’accès\u00a0: ",
    temporary_label="Mot de passe temporaire\u00a0: ",
    shipments="MES EXPÉDITIONS",
    services="LANGUE FR\nSERVICES",
    locked="code d’accès exigé",
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path, admins={"addresses": [ADMIN]}, relay={"allow_plain_secrets": True}) as started:
        await import_samples(started.app.database, started.clock.now())
        yield started


def value(letter: SentLetter, label: str) -> str:
    """What stands behind a label, on a line of its own."""
    found = re.search(rf"^{re.escape(label)}(.+?)\r?$", letter.text, re.MULTILINE)
    assert found, f"no line {label!r} in\n{letter.text}"
    return found[1].strip()


async def answer(desk: StartedDesk, letter: SentLetter, words: str, *, sender: str) -> None:
    """Answers a letter of the desk as a mail program does: to its Reply-To, with its Message-ID and a quote."""
    to = parseaddr(letter["Reply-To"] if letter.mail["Reply-To"] else SERVICE)[1]
    quote = "\n".join(f"> {line}" for line in letter.text.splitlines())
    text = f"{words}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Essai Transport <{SERVICE}> wrote:\n{quote}\n"
    mail = desk.mail(text, sender=sender, to=to, answers=letter, subject=f"Re: {letter['Subject']}")
    code, said = await desk.hand_in(mail, envelope_sender=sender, recipients=[to])
    assert code == 250, said


async def letters(desk: StartedDesk, count: int) -> dict[tuple[str, str], SentLetter]:
    """The next letters by recipient and template."""
    await desk.relay.wait(count)
    found = {(letter.recipient, letter["X-Autopro-Template"]): letter for letter in desk.relay.letters}
    desk.relay.letters.clear()
    return found


async def a_customer_number(desk: StartedDesk) -> str:
    """A customer number that some shipment holds."""

    async def read(tx: Transaction) -> str:
        row = await tx.row("SELECT shipper_number FROM shipment WHERE pro = '123456789'")
        assert row is not None
        return str(row["shipper_number"])

    return await desk.app.database.read(read)


async def open_account(desk: StartedDesk, words: Words) -> str:
    """From REQUEST ACCESS to a password of one's own; the access code."""
    form = await desk.ask(words.request)
    assert form["X-Autopro-Template"] == "access/form"
    await answer(desk, form, words.form, sender=CUSTOMER)
    got = await letters(desk, 2)
    assert (CUSTOMER, "access/received") in got
    await answer(desk, got[ADMIN, "admin/decide"], f"{words.approve} {await a_customer_number(desk)}", sender=ADMIN)
    got = await letters(desk, 2)
    assert (ADMIN, "admin/decided") in got
    credentials = got[CUSTOMER, "access/credentials"]
    assert credentials["Content-Language"] == words.language
    code = value(credentials, words.code_label)
    assert value(credentials, words.temporary_label)
    await answer(desk, credentials, words.new.format(password=PASSWORD), sender=CUSTOMER)
    changed = await letters(desk, 1)
    assert (CUSTOMER, "password/changed") in changed
    return code


@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["en", "fr"])
async def test_an_account_is_asked_for_approved_and_used(desk: StartedDesk, words: Words) -> None:
    code = await open_account(desk, words)
    needed = await desk.ask(words.shipments)
    assert needed["X-Autopro-Template"] == "login/needed"
    opened = await desk.ask(words.login.format(code=code, password=PASSWORD))
    assert opened["X-Autopro-Template"] == "login/opened"
    assert PASSWORD not in opened.content.decode()
    await answer(desk, opened, words.shipments, sender=CUSTOMER)
    assert (CUSTOMER, "shipments/list") in await letters(desk, 1)
    await answer(desk, opened, words.services, sender=CUSTOMER)
    (services,) = (await letters(desk, 1)).values()
    assert words.locked not in services.text


@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["en", "fr"])
async def test_a_forgotten_password(desk: StartedDesk, words: Words) -> None:
    code = await open_account(desk, words)
    await desk.hand_in(desk.mail(words.forgot.format(code=code)))
    got = await letters(desk, 2)
    assert (CUSTOMER, "password/forgot_received") in got
    await answer(desk, got[ADMIN, "admin/decide"], words.approve, sender=ADMIN)
    got = await letters(desk, 2)
    credentials = got[CUSTOMER, "password/credentials"]
    assert value(credentials, words.code_label) == code
    # The old password works until a new one is set.
    assert (await desk.ask(words.login.format(code=code, password=PASSWORD)))["X-Autopro-Template"] == "login/opened"
    await answer(desk, credentials, words.new.format(password=NEXT_PASSWORD), sender=CUSTOMER)
    assert (CUSTOMER, "password/changed") in await letters(desk, 1)
    assert (await desk.ask(words.login.format(code=code, password=PASSWORD)))["X-Autopro-Template"] == "login/refused"
    assert (await desk.ask(words.login.format(code=code, password=NEXT_PASSWORD)))["X-Autopro-Template"] == "login/opened"


async def test_a_stranger_in_the_administrators_name_decides_nothing(desk: StartedDesk) -> None:
    form = await desk.ask(ENGLISH.request)
    await answer(desk, form, ENGLISH.form, sender=CUSTOMER)
    decide = (await letters(desk, 2))[ADMIN, "admin/decide"]
    # A foreign host: with a Received header nothing from this origin is authentic, whatever its From says.
    to = parseaddr(decide["Reply-To"])[1]
    mail = desk.mail(
        "APPROVE NONE", sender=ADMIN, to=to, answers=decide, headers={"Received": "from evil by x; Mon, 23 Nov 2026 10:00:00 -0500"}
    )
    await desk.hand_in(mail, envelope_sender="evil@stranger.example", recipients=[to])
    second = await letters(desk, 1)
    assert list(second) == [(ADMIN, "admin/confirm")], "the decision waits for a YES from the listed address"
    # A forward to somebody else: the token is not theirs.
    await answer(desk, decide, "APPROVE NONE", sender="mallory@stranger.example")
    await desk.settle()
    templates = {letter["X-Autopro-Template"] for letter in desk.relay.letters}
    assert "access/credentials" not in templates
    desk.relay.letters.clear()
    await answer(desk, second[ADMIN, "admin/confirm"], "YES", sender=ADMIN)
    await desk.settle()
    got = await letters(desk, 1)
    assert (CUSTOMER, "access/credentials") in got


async def test_six_months_of_silence_close_an_account(desk: StartedDesk) -> None:
    code = await open_account(desk, ENGLISH)
    desk.clock.move(days=190)
    refused = await desk.ask(ENGLISH.login.format(code=code, password=PASSWORD))
    assert refused["X-Autopro-Template"] in ("login/refused", "login/closed")


async def test_three_months_expire_a_password(desk: StartedDesk) -> None:
    code = await open_account(desk, FRENCH)
    desk.clock.move(days=95)
    expired = await desk.ask(FRENCH.login.format(code=code, password=PASSWORD))
    assert expired["X-Autopro-Template"] == "login/expired"
    await answer(desk, expired, FRENCH.shipments, sender=CUSTOMER)
    (kept_out,) = (await letters(desk, 1)).values()
    assert kept_out["X-Autopro-Template"] != "shipments/list"
    await answer(desk, expired, FRENCH.new.format(password=NEXT_PASSWORD), sender=CUSTOMER)
    assert (CUSTOMER, "password/changed") in await letters(desk, 1)


async def until_credentials(desk: StartedDesk, words: Words) -> None:
    """From REQUEST ACCESS to the moment before the administrator's answer leads to a credentials letter."""
    form = await desk.ask(words.request)
    await answer(desk, form, words.form, sender=CUSTOMER)
    decide = (await letters(desk, 2))[ADMIN, "admin/decide"]
    await answer(desk, decide, f"{words.approve} {await a_customer_number(desk)}", sender=ADMIN)


async def test_credentials_that_come_back_open_their_request_again(desk: StartedDesk) -> None:
    await until_credentials(desk, ENGLISH)
    credentials = (await letters(desk, 2))[CUSTOMER, "access/credentials"]
    assert re.fullmatch(r"service\+b\.[a-z2-7]{26}@carrier\.example", credentials.sender), "a null sender would never hear of it"
    report = (
        "From: MAILER-DAEMON@customer.example\r\nTo: " + credentials.sender + "\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; {CUSTOMER}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    code, said = await desk.hand_in(report.encode(), envelope_sender="", recipients=[credentials.sender])
    assert code == 250, said
    got = await letters(desk, 1)
    assert (ADMIN, "admin/decide") in got, "the administrators are asked again, in the thread"


async def test_credentials_that_the_relay_refuses_open_their_request_again(desk: StartedDesk) -> None:
    refused = []

    def verdict(_attempt: int) -> str | None:
        # The third letter from now on is the one to the customer: the first to be refused for good.
        refused.append(_attempt)
        return "550 5.1.1 no such user" if len(refused) <= 2 else None

    form = await desk.ask(FRENCH.request)
    await answer(desk, form, FRENCH.form, sender=CUSTOMER)
    decide = (await letters(desk, 2))[ADMIN, "admin/decide"]
    desk.relay.verdict = verdict  # both the receipt to the administrator and the credentials are refused
    await answer(desk, decide, f"{FRENCH.approve} {await a_customer_number(desk)}", sender=ADMIN)
    async with asyncio.timeout(20):
        while (ADMIN, "admin/decide") not in {(each.recipient, each["X-Autopro-Template"]) for each in desk.relay.letters}:
            desk.relay.arrived.clear()
            await desk.relay.arrived.wait()
