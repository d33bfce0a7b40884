"""Raw octets in, one plain value out."""

from __future__ import annotations

from bot.core.html_text import html_to_text as visible_text
from bot.core.mail.body import HtmlToText
from bot.core.mail.fast import fast_body
from bot.core.mail.headers import read_header
from bot.core.mail.identity import identity_of
from bot.core.mail.split import Split, split
from bot.core.mail.values import Identity, Mail
from bot.core.mail.walk import walk_body


def read_mail(raw: bytes, html_to_text: HtmlToText = visible_text) -> Mail:
    """The mail in `raw` (RFC 5322 octets, or anything else); never raises. Work and memory are bounded by `limits.py`."""
    return read_split(split(raw), html_to_text)


def identity(raw: bytes, envelope_sender: str) -> Identity:
    """By what a second arrival of the mail in `raw` is recognised; never raises. `envelope_sender` is the SMTP reverse-path."""
    return identity_of(split(raw), envelope_sender)


def read_with_identity(raw: bytes, envelope_sender: str, html_to_text: HtmlToText = visible_text) -> tuple[Mail, Identity]:
    """Both of the above with one look at the octets."""
    parted = split(raw)
    return read_split(parted, html_to_text), identity_of(parted, envelope_sender)


def read_split(parted: Split, html_to_text: HtmlToText = visible_text, *, fast: bool = True) -> Mail:
    """The mail whose header is split already. `fast=False` lets the walk read also what the quick reader would take."""
    facts = read_header(parted)
    quick = fast_body(parted, facts) if fast else None
    body = walk_body(parted, html_to_text) if quick is None else quick
    return Mail(
        sender=facts.sender,
        sender_problem=facts.sender_problem,
        reply_to=facts.reply_to,
        subject=facts.subject,
        message_id=facts.message_id,
        has_date=any(facts.fields.get("date", ())),
        in_reply_to=facts.in_reply_to,
        references=facts.references,
        headers=facts.headers,
        received_count=len(facts.fields.get("received", ())),
        text=body.text,
        text_is_html=body.text_is_html,
        attachments=body.attachments,
        content_language=facts.content_language,
        wrapper=body.wrapper,
        tier="walk" if quick is None else "fast",
        truncated=facts.truncated or body.truncated,
    )
