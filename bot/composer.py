"""Replies into a letter: rendered in the language of the writer, put into a mail with the headers that answers have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat_composer import ChatComposer
from bot.core.clock import Mint
from bot.core.dkim_sign import Signer
from bot.core.inbound import BOUNCE_MARK, TOKEN_MARK, Inbound
from bot.core.letters import Letter
from bot.core.mail_writer import MailHeaders, write_mail
from bot.core.rendering import RenderedMail, Renderer
from bot.core.replies import Reply
from bot.core.secret_words import may_hold_secret
from bot.core.values import Channel, Language


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes the desk's letters.

    `envelope_sender` is "" for the null reverse-path; a relay that refuses that one gets an address. `signer` is None where letters
    are not signed here.
    """

    renderer: Renderer
    mint: Mint
    address: str
    company: str
    zone: ZoneInfo
    unknown: tuple[Language, ...]  # the order of the halves while the language is unknown
    envelope_sender: str = ""
    signer: Signer | None = None
    separator: str = "+"

    def languages(self, language: Language | None) -> tuple[Language, ...]:
        """The languages of a letter: the writer's, or both halves while it is unknown."""
        return self.unknown if language is None else (language,)

    @property
    def chat(self) -> ChatComposer:
        """The writer of chat messages."""
        return ChatComposer(self.renderer, self.mint, self.unknown)

    def answer(
        self,
        channel: Channel,
        inbound: Inbound,
        replies: Sequence[Reply],
        language: Language | None,
        *,
        first: bool,
        now: datetime,
        token: str = "",
        remove: bool = False,
    ) -> list[Letter]:
        """What answers a message: one letter, or a chat's calls.

        By mail `token` goes into its Reply-To and its actions; by chat `remove` takes the message away.
        """
        if channel is Channel.MAIL:
            return [self._mail_answer(inbound, replies, language, first=first, now=now, token=token)]
        if inbound.chat is not None:
            return self.chat.answer(inbound.chat, replies, language, first=first, remove=remove)
        return [self._terminal_answer(inbound, replies, language, first=first)]

    def _terminal_answer(self, inbound: Inbound, replies: Sequence[Reply], language: Language | None, *, first: bool) -> Letter:
        chosen = self.languages(language)[0]
        text = self.renderer.plain(replies, chosen, first_contact=first)
        return Letter(
            channel=Channel.TERMINAL,
            conversation=inbound.sender.key,
            message_id=self.mint.token(),
            template=", ".join(reply.template for reply in replies),
            recipient=inbound.sender.key,
            content=json.dumps({"text": text, "language": chosen}).encode(),
            understood=all(reply.understood for reply in replies),
        )

    def notice(
        self, recipient: str, reply: Reply, language: Language | None, now: datetime, *, token: str = "", thread: str = ""
    ) -> Letter:
        """A letter to somebody who did not just write: an operator, an administrator, a member.

        `token` goes into its Reply-To and its actions; `thread` is the Message-ID of a letter of ours whose thread it goes on.
        """
        return self._mail(recipient, "", [reply], language, now, auto_submitted="auto-generated", token=token, thread=thread)

    def _mail_answer(
        self, inbound: Inbound, replies: Sequence[Reply], language: Language | None, *, first: bool, now: datetime, token: str
    ) -> Letter:
        return self._mail(
            inbound.reply_to,
            inbound.subject,
            replies,
            language,
            now,
            auto_submitted="auto-replied",
            first=first,
            inbound=inbound,
            token=token,
        )

    def _mail(
        self,
        recipient: str,
        subject: str,
        replies: Sequence[Reply],
        language: Language | None,
        now: datetime,
        *,
        auto_submitted: str,
        first: bool = False,
        inbound: Inbound | None = None,
        token: str = "",
        thread: str = "",
    ) -> Letter:
        secret = any(reply.secret for reply in replies)
        rendered = self.renderer.mail(
            replies,
            self.languages(language),
            reply_address=self._reply_address(token),
            first_contact=first,
            subject=subject if subject.strip() and not secret and not may_hold_secret(subject) else None,
            secrets=[hidden for reply in replies for hidden in reply.hides],
        )
        headers = self._headers(rendered, recipient, inbound, token, thread, auto_submitted, now)
        return Letter(
            channel=Channel.MAIL,
            conversation=_conversation(recipient, inbound),
            message_id=headers.message_id,
            template=rendered.template,
            recipient=recipient,
            content=self._signed(write_mail(headers, rendered.body, rendered.page)),
            envelope_sender=self.envelope_sender or ("" if inbound is not None else self._bounce_address(headers.message_id)),
            understood=all(reply.understood for reply in replies),
            secret=secret,
            subject=rendered.subject,
            undotted=True,
        )

    def _headers(
        self,
        rendered: RenderedMail,
        recipient: str,
        inbound: Inbound | None,
        token: str,
        thread: str,
        auto_submitted: str,
        now: datetime,
    ) -> MailHeaders:
        return MailHeaders(
            from_address=self.address,
            from_name=self.company,
            to=recipient,
            reply_to=self._reply_address(token) if token else "",
            subject=rendered.subject,
            message_id=f"<{self.mint.token()}@{self.address.rpartition('@')[2]}>",
            in_reply_to=inbound.message_id if inbound is not None else thread,
            references=(thread,) if thread else _references(inbound),
            date=now.astimezone(self.zone),
            auto_submitted=auto_submitted,
            template=rendered.template,
            content_language=rendered.content_language,
        )

    def _bounce_address(self, message_id: str) -> str:
        # Direct answers have the null reverse-path (RFC 3834 section 3.1), whose failures nobody reports. Credentials and notices
        # must come back when nobody receives them: to an address that names the letter by what nobody can guess.
        local, _, domain = self.address.rpartition("@")
        return f"{local}{self.separator}{BOUNCE_MARK}{message_id[1:].partition('@')[0]}@{domain}"

    def _reply_address(self, token: str) -> str:
        # RFC 5233: the token is the subaddress, which mail programs keep where they drop everything else.
        local, _, domain = self.address.rpartition("@")
        return f"{local}{self.separator}{TOKEN_MARK}{token}@{domain}" if token else self.address

    def _signed(self, content: bytes) -> bytes:
        return content if self.signer is None else self.signer.sign(content) + content


def _conversation(recipient: str, inbound: Inbound | None) -> str:
    # That of the address which gets the letter: what comes back says nothing about anybody else's.
    theirs = inbound is not None and recipient == inbound.sender.address
    return inbound.sender.key if inbound is not None and theirs else f"mail:{recipient.lower()}"


def _references(inbound: Inbound | None) -> tuple[str, ...]:
    # RFC 5322 section 3.6.4: the parent's References (or its In-Reply-To) and the parent's Message-ID.
    if inbound is None or not inbound.message_id:
        return ()
    return (*(inbound.references or inbound.answers[:1]), inbound.message_id)
