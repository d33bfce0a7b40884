"""A raw record read into what the counter works with: who writes, the new words, what it answers; or why to stay silent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.core.automatic import AutomaticSign, automatic_sign
from bot.core.chat import Chat
from bot.core.immutable import immutable
from bot.core.language import hint_from_headers
from bot.core.mail import Identity, Mail, read_with_identity
from bot.core.subjects import is_reply_prefix
from bot.core.unquote import cut_reply
from bot.core.values import Channel, Language, RawRecord, Sender

_POSTMASTER = "postmaster"  # RFC 5321 section 4.5.1: also without a domain, in any case of letters
_ANSWERS_CONSIDERED = 20  # Message-IDs looked up in the outbox at most


BOUNCE_MARK = "b."  # before what names a letter of ours in the address to which its failures are reported: service+b.…@…
TOKEN_MARK = "s."  # noqa: S105 - before a token in a subaddress: service+s.TOKEN@…


@immutable
class Inbound:
    """One message as read.

    `text` is only what was written now; `quoted` is the rest, where numbers of an answered letter are looked up and filled forms
    are read. `answers` are the Message-IDs it answers, nearest first. `silence` says why it must not be answered ("" when it
    may). `refusal` says why it cannot even be accepted. `plain` tells that the fast reader took it: nothing odd about it.
    `for_postmaster` tells that it is for a person: no command is read from it, and it is not answered. `chat` is where it was
    written, of a chat message.
    """

    sender: Sender
    subject: str = ""
    subject_is_reply: bool = False
    text: str = ""
    quoted: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    reply_to: str = ""
    hint: Language | None = None
    token: str = ""
    silence: str = ""
    refusal: str = ""
    plain: bool = True
    received_count: int = 0
    wrapper: str = ""
    for_postmaster: bool = False
    chat: Chat | None = None


class OwnAddress:
    """The desk's address with its subaddresses (RFC 5233): `service@…` and `service+TOKEN@…`."""

    def __init__(self, address: str, separator: str) -> None:
        self.address = address
        self.addresses = frozenset({address.lower()})
        local, _, domain = address.partition("@")
        self.domain = domain.lower()
        self._local = local.lower()
        self.separator = separator
        self._postmasters = frozenset({_POSTMASTER, f"{_POSTMASTER}@{self.domain}"}) - self.addresses

    def letter_named_by(self, recipient: str) -> str:
        """The Message-ID of the letter of ours whose failures are reported to that address, "" for any other address."""
        subaddress = self.token(recipient) or ""
        named = subaddress.removeprefix(BOUNCE_MARK)
        return f"<{named}@{self.address.rpartition('@')[2]}>" if named != subaddress else ""

    def token(self, recipient: str) -> str | None:
        """The subaddress of a recipient ("" for none), None when it is not the desk's address."""
        local, _, domain = recipient.rpartition("@")
        if domain.lower() != self.domain:
            return None
        base, _, token = local.lower().partition(self.separator)
        return token.removeprefix(TOKEN_MARK) if base == self._local else None

    def is_postmaster(self, recipient: str) -> bool:
        """Whether it is the postmaster's address, for which every mail server takes mail (RFC 5321 section 4.5.1)."""
        return recipient.lower() in self._postmasters

    def apart(self, recipients: Iterable[str]) -> list[tuple[str, ...]]:
        """Recipients of the desk and of the postmaster apart: what is written to both is two messages."""
        groups: tuple[list[str], list[str]] = ([], [])
        for recipient in recipients:
            groups[self.is_postmaster(recipient)].append(recipient)
        return [tuple(group) for group in groups if group]


def read_inbound(record: RawRecord, own: OwnAddress) -> tuple[Inbound, Identity]:
    """Reads a record. Never raises for what a stranger wrote."""
    if record.channel is Channel.MAIL:
        return _read_mail_record(record, own)
    text = record.content.decode("utf-8", errors="replace")
    # A terminal's line is a message of its own every time: its identity is its place (`peer`: the turn) in the conversation.
    place = f"{record.conversation} {record.peer} ".encode()
    key = hashlib.blake2b(place + record.content, digest_size=32).digest()
    return Inbound(sender=Sender(record.conversation), text=text), Identity(key=key, for_ever=True, twin=None)


def _read_mail_record(record: RawRecord, own: OwnAddress) -> tuple[Inbound, Identity]:
    mail, known = read_with_identity(record.content, record.envelope_sender or "")
    if mail.sender is not None and _changes_letters(mail.sender.ascii_address):
        mail = replace(mail, sender=None, sender_problem="letters that become others in lower case")
    if mail.sender is None:
        sender = Sender(f"mail:?{record.envelope_sender or ''}")
        return Inbound(sender, refusal=mail.sender_problem, silence="no_sender", plain=False), known
    cut, for_postmaster = cut_reply(mail.text), any(map(own.is_postmaster, record.recipients))
    sign = automatic_sign(
        headers=mail.headers,
        envelope_sender=record.envelope_sender,
        subject=mail.subject,
        text=cut.new_text,
        own_addresses=own.addresses,
        subaddress_separator=own.separator,
    )
    sender = Sender(f"mail:{mail.sender.ascii_address.lower()}", mail.sender.address, mail.sender.display_name)
    inbound = Inbound(
        sender=sender,
        subject=mail.subject,
        subject_is_reply=is_reply_prefix(mail.subject),
        text=cut.new_text,
        quoted=cut.quoted,
        message_id=mail.message_id or "",
        references=mail.references,
        answers=_answers(mail),
        reply_to=_open_reply_address(mail),
        hint=hint_from_headers(mail.content_language, mail.subject, cut.signature),
        token=next(filter(None, map(own.token, record.recipients)), ""),
        silence=sign.reason if sign is not None and not (for_postmaster and _is_for_a_person(sign)) else "",
        plain=mail.tier == "fast",
        received_count=mail.received_count,
        wrapper=mail.wrapper,
        for_postmaster=for_postmaster,
    )
    return inbound, _of_postmaster(known) if for_postmaster else known


def _is_for_a_person(sign: AutomaticSign) -> bool:
    # A postmaster is written to by postmasters (an address that mostly sends reports), and by programs about abuse (RFC 5965).
    return sign.reason == "feedback_report" or (sign.reason == "delivery_report" and sign.evidence == "from")


def _of_postmaster(known: Identity) -> Identity:
    # The same mail may have gone to the desk as well: there it is another message, not a repetition.
    return replace(known, key=hashlib.blake2b(b"postmaster " + known.key, digest_size=32).digest(), twin=None)


def _changes_letters(address: str) -> bool:
    # The Kelvin sign becomes a plain k in lower case: kim@ written with it would be taken for kim@.
    return not address.isascii() and any(not letter.isascii() and any(map(str.isascii, letter.lower())) for letter in address)


def _answers(mail: Mail) -> tuple[str, ...]:
    nearest_first = (*mail.in_reply_to, *reversed(mail.references))
    return tuple(dict.fromkeys(nearest_first))[:_ANSWERS_CONSIDERED]


def _open_reply_address(mail: Mail) -> str:
    # An open answer goes to a Reply-To of the sender's own domain, else to From: a foreign Reply-To would make the desk write to
    # whomever a stranger names. Domains in A-labels: every relay takes those (RFC 5890).
    assert mail.sender is not None  # noqa: S101 - the caller has looked
    if mail.reply_to is not None and _domain(mail.reply_to.ascii_address) == _domain(mail.sender.ascii_address):
        return mail.reply_to.ascii_address
    return mail.sender.ascii_address


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


Reader = Callable[[RawRecord], tuple[Inbound, Identity]]
