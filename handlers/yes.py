"""YES confirms what the letter that it answers asks: the token of that letter says what it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.core.accounts.records import Token
from bot.core.accounts.tokens import Judgement, Purpose
from bot.core.anteroom import Anteroom
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit
from handlers import access, challenge, deciding, default_address, members

SPEC = CommandSpec(
    name="yes",
    words={Language.EN: ("YES",), Language.FR: ("OUI",)},
    effect=Effect.CHANGE,
    follows=Follows.NOTHING,
    whole_line=frozenset({"YES", "OUI"}),
    listed=False,
    enters=True,
)

_A_FEW = 8  # words
Confirmed = Callable[[Visit, Token], Awaitable[Reply]]

CONFIRMS: Mapping[Purpose, Confirmed] = {
    Purpose.CHALLENGE: challenge.confirmed,
    Purpose.NEW_ADDRESS: default_address.confirmed,
    Purpose.INVITATION: members.confirmed,
    Purpose.CONFIRM_ADDRESS: access.confirmed,
    Purpose.DECISION: deciding.confirmed,
}


async def prepare(anteroom: Anteroom, command: Command) -> object:
    """An approval needs a temporary password, whose hashing is slow."""
    return await deciding.prepare_confirmed(anteroom)


async def answer(visit: Visit, command: Command) -> Reply:
    """Confirms by the valid token's purpose. Without one there is nothing to confirm; a foreign token is told no more than that.

    To the letter about a request YES is no decision: the administrator is asked again.
    """
    token = visit.access.token
    undecided = await deciding.unclear_answer(visit)
    if undecided is not None:
        return undecided
    confirms = CONFIRMS.get(token.grant.purpose) if token is not None else None
    if token is None or confirms is None:
        return nothing_to_confirm(visit)
    return await confirms(visit, token)


def asked_again(visit: Visit) -> Reply | None:
    """What a few other words get that answer a question ("OK", "that was me"): only YES counts. None for anything longer, which a
    person may have to read, and where nothing waits for YES."""
    token = visit.access.token
    lines = [line for line in visit.text.splitlines() if line.strip()]
    short = len(lines) == 1 and len(lines[0].split()) <= _A_FEW and "?" not in lines[0]
    return Reply("yes/unclear") if short and token is not None and token.grant.purpose in CONFIRMS else None


def nothing_to_confirm(visit: Visit) -> Reply:
    """The answer to a YES that comes too late, twice, or to no question."""
    judgement = visit.access.judgement
    over = judgement in (Judgement.EXPIRED, Judgement.USED, Judgement.REVOKED)
    return Reply("yes/nothing", {"over": over, "used": judgement is Judgement.USED})


HANDLER = Handler(SPEC, answer, prepare)
