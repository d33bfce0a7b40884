"""From octets to text by a declared character set that may be missing, wrong, unknown or hostile.

Only the sets of the table below reach Python's codecs: a name such as `zlib`, `rot13`, `idna` or `unicode_escape` would load a
codec that is no character set. UTF-7 is not in it (it hides ASCII from filters, and the WHATWG Encoding Standard dropped it): its
octets are read as ASCII.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[^a-z0-9]+")
_FALLBACK: Final = "cp1252"

# Label without punctuation -> Python codec: IANA names, their aliases, and what old clients write. What is not here (ASCII, ISO
# 8859-1, `unknown-8bit`, `utf-7`, nonsense) is read as windows-1252 is, as the WHATWG Encoding Standard (4.2) does with the first
# two: Outlook writes ’ and œ under both names.
_CODECS: Final[dict[str, str]] = {
    "utf8": "utf-8", "unicode11utf8": "utf-8", "xutf8": "utf-8", "utf8mb4": "utf-8", "cp65001": "utf-8",
    "utf16": "utf-16", "unicode": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "big5hkscs": "big5hkscs",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "windows31j": "cp932", "eucjp": "euc_jp", "iso2022jp": "iso2022_jp",
    "euckr": "cp949", "ksc56011987": "cp949", "ksc5601": "cp949", "cp949": "cp949", "koi8r": "koi8-r", "koi8u": "koi8-u",
    "macintosh": "mac-roman", "macroman": "mac-roman", "xmacroman": "mac-roman", "mac": "mac-roman",
    "ibm437": "cp437", "cp437": "cp437", "ibm850": "cp850", "cp850": "cp850", "ibm863": "cp863", "cp863": "cp863",
    "tis620": "cp874", "windows874": "cp874", "iso88598i": "iso8859-8", "iso88599": "cp1254", "latin9": "iso8859-15",
    **{f"iso8859{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"{prefix}125{digit}": f"cp125{digit}" for prefix in ("windows", "cp", "win") for digit in (0, 1, 3, 4, 5, 6, 7, 8)},
}  # fmt: skip


def decode(octets: bytes, label: str = "") -> str:
    """The text of `octets`, never raising: a byte order mark, else the declared set, else strict UTF-8, else windows-1252.

    A mark beats the label (WHATWG Encoding 6). Under a Western single-octet label UTF-8 is tried first: English or French that is
    valid UTF-8 by accident does not exist, and scripts that write UTF-8 under `iso-8859-1` do. Lone surrogates cannot come out; NUL
    can, and is left to the caller.
    """
    codec = _codec(label)
    if codec in (_FALLBACK, "utf-8") and octets.isascii():
        return octets.decode("ascii")
    if octets.startswith(codecs.BOM_UTF8):
        octets, codec = octets[3:], "utf-8"
    elif octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", "replace")
    elif codec.startswith("utf-16"):
        codec = _utf16(octets, codec)
    text = None if codec == _FALLBACK else _mostly(octets, codec)
    if text is None and codec != "utf-8":
        text = _strict(octets, "utf-8")
    return octets.decode(_FALLBACK, "replace") if text is None else text


def _codec(label: str) -> str:
    return _CODECS.get(_PUNCTUATION.sub("", label[:40].lower()), _FALLBACK) if label else _FALLBACK


def _utf16(octets: bytes, codec: str) -> str:
    """Which UTF-16 this is: Western text without a NUL is none at all, and without a mark the NULs show the order of octets."""
    if b"\0" not in octets:
        return _FALLBACK
    if codec != "utf-16":
        return codec
    return "utf-16-be" if octets[0::2].count(0) > octets[1::2].count(0) else "utf-16-le"


def _strict(octets: bytes, codec: str) -> str | None:
    try:
        return octets.decode(codec)
    except UnicodeDecodeError:
        return None


def _mostly(octets: bytes, codec: str) -> str | None:
    """The text with U+FFFD for damage, or None when half of what is not ASCII is damage: then the label lies.

    Servers append disclaimers in windows-1252 to UTF-8 mail; the sender's own words must stay readable.
    """
    text = _strict(octets, codec)
    if text is not None:
        return text
    text = octets.decode(codec, "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count("�") * 2 <= foreign else None
