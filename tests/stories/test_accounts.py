"""The life of an account, letter by letter over real sockets, in both languages: asked for, approved, used, forgotten, mended."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bot.core.accounts.records import RequestState
from tests.support.house import House, open_house
from tests.support.people import address_for_answers, nothing_more, value
from tests.support.relay import SentLetter
from tests.support.speech import ADMIN, ENGLISH, FRENCH, MARIE, NEXT_PASSWORD, PASSWORD, Speech, each_language

KEY = "🔑"  # before what needs an access code; help page: "All the keys before the service's headings should disappear"


async def filled_form(house: House, speech: Speech) -> SentLetter:
    """REQUEST ACCESS brings the form, which comes back filled in; the administrator's letter."""
    form = await house.marie.asks(speech.request, "access/form")
    filled = speech.form.format(name="Marie Tremblay", address=MARIE)
    await house.marie.answers_and_gets(form, filled, "access/received")
    return await house.admin.gets("admin/decide")


@each_language
async def test_an_account_is_asked_for_approved_and_used(house: House, speech: Speech) -> None:
    decide = await filled_form(house, speech)
    await house.admin.answers_and_gets(decide, f"{speech.approve} {await house.shipper()}", "admin/decided")
    credentials = await house.marie.gets("access/credentials")
    assert credentials["Content-Language"] == speech.language
    code = value(credentials, speech.code_label)
    await house.marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/changed")
    await house.marie.asks(speech.shipments, "login/needed")
    opened = await house.session(speech, code)
    assert PASSWORD not in opened.content.decode()
    await house.marie.answers_and_gets(opened, speech.shipments, "shipments/list")
    assert KEY in (await house.marie.asks("SERVICES", "services/list")).text
    assert KEY not in (await house.marie.answers_and_gets(opened, "SERVICES", "services/list")).text
    await nothing_more(house.desk)


@each_language
async def test_a_forgotten_password(house: House, speech: Speech) -> None:
    """The old password works until a new one is set; then it is the one before, and Marie hears so."""
    code = await house.open_account(speech)
    await house.marie.asks(speech.forgot.format(code=code), "password/forgot_received")
    decide = await house.admin.gets("admin/decide")
    await house.admin.answers_and_gets(decide, speech.approve, "admin/decided")
    credentials = await house.marie.gets("password/credentials")
    assert value(credentials, speech.code_label) == code
    await house.session(speech, code)
    await house.marie.answers_and_gets(credentials, speech.new.format(password=NEXT_PASSWORD), "password/changed")
    await house.marie.asks(speech.login.format(code=code, password=PASSWORD), "login/refused")
    await house.session(speech, code, password=NEXT_PASSWORD)
    await nothing_more(house.desk)


@each_language
async def test_a_forgotten_password_asked_for_by_somebody_else(house: House, speech: Speech) -> None:
    """The same receipt whether an account exists; what is approved goes to the address on record, never to the one that wrote."""
    code, mallory = await house.open_account(speech), await house.stranger(speech)
    known = await mallory.asks(speech.forgot.format(code=code), "password/forgot_received")
    decide = await house.admin.gets("admin/decide")
    assert mallory.address in decide.text
    await house.admin.answers_and_gets(decide, speech.approve, "admin/decided")
    await house.marie.gets("password/credentials")
    sent = await mallory.gets("password/sent_to_record")
    assert MARIE not in sent.content.decode()
    unknown = await mallory.asks(speech.forgot.format(code="Q9999999"), "password/forgot_received")
    assert known.text == unknown.text
    await house.admin.gets("admin/decide")
    await house.session(speech, code)
    await nothing_more(house.desk)


@each_language
async def test_a_stranger_in_the_administrators_name_decides_nothing(house: House, speech: Speech) -> None:
    """From a foreign host a second letter goes to the listed address; a forwarded letter's token is not its finder's."""
    decide = await filled_form(house, speech)
    await house.admin.answers(decide, f"{speech.approve} {speech.none}", unproved=True)
    second = await house.admin.gets("admin/confirm")
    await house.person("mallory@stranger.example").answers(decide, f"{speech.approve} {speech.none}")
    await house.desk.settle()
    assert (await house.a_request()).state is RequestState.OPEN
    await house.admin.answers_and_gets(second, speech.yes, "admin/decided")
    await house.marie.gets("access/credentials")


