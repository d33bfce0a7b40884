"""What the office does at the command line, beside the running desk: its letters reach the members, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.commands import account_work as work
from bot.commands import request_work
from bot.commands.backoffice import Backoffice, open_backoffice
from bot.core.accounts.decisions import Approve, Deny
from tests.support.house import House
from tests.support.people import is_answer_to, nothing_more, value
from tests.support.speech import ENGLISH, JULES, MARIE, NEXT_PASSWORD, PASSWORD, Speech, each_language


@pytest.fixture
async def office(house: House) -> AsyncIterator[Backoffice]:
    """The command line on the same settings, with connections of its own."""
    async with open_backoffice(house.desk.app.settings, house.desk.clock) as backoffice:
        yield backoffice


@each_language
async def test_an_account_is_suspended_opened_again_and_closed(house: House, office: Backoffice, speech: Speech) -> None:
    """Nobody gets in meanwhile; every member hears of each step, without a secret."""
    code = await house.open_account(speech)
    await house.colleague(speech, code)
    marie, jules = house.marie, house.jules
    opened = await house.session(speech, code)
    for step, template in ((work.suspend, "notice/suspended"), (work.resume, "notice/resumed"), (work.close, "notice/closed")):
        assert "2 of its members are told" in await step(office, code)
        for member in (marie, jules):
            letter = await member.gets(template)
            assert code in letter.text
            assert PASSWORD not in letter.content.decode()
            assert letter["Content-Language"] == speech.language
            assert letter["Auto-Submitted"] == "auto-generated"
        if template == "notice/resumed":
            await house.session(speech, code)
            continue
        await marie.answers_and_gets(opened, speech.shipments, "login/session_ended")
        why = {"notice/suspended": ("suspended", "suspendu"), "notice/closed": ("closed", "fermé")}[template]
        refused = await marie.asks(speech.login.format(code=code, password=PASSWORD), "login/refused")
        assert why[speech is not ENGLISH] in refused.text
    await nothing_more(house.desk)


@each_language
async def test_an_account_is_unlocked(house: House, office: Backoffice, speech: Speech) -> None:
    """After five wrong passwords Marie waits; the office ends it, and she hears of it."""
    code = await house.open_account(speech)
    wrong = speech.login.format(code=code, password=NEXT_PASSWORD)
    for _ in range(5):
        await house.marie.asks(wrong, "login/refused")
    right = speech.login.format(code=code, password=PASSWORD)
    assert ("10:01" if speech is ENGLISH else "10\u00a0h\u00a01") in (await house.marie.asks(right, "login/refused")).text
    assert "is unlocked" in await work.unlock(office, code)
    await house.marie.gets("notice/unlocked")
    await house.session(speech, code)
    assert "was not locked" in await work.unlock(office, code)
    await nothing_more(house.desk)


@each_language
async def test_requests_are_decided_at_the_command_line(house: House, office: Backoffice, speech: Speech) -> None:
    """The letters that a decision leads to go out just the same, and the administrators hear of it in their thread."""
    await house.request(speech)
    asked = await house.admin.gets("admin/decide")
    await request_work.decide(office, 1, Approve(customers=(await house.shipper(),)))
    credentials = await house.marie.gets("access/credentials")
    told = await house.admin.gets("admin/decided")
    assert is_answer_to(told, asked)
    assert "operator:" in value(told, "Par\u00a0: ")  # both languages, French first: nobody knows the administrator's
    late = await house.admin.answers_and_gets(asked, speech.deny, "admin/decided")
    assert "operator:" in late.text
    await house.marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/changed")
    await house.session(speech, value(credentials, speech.code_label))
    await house.request(speech, house.jules)
    await house.admin.gets("admin/decide")
    await request_work.decide(office, 2, Deny("Please call us."))
    assert "Please call us." in (await house.jules.gets("access/denied")).text
    await house.admin.gets("admin/decided")
    await nothing_more(house.desk)


@each_language
async def test_members_and_addresses_at_the_command_line(house: House, office: Backoffice, speech: Speech) -> None:
    """An added address joins by its own YES, a new one counts once it has answered; everybody hears of each."""
    code = await house.open_account(speech)
    await work.invite_member(office, code, work.new_member(JULES, "Jules", speech.language))
    await house.marie.gets("members/told")
    await house.jules.answers_and_gets(await house.jules.gets("members/invitation"), speech.yes, "members/joined")
    await house.marie.gets("members/new_party")
    renamed = house.person("marie.roy@customer.example")
    await work.set_facts(office, code, renamed.address, None)
    await renamed.answers_and_gets(await renamed.gets("profile/confirm_address"), speech.yes, "profile/address_changed")
    for member in (house.marie, house.jules):
        assert MARIE in (await member.gets("profile/address_told")).text
    await work.remove_member(office, code, JULES)
    await house.jules.gets("members/removed_you")
    await renamed.gets("members/told")
    await nothing_more(house.desk)
