"""Access codes and temporary passwords: made of what nobody misreads, taken however somebody types them.

The alphabet leaves out 0 O 1 I L (alike in print), B 8, S 5, Z 2 (alike in handwriting) and U, V beside each other keep only one.
A code begins with a letter and is no PRO number.
"""

from __future__ import annotations

import re

from bot.core.clock import Mint
from bot.core.folding import fold

ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"  # 24 characters, 4.58 bits each
CODE_LENGTH = 8
TEMPORARY_GROUPS = 4  # of four characters: 73 bits
TEMPORARY_GROUP = 4
LINK_GROUPS = 2
LINK_GROUP = 4

_CODE = re.compile(r"[A-Z][A-Z0-9]{3,19}")  # wider than what is minted: codes may come from an older system
_LETTERS = ALPHABET.rstrip("0123456789")


def pick(mint: Mint, count: int) -> int:
    """A uniform number below `count` (at most 65,536) from the mint's octets, without the bias of a plain remainder."""
    limit = 65_536 - 65_536 % count
    while True:
        number = int.from_bytes(mint.octets(2), "big")
        if number < limit:
            return number % count


def mint_code(mint: Mint) -> str:
    """A new access code, 8 characters, to be tried against the ones on file. It holds a digit, so that it reads as no word."""
    while True:
        code = _LETTERS[pick(mint, len(_LETTERS))] + _characters(mint, CODE_LENGTH - 1)
        if any(character.isdigit() for character in code):
            return code


def mint_temporary(mint: Mint) -> str:
    """A temporary password in four groups for reading aloud: `K7MP-4TXR-…`, 73 bits."""
    return "-".join(_characters(mint, TEMPORARY_GROUP) for _ in range(TEMPORARY_GROUPS))


def mint_link_code(mint: Mint) -> str:
    """A code for typing into a chat, `K7MP-4TXR`: 36 bits, good for an hour and a handful of tries."""
    return "-".join(_characters(mint, LINK_GROUP) for _ in range(LINK_GROUPS))


def fold_link_code(text: str) -> str | None:
    """A code for linking a chat as it was minted, however it was typed; None when it cannot be one."""
    return _in_groups(text, LINK_GROUPS, LINK_GROUP)


def fold_code(text: str) -> str | None:
    """The access code that somebody typed (case, accents, spaces and dashes do not matter), None when it cannot be one."""
    code = fold(text).replace(" ", "")
    return code if len(text) <= 60 and _CODE.fullmatch(code) else None


def fold_temporary(text: str) -> str | None:
    """A temporary password as it was minted, however it was typed; None when it cannot be one."""
    return _in_groups(text, TEMPORARY_GROUPS, TEMPORARY_GROUP)


def _in_groups(text: str, groups: int, size: int) -> str | None:
    plain = fold(text).replace(" ", "")
    if len(text) > 60 or len(plain) != groups * size or set(plain) - set(ALPHABET):
        return None
    return "-".join(plain[at : at + size] for at in range(0, len(plain), size))


def _characters(mint: Mint, count: int) -> str:
    return "".join(ALPHABET[pick(mint, len(ALPHABET))] for _ in range(count))
