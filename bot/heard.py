"""A message with what is known of its conversation: what the counter answers by."""

from __future__ import annotations

from bot.core.accounts.tokens import Purpose
from bot.core.authenticity import Verdict
from bot.core.commands import Reading
from bot.core.forms import FormState
from bot.core.immutable import immutable
from bot.core.inbound import Inbound
from bot.core.language import decide, said_by
from bot.core.values import Channel, Language
from bot.core.visit import Access
from bot.recognition import Writer
from handlers.yes import CONFIRMS
from storage.correspondents import Correspondent

# What the desk asked of somebody: these tokens are not to be had by writing to it.
_ASKED = frozenset(
    {
        Purpose.ANSWER,
        Purpose.CHALLENGE,
        Purpose.CONFIRM_ADDRESS,
        Purpose.CREDENTIALS,
        Purpose.DECISION,
        Purpose.INVITATION,
        Purpose.NEW_ADDRESS,
        Purpose.REQUEST,
        Purpose.TEST,
    }
)


@immutable
class Heard:
    """A message with what is known of its conversation."""

    channel: Channel
    inbound: Inbound
    verdict: Verdict | None
    known: Correspondent
    answers_us: bool
    reading: Reading
    access: Access
    form: FormState | None = None  # the form under way in this chat
    secret: bool = False  # a chat message that may hold a password: it is removed
    awaited: bool = False  # it answers a request that an administrator has yet to decide, or a question about one

    @property
    def authentic(self) -> bool:
        """Whether the sender is who the mail says."""
        return self.channel is not Channel.MAIL or (self.verdict is not None and self.verdict.authentic)

    @property
    def understood(self) -> bool:
        """Whether it asks for something that the desk knows."""
        return bool(self.reading.commands or self.reading.barred) or self.asked_for or self.form is not None

    @property
    def language(self) -> Language | None:
        """The language of the answer, None while nothing tells it."""
        reading, member = self.reading, self.access.member
        return decide(
            switch=reading.switch,
            profile=member.language if member is not None else None,
            remembered=self.known.language,
            command=said_by(reading.commands),
            hint=self.inbound.hint,
            text=self.inbound.text,
            answered=self.inbound.quoted if self.channel is Channel.MAIL and self._answers_a_letter else "",
        )

    @property
    def _answers_a_letter(self) -> bool:
        return self.answers_us or self.access.token is not None

    @property
    def asked_for(self) -> bool:
        """It answers what the desk asked this person, with a token that nobody gets by writing to us."""
        token = self.access.token
        return token is not None and token.grant.purpose in _ASKED

    @property
    def courtesy(self) -> bool:
        """Nothing but thanks in answer to a letter of ours. Where that letter waits for an answer, whoever writes "OK" takes it for
        one: to a test letter it is, and any other asks again."""
        waits = self.awaited or self.asks_for_yes or self.access.granted(Purpose.TEST) is not None
        return self.reading.courtesy and self.answers_us and not waits

    @property
    def asks_for_yes(self) -> bool:
        """It answers a letter that still waits for YES."""
        token = self.access.token
        return token is not None and token.grant.purpose in CONFIRMS

    @property
    def private(self) -> bool:
        """Whether the answer may hold account data or a token: it then goes to the sender's own address alone."""
        return self.access.token is not None or self.access.session is not None

    @property
    def code_like_a_word(self) -> str:
        """The writer's own access code where it is one of letters only, which the grammar takes for a word; else ""."""
        code = self.access.account.code if self.access.account is not None and self.access.member is not None else ""
        return code if code.isalpha() else ""

    @property
    def bucket(self) -> str:
        """Whose letters are counted: those of the address that gets the answer, without its subaddress."""
        if self.channel is not Channel.MAIL:
            return self.inbound.sender.key
        local, _, domain = (self.inbound.sender.key[5:] if self.private else self.inbound.reply_to.lower()).rpartition("@")
        return f"mail:{local.partition('+')[0]}@{domain}"

    @property
    def writer(self) -> Writer:
        """Who writes, as the recognition of accounts needs it."""
        chat = self.inbound.chat
        token = chat.mark if chat is not None else self.inbound.token
        return Writer(self.channel, self.inbound.sender, token, self.inbound.answers, self.authentic, chat)

    @property
    def question_token(self) -> str:
        """The token of a question that was not answered goes on into the letter that asks again."""
        return self.inbound.token if self.asks_for_yes and not self.reading.commands else ""

    @property
    def session_token(self) -> str:
        """The token of a session goes on into the next answer: the conversation stays logged in whichever letter is answered."""
        return self.inbound.token if self.access.session is not None and self.channel is Channel.MAIL else ""
