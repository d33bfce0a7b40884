"""Answers one message in an open transaction: recognise, read, decide the language, let the handlers speak, write the letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.composer import Composer
from bot.core.authenticity import Verdict
from bot.core.check_digits import CheckDigit
from bot.core.commands import Command, CommandSpec, Effect, Handler, Reading
from bot.core.grammar import Context, Vocabulary, read
from bot.core.inbound import Inbound
from bot.core.language import decide
from bot.core.letters import Letter
from bot.core.pro_numbers import find_pros
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import DeskFacts, Stores, Visit
from handlers.unknown import answer_unknown
from storage.correspondents import Correspondent, Correspondents
from storage.database import Transaction
from storage.outbox import Outbox
from storage.shipments import ShipmentStore

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on letters to one conversation, 0 for none; they end a conversation between two machines."""

    unrecognised_per_day: int
    answers_per_hour: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message: a stable word for metrics, and the letters to send."""

    outcome: str
    letters: tuple[Letter, ...] = ()


class Counter:
    """The service counter: everything it needs to answer, and no I/O but the transaction it is handed."""

    def __init__(
        self,
        handlers: Sequence[Handler],
        composer: Composer,
        facts: DeskFacts,
        limits: Limits,
        seal: Seal,
        check_digit: CheckDigit,
        admins: Sequence[str],
        handoff_address: str,
    ) -> None:
        self._handlers: Mapping[str, Handler] = {handler.spec.name: handler for handler in handlers}
        self._vocabulary = Vocabulary([handler.spec for handler in handlers])
        self._composer = composer
        self._facts = facts
        self._limits = limits
        self._seal = seal
        self._check_digit = check_digit
        self._admins = admins
        self._handoff_address = handoff_address

    def spec(self, name: str) -> CommandSpec:
        """The declaration of a command."""
        return self._handlers[name].spec

    def read(self, inbound: Inbound, *, has_choices: bool = False, answers_us: bool = False) -> Reading:
        """What a message asks for."""
        context = Context(
            subject_is_reply=inbound.subject_is_reply or answers_us,
            has_choices=has_choices,
            answers_us=answers_us,
            answered_text=f"{inbound.subject}\n{inbound.quoted}",
            check_digit=self._check_digit,
        )
        return read(self._vocabulary, inbound.subject, inbound.text, context)

    def only_shows(self, reading: Reading) -> bool:
        """Whether a reading asks for public facts alone."""
        return all(self.spec(command.name).effect is Effect.OPEN for command in reading.commands)

    async def answer(
        self,
        transaction: Transaction,
        channel: Channel,
        inbound: Inbound,
        verdict: Verdict | None,
        now: datetime,
        read_already: Reading | None = None,
    ) -> Answer:
        """Answers a message, or says why not.

        `verdict` is None where nobody has looked at the sender's authenticity, which then counts as not proved. `read_already` is
        what `read` made of the message while nothing was known of the conversation.
        """
        if inbound.silence:
            return Answer(f"silent_{inbound.silence}")
        if verdict is not None and verdict.failed_policy:
            return Answer(f"silent_dmarc_{verdict.failed_policy}")
        correspondents = Correspondents(transaction, now)
        outbox = Outbox(transaction, self._seal)
        known = await correspondents.get(inbound.sender.key)
        answers_us = await outbox.answered(inbound.answers) is not None if inbound.answers else False
        reading = read_already
        if reading is None or known.choices or answers_us:
            reading = self.read(inbound, has_choices=bool(known.choices), answers_us=answers_us)
        if reading.courtesy and answers_us:
            return Answer("silent_courtesy")
        if await self._over_limit(outbox, known, reading, inbound.sender.key, channel, now):
            return Answer("silent_limit")
        if not known.known:
            await correspondents.meet(inbound.sender.key)
        language = self._language(reading, known, inbound)
        authentic = channel is not Channel.MAIL or (verdict is not None and verdict.authentic)
        visit = Visit(
            now=now,
            channel=channel,
            sender=inbound.sender,
            language=language,
            assurance=Assurance.AUTHENTIC_SENDER if authentic else Assurance.ANYONE,
            first_contact=not known.known,
            desk=self._facts,
            stores=Stores(ShipmentStore(transaction), correspondents),
            answered_pros=find_pros(f"{inbound.subject}\n{inbound.quoted}", rule=self._check_digit).pros if inbound.answers else (),
            can_remember=authentic,
        )
        replies = await self._replies(visit, reading)
        await self._remember(correspondents, known, replies, reading, inbound.sender.key)
        chosen = next((reply.language for reply in replies if reply.language is not None), language)
        letters = [self._composer.answer(channel, inbound, replies, chosen, first=not known.known, now=now)]
        letters += self._handoff(channel, inbound, reading, now)
        return Answer("answered" if reading.commands else "not_understood", tuple(letters))

    def parked(self, inbound: Inbound | None, message_id: int, reason: str, now: datetime) -> list[Letter]:
        """What is told when a message is set aside: the administrators, what to do; the sender once, that a person will look.

        `inbound` is None where the message cannot be read, or came by chat.
        """
        facts = {"id": message_id, "reason": reason}
        letters = [self._composer.notice(address, Reply("operator/parked", facts), None, now) for address in self._admins]
        if inbound is not None and inbound.reply_to and not inbound.silence:
            told = Reply("desk/parked", {"subject": inbound.subject})
            letters.append(self._composer.notice(inbound.reply_to, told, inbound.hint, now))
        return letters

    async def _replies(self, visit: Visit, reading: Reading) -> list[Reply]:
        if not reading.commands:
            return [answer_unknown(visit, reading)]
        return [await self._answer_command(visit, command) for command in reading.commands]

    async def _answer_command(self, visit: Visit, command: Command) -> Reply:
        return await self._handlers[command.name].answer(visit, command)

    def _language(self, reading: Reading, known: Correspondent, inbound: Inbound) -> Language | None:
        spoken = next((command.language for command in reading.commands if command.language is not None), None)
        return decide(
            switch=reading.switch, profile=None, remembered=known.language, command=spoken, hint=inbound.hint, text=inbound.text
        )

    async def _over_limit(
        self, outbox: Outbox, known: Correspondent, reading: Reading, key: str, channel: Channel, now: datetime
    ) -> bool:
        if channel is Channel.TERMINAL:
            return False
        unrecognised, hourly = self._limits.unrecognised_per_day, self._limits.answers_per_hour
        if unrecognised and not reading.commands and known.unrecognised >= unrecognised:
            return True
        return bool(hourly) and known.known and await outbox.recent(key, now - _HOUR, hourly) >= hourly

    async def _remember(
        self, correspondents: Correspondents, known: Correspondent, replies: Sequence[Reply], reading: Reading, key: str
    ) -> None:
        if not reading.commands:
            await correspondents.count_unrecognised(key, known)
        elif known.unrecognised:
            await correspondents.forget_unrecognised(key)
        choices = next((reply.choices for reply in replies if reply.choices), ())
        if choices:
            await correspondents.set_choices(key, choices)

    def _handoff(self, channel: Channel, inbound: Inbound, reading: Reading, now: datetime) -> list[Letter]:
        if reading.commands or reading.empty or not self._handoff_address or channel is not Channel.MAIL:
            return []
        facts = {"sender": inbound.sender.address, "subject": inbound.subject, "lines": tuple(inbound.text.split("\n")[:100])}
        return [self._composer.notice(self._handoff_address, Reply("handoff/forwarded", facts), None, now)]
