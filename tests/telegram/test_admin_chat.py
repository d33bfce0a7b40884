"""Requests in the administrators' chat: a card with buttons, decided by whoever is listed and taps first, equal to a decision by
mail. Nothing else decides, and no credential is ever shown there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from bot.core.accounts.records import AuditEntry, Grant, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.values import Assurance, Channel
from storage.database import Transaction
from storage.depths import Depths
from storage.outbox import Outbox
from tests.stories.test_accounts import ENGLISH, FRENCH, Words
from tests.support.desk import CUSTOMER, StartedDesk, started_desk
from tests.support.relay import SentLetter
from tests.telegram.updates import BOT_ID, message, ours, person, record, tap, update

ADMIN = "admin@carrier.example"
GROUP, BOSS, SECOND, GUEST = -100500, 501, 502, 503
TOKEN = f"{BOT_ID}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
Call = dict[str, Any]


@dataclass
class Office:
    """The administrators' chat of a started desk."""

    desk: StartedDesk
    seen: set[int] = field(default_factory=set)

    async def calls(self, chat: int = GROUP) -> list[Call]:
        """What was written to a chat since the last look, oldest first."""

        async def read(tx: Transaction) -> list[Call]:
            queued = await Outbox(tx, self.desk.app.seal).of_conversation(f"telegram:{chat}")
            new = [one for one in queued if one.id not in self.seen]
            self.seen.update(one.id for one in new)
            assert all(one.letter.channel is Channel.TELEGRAM for one in new)
            return [{**json.loads(one.letter.content), "template": one.letter.template} for one in new]

        async with asyncio.timeout(10):
            while (await self.desk.app.database.read(Depths.read)).inbox_waiting:
                await asyncio.sleep(0.01)
        return await self.desk.app.database.read(read)

    async def tap(self, data: str, user: int, *, chat: int = GROUP, name: str = "Lise", language: str = "en") -> list[Call]:
        """A tap on a message of ours; what it led to in that chat."""
        tapped = tap(data, ours("…", chat=chat), user=person(user, language=language, name=name))
        await self.desk.app.desk.receive(record(tapped), "telegram")
        return await self.calls(chat)

    async def says(self, text: str, user: int, **more: Any) -> list[Call]:
        """Words in the group; what was answered there."""
        said = message(text, chat=GROUP, user=person(user, language="en"), **more)
        await self.desk.app.desk.receive(record(update(message=said)), "telegram")
        return await self.calls()

    async def card(self, words: Words = ENGLISH) -> tuple[Call, SentLetter]:
        """A request from an authentic address; its card, and the administrator's letter."""
        letters = [await self.desk.ask(f"{words.request}\n{words.form}"), await self.desk.relay.next()]
        (card,) = await self.calls()
        assert card["template"] == "admin/decide"
        return card, next(letter for letter in letters if letter["To"] == ADMIN)

    async def answers(self, letter: SentLetter, text: str, sender: str) -> None:
        """Somebody answers a letter, as their mail program does."""
        address = parseaddr(letter["Reply-To"])[1]
        mail = self.desk.mail(text, sender=sender, to=address, answers=letter)
        await self.desk.hand_in(mail, envelope_sender=sender, recipients=[address])

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
    async with started_desk(
        tmp_path,
        admins={"addresses": [ADMIN], "telegram_ids": [BOSS, SECOND]},
        telegram={"token": TOKEN, "admin_chat_id": GROUP},
        relay={"allow_plain_secrets": True},
    ) as desk:
        yield Office(desk)


def button(call: Call, words: str) -> str:
    """What the first button with these words sends back."""
    buttons = [one for row in call["parameters"]["reply_markup"]["inline_keyboard"] for one in row]
    return next(str(one["callback_data"]) for one in buttons if words in one["text"])


def toast(calls: list[Call]) -> str:
    """The words over the screen of whoever tapped; each tap is acknowledged once."""
    (found,) = [call for call in calls if call["method"] == "answerCallbackQuery"]
    return str(found["parameters"].get("text", ""))


