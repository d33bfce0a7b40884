"""What a message asks for, and of whom it comes: read by the grammar, beside what is on file of its conversation and its writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.chatting import Manners, barred
from bot.core.accounts.tokens import looks_issued
from bot.core.authenticity import Verdict
from bot.core.chat import Chat
from bot.core.check_digits import CheckDigit
from bot.core.commands import CommandSpec, Effect, Reading
from bot.core.grammar import Context, Vocabulary, read
from bot.core.inbound import Inbound
from bot.core.repeated_subject import repeats
from bot.core.seal import Seal
from bot.core.values import Channel
from bot.core.visit import NOBODY
from bot.heard import Heard
from bot.reception import Reception
from handlers.request_outcome import awaits_words
from storage.chat_outbox import ChatOutbox
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.outbox import Outbox


class Hearing:
    """The counter's ears. `specs` are everybody's commands, `of_administrators` those that are read for listed administrators only:
    their words ("deny", "ask") are ordinary ones."""

    def __init__(
        self,
        specs: Sequence[CommandSpec],
        of_administrators: Sequence[CommandSpec],
        *,
        reception: Reception,
        manners: Manners,
        seal: Seal,
        check_digit: CheckDigit,
    ) -> None:
        self._specs = {spec.name: spec for spec in (*specs, *of_administrators)}
        self._vocabulary = Vocabulary(list(specs))
        self._vocabulary_of_administrators = Vocabulary(list(self._specs.values()))
        self._reception = reception
        self._manners = manners
        self._seal = seal
        self._check_digit = check_digit

    def read(self, inbound: Inbound, *, has_choices: bool = False, answers_us: bool = False, own_code: str = "") -> Reading:
        """What a message asks for; of the desk, not of the postmaster. `own_code` is the writer's, where it is proved."""
        if inbound.for_postmaster:
            return Reading()
        context = Context(
            subject_is_reply=inbound.subject_is_reply or answers_us,
            has_choices=has_choices,
            answers_us=answers_us,
            answered_text=f"{inbound.subject}\n{inbound.quoted}",
            check_digit=self._check_digit,
            own_code=own_code,
        )
        listed = self._reception.rules.lists(inbound.sender, inbound.chat)
        vocabulary = self._vocabulary_of_administrators if listed else self._vocabulary
        reading = read(vocabulary, inbound.subject, inbound.text, context)
        return reading if inbound.chat is None else barred(reading, inbound.chat, self._specs.__getitem__)

    def needs_proof(self, inbound: Inbound, reading: Reading) -> bool:
        """Whether it matters who really writes: something is changed, the caps on unrecognised mail count, or the sender is said to
        be an administrator, who has no caps."""
        open_only = reading.commands and all(self._specs[command.name].effect is Effect.OPEN for command in reading.commands)
        return not open_only or self._reception.rules.lists(inbound.sender, inbound.chat)

    async def hear(
        self,
        tx: Transaction,
        channel: Channel,
        inbound: Inbound,
        verdict: Verdict | None,
        now: datetime,
        read_already: Reading | None,
    ) -> Heard:
        """A message with what is known of its conversation and of its writer; reads only.

        `verdict` and `read_already` as in `Counter.answer`.
        """
        known = await Correspondents(tx, now).get(inbound.sender.key)
        answered = await Outbox(tx, self._seal).answered(inbound.answers) if inbound.answers else None
        if known.subject and repeats(inbound.subject, known.subject):
            inbound, read_already = replace(inbound, subject_is_reply=True), None
        chat = inbound.chat
        listed = self._reception.rules.lists(inbound.sender, chat)
        if chat is not None and listed and chat.answered_id:  # an administrator replies to a card
            inbound = await self._of_card(tx, inbound, chat)
        # In a private chat everything is said to us: thanks are thanks for what we wrote, whether or not it is quoted.
        answers_us = answered is not None or (chat is not None and (chat.answers_us or (known.known and not chat.in_group)))
        reading = read_already
        if reading is None or known.choices or answers_us:
            reading = self.read(inbound, has_choices=bool(known.choices), answers_us=answers_us)
        heard = Heard(channel, inbound, verdict, known, answers_us, reading, NOBODY)
        files = self._reception.files(tx)
        # Nobody is known where others read along; only who is listed in the administrators' chat, and what a button was bound to.
        if chat is None or not chat.in_group or looks_issued(chat.mark) or listed:
            heard = replace(heard, access=await self._reception.recognise(files, heard.writer, now))
        if reading.courtesy and heard.access.token is not None:
            heard = replace(heard, awaited=await awaits_words(files.requests, heard.access))
        if not reading.commands and heard.code_like_a_word:
            again = self.read(inbound, has_choices=bool(known.choices), answers_us=answers_us, own_code=heard.code_like_a_word)
            heard = replace(heard, reading=again)
        if chat is None:
            return heard
        return await self._manners.hear(files.drafts, ChatOutbox(tx, self._seal), heard, now)

    async def _of_card(self, tx: Transaction, inbound: Inbound, chat: Chat) -> Inbound:
        """A reply in a chat names the letter that it answers, as mail does."""
        letter = await ChatOutbox(tx, self._seal).letter_of(inbound.sender.key, chat.answered_id)
        return replace(inbound, answers=(letter,) if letter else ())
