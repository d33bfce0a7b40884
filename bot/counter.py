"""Answers one message in an open transaction: recognise, read, decide the language, let the handlers speak, write the letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.caps import FREE, Caps
from bot.composer import Composer
from bot.core.authenticity import Verdict
from bot.core.caps import Allowance
from bot.core.check_digits import CheckDigit
from bot.core.commands import Command, CommandSpec, Effect, Handler, Reading
from bot.core.grammar import Context, Vocabulary, read
from bot.core.inbound import Inbound
from bot.core.language import decide
from bot.core.letters import Letter
from bot.core.pro_numbers import find_pros
from bot.core.repeated_subject import fingerprint, repeats
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import DeskFacts, Stores, Visit
from bot.operators import Operators
from handlers.unknown import answer_unknown
from storage.correspondents import Correspondent, Correspondents
from storage.database import Transaction
from storage.outbox import Outbox
from storage.shipments import ShipmentStore


class VerdictNeededError(Exception):
    """Nobody has looked yet whether the sender is authentic, and it matters after all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message: a stable word for metrics, and the letters to send."""

    outcome: str
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message with what is known of its conversation."""

    channel: Channel
    inbound: Inbound
    verdict: Verdict | None
    known: Correspondent
    answers_us: bool
    reading: Reading

    @property
    def authentic(self) -> bool:
        return self.channel is not Channel.MAIL or (self.verdict is not None and self.verdict.authentic)

    @property
    def understood(self) -> bool:
        return bool(self.reading.commands)