@pytest.mark.parametrize(
    ("words", "approve", "approved", "by"),
    [(ENGLISH, "Approve without", "Approved", "By: "), (FRENCH, "Approuver sans", "Approuvée", "Par\u00a0: ")],
)
async def test_a_tap_approves(office: Office, words: Words, approve: str, approved: str, by: str) -> None:
    """The credentials go out by mail and to nobody else; the card loses its buttons, everybody reads who decided, mail and chat."""
    card, _ = await office.card(words)
    calls = await office.tap(button(card, approve), BOSS, language=words.language)
    assert approved in toast(calls)
    _, closed, told = calls
    assert closed["method"] == "editMessageReplyMarkup"
    assert closed["parameters"]["reply_markup"] == {"inline_keyboard": []}
    assert f"{by}<b>Lise (Telegram {BOSS})</b>" in told["parameters"]["text"]
    assert told["parameters"]["reply_parameters"]["message_id"] == closed["parameters"]["message_id"]
    letters = [await office.desk.relay.next() for _ in range(2)]
    credentials = next(letter for letter in letters if letter["To"] == CUSTOMER)
    temporary = credentials.text.partition(words.temporary_label)[2].split()[0]
    code = credentials.text.partition(words.code_label)[2].split()[0]
    assert len(temporary) == 19
    assert not [call for call in (card, *calls) if temporary in json.dumps(call)]
    assert not [call for call in (card, *calls) if code in json.dumps(call)]
    by_mail = next(letter for letter in letters if letter["To"] == ADMIN)
    assert f"Lise (Telegram {BOSS})" in by_mail.text
    (line,) = await office.audit("request_decided")
    assert line.actor == f"telegram:{BOSS} Lise"


async def test_the_second_tap_sees_who_decided(office: Office) -> None:
    """Two at the same moment, opposite ways: one decision, and nothing more is said to the chat."""
    card, _ = await office.card()
    taps = [
        tap(button(card, words), ours("…", chat=GROUP), user=person(user, language="en", name=name))
        for words, user, name in (("Deny", BOSS, "Lise"), ("Approve without", SECOND, "Omar"))
    ]
    await asyncio.gather(*(office.desk.app.desk.receive(record(one), "telegram") for one in taps))
    calls = await office.calls()
    first, second = [call["parameters"]["text"] for call in calls if call["method"] == "answerCallbackQuery"]
    assert [call["method"] for call in calls].count("sendMessage") == 1
    assert {await office.state()} <= {RequestState.DENIED, RequestState.APPROVED}
    late = second if "Decided before" in second else first
    assert "Decided before" in late
    assert "Lise (Telegram 501)" in late or "Omar (Telegram 502)" in late
    assert len(await office.audit("request_decided")) == 1


async def test_a_decision_by_mail_closes_the_card(office: Office) -> None:
    """And a tap after it changes nothing."""
    card, letter = await office.card()
    await office.answers(letter, "DENY", ADMIN)
    closed, told = await office.calls()
    assert closed["method"] == "editMessageReplyMarkup"
    assert f"By: <b>{ADMIN}</b>" in told["parameters"]["text"]
    late = await office.tap(button(card, "Approve without"), BOSS)
    assert "Decided before: denied" in toast(late)
    assert len(late) == 1
    assert await office.state() is RequestState.DENIED


async def test_an_approval_is_taken_back_by_a_tap(office: Office) -> None:
    """While nobody has used the temporary password; the second tap says that it is over."""
    card, _ = await office.card()
    told = (await office.tap(button(card, "Approve without"), BOSS))[-1]
    undone = await office.tap(button(told, "Take it back"), SECOND, name="Omar")
    assert await office.state() is RequestState.UNDONE
    assert "Omar (Telegram 502)" in undone[-1]["parameters"]["text"]
    again = await office.tap(button(told, "Take it back"), BOSS)
    assert [call["method"] for call in again] == ["answerCallbackQuery"]


