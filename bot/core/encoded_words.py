"""RFC 2047 encoded words for headers that ASCII cannot carry."""

from __future__ import annotations

import binascii
from typing import Final

_WORD_LIMIT = 75  # RFC 2047 section 2: a word, with its frame
_LINE_LIMIT = 76  # RFC 2047 section 2: a line with encoded words in it
_FRAME = len("=?utf-8?q??=")

# RFC 2047 section 5 (3): in a display name only these stand for themselves; a space is written `_`.
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q: Final = tuple(chr(octet) if chr(octet) in _PLAIN else "_" if octet == 32 else f"={octet:02X}" for octet in range(256))


def encode_words(text: str, offset: int) -> str:
    """The text as encoded words with CRLF and a space between them; no character is split over two words.

    `offset` is how many characters already stand in the first line. Quoted-printable or base64, whichever is shorter: the former
    keeps French readable in the raw letter. UnicodeEncodeError (a ValueError) for lone surrogates.
    """
    octets = text.encode("utf-8")
    quoted = "".join([_Q[octet] for octet in octets])
    use_base64 = len(quoted) > (len(octets) + 2) // 3 * 4 + _FRAME
    first_room = _LINE_LIMIT - offset - _FRAME
    if not use_base64 and len(quoted) <= min(first_room, _WORD_LIMIT - _FRAME):
        return f"=?utf-8?q?{quoted}?="
    letter = "b" if use_base64 else "q"
    return "\r\n ".join(f"=?utf-8?{letter}?{word}?=" for word in _words(text, first_room, use_base64))


def _words(text: str, first_room: int, use_base64: bool) -> list[str]:
    """The encoded text in pieces that fit: `first_room` characters in the first line, a whole word in each further one."""
    rooms = (min(first_room, _WORD_LIMIT - _FRAME), _WORD_LIMIT - _FRAME)
    words: list[str] = []
    piece, size = bytearray(), 0
    for character in text:
        octets = character.encode("utf-8")
        cost = len(octets) if use_base64 else sum(len(_Q[octet]) for octet in octets)
        room = rooms[bool(words)]
        if piece and size + cost > (room // 4 * 3 if use_base64 else room):
            words.append(_encoded(piece, use_base64))
            piece, size = bytearray(), 0
        piece += octets
        size += cost
    words.append(_encoded(piece, use_base64))
    return words


def _encoded(piece: bytes | bytearray, use_base64: bool) -> str:
    return binascii.b2a_base64(piece, newline=False).decode("ascii") if use_base64 else "".join([_Q[octet] for octet in piece])
