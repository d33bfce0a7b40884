"""Words that may be a password although no command was read: in answer to the letter that asks for one, or in a session.

Who answers the credentials letter with the new password alone, or with one too short to be read as one, has not said NEW PASSWORD:
nothing is set. But what they wrote is most likely a password, so that it goes to no person and into no subject, and the answer says
what to write.
"""

from __future__ import annotations

from bot.core.accounts.passwords import Rule, normalised
from bot.core.accounts.tokens import Purpose
from bot.core.commands import CommandSpec
from bot.core.folding import after_words, fold
from bot.core.replies import Reply
from bot.core.visit import Visit
from handlers.choosing import suggestions
from handlers.passwords import CHANGE_SPEC, NEW_SPEC

_SEPARATORS = " \t:=\u00a0"  # between the words and a password that was written as `Label: value`


def unread_password(visit: Visit) -> Reply | None:
    """How to write the password that was perhaps meant; None where nobody is asked for one."""
    lines = tuple(line.strip() for line in visit.text.splitlines() if line.strip())
    session = visit.access.session
    limited = session is not None and session.limited
    if not lines:
        return None
    if limited or visit.access.granted(Purpose.CREDENTIALS) is not None:
        return _not_chosen(visit, lines)
    if session is not None and (_after(lines[0], CHANGE_SPEC) or _after(lines[0], NEW_SPEC)):
        return Reply("password/how", suggestions(visit), hides=(*lines, *lines[0].split()))
    return None


def _not_chosen(visit: Visit, lines: tuple[str, ...]) -> Reply:
    assert visit.rules is not None  # noqa: S101
    minimum, password = visit.rules.password_min_length, _after(lines[0], NEW_SPEC)
    length = len(normalised(password))
    if password and length < minimum:
        facts = {"rule": Rule.TOO_SHORT.value, "length": length, "limit": minimum}
        return Reply("password/refused", {**facts, **suggestions(visit)}, hides=(*lines, password))
    return Reply("password/choose", suggestions(visit), hides=(*lines, password))


def _after(line: str, spec: CommandSpec) -> str:
    """What follows the words of a command at the beginning of a line, "" when they do not stand there or nothing follows."""
    folded = fold(line)
    phrases = sorted((fold(word) for words in spec.words.values() for word in words), key=len, reverse=True)
    found = next((phrase for phrase in phrases if folded.startswith(f"{phrase} ")), "")
    return after_words(line, len(found.split())).strip(_SEPARATORS) if found else ""
