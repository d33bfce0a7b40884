"""Content-Transfer-Encoding (RFC 2045 6), damage tolerated: what can be read is read, nothing raises."""

from __future__ import annotations

import binascii
import string
from typing import Final

_BASE64: Final = (string.ascii_letters + string.digits + "+/=").encode()
_NOT_BASE64: Final = bytes(octet for octet in range(256) if octet not in _BASE64)
_LINE_ENDS: Final = b"\r\n"
# More than one foreign octet (a space between words too) in twenty is no damage: the label lies, as in hand-made mail that says
# base64 and holds words.
_JUNK_SHARE: Final = 20


def decode_transfer(octets: bytes, encoding: str) -> bytes:
    """The octets behind `encoding`, the field's value as it stands.

    An unknown encoding is read as 8bit. RFC 2045 6.4 would have such a part treated as a file; old clients write `8 bit` and worse.
    """
    name = encoding.partition(";")[0].strip(" \t\"'").lower()
    if name == "quoted-printable":
        return binascii.a2b_qp(octets)
    if name == "base64":
        return decode_base64(octets)
    return octets


def decode_base64(octets: bytes) -> bytes:
    """Base64 without exceptions: foreign octets skipped (RFC 2045 6.8), padding mended, all after the padding left out."""
    letters = octets.translate(None, _NOT_BASE64)
    junk = len(octets.strip().translate(None, _LINE_ENDS)) - len(letters)
    if junk * _JUNK_SHARE > len(letters):
        return octets
    digits = letters.partition(b"=")[0]
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"==")