@each_language
async def test_credentials_that_come_back_open_their_request_again(house: House, speech: Speech) -> None:
    credentials = await house.credentials(speech)
    assert re.fullmatch(r"service\+b\.[a-z2-7]{26}@carrier\.example", credentials.sender), "a null sender would never hear of it"
    report = (
        "From: MAILER-DAEMON@customer.example\r\nTo: " + credentials.sender + "\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; {MARIE}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    code, said = await house.desk.hand_in(report.encode(), envelope_sender="", recipients=[credentials.sender])
    assert code == 250, said
    await house.admin.gets("admin/decide")
    assert (await house.a_request()).state is RequestState.OPEN
    await house.marie.answers(credentials, speech.new.format(password=PASSWORD))
    await house.marie.gets("login/session_ended")
    await nothing_more(house.desk)


async def test_credentials_that_the_relay_refuses_open_their_request_again(house: House) -> None:
    refused = []

    def verdict(attempt: int) -> str | None:
        refused.append(attempt)
        return "550 5.1.1 no such user" if len(refused) <= 2 else None

    decide = await filled_form(house, FRENCH)
    house.desk.relay.verdict = verdict  # both the receipt to the administrator and the credentials are refused
    await house.admin.answers(decide, f"{FRENCH.approve} {FRENCH.none}")
    async with asyncio.timeout(20):
        await house.admin.gets("admin/decide")
    assert (await house.a_request()).state is RequestState.OPEN


@each_language
async def test_passwords_by_mail_may_be_turned_off(tmp_path: Path, speech: Speech) -> None:
    """Then LOGIN with one opens nothing, is not repeated, and brings the challenge all the same."""
    async with open_house(tmp_path, accounts={"email_passwords": False}) as house:
        code = await house.open_account(speech)
        sent = await house.marie.asks(speech.login.format(code=code, password=PASSWORD), "login/challenge_sent")
        assert PASSWORD not in sent.content.decode()
        assert ("We take no passwords" if speech is ENGLISH else "mot de passe dans ce") in sent.text
        opened = await house.marie.answers_and_gets(await house.marie.gets("login/challenge"), speech.yes, "login/opened")
        assert address_for_answers(opened) != address_for_answers(sent)
        await house.marie.answers_and_gets(opened, speech.shipments, "shipments/list")
        await nothing_more(house.desk)


async def test_an_administrator_asks_for_an_address_of_the_office(house: House) -> None:
    """Neither the desk's own address nor an administrator's: the form comes back with the reason, in both languages."""
    for speech, said in ((ENGLISH, "nobody decides for themselves"), (FRENCH, "personne ne décide pour soi-même")):
        for address in (ADMIN, "service+help@carrier.example"):
            form = speech.form.format(name="Marie Tremblay", address=address)
            back = await house.marie.asks(f"{speech.request}\n{form}", "access/form")
            assert said in back.text
    await nothing_more(house.desk)


@each_language
async def test_a_password_without_its_words_goes_to_nobody(tmp_path: Path, speech: Speech) -> None:
    """Answering the credentials letter with the passphrase alone, too short, or as `Label: value`: told how, never handed on."""
    person = "person@carrier.example"
    async with open_house(tmp_path, desk={"handoff_address": person}) as house:
        credentials = await house.credentials(speech)
        short, labelled = speech.new.format(password="court"), speech.new.format(password=f": {PASSWORD}")
        for words, template in ((PASSWORD, "password/choose"), (short, "password/refused"), (labelled, "password/choose")):
            letter = await house.marie.answers_and_gets(credentials, words, template)
            assert PASSWORD not in letter.content.decode()
        assert ("has 5 characters" if speech is ENGLISH else "compte 5 caractères") in (
            await house.marie.answers_and_gets(credentials, short, "password/refused")
        ).text
        await house.marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/changed")
        await nothing_more(house.desk)
        # In a session: a new password too short to be read.
        opened = await house.session(speech, value(credentials, speech.code_label))
        change = speech.change.format(password="Outardes-1988", new="").strip() + " court"
        assert "court" not in (await house.marie.answers_and_gets(opened, change, "password/how"))["Subject"]
        await nothing_more(house.desk)
