"""What is known of the envelope of a mail that lies in a mailbox: whoever delivered it wrote it into the header.

Such a mail has no SMTP envelope of its own any more. The null sender decides about silence, and the recipient carries tokens and
tells the postmaster's mail; both are believed no more than what an SMTP client says, which anybody may say.
"""

from __future__ import annotations

import re
from typing import Final

from bot.core.inbound import OwnAddress
from bot.core.mail import limits
from bot.core.mail.headers import group
from bot.core.mail.split import split

# To whom the mail was addressed before aliases were followed, and where it went in the end. Postfix writes the first and the last,
# Exim and Cyrus their own; Google and Microsoft only the last or none.
_ADDRESSED: Final = ("x-original-to", "x-envelope-to", "envelope-to", "x-rcpt-to", "x-delivered-to", "delivered-to")
_WRITTEN: Final = ("to", "cc")
_MOST_OCTETS: Final = 16_384  # of a field that are looked through
_BETWEEN: Final = re.compile(r"[\s,;<>]+")


def envelope_of(content: bytes, own: OwnAddress) -> tuple[str | None, tuple[str, ...]]:
    """The reverse-path ("" for the null sender, None where nothing tells) and the recipients: the desk's own addresses alone.

    Never raises. A mail that names none of them came by an alias or a blind copy, and is for the desk.
    """
    fields = group(split(content[: 2 * limits.HEADER_OCTETS]))
    addressed = [address for name in _ADDRESSED for value in fields.get(name, ()) for address in _addresses(value)]
    written = [address for name in _WRITTEN for value in fields.get(name, ()) for address in _addresses(value)]
    if addressed and own.is_postmaster(addressed[0]):
        return _reverse_path(fields.get("return-path", ())), (addressed[0],)
    ours = [address for address in (*addressed, *written) if own.token(address) is not None]
    postmasters = [address for address in written if own.is_postmaster(address)]
    recipients = ours or postmasters[:1] or [own.address]
    return _reverse_path(fields.get("return-path", ())), tuple(dict.fromkeys(recipients))


def _reverse_path(values: tuple[str, ...]) -> str | None:
    if not values:
        return None
    return values[0].strip().removeprefix("<").removesuffix(">").strip()


def _addresses(value: str) -> list[str]:
    """What looks like an address in a field: only the desk's own are searched for, and those hold nothing that is quoted."""
    return [word for word in _BETWEEN.split(value[:_MOST_OCTETS]) if "@" in word]
