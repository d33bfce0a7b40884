"""Requests in the administrators' chat: a card with buttons, decided by whoever is listed and taps first, equal to a decision by
mail. Nothing else decides, and no credential is ever shown there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.accounts.records import AuditEntry, Grant, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.values import Assurance
from storage.database import Transaction
from tests.support.chats import Chat, Shown
from tests.support.people import Person, value
from tests.support.relay import SentLetter
from tests.support.speech import ADMIN, ENGLISH, FRENCH, MARIE, Speech
from tests.support.telegram_desk import TelegramDesk, telegram_desk

GROUP = -100500
User = dict[str, Any]


def user(user_id: int, name: str, language: str = "en") -> User:
    """Somebody in the group."""
    return {"id": user_id, "is_bot": False, "first_name": name, "language_code": language}


LISE, OMAR, GUEST = user(501, "Lise"), user(502, "Omar"), user(503, "Eve")


@dataclass
class Office:
    """A desk whose administrators have a chat."""

    desk: TelegramDesk
    group: Chat

    def person(self, address: str) -> Person:
        """Somebody who writes mail."""
        return Person(self.desk, address)

    async def card(self, speech: Speech = ENGLISH) -> tuple[Shown, SentLetter]:
        """Somebody asks for access; its card, and the administrator's letter."""
        await self.ask_for_access(speech, MARIE)
        return await self.group.next(), await self.person(ADMIN).gets("admin/decide")

    async def ask_for_access(self, speech: Speech, address: str) -> None:
        """Somebody sends the filled form."""
        form = speech.form.format(name="Marie Tremblay", address=address)
        await self.person(address).asks(f"{speech.request}\n{form}", "access/received")

    async def tap(self, words: str, shown: Shown, by: User, *, data: str = "", chat: Chat | None = None) -> str:
        """A tap, or a callback with other data; what whoever tapped reads over the screen."""
        where = chat or self.group
        seen = len(where.toasts)
        where.send_data(data or shown.button(words).data, shown, by=by)
        await where.until(lambda: len(where.toasts) > seen)
        await self.desk.settle()
        return where.toasts[-1][1]

    async def state(self, number: int = 1) -> RequestState:
        """Where a request stands."""
        files = self.desk.app.cabinet.on
        request = await self.desk.app.database.read(lambda tx: files(tx).requests.get(number))
        assert request is not None
        return request.state

    async def audit(self, event: str) -> list[AuditEntry]:
        """The lines of the trail about one event."""
        files = self.desk.app.cabinet.on
        entries = await self.desk.app.database.read(lambda tx: files(tx).audit.entries())
        return [entry for entry in entries if entry.event == event]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with telegram_desk(
        tmp_path,
        admins={"addresses": [ADMIN], "telegram_ids": [LISE["id"], OMAR["id"]]},
        telegram={"admin_chat_id": GROUP},
        relay={"allow_plain_secrets": True},
    ) as desk:
        yield Office(desk, desk.api.group(GROUP, "Bureau"))


@pytest.mark.parametrize(
    ("speech", "approve", "approved", "by"),
    [(ENGLISH, "Approve without", "Approved", "By: "), (FRENCH, "Approuver sans", "Approuvée", "Par\u00a0: ")],
    ids=["en", "fr"],
)
async def test_a_tap_approves(office: Office, speech: Speech, approve: str, approved: str, by: str) -> None:
    """The credentials go out by mail and to nobody else; the card loses its buttons, everybody reads who decided, mail and chat."""
    card, _ = await office.card(speech)
    lise = user(LISE["id"], "Lise", speech.language)
    assert approved in await office.tap(approve, card, lise)
    told = await office.group.next()
    assert f"{by}Lise (Telegram {LISE['id']})" in told.text
    assert told.parameters["reply_parameters"]["message_id"] == card.id
    assert card.buttons == []
    credentials = await office.person(MARIE).gets("access/credentials")
    secrets = [value(credentials, speech.temporary_label), value(credentials, speech.code_label)]
    assert [secret for secret in secrets for shown in office.group.screen if secret in shown.html] == []
    assert f"Lise (Telegram {LISE['id']})" in (await office.person(ADMIN).gets("admin/decided")).text
    (line,) = await office.audit("request_decided")
    assert line.actor == f"telegram:{LISE['id']} Lise"


