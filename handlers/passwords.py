"""CHANGE PASSWORD in a session, with the current one; NEW PASSWORD in the limited session of a temporary or expired password.

Help page: "You can modify your password … Take note of your new password!" A password is taken as written, never folded. The answer
repeats none, and keeps it out of its subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.accounts.records import Account
from bot.core.accounts.sessions import Action
from bot.core.accounts.status import temporary_alive
from bot.core.accounts.tokens import Purpose
from bot.core.anteroom import Anteroom
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.courtesy import only_courtesy
from bot.core.folding import fold
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Access, Visit
from handlers.choosing import Chosen, choose, set_password, suggestions
from handlers.entering import changed_at
from handlers.locked import locked
from handlers.opening import open_session, which_member
from handlers.presenting import Finding, Presented, present
from handlers.telling import local

_LEAST = 8  # characters of the shortest password that any setting allows
_PHRASE = 15


@dataclass(frozen=True, slots=True)
class _Change:
    presented: Presented
    chosen: Chosen | None


def _is_change(written: str) -> bool:
    """The current password and perhaps the new one; other words after CHANGE PASSWORD are a sentence."""
    words = written.split()
    if only_courtesy(fold(written).split()):
        return False
    if len(words) == 1:
        return len(written) >= _LEAST and (len(written) >= 12 or not written.isalpha())
    if len(words) == 2:
        return all(len(word) >= _LEAST for word in words) or len(written) >= 2 * _PHRASE
    return len(written) >= _PHRASE


def _is_new(written: str) -> bool:
    """Anything that is long enough to be one, or one word that only a password would be."""
    if only_courtesy(fold(written).split()):
        return False
    return len(written) >= _LEAST or (len(written.split()) == 1 and not written.isalpha())


_CHANGE_EN = ("CHANGE PASSWORD", "CHANGE MY PASSWORD")
_CHANGE_FR = (
    *("CHANGER MOT DE PASSE", "CHANGER MON MOT DE PASSE", "CHANGER LE MOT DE PASSE", "MODIFIER MOT DE PASSE"),
    *("MODIFIER MON MOT DE PASSE", "CHANGER MDP"),
)
_NEW_EN = ("NEW PASSWORD",)
_NEW_FR = ("NOUVEAU MOT DE PASSE", "NOUVEAU MDP")

CHANGE_SPEC = CommandSpec(
    name="change_password",
    words={Language.EN: _CHANGE_EN, Language.FR: _CHANGE_FR},
    effect=Effect.CHANGE,
    follows=Follows.EVERYTHING,
    whole_line=frozenset({*_CHANGE_EN, *_CHANGE_FR}),
    written=_is_change,
    locked=True,
    secret=True,
)
NEW_SPEC = CommandSpec(
    name="new_password",
    words={Language.EN: _NEW_EN, Language.FR: _NEW_FR},
    effect=Effect.CHANGE,
    follows=Follows.REQUIRED,
    whole_line=frozenset({*_NEW_EN, *_NEW_FR}),
    written=_is_new,
    secret=True,
)


def _pairs(command: Command) -> list[tuple[str, str]]:
    """The current and the new password as the lines may mean them, likeliest first.

    Two words on the line are both; else the new one stands alone on the very next line. Two words and a next line may be either: a
    signature below, or a passphrase of two words that is being changed.
    """
    words = command.argument.split()
    below = command.lines[0].strip() if command.lines else ""
    pairs = [(words[0], words[1])] if len(words) == 2 else []
    if words and below:
        pairs.append((command.argument.strip(), below))
    return pairs


def _written(command: Command) -> tuple[str, ...]:
    """What of the message must not be repeated."""
    words = (command.argument.strip(), *(each for pair in _pairs(command) for each in pair), *command.lines[:1])
    return tuple(filter(None, (word.strip() for word in words)))


async def prepare_change(anteroom: Anteroom, command: Command) -> _Change | None:
    """Compares the current password, counted like a login, and hashes the new one."""
    account, session, pairs = anteroom.access.account, anteroom.access.session, _pairs(command)
    if account is None or session is None or session.limited or not pairs:
        return None
    presented = await present(anteroom, account.code, *(current for current, _ in pairs))
    if presented.finding is not Finding.PASSWORD:
        return _Change(presented, None)
    return _Change(presented, await choose(anteroom, account, pairs[presented.which][1]))


async def answer_change(visit: Visit, command: Command) -> Reply:
    """Changes the password; the current one, given with the command, proves who may."""
    hindrance = locked(visit, Action.CHANGE_PROFILE)
    if hindrance is not None:
        return replace(hindrance, hides=_written(command))
    change, session = visit.prepared, visit.access.session
    if not isinstance(change, _Change) or session is None:
        return Reply("password/how", suggestions(visit), hides=_written(command))
    if change.presented.finding is Finding.BUSY:
        return Reply("login/busy", hides=_written(command))
    if change.chosen is None:
        until = local(visit, change.presented.until) if change.presented.until is not None else None
        await change.presented.take_back(visit.files)
        told = change.presented.trusted and change.presented.finding is Finding.PREVIOUS
        changed = changed_at(visit, visit.access.account) if told else None
        facts = {"temporary": change.presented.finding is Finding.TEMPORARY, "until": until, "changed": changed}
        return Reply("password/wrong_current", facts, hides=_written(command))
    reply = await set_password(visit, change.chosen)
    await visit.files.sessions.confirm_password(session.id, visit.now)
    await change.presented.forgive(visit.files)
    return replace(reply, hides=_written(command))


def _choosing(access: Access) -> Account | None:
    """The account for which the message may choose a password: a limited session, or an answer to the credentials letter."""
    limited = access.session is not None and access.session.limited
    return access.account if limited or access.granted(Purpose.CREDENTIALS) is not None else None


async def prepare_new(anteroom: Anteroom, command: Command) -> Chosen | None:
    """Holds the new password against the rules and hashes it, for who may choose one."""
    account, password = _choosing(anteroom.access), _new(command)
    return await choose(anteroom, account, password) if account is not None and password else None


async def answer_new(visit: Visit, command: Command) -> Reply:
    """Sets the password that was chosen, and opens the whole session with it."""
    hides: Sequence[str] = tuple(filter(None, (_new(command),)))
    account = _choosing(visit.access)
    if account is None:
        return replace(_not_now(visit), hides=tuple(hides))
    if _letter_is_over(visit, account):
        return Reply("password/temporary_expired", hides=tuple(hides))
    if not isinstance(visit.prepared, Chosen):
        return Reply("password/choose", suggestions(visit), hides=tuple(hides))
    reply = await set_password(visit, visit.prepared)
    if reply.template != "password/changed":
        return replace(reply, hides=tuple(hides))
    _, token = await open_session(visit, account, visit.access.member or await which_member(visit, account), confirmed=True)
    return replace(reply, hides=tuple(hides), token=token)


def _new(command: Command) -> str:
    return (command.argument or " ".join(command.lines[:1])).strip()


def _not_now(visit: Visit) -> Reply:
    """In a whole session one changes the password with the current one; elsewhere one needs the letter, or to log in."""
    if visit.access.session is not None:
        return Reply("password/how", suggestions(visit))
    return locked(visit, Action.NEW_PASSWORD) or Reply("login/needed")


def _letter_is_over(visit: Visit, account: Account) -> bool:
    """Whether a credentials letter is answered whose temporary password is no more: expired, replaced by another, or void."""
    if visit.access.session is not None:
        return False
    token = visit.access.granted(Purpose.CREDENTIALS)
    mine = token is not None and token.grant.member_id == account.temporary_member
    return not mine or not account.temporary_hash or not temporary_alive(account.facts, visit.now)


CHANGE = Handler(CHANGE_SPEC, answer_change, prepare_change)
NEW = Handler(NEW_SPEC, answer_new, prepare_new)
