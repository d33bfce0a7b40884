"""By what a second arrival of the same mail is recognised, whatever the servers in between wrote into its header."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from bot.core.mail.headers import group, message_id
from bot.core.mail.split import Split
from bot.core.mail.values import Identity

# Fields that differ between two arrivals of one mail, each with its reason. All else is content: Resent-* too, for a person who
# sends a mail again means it (RFC 5322 3.6.6).
_TRACE: Final = frozenset({
    # One a hop, with its time (RFC 5321 4.4).
    "received", "return-path", "x-received",
    # Written at delivery.
    "delivered-to", "x-delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-envelope-from", "x-rcpt-to",
    # By Gmail, one a copy.
    "x-forwarded-to", "x-forwarded-for", "x-forwarded-encrypted", "x-google-smtp-source", "x-gm-message-state", "x-gm-gg",
    # Verdicts of each receiver (RFC 8601, 7208).
    "authentication-results", "authentication-results-original", "received-spf", "x-received-spf",
    # They hold the time of signing, new at each try (RFC 6376 3.5).
    "dkim-signature", "domainkey-signature", "x-google-dkim-signature", "dkim-filter",
    # Filters on the way.
    "x-virus-scanned", "x-virus-status", "x-scanned-by", "x-antivirus", "x-antivirus-status", "x-antiabuse", "x-greylist",
    # Exchange's transport.
    "x-originating-ip", "x-originatororg", "x-eopattributedmessage",
    # Sending services, one a try.
    "x-ses-outgoing", "x-sg-eid",
    # Written by the mailbox in which it lay.
    "status", "x-status", "x-uid", "x-keywords", "lines", "content-length", "x-mozilla-status", "x-mozilla-status2",
})  # fmt: skip
_TRACE_PREFIXES: Final = (
    # A set a hop (RFC 8617).
    "arc-",
    # Filters on the way.
    "x-spam", "x-rspamd-", "x-barracuda-", "x-proofpoint-", "x-mimecast-", "x-mailscanner", "x-ironport-", "x-clx-",
    # Exchange's and Zimbra's transport.
    "x-ms-", "x-exchange-", "x-forefront-", "x-microsoft-", "x-zm-",
)  # fmt: skip

_DIGEST_OCTETS: Final = 32
_TRAILING: Final = b" \t\n"  # servers add and remove empty lines at the end


def identity_of(split: Split, envelope_sender: str) -> Identity:
    """The identity of a mail; never raises. It reads the header anew, so that it needs no more than the octets."""
    fields = group(split)
    body = split.data[split.start : split.end].rstrip(_TRAILING)
    content = blake2b(body, digest_size=_DIGEST_OCTETS, person=b"mail body").digest()
    lines = [f"{name}:{value}" for name, value in split.fields if name not in _TRACE and not name.startswith(_TRACE_PREFIXES)]
    key = _digest(b"mail key", [envelope_sender, str(split.left_out), "\n".join(lines)], content)
    identifier, date = message_id(fields), next(filter(None, fields.get("date", ())), "")
    if identifier is None or not date:
        return Identity(key, False, None)
    twin = _digest(b"mail twin", [identifier, _one_space(fields.get("from", ("",))[0]), _one_space(date)], content)
    return Identity(key, True, twin)


def _digest(purpose: bytes, texts: list[str], content: bytes) -> bytes:
    """BLAKE2b (RFC 7693) of length-prefixed texts, so that no two lists run together to the same octets."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    octets = b"".join(b"%d:%b" % (len(text), text) for text in encoded)
    return blake2b(octets + content, digest_size=_DIGEST_OCTETS, person=purpose).digest()


def _one_space(value: str) -> str:
    """`value` with each run of white space as one space: servers fold anew."""
    return " ".join(value.split())