async def test_the_second_tap_sees_who_decided(office: Office) -> None:
    """Two within the same moment, opposite ways: one decision, told to the chat once."""
    card, _ = await office.card()
    denial, approval = card.button("Deny").data, card.button("Approve without").data
    office.group.send_data(denial, card, by=LISE)
    office.group.send_data(approval, card, by=OMAR)
    await office.group.until(lambda: len(office.group.toasts) == 2)
    await office.desk.settle()
    first, second = [words for _, words in office.group.toasts]
    assert "Denied" in first
    assert "Decided before: denied" in second
    assert "Lise (Telegram 501)" in second
    assert await office.state() is RequestState.DENIED
    assert [shown.text.count("Denied") for shown in office.group.screen] == [0, 1]
    assert len(await office.audit("request_decided")) == 1


async def test_mail_and_chat_at_the_same_moment(office: Office) -> None:
    """One of them decides, whichever it is, and the other hears of it where it was written."""
    card, letter = await office.card()
    office.group.send_data(card.button("Approve without").data, card, by=LISE)
    await office.person(ADMIN).answers(letter, "DENY")
    await office.group.until(lambda: office.group.toasts)
    told = await office.person(ADMIN).gets("admin/decided")
    await office.desk.settle()
    state = await office.state()
    assert state in (RequestState.APPROVED, RequestState.DENIED)
    assert len(await office.audit("request_decided")) == 1
    assert ("Lise (Telegram 501)" in told.text) is (state is RequestState.APPROVED)


async def test_a_decision_by_mail_closes_the_card(office: Office) -> None:
    """And a tap after it changes nothing."""
    card, letter = await office.card()
    data = card.button("Approve without").data
    await office.person(ADMIN).answers(letter, "DENY")
    told = await office.group.next()
    assert f"By: {ADMIN}" in told.text
    assert card.buttons == []
    assert "Decided before: denied" in await office.tap("", card, LISE, data=data)
    assert await office.state() is RequestState.DENIED
    assert office.group.last is told


async def test_an_approval_is_taken_back_by_a_tap(office: Office) -> None:
    """While nobody has used the temporary password; the second tap says that it is over."""
    card, _ = await office.card()
    await office.tap("Approve without", card, LISE)
    told = await office.group.next()
    await office.tap("Take it back", told, OMAR)
    assert await office.state() is RequestState.UNDONE
    assert "Omar (Telegram 502)" in (await office.group.next()).text
    again = await office.tap("", told, LISE, data=told.button("Take it back").data)
    assert "Nothing" in again or "nothing" in again


@pytest.mark.parametrize(
    ("by", "where"),
    [(GUEST, GROUP), (GUEST, 503), (LISE, 501), (LISE, -100999)],
    ids=["not listed", "a stranger in private", "listed, in private", "listed, in another group"],
)
async def test_the_right_data_in_the_wrong_hand_decide_nothing(office: Office, by: User, where: int) -> None:
    """Whoever taps is told so over the screen, and the trail has a line of it."""
    card, _ = await office.card()
    chat = office.group if where == GROUP else office.desk.api.group(where, "Quai") if where < 0 else office.desk.private(where)
    said = await office.tap("", card, by, data=card.button("Approve without").data, chat=chat)
    assert "This decided nothing" in said or "n’a rien décidé" in said
    assert await office.state() is RequestState.OPEN
    assert card.buttons != []
    (line,) = await office.audit("decision_refused")
    assert line.actor == f"telegram:{by['id']} {by['first_name']}"


async def test_forged_data_decide_nothing(office: Office) -> None:
    """A token that was never issued, another person's, and one for something else."""
    card, _ = await office.card()
    files, clock = office.desk.app.cabinet.on, office.desk.clock
    foreign = Grant(Purpose.REQUEST, f"mail:{ADMIN}", Assurance.ADMINISTRATOR, request_number=1)
    other = Grant(Purpose.NOTICE, f"telegram:{GROUP}", Assurance.ADMINISTRATOR, request_number=1)

    async def issue(tx: Transaction) -> list[str]:
        return [await files(tx).tokens.issue(grant, clock.now()) for grant in (foreign, other)]

    for token in ["a" * 26, *await office.desk.app.database.write(issue)]:
        assert "This decided nothing" in await office.tap("", card, LISE, data=f"~{token}~APPROVE NONE")
    assert await office.state() is RequestState.OPEN
    assert len(await office.audit("decision_refused")) == 3


