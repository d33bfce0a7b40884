"""What plain text goes through after its octets are decoded: flowed lines, files and ciphers written into it, odd characters."""

from __future__ import annotations

import re
from typing import Final

from bot.core.mail import limits

# Form feeds and the like end lines (Unicode 5.8); the other controls but the tab are no text; a lone surrogate (HTML may ask for
# one as &#xD800;) cannot be encoded; iPhones quote a byte order mark into the middle of a text.
_LINE_END: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff]")
_ODD: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
# POSIX uuencode: "begin mode name", data lines of characters from space to "`", the last one a lone space (often lost), "end".
_UUENCODED: Final = re.compile(r"^begin [0-7]{3,4} \S[^\n]*\n(?:[ -`]{1,90}\n)*+\n?end[ \t]*$\n?", re.MULTILINE)
_PGP_MESSAGE: Final = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_PGP_MESSAGE_END: Final = "\n-----END PGP MESSAGE-----"
_PGP_SIGNED: Final = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z]+: [^\n]*\n)*+\n", re.MULTILINE)
_PGP_SIGNATURE: Final = "\n-----BEGIN PGP SIGNATURE-----"
_PGP_SIGNATURE_END: Final = "\n-----END PGP SIGNATURE-----"
_DASH_ESCAPE: Final = re.compile(r"^- ", re.MULTILINE)
_SIGNATURE: Final = "-- "


def clean(text: str) -> str:
    """`text` with '\\n' line ends, and without control characters (the tab stays) and lone surrogates."""
    if _ODD.search(text) is None:
        return text
    return _NO_TEXT.sub("", _LINE_END.sub("\n", text))


def without_files(text: str) -> tuple[str, int]:
    """`text` without uuencoded files, and how many there were."""
    return _UUENCODED.subn("", text) if "begin " in text else (text, 0)


def without_pgp(text: str) -> tuple[str, bool]:
    """`text` without its first OpenPGP armour (RFC 9580 6.2, 7), signed words kept; whether something encrypted was left out."""
    if "-----BEGIN PGP " not in text:
        return text, False
    signed = _PGP_SIGNED.search(text)
    if signed is not None:
        words, _, rest = text[signed.end() - 1 :].partition(_PGP_SIGNATURE)
        text = text[: signed.start()] + _DASH_ESCAPE.sub("", words[1:]) + rest.partition(_PGP_SIGNATURE_END)[2]
    encrypted = _PGP_MESSAGE.search(text)
    if encrypted is None:
        return text, False
    return text[: encrypted.start()] + text[encrypted.end() :].partition(_PGP_MESSAGE_END)[2], True


def unflow(text: str, delete_space: bool) -> str:
    """The paragraphs of format=flowed text (RFC 3676 4) as lines; `delete_space` is DelSp=yes.

    A quote of depth n comes out behind n ">" and a space. A signature's "-- " never flows (4.3); a change of depth ends a
    paragraph (4.5).
    """
    paragraphs: list[str] = []
    open_depth, pieces = -1, list[str]()
    lines = text.split("\n", limits.FLOWED_LINES)
    rest = lines[limits.FLOWED_LINES :]
    for line in lines[: limits.FLOWED_LINES]:
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if pieces and (depth != open_depth or content == _SIGNATURE):
            paragraphs.append(_quoted(open_depth, "".join(pieces)))
            pieces = []
        if content.endswith(" ") and content != _SIGNATURE:
            open_depth = depth
            pieces.append(content[:-1] if delete_space else content)
            continue
        paragraphs.append(_quoted(depth, "".join((*pieces, content))))
        pieces = []
    if pieces:
        paragraphs.append(_quoted(open_depth, "".join(pieces)))
    return "\n".join((*paragraphs, *rest))


def _quoted(depth: int, text: str) -> str:
    if not depth:
        return text
    return ">" * depth + (" " + text if text else "")


def cut(text: str) -> tuple[str, bool]:
    """The beginning of `text` that is handed on, and whether that is less than all."""
    return text[: limits.TEXT_CHARACTERS], len(text) > limits.TEXT_CHARACTERS
