"""PROFILE: what is on file about a member, and changing it.

Help page: "You can also register your preferred language in your user profile"; "Each user can then have their own e-mail address
as a default value"; "You can modify your password by clicking in the User profile heading".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.core.accounts.records import Member, MemberState
from bot.core.accounts.sessions import Action
from bot.core.accounts.status import password_deadline
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.folding import after_words, fold
from bot.core.forms.checks import check
from bot.core.forms.definition import PROFILE, Field
from bot.core.replies import Post, Reply
from bot.core.values import Channel, Language
from bot.core.visit import Visit
from handlers import form_steps
from handlers.choosing import suggestions
from handlers.default_address import ask_to_confirm
from handlers.locked import locked
from handlers.office import office_of
from handlers.telling import at_hand

_ADDRESS = frozenset({"ADDRESS", "ADRESSE", "DEFAULT ADDRESS", "ADRESSE PAR DEFAUT"})  # a field of the profile that no form has
_CHANGE = frozenset({"CHANGE", "EDIT", "MODIFIER", "CHANGER"})  # step by step, in a chat or at a terminal
_PASSWORD = frozenset({"PASSWORD", "MOT DE PASSE", "MDP"})
_LONGEST_NAME = 4  # words of a field's name
_LONGEST = 12  # words of a field and its value; more are a sentence


def _field(words: list[str]) -> tuple[Field | None, int]:
    """The field that the first words name, and how many they are."""
    for size in range(min(_LONGEST_NAME, len(words)), 0, -1):
        name = " ".join(words[:size])
        found = PROFILE.by_label.get(name) or (PROFILE.field("email") if name in _ADDRESS else None)
        if found is not None:
            return found, size
    return None, 0


def _is_password(words: list[str]) -> bool:
    return any(" ".join(words[:size]) in _PASSWORD for size in (1, 3))


def _is_profile(folded: str) -> bool:
    words = folded.split()
    return len(words) <= _LONGEST and (_field(words)[0] is not None or _is_password(words) or _is_change(words))


def _is_change(words: list[str]) -> bool:
    return len(words) == 1 and words[0] in _CHANGE


_ENGLISH = ("PROFILE", "USER PROFILE", "MY PROFILE")
_FRENCH = ("PROFIL", "PROFIL D’UTILISATEUR", "MON PROFIL")

SPEC = CommandSpec(
    name="profile",
    words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
    effect=Effect.CHANGE,
    follows=Follows.OPTIONAL,
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),
    argument=_is_profile,
    locked=True,
)


async def answer(visit: Visit, command: Command) -> Reply:
    """Shows the profile, or changes one field of it."""
    words = fold(command.argument).split()
    hindrance = locked(visit, Action.CHANGE_PROFILE if words else Action.SEE_PROFILE)
    if _is_password(words):
        # Passwords may stand on the line already: they are not taken here, and not repeated.
        return hindrance or Reply("password/how", suggestions(visit), hides=(command.argument, *command.argument.split()))
    if hindrance is not None:
        return hindrance
    if _is_change(words) and visit.channel is not Channel.MAIL:
        return await _begun(visit)
    field, size = _field(words)
    if field is None:
        return await _shown(visit)
    value = after_words(command.argument, size).strip(" \t:=\u00a0")
    return await _changed(visit, field, value)


async def _shown(visit: Visit) -> Reply:
    assert visit.rules is not None  # noqa: S101
    account, member = visit.access.account, visit.access.member
    if account is None:
        return Reply("login/needed")
    members = await visit.files.members.of_account(account.id)
    facts = {
        "code": account.code,
        "company": account.company,
        "customers": account.customer_numbers,
        "member": member,
        "chats": len(member.chats) if member is not None else 0,
        "members": sum(each.state is MemberState.ACTIVE for each in members),
        "password_until": password_deadline(account.facts, visit.rules.calendar),
    }
    return Reply("profile/show", facts)


async def _begun(visit: Visit) -> Reply:
    """The form, filled with what is on file: each line has a number to change it by."""
    member = visit.access.member
    if member is None:
        return Reply("profile/which_member")
    await visit.files.drafts.drop(visit.sender.key, PROFILE.name)  # what is on file now is what is changed
    return await form_steps.start(visit, PROFILE, _on_file(member))


def _on_file(member: Member) -> Mapping[str, str]:
    language = member.language.value if member.language is not None else ""
    return {"name": member.name, "telephone": member.telephone, "email": member.address, "language": language}


async def submit(visit: Visit, values: Mapping[str, str]) -> Reply:
    """Keeps what the form changed; a new default address must first be confirmed from there."""
    hindrance, member = locked(visit, Action.CHANGE_PROFILE), visit.access.member
    if hindrance is not None or member is None:
        return hindrance or Reply("profile/which_member")
    before = _on_file(member)
    changed = tuple((key, values[key]) for key in _SETTERS if values.get(key, "") and values[key] != before[key])
    for key, value in changed:
        await _SETTERS[key](visit, member, value)
        await _note(visit, member, key)
    address = ""
    posts: tuple[Post, ...] = ()
    if values.get("email", before["email"]) != before["email"]:
        asked = locked(visit, Action.CHANGE_ADDRESS) or await ask_to_confirm(visit, member, values["email"])
        if not changed:
            return asked
        address, posts = _OF_ADDRESS.get(asked.template, "password"), asked.posts
    language = next((Language(value) for key, value in changed if key == "language"), None)
    saved = Reply("profile/saved", {"changes": changed, "address": address, "new": values.get("email", "")}, language=language)
    letter = (Post(member.address, saved, language or member.language),) if changed else ()
    return replace(saved, posts=(*posts, *letter))


_OF_ADDRESS = {"profile/address_asked": "asked", "profile/address_taken": "taken"}


async def _note(visit: Visit, member: Member, field: str) -> None:
    facts = {"field": field}
    await visit.files.audit.add("profile_changed", visit.now, actor=visit.sender.key, account_id=member.account_id, facts=facts)


async def _changed(visit: Visit, field: Field, text: str) -> Reply:
    member = visit.access.member
    if member is None:
        return Reply("profile/which_member")
    checked = check(field, text, office_of(visit).objection)
    if checked.problem or not checked.value:
        return Reply("profile/bad_value", {"field": field.key, "problem": checked.problem or "missing"})
    if field.key == "email":
        return locked(visit, Action.CHANGE_ADDRESS) or await ask_to_confirm(visit, member, checked.value)
    await _SETTERS[field.key](visit, member, checked.value)
    await _note(visit, member, field.key)
    language = Language(checked.value) if field.key == "language" else None
    letter = Reply("profile/changed", {"field": field.key, "value": checked.value}, language=language)
    # Every change is confirmed in a letter: the answer is one already where the member wrote from the address on record.
    posts = () if at_hand(visit) else (Post(member.address, letter, language or member.language),)
    return Reply(letter.template, letter.facts, language=language, posts=posts)


async def _set_name(visit: Visit, member: Member, value: str) -> None:
    await visit.files.members.set_name(member.id, value)


async def _set_telephone(visit: Visit, member: Member, value: str) -> None:
    await visit.files.members.set_telephone(member.id, value)


async def _set_language(visit: Visit, member: Member, value: str) -> None:
    await visit.files.members.set_language(member.id, Language(value))


_SETTERS: Mapping[str, Callable[[Visit, Member, str], Awaitable[None]]] = {
    "name": _set_name,
    "telephone": _set_telephone,
    "language": _set_language,
}

HANDLER = Handler(SPEC, answer)
