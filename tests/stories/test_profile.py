"""The user profile, letter by letter over real sockets, in both languages: every line of it, the address, the password."""

from __future__ import annotations

from tests.support.house import House
from tests.support.people import nothing_more
from tests.support.speech import ENGLISH, JULES, MARIE, NEXT_PASSWORD, PASSWORD, Speech, each_language

NEW_ADDRESS = "marie.roy@customer.example"


@each_language
async def test_name_telephone_and_language(house: House, speech: Speech) -> None:
    """Each change is confirmed in a letter, seen in the profile, and the next letters speak the language chosen."""
    code = await house.open_account(speech)
    marie = house.marie
    opened = await house.session(speech, code)
    shown = await marie.answers_and_gets(opened, speech.profile, "profile/show")
    assert "Marie Tremblay" in shown.text
    assert "Marie Tremblay-Roy" in (await marie.answers_and_gets(opened, speech.profile_name, "profile/changed")).text
    assert "555" in (await marie.answers_and_gets(opened, speech.profile_telephone, "profile/changed")).text
    bad = speech.profile_telephone.replace("418 555-0199", "12")
    await marie.answers_and_gets(opened, bad, "profile/bad_value")
    other = "fr" if speech is ENGLISH else "en"
    changed = await marie.answers_and_gets(opened, speech.profile_language.format(language=other.upper()), "profile/changed")
    assert changed["Content-Language"] == other
    shown = await marie.answers_and_gets(opened, speech.profile, "profile/show")
    assert shown["Content-Language"] == other
    for words in ("Marie Tremblay-Roy", "418", "0199"):
        assert words in shown.text
    await marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    assert (await marie.gets("login/challenge"))["Content-Language"] == other
    await nothing_more(house.desk)


@each_language
async def test_the_default_address_is_confirmed_at_the_new_one_and_told_to_the_old(house: House, speech: Speech) -> None:
    """Nothing changes before the new address says YES; then the old one is out, and may contest it."""
    code = await house.open_account(speech)
    await house.colleague(speech, code)
    marie, jules, renamed = house.marie, house.jules, house.person(NEW_ADDRESS)
    opened = await house.session(speech, code)
    await marie.answers_and_gets(opened, speech.profile_address.format(address=NEW_ADDRESS), "profile/address_asked")
    asked = await renamed.gets("profile/confirm_address")
    assert MARIE in (await marie.answers_and_gets(opened, speech.profile, "profile/show")).text
    await marie.answers_and_gets(asked, speech.yes, "yes/nothing")
    await renamed.answers_and_gets(asked, speech.yes, "profile/address_changed")
    told = await marie.gets("profile/address_told")
    await jules.gets("profile/address_told")
    assert NEW_ADDRESS in told.text
    await marie.answers_and_gets(opened, speech.shipments, "login/session_ended")
    await renamed.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    session = await renamed.answers_and_gets(await renamed.gets("login/challenge"), speech.yes, "login/opened")
    assert NEW_ADDRESS in (await renamed.answers_and_gets(session, speech.profile, "profile/show")).text
    # A reset asked for within seven days says that the address is a new one.
    await renamed.asks(speech.forgot.format(code=code), "password/forgot_received")
    decide = await house.admin.gets("admin/decide")
    flagged = "was changed on November 23" if speech is ENGLISH else "a été changée le 23 novembre"
    assert flagged in decide.text
    await marie.answers_and_gets(told, speech.object, "object/done")
    await renamed.gets("object/suspended")
    await house.admin.gets("object/admin")
    await renamed.answers_and_gets(session, speech.shipments, "login/session_ended")
    await nothing_more(house.desk)


@each_language
async def test_an_address_needs_the_current_password(house: House, speech: Speech) -> None:
    """A session of a challenge may not move the account to another mailbox."""
    code = await house.open_account(speech)
    marie = house.marie
    await marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    opened = await marie.answers_and_gets(await marie.gets("login/challenge"), speech.yes, "login/opened")
    await marie.answers_and_gets(opened, speech.profile_address.format(address=NEW_ADDRESS), "login/password_needed")
    await marie.answers_and_gets(opened, speech.profile_name, "profile/changed")
    await nothing_more(house.desk)


@each_language
async def test_the_password_is_changed_by_its_rules(house: House, speech: Speech) -> None:
    """Too short, too common, the old one: each says what is wrong, repeats nothing; the right one ends Jules's session."""
    code = await house.open_account(speech)
    await house.colleague(speech, code)
    marie, jules = house.marie, house.jules
    inside = await house.session(speech, code, jules)
    opened = await house.session(speech, code)
    for refused in ("court", "password12345678", PASSWORD):
        answer = await marie.answers_and_gets(opened, speech.change.format(password=PASSWORD, new=refused), "password/refused")
        assert refused not in answer.text
    wrong = speech.change.format(password="not the one at all", new=NEXT_PASSWORD)
    await marie.answers_and_gets(opened, wrong, "password/wrong_current")
    change = speech.change.format(password=PASSWORD, new=NEXT_PASSWORD)
    changed = await marie.answers_and_gets(opened, change, "password/changed")
    assert NEXT_PASSWORD not in changed.content.decode()
    note = "Take note" if speech is ENGLISH else "Prenez note"
    assert note in changed.text
    await jules.gets("password/told")
    await jules.answers_and_gets(inside, speech.shipments, "login/session_ended")
    await marie.answers_and_gets(opened, speech.shipments, "shipments/list")
    await house.session(speech, code, jules, password=NEXT_PASSWORD)
    assert JULES in (await marie.answers_and_gets(opened, speech.members, "members/list")).text
    await nothing_more(house.desk)
