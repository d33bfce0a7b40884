"""The administrators' thread, letter by letter over real sockets, in both languages: asked, undone, decided at once, listed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.accounts.records import RequestState
from storage.database import Transaction
from tests.support.house import House, open_house
from tests.support.people import STRANGERS_HOST, Person, address_for_answers, is_answer_to, nothing_more, value
from tests.support.relay import SentLetter
from tests.support.speech import ADMIN, ENGLISH, JULES, PASSWORD, SECOND, Speech, each_language


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, ADMIN, SECOND) as opened:
        yield opened


async def both(house: House, template: str) -> tuple[SentLetter, SentLetter]:
    """The letters of one kind to the two administrators."""
    return await house.admin.gets(template), await house.second.gets(template)


@each_language
async def test_a_question_goes_out_and_its_answer_comes_back_into_the_thread(house: House, speech: Speech) -> None:
    """The requester sees neither token nor quote; both administrators read the answer in the thread of the request, and decide."""
    await house.request(speech)
    first, other = await both(house, "admin/decide")
    asked = await house.admin.answers_and_gets(first, speech.ask, "admin/asked")
    words = speech.ask.partition(" ")[2]
    assert words in asked.text
    question = await house.marie.gets("access/question")
    assert words in question.text
    assert question["Content-Language"] == speech.language
    for hidden in (address_for_answers(first), first["Message-ID"]):
        assert hidden not in question.content.decode()
    assert ">" not in question.text
    status = await house.marie.asks(speech.my_request, "access/status")
    waits = "has asked you a question" if speech is ENGLISH else "posé une question"
    assert waits in status.text
    await house.marie.answers_and_gets(question, "0012345", "access/answer_passed")
    answered, elsewhere = await both(house, "admin/decide")
    assert is_answer_to(answered, first)
    assert is_answer_to(elsewhere, other)
    assert "0012345" in answered.text
    decided = await house.admin.answers_and_gets(answered, f"{speech.approve} {await house.shipper()}", "admin/decided")
    assert (await house.a_request()).state is RequestState.APPROVED
    assert is_answer_to(await house.second.gets("admin/decided"), other)
    assert decided["In-Reply-To"]
    await house.marie.gets("access/credentials")
    await nothing_more(house.desk)


@each_language
async def test_an_approval_is_taken_back_before_it_is_used(house: House, speech: Speech) -> None:
    """The temporary password is void, the account made by it closes, requester and second administrator are told."""
    await house.request(speech)
    first, _ = await both(house, "admin/decide")
    decided = await house.admin.answers_and_gets(first, f"{speech.approve} {await house.shipper()}", "admin/decided")
    await house.second.gets("admin/decided")
    credentials = await house.marie.gets("access/credentials")
    await house.admin.answers_and_gets(decided, speech.undo, "admin/decided")
    await house.second.gets("admin/decided")
    await house.marie.gets("access/undone")
    await house.marie.answers(credentials, speech.new.format(password=PASSWORD))
    code, temporary = value(credentials, speech.code_label), value(credentials, speech.temporary_label)
    await house.marie.gets("login/session_ended")
    await house.marie.asks(speech.login.format(code=code, password=temporary), "login/refused")
    await house.marie.asks(speech.new_code, "password/new_code_received")
    assert (await house.account(code)).closed_at is not None
    await nothing_more(house.desk)


@each_language
async def test_what_is_used_cannot_be_taken_back(house: House, speech: Speech) -> None:
    await house.request(speech)
    first, _ = await both(house, "admin/decide")
    decided = await house.admin.answers_and_gets(first, f"{speech.approve} {await house.shipper()}", "admin/decided")
    await house.second.gets("admin/decided")
    credentials = await house.marie.gets("access/credentials")
    await house.marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/changed")
    await house.admin.answers_and_gets(decided, speech.undo, "admin/not_undone")
    await house.session(speech, value(credentials, speech.code_label))
    await nothing_more(house.desk)


@each_language
async def test_two_administrators_decide_opposite_ways_at_once(tmp_path: Path, url: str, speech: Speech) -> None:
    """Over two connections at the same time, on both databases: one decision stands, the other hears who made it and when."""
    async with open_house(tmp_path, ADMIN, SECOND, database={"url": url}) as house:
        await _decide_opposite_ways(house, speech, times=5)


async def _decide_opposite_ways(house: House, speech: Speech, *, times: int) -> None:
    for number in range(1, times + 1):
        person = house.person(f"customer{number}@customer.example")
        await house.request(speech, person)
        first, other = await both(house, "admin/decide")
        await asyncio.gather(
            house.admin.answers(first, f"{speech.approve} {speech.none}"), house.second.answers(other, speech.deny)
        )
        await house.desk.settle()
        request = await house.newest_request()
        winner, loser = (house.admin, house.second) if request.decided_by == ADMIN else (house.second, house.admin)
        state, letter = (
            (RequestState.APPROVED, "access/credentials") if winner is house.admin else (RequestState.DENIED, "access/denied")
        )
        assert request.state is state
        await person.gets(letter)
        await winner.gets("admin/decided")
        when = "November 23, 2026, 10:00 a.m." if speech is ENGLISH else "23 novembre 2026, 10\u00a0h"
        late = await _late(loser, speech)
        assert winner.address in value(late, speech.decided_by)
        assert when in late.text
        await nothing_more(house.desk, but={loser.address: "admin/decided"})


async def _late(loser: Person, speech: Speech) -> SentLetter:
    """The answer that tells somebody that they came too late; in which order it and the news of the decision come is open."""
    words = "changed nothing" if speech is ENGLISH else "n’a rien changé"
    for _ in range(2):
        letter = await loser.gets("admin/decided")
        if words in letter.text:
            return letter
    raise AssertionError("nobody told them that they came too late")


@each_language
async def test_a_decision_is_sent_twice_forwarded_quoted_and_automatic(house: House, speech: Speech) -> None:
    """None of these decides anything; what was decided before stays."""
    await house.request(speech)
    first, other = await both(house, "admin/decide")
    await house.second.answers(first, speech.deny)  # forwarded by a colleague: the token is not theirs
    await house.second.gets("admin/not_here")
    vacation = house.admin.reply_to(first, speech.deny)
    vacation["Auto-Submitted"] = "auto-replied"
    await house.desk.hand_in(vacation, envelope_sender=ADMIN, recipients=[address_for_answers(first)])
    await house.admin.answers_and_gets(first, f"> {speech.deny}", "admin/unclear")
    assert (await house.a_request()).state is RequestState.OPEN
    approve = house.admin.reply_to(first, f"{speech.approve} {await house.shipper()}")
    to = [address_for_answers(first)]
    for _ in range(2):
        await house.desk.hand_in(approve, envelope_sender=ADMIN, recipients=to)
    await house.marie.gets("access/credentials")
    await both(house, "admin/decided")
    await house.second.answers_and_gets(other, speech.deny, "admin/decided")
    assert (await house.a_request()).state is RequestState.APPROVED
    await nothing_more(house.desk)
    # The colleague's, the machine's, the one that came too late; the second sending is the same mail, and was not read again.
    assert (await house.audit()).count("decision_refused") == 3
    assert (await house.audit()).count("decision_unclear") == 1


@each_language
async def test_unproved_mail_decides_only_after_a_yes(house: House, speech: Speech) -> None:
    """The second letter goes to the listed address; a YES after thirty minutes is too late."""
    await house.request(speech)
    first, _ = await both(house, "admin/decide")
    await house.admin.answers(first, f"{speech.approve} {await house.shipper()}", unproved=True)
    asked = await house.admin.gets("admin/confirm")
    await house.second.answers_and_gets(asked, speech.yes, "yes/nothing")
    house.desk.clock.move(minutes=31)
    await house.admin.answers_and_gets(asked, speech.yes, "yes/nothing")
    await house.admin.answers(first, f"{speech.approve} {await house.shipper()}", unproved=True)
    await house.admin.answers(await house.admin.gets("admin/confirm"), speech.yes, unproved=True)
    await house.marie.gets("access/credentials")
    await both(house, "admin/decided")
    await nothing_more(house.desk)


@each_language
async def test_my_request_tells_where_it_stands(house: House, speech: Speech) -> None:
    """To the proved address alone: waiting, denied with the reason, lapsed; a stranger in its name hears nothing."""
    marie = house.marie
    await marie.asks(speech.my_request, "access/status")
    await house.request(speech)
    first, _ = await both(house, "admin/decide")
    waits = "It waits for our administrator" if speech is ENGLISH else "Elle attend notre administrateur"
    assert waits in (await marie.asks(speech.my_request, "access/status")).text
    await marie.asks(speech.my_request, "access/status_unproved", unproved=True)
    await house.admin.answers_and_gets(first, speech.deny, "admin/decided")
    await house.second.gets("admin/decided")
    reason = speech.deny.partition(" ")[2]
    assert reason in (await marie.gets("access/denied")).text
    assert reason in (await marie.asks(speech.my_request, "access/status")).text
    await nothing_more(house.desk)


@each_language
async def test_requests_lists_what_is_open_and_one_letter_of_each(house: House, speech: Speech) -> None:
    """A colleague's forwarded letter does not decide; REQUESTS and the number brings one that does."""
    for number in (1, 2):
        await house.request(speech, house.person(f"customer{number}@customer.example"))
        await both(house, "admin/decide")
    listed = await house.admin.asks(speech.requests, "admin/requests")
    for number in (1, 2):
        assert f"customer{number}@customer.example" in listed.text
    await house.marie.writes(speech.requests)
    await house.marie.gets("unknown/nearest")
    again = await house.admin.asks(f"{speech.requests} 2", "admin/decide")
    await house.admin.answers_and_gets(again, speech.deny, "admin/decided")
    await house.second.gets("admin/decided")
    await house.person("customer2@customer.example").gets("access/denied")
    left = await house.admin.asks(speech.requests, "admin/requests")
    assert "customer2@customer.example" not in left.text
    await house.admin.asks(f"{speech.requests} 2", "admin/no_request")
    # From a host that nobody vouches for: to the listed address, by letter.
    mail = house.desk.mail(speech.requests, sender=ADMIN, headers=STRANGERS_HOST)
    mail["Reply-To"] = "mallory@stranger.example"
    await house.desk.hand_in(mail, envelope_sender="mallory@stranger.example")
    await house.admin.gets("admin/requests")
    await nothing_more(house.desk)