@pytest.mark.parametrize(
    ("user", "chat"),
    [(GUEST, GROUP), (GUEST, GUEST), (BOSS, BOSS), (BOSS, -100999)],
    ids=["not listed", "a stranger in private", "listed, in private", "listed, in another group"],
)
async def test_the_right_data_in_the_wrong_hand_decide_nothing(office: Office, user: int, chat: int) -> None:
    """Whoever taps is told so over the screen, and the trail has a line of it."""
    card, _ = await office.card()
    calls = await office.tap(button(card, "Approve without"), user, chat=chat)
    assert [call["method"] for call in calls] == ["answerCallbackQuery"]
    assert "This decided nothing" in toast(calls)
    assert await office.state() is RequestState.OPEN
    (line,) = await office.audit("decision_refused")
    assert line.actor == f"telegram:{user} Lise"


async def test_forged_data_decide_nothing(office: Office) -> None:
    """A token that was never issued, another person's, and one for something else."""
    await office.card()
    files, clock = office.desk.app.cabinet.on, office.desk.clock
    foreign = Grant(Purpose.REQUEST, f"mail:{ADMIN}", Assurance.ADMINISTRATOR, request_number=1)
    other = Grant(Purpose.NOTICE, f"telegram:{GROUP}", Assurance.ADMINISTRATOR, request_number=1)
    tokens = ["a" * 26]
    for grant in (foreign, other):

        async def issue(tx: Transaction, grant: Grant = grant) -> str:
            return await files(tx).tokens.issue(grant, clock.now())

        tokens.append(await office.desk.app.database.write(issue))
    for token in tokens:
        assert "This decided nothing" in toast(await office.tap(f"~{token}~APPROVE NONE", BOSS))
    assert await office.state() is RequestState.OPEN
    assert len(await office.audit("decision_refused")) == 3


async def test_words_without_the_card_decide_nothing(office: Office) -> None:
    """APPROVE typed into the group, forwarded into it, or tapped without its token."""
    await office.card()
    await office.says("/approve none", BOSS)
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Lise"}
    await office.says("/approve none", BOSS, forward_origin=origin)
    await office.tap("APPROVE NONE", BOSS)
    assert await office.state() is RequestState.OPEN


async def test_asking_without_a_question_asks_for_it(office: Office) -> None:
    """The card comes again with its buttons, bound to the request."""
    card, _ = await office.card()
    _, again = await office.tap(button(card, "Ask"), BOSS)
    assert again["template"] == "admin/unclear"
    assert "reply to this message" in again["parameters"]["text"]
    await office.tap(button(again, "Deny"), BOSS)
    assert await office.state() is RequestState.DENIED


async def test_requests_are_listed_in_the_chat(office: Office) -> None:
    """For listed people; one of them by its number comes as a card."""
    await office.card()
    (shown,) = await office.says("/requests", BOSS)
    assert shown["template"] == "admin/requests"
    assert "Marie Tremblay" in shown["parameters"]["text"]
    (card,) = await office.says("/requests 1", BOSS)
    assert card["template"] == "admin/decide"
    await office.tap(button(card, "Deny"), BOSS)
    assert await office.state() is RequestState.DENIED
    assert await office.says("/requests", GUEST) == [], "nobody else's word is read for it"


async def test_nobody_decides_their_own_request(office: Office) -> None:
    """Not by a private chat that is linked to the account either."""
    card, _ = await office.card()

    async def own(tx: Transaction) -> None:
        await tx.run("UPDATE request SET conversation = :key", {"key": f"telegram:{BOSS}"})

    await office.desk.app.database.write(own)
    calls = await office.tap(button(card, "Approve without"), BOSS)
    assert "Nobody decides a request for their own address" in toast(calls)
    assert await office.state() is RequestState.OPEN
    await office.tap(button(card, "Approve without"), SECOND)
    assert await office.state() is RequestState.APPROVED
