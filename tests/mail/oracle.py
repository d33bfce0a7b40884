"""The standard library's modern reader, slow and raising, as the judge of ours."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from bot.core.mail.plaintext import clean


def message(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def sender(raw: bytes) -> str | None:
    """The address that `email.policy.default` sees in the one From; None for none or several. Raises on much real mail."""
    fields = message(raw).get_all("from") or []
    if len(fields) != 1 or len(fields[0].addresses) != 1:
        return None
    # It hands raw UTF-8 on as surrogates.
    octets: bytes = fields[0].addresses[0].addr_spec.encode("utf-8", "surrogateescape")
    local, _, domain = octets.decode("utf-8", "replace").rpartition("@")
    return f"{local}@{domain.lower()}"


def text(raw: bytes) -> str:
    """The body's words as `email.policy.default` sees them, HTML as it stands. Raises on much real mail."""
    body = message(raw).get_body(("plain", "html"))
    return "" if body is None else clean(str(body.get_content()))


def subject(raw: bytes) -> str:
    return str(message(raw)["subject"] or "")