@each_language
async def test_forgot_password_without_anybody_to_reach(house: House, speech: Speech) -> None:
    """The letters to the address on record came back: the administrator is told to call, and it is noted."""
    code = value(await house.credentials(speech), speech.code_label)
    for template in ("admin/decide", "admin/decided"):
        await house.second.gets(template)
    account = await house.account(code)

    async def bounce(tx: Transaction) -> None:
        members = house.files(tx).members
        for member in await members.of_account(account.id):
            await members.set_bounced(member.id, house.desk.clock.now())

    await house.desk.app.database.write(bounce)
    stranger = house.person("marie@elsewhere.example")
    await stranger.asks(speech.forgot.format(code=code), "password/forgot_received")
    decide, _ = await both(house, "admin/decide")
    call = await house.admin.answers_and_gets(decide, speech.approve, "admin/call")
    assert "0142" in call.text, "the telephone number on file, not one that the request gives"
    assert (await house.a_request(2)).state is RequestState.OPEN
    assert "call_needed" in await house.audit()
    await nothing_more(house.desk)


@each_language
async def test_an_administrator_invites_and_removes_for_a_customer(house: House, speech: Speech) -> None:
    """In answer to a request's letter, with the access code: proved, with the token of that letter, and told to every member."""
    credentials = await house.credentials(speech)
    code = value(credentials, speech.code_label)
    await house.marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/changed")
    for template in ("admin/decide", "admin/decided"):
        await house.second.gets(template)
    await house.request(speech, house.person("other@customer.example"))
    letter, _ = await both(house, "admin/decide")
    invite, remove = (words.format(address=f"{code} {JULES}") for words in (speech.invite, speech.remove))
    await house.admin.writes(invite)
    await house.admin.gets("login/needed")
    await house.admin.answers(letter, invite, unproved=True)
    await house.admin.gets("login/needed")
    await house.admin.answers_and_gets(letter, invite, "members/invited")
    assert JULES in (await house.marie.gets("members/told")).text
    await house.jules.answers_and_gets(await house.jules.gets("members/invitation"), speech.yes, "members/joined")
    await house.marie.gets("members/new_party")
    await house.admin.answers_and_gets(letter, remove, "members/removed")
    await house.marie.gets("members/told")
    await house.jules.gets("members/removed_you")
    await nothing_more(house.desk)


@each_language
async def test_an_ok_or_a_yes_decides_nothing_and_is_asked_again(tmp_path: Path, speech: Speech) -> None:
    """Neither names a decision; met with silence it would pass for one. Thanks for what is decided stay unanswered."""
    async with open_house(tmp_path) as house:
        await house.request(speech)
        letter = await house.admin.gets("admin/decide")
        for words in ("OK", "Merci", speech.yes):
            letter = await house.admin.answers_and_gets(letter, words, "admin/unclear")
        await house.admin.answers(letter, f"{speech.approve} {speech.none}", unproved=True)
        asked = await house.admin.gets("admin/confirm")
        await house.admin.answers_and_gets(asked, "OK", "yes/unclear")
        await house.admin.answers(asked, speech.yes, unproved=True)
        decided = await house.admin.gets("admin/decided")
        await house.marie.gets("access/credentials")
        await house.admin.answers(decided, "Merci")
        await nothing_more(house.desk)