async def test_words_without_the_card_decide_nothing(office: Office) -> None:
    """APPROVE typed into the group, forwarded into it, edited into a reply, or tapped without its token."""
    card, _ = await office.card()
    office.group.say("/approve none", by=LISE)
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Lise"}
    office.group.say("/approve none", by=LISE, forward_origin=origin)
    office.group.say("APPROVE NONE", by=LISE, reply_to=card.id, forward_origin=origin)
    office.group.say("hello", by=LISE, reply_to=card.id)
    office.group.edit(office.group.last_id, "APPROVE NONE")
    await office.tap("", card, LISE, data="APPROVE NONE")
    assert await office.state() is RequestState.OPEN


async def test_a_question_is_written_in_reply_to_the_card(office: Office) -> None:
    """Tapping Ask says how; the answer of the requester comes back into the chat, with the buttons."""
    card, _ = await office.card()
    await office.tap("Ask", card, LISE)
    how = await office.group.next()
    assert "reply to this message" in how.text
    office.group.say("ASK Which dock do you ship from?", by=LISE, reply_to=how.id)
    await office.group.next()
    question = await office.person(MARIE).gets("access/question")
    assert "Which dock do you ship from?" in question.text
    await office.person(MARIE).answers(question, "Dock 4 in Laval.")
    again = await office.group.next()
    assert "Dock 4 in Laval." in again.text
    assert "Question by Lise (Telegram 501)" in again.text
    await office.tap("Deny", again, OMAR)
    assert await office.state() is RequestState.DENIED


async def test_a_denial_with_its_reason_is_a_reply(office: Office) -> None:
    """The requester reads the reason; from somebody who is not listed the same words do nothing."""
    card, _ = await office.card()
    office.group.say("DENY Please call us first.", by=GUEST, reply_to=card.id)
    office.group.say("DENY Please call us first.", by=OMAR, reply_to=card.id)
    assert "Please call us first." in (await office.person(MARIE).gets("access/denied")).text
    (line,) = await office.audit("request_decided")
    assert line.actor == "telegram:502 Omar"


async def test_requests_are_listed_in_the_chat(office: Office) -> None:
    """For listed people; one of them by its number comes as a card."""
    await office.card()
    office.group.say("/requests", by=LISE)
    assert "Marie" in (await office.group.next()).text
    office.group.say("/requests 1", by=LISE)
    again = await office.group.next()
    await office.tap("Deny", again, LISE)
    assert await office.state() is RequestState.DENIED
    shown = len(office.group.screen)
    office.group.say("/requests", by=GUEST)
    await office.desk.settle()
    assert len(office.group.screen) == shown, "nobody else's word is read for it"


async def test_nobody_decides_their_own_request(office: Office) -> None:
    """Asked from their own private chat; another one decides."""
    card, _ = await office.card()

    async def own(tx: Transaction) -> None:
        await tx.run("UPDATE request SET conversation = :key", {"key": f"telegram:{LISE['id']}"})

    await office.desk.app.database.write(own)
    assert "Nobody decides a request for their own address" in await office.tap("Approve without", card, LISE)
    assert await office.state() is RequestState.OPEN
    await office.tap("Approve without", card, OMAR)
    assert await office.state() is RequestState.APPROVED


async def test_above_the_cap_a_digest_comes(office: Office) -> None:
    """Eleven requests within an hour are ten cards and one list."""
    for number in range(11):
        await office.ask_for_access(ENGLISH, f"m{number}@customer.example")
    shown = [await office.group.next() for _ in range(11)]
    assert [bool(each.parameters.get("reply_markup")) and "Deny" in str(each.labels()) for each in shown].count(True) == 10
    await asyncio.sleep(0)
    assert "11" in shown[-1].text


async def test_a_chat_that_puts_the_desk_out_is_told_to_the_operators(office: Office) -> None:
    office.group.blocked = True
    await office.ask_for_access(ENGLISH, MARIE)
    await office.person(ADMIN).gets("admin/decide")  # the thread by mail goes on
    assert "kicked" in (await office.person(ADMIN).gets("operator/given_up")).text
