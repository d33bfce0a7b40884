"""Answers one message in an open transaction: recognise, read, decide the language, let the handlers speak, write the letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.caps import FREE, NOT_ASKED, Caps
from bot.chat_menus import ChatMenus
from bot.chatting import Manners, greets, hush
from bot.composer import Composer
from bot.core.accounts.tokens import Purpose
from bot.core.authenticity import Verdict
from bot.core.caps import Allowance
from bot.core.check_digits import CheckDigit
from bot.core.commands import Command, Handler, Reading
from bot.core.immutable import immutable
from bot.core.inbound import Inbound
from bot.core.letters import Letter
from bot.core.pro_numbers import find_pros
from bot.core.repeated_subject import fingerprint
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.core.secret_words import may_hold_secret
from bot.core.values import Channel, Language
from bot.core.visit import DeskFacts, Stores, Visit
from bot.handover import Handover
from bot.heard import Heard
from bot.hearing import Hearing
from bot.operators import Operators
from bot.posting import write_posts
from bot.reception import NOTHING_PREPARED, Prepared, Reception, answer_command
from bot.recognition import assurance_of
from handlers.overheard import overheard
from handlers.returned import reopened
from handlers.unknown import answer_unknown
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.shipments import ShipmentStore

log = structlog.get_logger("desk")

_POSTMASTER = "postmaster"  # one bucket for all: a flood of forged senders must not bury a person


@immutable
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
        caps: Caps,
        seal: Seal,
        check_digit: CheckDigit,
        operators: Operators,
        handoff_address: str,
        reception: Reception,
        menus: ChatMenus,
        for_administrators: Sequence[Handler] = (),
    ) -> None:
        self._handlers: Mapping[str, Handler] = {handler.spec.name: handler for handler in (*handlers, *for_administrators)}
        secret = frozenset(name for name, handler in self._handlers.items() if handler.spec.secret)
        self._manners = Manners(lambda name: self._handlers[name].spec, secret, menus)
        self.hearing = Hearing(
            [handler.spec for handler in handlers],
            [handler.spec for handler in for_administrators],
            reception=reception,
            manners=self._manners,
            seal=seal,
            check_digit=check_digit,
        )
        self._reception = reception
        self._composer = composer
        self._facts = facts
        self._caps = caps
        self._check_digit = check_digit
        self._operators = operators
        self._handover = Handover(composer, handoff_address, operators.addresses)

    def must_prepare(self, reading: Reading) -> bool:
        """Whether a command needs something slow before the transaction that answers it."""
        return any(self._handlers[command.name].prepare is not None for command in reading.commands)

    async def prepare(self, channel: Channel, inbound: Inbound, verdict: Verdict | None, now: datetime) -> Prepared:
        """What the commands of a message need before the transaction that answers them."""
        cabinet = self._reception.cabinet
        heard = await cabinet.database.read(lambda tx: self.hearing.hear(tx, channel, inbound, verdict, now, None))
        commands = heard.reading.commands
        return await self._reception.prepare(self._handlers, commands, heard.writer, heard.access, now)

    async def answer(
        self,
        transaction: Transaction,
        channel: Channel,
        inbound: Inbound,
        verdict: Verdict | None,
        now: datetime,
        read_already: Reading | None = None,
        prepared: Prepared = NOTHING_PREPARED,
    ) -> Answer:
        """Answers a message, or says why not. Raises Changed when what was prepared no longer fits.

        `verdict` is None where nobody has looked at the sender's authenticity, which then counts as not proved. `read_already` is
        what `read` made of the message while nothing was known of the conversation.
        """
        unheard = inbound.silence or ("" if verdict is None or inbound.for_postmaster else verdict.silence)
        if unheard:
            outcome = await self._reception.note_silence(transaction, inbound, verdict, unheard, now)
            return Answer(outcome, self._composer.chat.at_least(inbound.chat))
        if inbound.for_postmaster:
            return await self._for_postmaster(transaction, inbound, now)
        heard = await self.hearing.hear(transaction, channel, inbound, verdict, now, read_already)
        silence = hush(heard) or ("courtesy" if heard.courtesy and not greets(heard) else "")
        allowance = NOT_ASKED if silence else await self._allowance(transaction, heard, now)
        if not allowance.allowed:
            language = heard.language
            return Answer(f"silent_{silence or 'limit'}", self._composer.chat.at_least(inbound.chat, language, secret=heard.secret))
        if not await self._caps.spend_of_all(transaction, now):
            facts = {"letters": self._caps.limits.letters_per_hour}
            alerts = await self._operators.alert(transaction, Reply("operator/limit", facts), now)
            least = self._composer.chat.at_least(inbound.chat, heard.language, secret=heard.secret)
            return Answer("silent_desk_limit", (*least, *alerts))
        letters = await self._write(transaction, heard, allowance, prepared, now)
        return Answer("answered" if heard.understood else "not_understood", tuple(letters))

    async def _for_postmaster(self, tx: Transaction, inbound: Inbound, now: datetime) -> Answer:
        """To a person, whatever is known of the sender; the sender is not answered."""
        letters = self._handover.to_postmaster(inbound, now)
        if not letters:
            log.warning("postmaster_unread", next="set [desk] handoff_address or [admins] addresses, so that somebody reads it")
            return Answer("postmaster_unread")
        allowance = await self._caps.spend(tx, _POSTMASTER, understood=True, now=now)
        return Answer("postmaster", tuple(letters)) if allowance.allowed else Answer("silent_limit")

    def parked(self, inbound: Inbound | None, message_id: int, reason: str, now: datetime) -> list[Letter]:
        """What is told when a message is set aside: the administrators, what to do; the sender once, that a person will look.

        `inbound` is None where the message cannot be read.
        """
        letters = self._operators.letters(Reply("operator/parked", {"id": message_id, "reason": reason}), now)
        if inbound is not None and inbound.chat is not None and not inbound.silence:
            return [*letters, *self._composer.chat.parked(inbound.chat, inbound.hint, secret=may_hold_secret(inbound.text))]
        if inbound is not None and inbound.reply_to and not inbound.silence and not inbound.for_postmaster:
            told = Reply("desk/parked", {"subject": inbound.subject})
            letters.append(self._composer.notice(inbound.reply_to, told, inbound.hint, now))
        return letters

    async def returned(self, tx: Transaction, message_ids: Sequence[str], now: datetime) -> list[Letter]:
        """A letter came back for good: when it held a credential, its request is open again, and administrators hear of it."""
        files = self._reception.files(tx)
        token = await files.tokens.find_by_message(message_ids)
        if token is None or token.grant.purpose is not Purpose.CREDENTIALS or token.grant.request_number is None:
            return []
        posts = await reopened(self._reception.office(files, now), token.grant.request_number)
        return await write_posts(self._composer, tx, files, posts, now)

    async def _allowance(self, tx: Transaction, heard: Heard, now: datetime) -> Allowance:
        listed = self._reception.rules.lists(heard.inbound.sender, heard.inbound.chat)
        if heard.channel is Channel.TERMINAL or (heard.authentic and listed):
            return FREE
        # Whoever forges an address uses up a bucket of its own, not that of the address. What nobody has looked at came by a
        # configured relay, and counts as the address's own: else it would have twice as many answers.
        unseen = heard.verdict is None and heard.channel is Channel.MAIL
        bucket = heard.bucket if heard.authentic or unseen else f"unproved {heard.bucket}"
        if heard.asked_for and heard.access.token is not None:  # never lost to a flood of other mail
            bucket = f"token {heard.access.token.digest.hex()}"
        return await self._caps.spend(tx, bucket, understood=heard.understood, now=now)

    async def _write(self, tx: Transaction, heard: Heard, allowance: Allowance, prepared: Prepared, now: datetime) -> list[Letter]:
        key, correspondents = heard.inbound.sender.key, Correspondents(tx, now)
        await self._meet(correspondents, heard)
        visit = self._visit(tx, correspondents, heard, now)
        replies = [*await self._replies(visit, heard, prepared), *self._manners.told(heard)]
        choices = next((reply.choices for reply in replies if reply.choices), ())
        if choices:
            await correspondents.set_choices(key, choices)
        replies += self._last_answer(allowance)
        answers = await self._answers(visit, correspondents, heard, replies)
        menu = await self._manners.remember(correspondents, heard, await _spoken(visit, heard, _asked_for(replies)))
        posts = await self._posts(tx, visit, replies)
        return [*answers, *menu, *posts, *self._handoff(heard, replies, now)]

    async def _meet(self, correspondents: Correspondents, heard: Heard) -> None:
        """Whoever writes is known from now on, and is heard of again."""
        known, key = heard.known, heard.inbound.sender.key
        if not known.known:
            await correspondents.meet(key)
        elif known.silent:
            await correspondents.seen(key)
        if known.bounced and heard.authentic:
            await correspondents.forget_bounce(key)

    async def _answers(
        self, visit: Visit, correspondents: Correspondents, heard: Heard, replies: Sequence[Reply]
    ) -> Sequence[Letter]:
        """What the writer gets: one letter, or a chat's calls."""
        inbound, known = heard.inbound, heard.known
        chosen = _asked_for(replies) or visit.language
        token = next((reply.token for reply in replies if reply.token), "") or heard.session_token
        if token or heard.private or any(reply.secret for reply in replies):
            inbound = replace(inbound, reply_to=inbound.sender.address)  # a Reply-To is for open answers: anybody can write one
        answers = self._composer.answer(
            heard.channel,
            inbound,
            replies,
            chosen,
            first=not known.known,
            now=visit.now,
            token=token or heard.question_token,
            remove=heard.secret,
        )
        subject = fingerprint(answers[-1].subject)
        if subject != known.subject:
            await correspondents.wrote(inbound.sender.key, subject)
        if token:  # for programs that drop the Reply-To: the letter that carries it stands for it
            await visit.files.tokens.carried_by(token, answers[-1].message_id)
        if heard.channel is not Channel.TERMINAL and all(reply.quiet for reply in replies):
            return self._composer.chat.at_least(inbound.chat, chosen, secret=heard.secret)
        return answers

    async def _posts(self, tx: Transaction, visit: Visit, replies: Sequence[Reply]) -> list[Letter]:
        """The letters to others."""
        posts = [post for reply in replies for post in reply.posts]
        return await write_posts(self._composer, tx, visit.files, posts, visit.now) if posts else []

    def _visit(self, tx: Transaction, correspondents: Correspondents, heard: Heard, now: datetime) -> Visit:
        inbound = heard.inbound
        quotes = bool(inbound.answers) or (inbound.chat is not None and bool(inbound.quoted))  # a chat message has no subject
        answered = find_pros(f"{inbound.subject}\n{inbound.quoted}", rule=self._check_digit).pros if quotes else ()
        return Visit(
            now=now,
            channel=heard.channel,
            sender=inbound.sender,
            language=heard.language,
            assurance=assurance_of(heard.access, heard.writer),
            first_contact=not heard.known.known,
            desk=self._facts,
            stores=Stores(ShipmentStore(tx), correspondents, self._reception.files(tx)),
            answered_pros=answered,
            can_remember=heard.authentic,
            verdict=heard.verdict,
            logged_in=heard.access.entered,
            access=heard.access,
            rules=self._reception.rules,
            mint=self._reception.cabinet.mint,
            authenticity=heard.verdict.reason if heard.verdict is not None else "",
            text=inbound.text,
            quoted=inbound.quoted,
            chat=inbound.chat,
        )

    async def _replies(self, visit: Visit, heard: Heard, prepared: Prepared) -> list[Reply]:
        commands, other = heard.reading.commands, self._manners.instead(heard)
        if other is not None and not commands:
            return [other]
        if greets(heard) and heard.form is None:
            return [await self._handlers["help"].answer(visit, Command("help"))]
        dialogue = await overheard(visit, commands)
        if dialogue is not None:
            return [dialogue]
        if commands:
            replies = await self._obeyed(visit, heard, prepared)
            await self._reception.leave(visit)
            return [*replies, *([other] if other is not None else [])]
        if heard.inbound.wrapper:
            return [Reply("desk/encrypted", {"wrapper": heard.inbound.wrapper}, understood=False)]
        return [answer_unknown(visit, heard.reading)]

    async def _obeyed(self, visit: Visit, heard: Heard, prepared: Prepared) -> list[Reply]:
        """The answers to the commands of one message, in order. What follows LOGIN or LOGOUT knows who is logged in since."""
        first, replies = visit, []
        for command in heard.reading.commands:
            handler = self._handlers[command.name]
            # What was prepared fits who wrote the message, not who logged in with it.
            replies.append(await answer_command(handler, visit if handler.prepare is None else first, command, prepared))
            if handler.spec.enters and command is not heard.reading.commands[-1]:
                writer = replace(heard.writer, token=replies[-1].token or heard.writer.token)
                access = await self._reception.recognise(visit.files, writer, visit.now)
                visit = replace(visit, access=access, logged_in=access.entered, assurance=assurance_of(access, writer))
        return replies

    def _last_answer(self, allowance: Allowance) -> list[Reply]:
        """The section that says until when nothing more will come, on the answer that uses up a cap."""
        until = allowance.all_until or allowance.unrecognised_until
        if until is None:
            return []
        local = until.astimezone(ZoneInfo(self._facts.timezone))
        return [Reply("limit/reached", {"until": local, "all": allowance.all_until is not None})]

    def _handoff(self, heard: Heard, replies: Sequence[Reply], now: datetime) -> list[Letter]:
        inbound = heard.inbound
        if all(reply.understood for reply in replies) or inbound.wrapper or heard.channel is not Channel.MAIL:
            return []
        return self._handover.not_understood(inbound, now)


def _asked_for(replies: Sequence[Reply]) -> Language | None:
    """The language that an answer asks for: after LANGUAGE FR it is French."""
    return next((reply.language for reply in replies if reply.language is not None), None)


async def _spoken(visit: Visit, heard: Heard, asked: Language | None) -> Language | None:
    """What a chat's menu is in: the profile's language, which this very message may have changed, else the one that was chosen."""
    member = heard.access.member
    if member is not None and asked is not None:
        member = await visit.files.members.by_id(member.id)
    wished = member.language if member is not None else None
    return wished or asked or heard.known.language
