"""Words that may hold a password although no command was read: they go on to nobody, and into no subject.

Who mistypes LOGIN, or writes "my password is …" to a person, must not find the password in a colleague's mailbox. When in doubt a
line counts as one that holds a password.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from bot.core.bounce import MAY_REPORT
from bot.core.commands import Command, Reading
from bot.core.folding import fold
from bot.core.inbound import Inbound

# A word about passwords or logging in, also mistyped, and something after it; folded text.
_ABOUT = re.compile(
    r"\b(?:PASS ?WOR\w*|PASSW\w*|PASWO\w*|PWD|MOTS? DE PASSE|MDP|LOGI?N|LOG IN|SIGN IN|CONN?EXION"
    r"|ACCESS CODE|CODES? D ?ACCES)\b +\S"
)
# An access code with its digit, and one more word: CODE PASSWORD.
_CODE_AND_WORD = re.compile(r"(?=[A-Za-z0-9-]*[0-9])(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z][A-Za-z0-9-]{5,19}\s+\S{8,}")

_LEAST = 6  # characters
_LONGEST_CODE = 12  # characters of an access code that stands alone after LOGIN; a longer word is rather the password
_HELP, _LOGIN = "help", "login"


def may_hold_secret(line: str) -> bool:
    """Whether a line may hold a password."""
    return _ABOUT.search(fold(line)) is not None or _CODE_AND_WORD.fullmatch(_visible(line).strip()) is not None


def _visible(line: str) -> str:
    """The line without direction marks and joiners: what is copied out of a chat or a table often begins with one."""
    return line if line.isascii() else "".join(each for each in line if unicodedata.category(each) != "Cf")


def message_holds_secret(text: str, reading: Reading, secret: Collection[str]) -> bool:
    """Whether a chat message may hold a password; `secret` are the names of the commands that take one.

    A command that takes none, alone on its line ("forgot password", "help login"), and a plain question hold none.
    """
    commands = (*reading.commands, *reading.barred)
    if any(command.name in secret and _takes(command) for command in commands):
        return True
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and any(command.name == _LOGIN for command in commands):
        return False
    if len(lines) == 1 and commands and (not commands[0].argument or commands[0].name == _HELP):
        return any(map(_looks_minted, commands[0].argument.split()))
    return any(may_hold_secret(line) and not _asks_only(line) for line in lines)


def holds_made_up_word(text: str) -> bool:
    """Whether a word of it is none that a sentence has. In a form's remarks the word “password” alone says nothing."""
    return any(map(_looks_minted, text.split()))


def _takes(command: Command) -> bool:
    """A password follows, as far as anybody can tell: LOGIN with an access code alone has none."""
    words = [*command.argument.split(), *command.lines]
    return len(words) > 1 or (len(words) == 1 and not (command.name == _LOGIN and len(words[0]) <= _LONGEST_CODE))


def _asks_only(line: str) -> bool:
    return line.rstrip().endswith("?") and not any(map(_looks_minted, line.split()))


def _looks_minted(word: str) -> bool:
    """A word that no sentence has: with a digit or a sign inside it."""
    bare = word.strip(".,;:!?()«»“”\"'’")
    return len(bare) >= _LEAST and not bare.replace("-", "").replace("’", "").replace("'", "").isalpha()


def without_secrets(lines: list[str]) -> tuple[list[str], int]:
    """The lines that hold none, and how many were left out."""
    kept = [line for line in lines if not may_hold_secret(line)]
    return kept, len(lines) - len(kept)


def mail_may_hold_secret(inbound: Inbound, reading: Reading, secret: Collection[str]) -> bool:
    """Whether a mail may hold a password; `secret` are the names of the commands that take one. When in doubt it does: this only
    decides that it is not kept in a mailbox once the desk has it.

    What answers a letter of ours with a token and is not understood may be the bare password that the letter asked for. A report
    brings back a letter of ours, which may hold one as well; and its attachments are not read here.
    """
    if inbound.silence in MAY_REPORT or any(command.name in secret for command in reading.commands):
        return True
    if inbound.token and not reading.commands and not reading.courtesy:
        return True
    return any(map(may_hold_secret, [inbound.subject, *inbound.text.split("\n"), *inbound.quoted.split("\n")]))
