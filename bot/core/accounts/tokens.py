"""Tokens in letters: what each kind may do, for how long, and for whom.

A token is 128 random bits in lower-case base32, 26 characters in the desk's subaddress. Only its digest is stored. It counts when
it comes from the one person to whom it was issued, before it expires, and (where its kind says so) once. Everything else is an
ordinary letter without rights: a dead or foreign token opens nothing, and is never refused at the door, which would tell a
stranger that it once lived.

| kind            | stands for                                                    | lives    | used up | proves             |
|-----------------|---------------------------------------------------------------|----------|---------|--------------------|
| SESSION         | a login by mail (its own end is `sessions.alive`)             | 12 hours | no      | what the session is |
| CHALLENGE       | a YES that opens a session                                    | 30 min   | yes     | A2                 |
| CREDENTIALS     | the limited session of a credentials letter                   | 7 days   | no      | limited            |
| CONFIRM_ADDRESS | a YES from the address of a request                           | 7 days   | yes     | the address        |
| NEW_ADDRESS     | a YES from a member's new default address                     | 7 days   | yes     | the address        |
| INVITATION      | a YES from an invited colleague                               | 7 days   | yes     | the address        |
| FORM            | a form under way                                              | 30 days  | no      | nothing            |
| REQUEST         | an administrator's thread about one request                   | 30 days  | no      | with A1: A4        |
| DECISION        | the second letter: YES to a decision of unproved mail         | 30 min   | yes     | A4                 |
| ANSWER          | the requester's answer to an administrator's question         | 30 days  | no      | nothing            |
| OBJECTION       | OBJECT to a new party                                         | 30 days  | yes     | the address        |
| LINK            | a short code that a member types into a private chat          | 60 min   | yes     | the address        |
| CARRY           | a form begun here, taken over in another channel              | 60 min   | yes     | nothing            |
| NOTICE          | the remedy in a notice                                        | 30 days  | no      | nothing            |
| BOUNCE          | the envelope of a letter whose return must be heard           | 30 days  | no      | nothing            |
| PROBE           | a letter of the desk to itself, to see that it comes back     | 1 day    | yes     | nothing            |
| TEST            | an administrator's answer to a test letter                    | 30 days  | no      | nothing            |
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.accounts.records import Token


class Purpose(StrEnum):
    """What a token is for; a token for one thing never does another."""

    SESSION = "session"
    CHALLENGE = "challenge"
    CREDENTIALS = "credentials"
    CONFIRM_ADDRESS = "confirm_address"
    NEW_ADDRESS = "new_address"
    INVITATION = "invitation"
    FORM = "form"
    REQUEST = "request"
    DECISION = "decision"
    ANSWER = "answer"
    OBJECTION = "objection"
    LINK = "link"
    CARRY = "carry"
    NOTICE = "notice"
    BOUNCE = "bounce"
    PROBE = "probe"
    TEST = "test"


_WEEK = timedelta(days=7)
_MONTH = timedelta(days=30)  # beyond the 14 days after which a request lapses: the answer then says so

LIFETIMES: Mapping[Purpose, timedelta] = {
    Purpose.SESSION: timedelta(hours=12),
    Purpose.CHALLENGE: timedelta(minutes=30),
    Purpose.CREDENTIALS: _WEEK,
    Purpose.CONFIRM_ADDRESS: _WEEK,
    Purpose.NEW_ADDRESS: _WEEK,
    Purpose.INVITATION: _WEEK,
    Purpose.FORM: _MONTH,
    Purpose.REQUEST: _MONTH,
    Purpose.DECISION: timedelta(minutes=30),
    Purpose.ANSWER: _MONTH,
    Purpose.OBJECTION: _MONTH,
    Purpose.LINK: timedelta(minutes=60),  # mail may be slow
    Purpose.CARRY: timedelta(minutes=60),
    Purpose.NOTICE: _MONTH,
    Purpose.BOUNCE: _MONTH,
    Purpose.PROBE: timedelta(days=1),
    Purpose.TEST: _MONTH,
}
ONCE = frozenset(
    {
        Purpose.CHALLENGE,
        Purpose.CONFIRM_ADDRESS,
        Purpose.NEW_ADDRESS,
        Purpose.INVITATION,
        Purpose.DECISION,
        Purpose.OBJECTION,
        Purpose.LINK,
        Purpose.CARRY,
        Purpose.PROBE,
    }
)

BEARER = frozenset({Purpose.BOUNCE})  # mail servers return a letter from the null sender: whoever holds it may say "it came back"

_SHAPE = re.compile(r"[a-z2-7]{26}")


class Judgement(StrEnum):
    """What a token that came with a message is worth. All but VALID mean: an ordinary letter without rights."""

    VALID = "valid"
    NONE = "none"  # there was none, or it was never issued
    FOREIGN = "foreign"  # issued to somebody else: a forward, a copy to a third party
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"


def digest(token: str) -> bytes:
    """What is stored of a token: SHA-256. No salt and no slow hash: it has 128 random bits, which nobody can try out."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def code_digest(purpose: Purpose, account_id: int, code: str) -> bytes:
    """What is stored of a code that somebody types: short, and so bound to one account, whose wrong tries are counted."""
    return digest(f"{purpose} {account_id} {code}")


def looks_issued(text: str) -> bool:
    """Whether a subaddress has the shape of a token at all: anything else is not looked up."""
    return _SHAPE.fullmatch(text) is not None


def judge(token: Token | None, person: str, now: datetime) -> Judgement:
    """What a token is worth in the hands of `person` (a conversation's key). Who holds it is asked first: a stranger must not
    learn whether it is still alive."""
    if token is None:
        return Judgement.NONE
    if token.grant.purpose not in BEARER and token.grant.person != person:
        return Judgement.FOREIGN
    if token.revoked_at is not None:
        return Judgement.REVOKED
    if token.used_at is not None and token.grant.purpose in ONCE:
        return Judgement.USED
    return Judgement.VALID if now < token.expires_at else Judgement.EXPIRED
