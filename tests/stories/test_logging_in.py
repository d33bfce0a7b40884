"""Ways into an account and out of it, letter by letter over real sockets, in both languages."""

from __future__ import annotations

from tests.support.house import House
from tests.support.people import nothing_more, value
from tests.support.speech import ENGLISH, NEXT_PASSWORD, PASSWORD, Speech, each_language


@each_language
async def test_the_code_alone_brings_a_challenge_and_yes_opens_the_session(house: House, speech: Speech) -> None:
    """The letter goes to the address on record; its YES counts once, within thirty minutes, and opens what a key stands beside."""
    code = await house.open_account(speech)
    marie = house.marie
    await marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    challenge = await marie.gets("login/challenge")
    assert challenge["Content-Language"] == speech.language
    opened = await marie.answers_and_gets(challenge, f"{speech.yes}\n{speech.shipments}", "login/opened, shipments/list")
    await marie.answers_and_gets(opened, speech.shipments, "shipments/list")
    await marie.answers_and_gets(challenge, speech.yes, "yes/nothing")
    # A session of a YES knows no password: what decides over the account asks for it.
    await marie.answers_and_gets(opened, speech.invite.format(address="new@customer.example"), "login/password_needed")
    await marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    late = await marie.gets("login/challenge")
    house.desk.clock.move(minutes=31)
    await marie.answers_and_gets(late, speech.yes, "yes/nothing")
    await nothing_more(house.desk)


@each_language
async def test_a_stranger_reads_the_same_words_and_no_letter_goes_out(house: House, speech: Speech) -> None:
    code, mallory = await house.open_account(speech), await house.stranger(speech)
    known = await mallory.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    unknown = await mallory.asks(speech.login.format(code="Q9999999", password="").strip(), "login/challenge_sent")
    assert known.text == unknown.text.replace("Q9999999", code)
    await nothing_more(house.desk)
    # In Marie's name, from a host that nobody vouches for: the letter goes to Marie, and only her own YES counts.
    await house.marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent", unproved=True)
    challenge = await house.marie.gets("login/challenge")
    await mallory.answers_and_gets(challenge, speech.yes, "yes/nothing")
    await nothing_more(house.desk)


@each_language
async def test_a_challenge_never_opens_the_limited_session(house: House, speech: Speech) -> None:
    """After three months a mailbox alone opens nothing: the expired password has to be presented, or an administrator asked."""
    code = await house.open_account(speech)
    house.desk.clock.move(days=95)
    marie = house.marie
    await marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    told = await marie.gets("login/not_opened")
    await marie.answers_and_gets(told, speech.new.format(password=NEXT_PASSWORD), "login/needed")
    expired = await marie.asks(speech.login.format(code=code, password=PASSWORD), "login/expired")
    await marie.answers_and_gets(expired, speech.shipments, "login/limited")
    await marie.answers_and_gets(expired, speech.new.format(password=NEXT_PASSWORD), "password/changed")
    await house.session(speech, code, password=NEXT_PASSWORD)


@each_language
async def test_a_new_code_within_seven_days(house: House, speech: Speech) -> None:
    """The temporary password lives a day, the approval seven: its address asks for a fresh one; nobody else does."""
    credentials = await house.credentials(speech)
    house.desk.clock.move(hours=25)
    marie = house.marie
    await marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/temporary_expired")
    stranger = await (await house.stranger(speech)).asks(speech.new_code, "password/new_code_received")
    await nothing_more(house.desk)
    mine = await marie.asks(speech.new_code, "password/new_code_received")
    assert mine.text == stranger.text
    fresh = await marie.gets("access/credentials")
    assert value(fresh, speech.code_label) == value(credentials, speech.code_label)
    assert value(fresh, speech.temporary_label) != value(credentials, speech.temporary_label)
    house.desk.clock.move(hours=23)
    await marie.answers_and_gets(fresh, speech.new.format(password=PASSWORD), "password/changed")
    await house.session(speech, value(fresh, speech.code_label))


@each_language
async def test_after_seven_days_the_approval_is_over(house: House, speech: Speech) -> None:
    await house.credentials(speech)
    house.desk.clock.move(days=7)
    await house.marie.asks(speech.new_code, "password/new_code_received")
    await nothing_more(house.desk)
    # What is left is the administrator.
    await house.marie.asks(speech.forgot.format(code=""), "password/forgot_received")
    await house.admin.gets("admin/decide")


