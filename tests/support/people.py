"""The people of a story: they write to a started desk over SMTP, answer its letters as mail programs do, and read what comes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

from tests.support.desk import SERVICE, StartedDesk
from tests.support.relay import SentLetter

SECONDS = 30.0  # a letter that has not come by then does not come
STRANGERS_HOST = {"Received": "from elsewhere.example by mx; Mon, 23 Nov 2026 10:00:00 -0500"}  # so marked nothing is authentic


@dataclass(frozen=True)
class Person:
    """Somebody with one address."""

    desk: StartedDesk
    address: str

    async def writes(self, text: str, *, subject: str = "", unproved: bool = False) -> None:
        """Writes a new mail; `unproved`: from a host that nobody vouches for."""
        headers = STRANGERS_HOST if unproved else None
        await self._hand_in(self.desk.mail(text, sender=self.address, subject=subject, headers=headers), SERVICE)

    async def answers(self, letter: SentLetter, words: str, *, unproved: bool = False) -> None:
        """Answers a letter of the desk: to its Reply-To, with its Message-ID and a quote."""
        await self._hand_in(self.reply_to(letter, words, unproved=unproved), address_for_answers(letter))

    def reply_to(self, letter: SentLetter, words: str, *, unproved: bool = False) -> EmailMessage:
        """An answer as a mail program writes it."""
        quote = "\n".join(f"> {line}" for line in letter.text.splitlines())
        text = f"{words}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Essai Transport <{SERVICE}> wrote:\n{quote}\n"
        return self.desk.mail(
            text,
            sender=self.address,
            to=address_for_answers(letter),
            answers=letter,
            subject=f"Re: {letter['Subject']}",
            headers=STRANGERS_HOST if unproved else None,
        )

    async def gets(self, template: str) -> SentLetter:
        """The next letter of that kind to this person; letters of other kinds stay for later."""
        relay = self.desk.relay
        try:
            async with asyncio.timeout(SECONDS):
                while True:
                    for letter in relay.letters:
                        if letter.recipient == self.address and letter["X-Autopro-Template"] == template:
                            relay.letters.remove(letter)
                            return letter
                    relay.arrived.clear()
                    await relay.arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{self.address} got no {template}, only: {self.desk_sent()}") from None

    async def asks(self, text: str, template: str, *, unproved: bool = False) -> SentLetter:
        """Writes, and gets the answer."""
        await self.writes(text, unproved=unproved)
        return await self.gets(template)

    async def answers_and_gets(self, letter: SentLetter, words: str, template: str, *, unproved: bool = False) -> SentLetter:
        """Answers a letter, and gets what answers that."""
        await self.answers(letter, words, unproved=unproved)
        return await self.gets(template)

    def desk_sent(self) -> list[tuple[str, str]]:
        """Every letter that nobody has taken yet: recipient and template."""
        return [(letter.recipient, letter["X-Autopro-Template"]) for letter in self.desk.relay.letters]

    async def _hand_in(self, mail: EmailMessage, to: str) -> None:
        code, said = await self.desk.hand_in(mail, envelope_sender=self.address, recipients=[to])
        assert code == 250, said


async def nothing_more(desk: StartedDesk, *, but: Mapping[str, str] | None = None) -> None:
    """Nobody gets anything else, except letters of the kinds `but` (recipient to template), which are taken away."""
    await desk.settle()
    left = [(letter.recipient, letter["X-Autopro-Template"]) for letter in desk.relay.letters]
    assert [each for each in left if (but or {}).get(each[0]) != each[1]] == []
    desk.relay.letters.clear()


def value(letter: SentLetter, label: str) -> str:
    """What stands behind a label, on a line of its own."""
    found = re.search(rf"^{re.escape(label)}(.+?)\r?$", letter.text, re.MULTILINE)
    assert found, f"no line {label!r} in\n{letter.text}"
    return found[1].strip()


def is_answer_to(letter: SentLetter, earlier: SentLetter) -> bool:
    """Whether a mail program shows a letter in the thread of an earlier one."""
    threads = f"{letter['In-Reply-To']} {letter['References']}"
    return earlier["Message-ID"] in threads


def address_for_answers(letter: SentLetter) -> str:
    """Where a mail program sends the answer to a letter."""
    return parseaddr(letter["Reply-To"] if letter.mail["Reply-To"] else SERVICE)[1]
