"""The quick reader: one plain text body under a plain header; whatever is unusual, it declines and the walk reads.

It must give what the walk gives, on every field; the tests compare the two. The header's facts are the same code for both tiers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.core.mail import limits
from bot.core.mail.headers import Facts
from bot.core.mail.split import Split
from bot.core.mail.walk import Body

# Content-Type values (without quotes and spaces, in lower case) and transfer encodings under which the octets are the text.
_TYPES: Final = frozenset({"text/plain", *(f"text/plain;charset={name}" for name in ("us-ascii", "utf-8", "utf8"))})
_ENCODINGS: Final = frozenset({"7bit", "8bit"})
_NOISE: Final = str.maketrans("", "", '" ')
# Fields that RFC 5322 3.6 and RFC 2045 3 allow once, and that something here or later looks at.
_ONCE: Final = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "mime-version",
    "content-type", "content-transfer-encoding", "content-disposition", "content-language", "auto-submitted",
)  # fmt: skip
_CONTROLS: Final = bytes((*range(9), *range(11, 32), 127))
_ODD: Final = re.compile("[\x80-\x9f\u2028\u2029\ufeff]")


def fast_body(split: Split, facts: Facts) -> Body | None:
    """The body of a plain mail, or None for any other."""
    if facts.sender is None or split.truncated or split.end - split.start > limits.FAST_OCTETS or split.data.startswith(b"From "):
        return None
    if not (_is_plain_header(split, facts) and _is_plain_type(facts.fields)):
        return None
    octets = split.data[split.start : split.end]
    if len(octets.translate(None, _CONTROLS)) != len(octets) or b"begin " in octets or b"-----BEGIN PGP " in octets:
        return None
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return None
    if not text.isascii() and _ODD.search(text) is not None:
        return None
    return Body(text, False, 0, "", "")


def _is_plain_header(split: Split, facts: Facts) -> bool:
    """ASCII without control characters, and nothing twice that may only be there once."""
    fields = facts.fields
    return (
        all(value.isascii() for _, value in split.fields)
        and facts.headers == fields
        and (len(split.fields) == len(fields) or all(len(fields.get(name, ())) < 2 for name in _ONCE))
    )


def _is_plain_type(fields: Mapping[str, tuple[str, ...]]) -> bool:
    kind = fields.get("content-type", ("text/plain",))[0]
    encoding = fields.get("content-transfer-encoding", ("7bit",))[0]
    disposition = fields.get("content-disposition", ("inline",))[0]
    return kind.lower().translate(_NOISE) in _TYPES and encoding.lower() in _ENCODINGS and disposition.lower() == "inline"
