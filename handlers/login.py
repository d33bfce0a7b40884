"""LOGIN: an access code and a password, or by mail the code alone, which brings a challenge to the member's address on record.

Help page: "Enter your personal access code in the box Access Login"; "you will be advised on the next visit … that your password
has expired and you will be asked to choose a new one". A stranger hears the same words whatever is wrong; the address on record
hears the truth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.accounts.codes import ALPHABET, CODE_LENGTH, fold_code
from bot.core.anteroom import Anteroom
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.replies import Reply
from bot.core.values import Channel, Language
from bot.core.visit import Visit
from handlers.challenge import challenge
from handlers.entering import enter
from handlers.presenting import Presented, present

_CODE = re.compile(r"(?=\S*[0-9])[A-Za-z][A-Za-z0-9-]{3,19}")
_LETTERS = re.compile(r"[A-Za-z]{4,20}")  # a code of an older system, or any word
_PASSWORD = re.compile(r"(?=\S*[a-z])(?=\S*[A-Z])(?=\S*[0-9])(?!\S*[0-9]{9})[^\s@]{8,}")  # a word that stands in no sentence
_CODE_OF_LETTERS = re.compile(rf"[{ALPHABET}]{{{CODE_LENGTH}}}")  # as it is printed; in small letters it would be a word


@dataclass(frozen=True, slots=True)
class _Said:
    code: str | None
    password: str


def _is_login(written: str) -> bool:
    """An access code, and perhaps a password of any form.

    A word of letters alone may be a code of an older system and may be prose ("login problem"): from anybody it counts with a
    password that no sentence holds; from a member, whose code it is, it always does (`takes_code`). Whether an account has it
    is not asked: strangers would learn from the answer which codes exist.
    """
    first, *rest = written.split(maxsplit=1)
    if _CODE.fullmatch(first) or _CODE_OF_LETTERS.fullmatch(first):
        return True
    return _LETTERS.fullmatch(first) is not None and _PASSWORD.fullmatch("".join(rest)) is not None


_ENGLISH = ("LOGIN", "LOG IN", "SIGN IN")
_FRENCH = ("CONNEXION", "SE CONNECTER", "OUVRIR UNE SESSION")

SPEC = CommandSpec(
    name="login",
    words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
    effect=Effect.CHANGE,
    follows=Follows.REQUIRED,
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),
    written=_is_login,
    takes_code=True,
    secret=True,
    enters=True,
)


def _said(command: Command) -> _Said:
    words = (command.argument or " ".join(command.lines)).strip().split(maxsplit=1)
    code = fold_code(words[0]) if words else None
    return _Said(code, words[1].strip() if len(words) > 1 else "")


async def prepare(anteroom: Anteroom, command: Command) -> Presented | None:
    """Counts and compares the password; None where there is none, or where passwords are not taken by mail."""
    said = _said(command)
    if said.code is None or not said.password:
        return None
    if anteroom.channel is Channel.MAIL and not anteroom.rules.email_passwords:
        return None
    return await present(anteroom, said.code, said.password)


async def answer(visit: Visit, command: Command) -> Reply:
    """Opens a session, or says in the same words to every stranger that it does not."""
    said = _said(command)
    if said.code is None or (not said.password and visit.channel is not Channel.MAIL):
        return Reply("login/how", {"by_mail": visit.channel is Channel.MAIL}, hides=_hidden(said))
    if isinstance(visit.prepared, Presented):
        return await enter(visit, visit.prepared, hides=_hidden(said))
    return await challenge(visit, said.code, password_mailed=bool(said.password), hides=_hidden(said))


def _hidden(said: _Said) -> tuple[str, ...]:
    return (said.password,) if said.password else ()


HANDLER = Handler(SPEC, answer, prepare)