@each_language
async def test_log_out_here_and_everywhere(house: House, speech: Speech) -> None:
    code = await house.open_account(speech)
    await house.colleague(speech, code)
    marie, jules = house.marie, house.jules
    there = await house.session(speech, code, jules)
    here = await house.session(speech, code)
    await marie.answers_and_gets(here, speech.logout, "login/logged_out")
    await marie.answers_and_gets(here, speech.shipments, "login/session_ended")
    await jules.answers_and_gets(there, speech.shipments, "shipments/list")
    again = await house.session(speech, code)
    await marie.answers_and_gets(again, speech.logout_all, "login/logged_out")
    for who, opened in ((marie, again), (jules, there)):
        await who.answers_and_gets(opened, speech.shipments, "login/session_ended")
    # A mailbox alone ends no other sessions.
    await marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    challenged = await marie.answers_and_gets(await marie.gets("login/challenge"), speech.yes, "login/opened")
    await marie.answers_and_gets(challenged, speech.logout_all, "login/password_needed")


@each_language
async def test_what_follows_in_the_same_mail_knows_who_logged_in_and_out(house: House, speech: Speech) -> None:
    """In a hurry one writes all of it at once; a command after LOGOUT finds the door closed again."""
    code, marie = await house.open_account(speech), house.marie
    login = speech.login.format(code=code, password=PASSWORD)
    both = await marie.asks(f"{login}\n{speech.shipments}", "login/opened, shipments/list")
    await marie.answers_and_gets(both, f"{speech.logout}\n{speech.shipments}", "login/logged_out, login/session_ended")
    await marie.asks(f"{login}\n{speech.logout}", "login/opened, login/logged_out")
    wrong = speech.login.format(code=code, password=NEXT_PASSWORD)
    await marie.asks(f"{wrong}\n{speech.shipments}", "login/refused, login/needed")


@each_language
async def test_the_password_before_the_last_change(house: House, speech: Speech) -> None:
    """Marie hears when it was changed; Jules's telephone with the old one never locks; a stranger with it hears what all hear."""
    code = await house.open_account(speech)
    marie, mallory = house.marie, await house.stranger(speech)
    opened = await house.session(speech, code)
    change = speech.change.format(password=PASSWORD, new=NEXT_PASSWORD)
    await marie.answers_and_gets(opened, change, "password/changed")
    old = speech.login.format(code=code, password=PASSWORD)
    when = "November 23, 2026, 10:00 a.m." if speech is ENGLISH else "23 novembre 2026, 10\u00a0h"
    for _ in range(6):
        assert when in (await marie.asks(old, "login/refused")).text
    known = await mallory.asks(old, "login/refused")
    unknown = await mallory.asks(speech.login.format(code="Q9999999", password=PASSWORD), "login/refused")
    assert known.text == unknown.text
    assert when in (await marie.gets("login/attempted")).text
    for letter in (known, unknown):
        assert PASSWORD not in letter.content.decode()
    await house.session(speech, code, password=NEXT_PASSWORD)
    await nothing_more(house.desk)


@each_language
async def test_a_code_of_letters_only(house: House, speech: Speech) -> None:
    """From an older system, typed in small letters: Marie's own is read, with and without a password; a sentence is not."""

    async def make() -> None:
        account = await house.account(await house.open_account(speech))
        await house.desk.app.database.write(
            lambda tx: tx.run("UPDATE account SET code = 'TREMBLAY' WHERE id = :id", {"id": account.id})
        )

    await make()
    marie = house.marie
    await marie.asks(speech.login.format(code="tremblay", password=PASSWORD), "login/opened")
    await marie.asks(speech.login.format(code="Tremblay", password="").strip(), "login/challenge_sent")
    await marie.answers_and_gets(await marie.gets("login/challenge"), speech.yes, "login/opened")
    prose = "Login problems" if speech is ENGLISH else "Connexion impossible"
    await marie.asks(prose, "unknown/nearest")
    await house.person("mallory@stranger.example").asks(speech.login.format(code="tremblay", password=""), "unknown/nearest")
