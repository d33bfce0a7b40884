"""The first line of an administrator's answer, read strictly: a decision, or unclear, which decides nothing.

| first line                                              | means                                            |
|---------------------------------------------------------|--------------------------------------------------|
| APPROVE, APPROUVER                                      | approve with what is suggested or claimed        |
| APPROVE 0012345, 0012346                                | approve with exactly these customer numbers      |
| APPROVE NONE, APPROUVER AUCUN                           | approve without any                              |
| APPROVE JOIN K7MP4TXR, APPROUVER JOINDRE K7MP4TXR       | add the requester to that access code            |
| DENY [reason], REFUSER [motif]                          | refuse                                           |
| ASK question, DEMANDER question                         | relay a question                                 |
| UNDO, ANNULER                                           | void what was approved, if not yet used          |
| YES, OUI                                                | confirm (the second letter, a challenge)         |

Only what was written now is read, never a quote; the verb must be the first word, and everything after it must be what the table
says. A reason and a question may go on until the next blank line. "Approve?", "I approve", "Deny or approve", a second line with
another verb: unclear. A person who is asked again loses a minute; a wrong decision opens an account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.accounts.codes import fold_code
from bot.core.folding import after_words, fold

TEXT_LIMIT = 1000  # characters of a reason or question


@dataclass(frozen=True, slots=True)
class Approve:
    """`customers` is None where the line names none, () for NONE; `join` is the access code to add the requester to."""

    customers: tuple[str, ...] | None = None
    join: str = ""


@dataclass(frozen=True, slots=True)
class Deny:
    """With the reason that the requester is told, "" for none."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the requester."""

    question: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Void the credential."""


@dataclass(frozen=True, slots=True)
class Yes:
    """Confirm."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Decides nothing. `why` is a stable word: "empty", "quoted", "no_verb", "arguments", "question", "contradiction"."""

    why: str


Decision = Approve | Deny | Ask | Undo | Yes | Unclear

_APPROVE = frozenset({"APPROVE", "APPROUVER"})
_DENY = frozenset({"DENY", "REFUSER"})
_ASK = frozenset({"ASK", "DEMANDER"})
_UNDO = frozenset({"UNDO", "ANNULER"})
_YES = frozenset({"YES", "OUI"})
_VERBS = (_APPROVE, _DENY, _ASK, _UNDO, _YES)
_NONE = frozenset({"NONE", "AUCUN"})
_JOIN = frozenset({"JOIN", "JOINDRE"})
_COURTESY = frozenset({"PLEASE", "THANKS", "THANK YOU", "MERCI", "SVP", "STP", "S IL VOUS PLAIT"})

_QUOTE = re.compile(r"\s*[>|]")
_CUSTOMER = re.compile(r"(?=[A-Z0-9]*[0-9])[A-Z0-9]{3,20}")
_VERB_END = re.compile(r"[\s:;,.!\-–—]*")  # between the verb and what follows


def read_decision(text: str) -> Decision:
    """What the new text of a mail decides. `text` holds no quote and no signature (`Inbound.text`). Never raises."""
    lines = [line.strip() for line in text.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    if not lines:
        return Unclear("empty")
    first, rest = lines[0], lines[1:]
    if _QUOTE.match(first):
        return Unclear("quoted")
    verb = _verb(first)
    if verb is None:
        return Unclear("no_verb")
    if any(_decides_otherwise(line, verb) for line in rest):
        return Unclear("contradiction")
    following = _VERB_END.sub("", after_words(first, 1), count=1)
    return _read(verb, following, _paragraph(rest))


def _verb(line: str) -> frozenset[str] | None:
    word = fold(line).partition(" ")[0]
    if not line[:1].isalpha() and not line.startswith(("«", '"', "“", "*")):
        return None
    return next((verb for verb in _VERBS if word in verb), None)


def _decides_otherwise(line: str, verb: frozenset[str]) -> bool:
    # Only a line that would be a decision by itself contradicts: a reason's second line may well begin with a verb's word.
    if _QUOTE.match(line):
        return False
    other = _verb(line)
    return other is not None and other is not verb and len(fold(line).split()) <= 2


def _paragraph(lines: list[str]) -> list[str]:
    """The lines up to the next blank one or quote."""
    taken = []
    for line in lines:
        if not line or _QUOTE.match(line):
            break
        taken.append(line)
    return taken


def _read(verb: frozenset[str], following: str, more: list[str]) -> Decision:
    if verb is _ASK:
        question = _text(following, more)
        return Ask(question) if question else Unclear("arguments")
    if "?" in following:
        return Unclear("question")
    if verb is _DENY:
        named = set(fold(following).split()) & (_APPROVE | _UNDO | _YES)
        return Unclear("contradiction") if named else Deny(_text(following, more))
    if verb is _APPROVE:
        return _approval(following)
    if following and fold(following) not in _COURTESY:
        return Unclear("arguments")
    return Undo() if verb is _UNDO else Yes()


def _text(following: str, more: list[str]) -> str:
    return " ".join(filter(None, (following, *more)))[:TEXT_LIMIT].strip()


def _approval(following: str) -> Decision:
    words = fold(following).split()
    if not words or " ".join(words) in _COURTESY:
        return Approve()
    if words[0] in _NONE:
        return Approve(customers=()) if len(words) == 1 else Unclear("arguments")
    if words[0] in _JOIN:
        named = after_words(following, 1).split()
        code = fold_code(named[0]) if len(named) == 1 else None
        return Approve(join=code) if code else Unclear("arguments")
    numbers = [fold(part).replace(" ", "") for part in re.split(r"[\s,;]+", following.strip(" .,;!")) if part]
    numbers = [number for number in numbers if number not in ("ET", "AND", "")]
    if numbers and all(_CUSTOMER.fullmatch(number) for number in numbers):
        return Approve(customers=tuple(dict.fromkeys(numbers)))
    return Unclear("arguments")