class Counter:
    """The service counter: everything it needs to answer, and no I/O but the transaction it is handed."""

    def __init__(
        self,
        handlers: Sequence[Handler],
        composer: Composer,
        facts: DeskFacts,
        caps: Caps,
        seal: Seal,
        check_digit: CheckDigit,
        operators: Operators,
        handoff_address: str,
    ) -> None:
        self._handlers: Mapping[str, Handler] = {handler.spec.name: handler for handler in handlers}
        self._vocabulary = Vocabulary([handler.spec for handler in handlers])
        self._composer = composer
        self._facts = facts
        self._caps = caps
        self._seal = seal
        self._check_digit = check_digit
        self._operators = operators
        self._admins = frozenset(address.lower() for address in operators.addresses)
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

    def needs_proof(self, inbound: Inbound, reading: Reading) -> bool:
        """Whether it matters who really writes: something is changed, the caps on unrecognised mail count, or the sender is said to
        be an administrator, who has no caps."""
        open_only = reading.commands and all(self.spec(command.name).effect is Effect.OPEN for command in reading.commands)
        return not open_only or inbound.sender.address.lower() in self._admins

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

        `verdict` is None where nobody has looked at the sender's authenticity, which then counts as not proved; raises
        VerdictNeededError where that would be to the sender's harm. `read_already` is what `read` made of the message while
        nothing was known of the conversation.
        """
        if inbound.silence:
            return Answer(f"silent_{inbound.silence}")
        if verdict is not None and verdict.failed_policy:
            return Answer(f"silent_dmarc_{verdict.failed_policy}")
        heard = await self._hear(transaction, channel, inbound, verdict, now, read_already)
        if heard.reading.courtesy and heard.answers_us:
            return Answer("silent_courtesy")
        allowance = await self._allowance(transaction, heard, now)
        if not allowance.allowed:
            return Answer("silent_limit")
        if not await self._caps.spend_of_all(transaction, now):
            facts = {"letters": self._caps.limits.letters_per_hour}
            return Answer("silent_desk_limit", tuple(await self._operators.alert(transaction, Reply("operator/limit", facts), now)))
        letters = await self._write(transaction, heard, allowance, now)
        return Answer("answered" if heard.understood else "not_understood", tuple(letters))

    def parked(self, inbound: Inbound | None, message_id: int, reason: str, now: datetime) -> list[Letter]:
        """What is told when a message is set aside: the administrators, what to do; the sender once, that a person will look.

        `inbound` is None where the message cannot be read, or came by chat.
        """
        letters = self._operators.letters(Reply("operator/parked", {"id": message_id, "reason": reason}), now)
        if inbound is not None and inbound.reply_to and not inbound.silence:
            told = Reply("desk/parked", {"subject": inbound.subject})
            letters.append(self._composer.notice(inbound.reply_to, told, inbound.hint, now))
        return letters

    async def _hear(
        self,
        tx: Transaction,
        channel: Channel,
        inbound: Inbound,
        verdict: Verdict | None,
        now: datetime,
        read_already: Reading | None,
    ) -> _Heard:
        known = await Correspondents(tx, now).get(inbound.sender.key)
        answered = await Outbox(tx, self._seal).answered(inbound.answers) if inbound.answers else None
        if known.subject and repeats(inbound.subject, known.subject):
            inbound, read_already = replace(inbound, subject_is_reply=True), None
        reading = read_already
        if reading is None or known.choices or answered:
            reading = self.read(inbound, has_choices=bool(known.choices), answers_us=answered is not None)
        return _Heard(channel, inbound, verdict, known, answered is not None, reading)

    async def _allowance(self, tx: Transaction, heard: _Heard, now: datetime) -> Allowance:
        sender = heard.inbound.sender
        if heard.channel is Channel.TERMINAL or (heard.authentic and sender.address.lower() in self._admins):
            return FREE
        # Whoever forges an address uses up a bucket of its own, not that of the address. Where nobody has looked yet, the mail came
        # by a configured relay; a look is taken before the address itself is silenced.
        unseen = heard.verdict is None and heard.channel is Channel.MAIL
        bucket = sender.key if heard.authentic or unseen else f"unproved {sender.key}"
        found = await self._caps.spend(tx, bucket, understood=heard.understood, now=now)
        if not found.allowed and unseen:
            raise VerdictNeededError
        return found

    async def _write(self, tx: Transaction, heard: _Heard, allowance: Allowance, now: datetime) -> list[Letter]:
        inbound, known, key = heard.inbound, heard.known, heard.inbound.sender.key
        correspondents = Correspondents(tx, now)
        if not known.known:
            await correspondents.meet(key)
        if known.bounced and heard.authentic:
            await correspondents.forget_bounce(key)
        language = self._language(heard.reading, known, inbound)
        visit = self._visit(tx, correspondents, heard, language, now)
        replies = await self._replies(visit, heard)
        choices = next((reply.choices for reply in replies if reply.choices), ())
        if choices:
            await correspondents.set_choices(key, choices)
        replies += self._last_answer(allowance)
        chosen = next((reply.language for reply in replies if reply.language is not None), language)
        answer = self._composer.answer(heard.channel, inbound, replies, chosen, first=not known.known, now=now)
        subject = fingerprint(answer.subject)
        if subject != known.subject:
            await correspondents.wrote(key, subject)
        return [answer, *self._handoff(heard, now)]

    def _visit(
        self, tx: Transaction, correspondents: Correspondents, heard: _Heard, language: Language | None, now: datetime
    ) -> Visit:
        inbound = heard.inbound
        answered = find_pros(f"{inbound.subject}\n{inbound.quoted}", rule=self._check_digit).pros if inbound.answers else ()
        return Visit(
            now=now,
            channel=heard.channel,
            sender=inbound.sender,
            language=language,
            assurance=Assurance.AUTHENTIC_SENDER if heard.authentic else Assurance.ANYONE,
            first_contact=not heard.known.known,
            desk=self._facts,
            stores=Stores(ShipmentStore(tx), correspondents),
            answered_pros=answered,
            can_remember=heard.authentic,
            verdict=heard.verdict,
        )

    async def _replies(self, visit: Visit, heard: _Heard) -> list[Reply]:
        if heard.understood:
            return [await self._answer_command(visit, command) for command in heard.reading.commands]
        if heard.inbound.wrapper:
            return [Reply("desk/encrypted", {"wrapper": heard.inbound.wrapper}, understood=False)]
        return [answer_unknown(visit, heard.reading)]

    async def _answer_command(self, visit: Visit, command: Command) -> Reply:
        return await self._handlers[command.name].answer(visit, command)

    def _last_answer(self, allowance: Allowance) -> list[Reply]:
        """The section that says until when nothing more will come, on the answer that uses up a cap."""
        until = allowance.all_until or allowance.unrecognised_until
        if until is None:
            return []
        local = until.astimezone(ZoneInfo(self._facts.timezone))
        return [Reply("limit/reached", {"until": local, "all": allowance.all_until is not None})]

    def _language(self, reading: Reading, known: Correspondent, inbound: Inbound) -> Language | None:
        spoken = next((command.language for command in reading.commands if command.language is not None), None)
        return decide(
            switch=reading.switch, profile=None, remembered=known.language, command=spoken, hint=inbound.hint, text=inbound.text
        )

    def _handoff(self, heard: _Heard, now: datetime) -> list[Letter]:
        inbound = heard.inbound
        if heard.understood or inbound.wrapper or not self._handoff_address or heard.channel is not Channel.MAIL:
            return []
        facts = {"sender": inbound.sender.address, "subject": inbound.subject, "lines": tuple(inbound.text.split("\n")[:100])}
        return [self._composer.notice(self._handoff_address, Reply("handoff/forwarded", facts), None, now)]
