"""Words that may hold a password although no command was read: they go on to nobody, and into no subject.

Who mistypes LOGIN, or writes "my password is …" to a person, must not find the password in a colleague's mailbox. When in doubt a
line counts as one that holds a password.
"""

from __future__ import annotations

import re

from bot.core.folding import fold

# A word about passwords or logging in, also mistyped, and something after it; folded text.
_ABOUT = re.compile(
    r"\b(?:PASS ?WOR\w*|PASSW\w*|PASWO\w*|PWD|MOTS? DE PASSE|MDP|LOGI?N|LOG IN|SIGN IN|CONN?EXION"
    r"|ACCESS CODE|CODES? D ?ACCES)\b +\S"
)
# An access code with its digit, and one more word: CODE PASSWORD.
_CODE_AND_WORD = re.compile(r"(?=[A-Za-z0-9-]*[0-9])(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z][A-Za-z0-9-]{5,19}\s+\S{8,}")


def may_hold_secret(line: str) -> bool:
    """Whether a line may hold a password."""
    return _ABOUT.search(fold(line)) is not None or _CODE_AND_WORD.fullmatch(line.strip()) is not None


def without_secrets(lines: list[str]) -> tuple[list[str], int]:
    """The lines that hold none, and how many were left out."""
    kept = [line for line in lines if not may_hold_secret(line)]
    return kept, len(lines) - len(kept)
