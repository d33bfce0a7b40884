"""PROFILE: seen, changed, refused; the default address confirmed at the new one and told to the old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.accounts.records import Account, Member, MemberState, NewMember
from bot.core.commands import Handler
from bot.core.grammar import Context, Vocabulary, read
from bot.core.values import Language
from handlers import logout, profile, yes
from handlers import object as objection
from tests.support.visits import JULES, MARIE, STRANGER, Visits, Writer, check_letters, text

BY_MAIL, TERMINAL = Writer(MARIE), Writer(terminal="one")
NEW = "marie.t@tremblay.example"
Meanwhile = Callable[[Visits, Member], Awaitable[None]]
HANDLERS: list[Handler] = [profile.HANDLER, yes.HANDLER, objection.HANDLER]


async def _set_up(visits: Visits, *, confirmed: bool = True) -> tuple[Account, str]:
    account = await visits.account(members=(NewMember(MARIE, "Marie Roy", "514-555-0100", Language.FR), JULES))
    return account, await visits.open_session(account, BY_MAIL, confirmed=confirmed)


async def test_the_profile_is_shown(visits: Visits) -> None:
    """With company, code, customer numbers and the member's own lines, in both languages."""
    _, token = await _set_up(visits)
    outcome = await visits.ask(profile.HANDLER, "PROFILE", BY_MAIL, token=token)
    words = text(outcome.reply, Language.EN)
    for value in ("Tremblay inc.", "K7MP4TXR", "0012345", "Marie Roy", MARIE, "514-555-0100", "French", "February 23, 2027"):
        assert value in words
    assert "français" in text(outcome.reply, Language.FR)
    check_letters(outcome)


async def test_a_shared_code_shows_nobodys_lines(visits: Visits) -> None:
    """At a terminal nothing tells which member it is: the account's lines only, and no change."""
    account, _ = await _set_up(visits)
    await visits.open_session(account, TERMINAL)
    outcome = await visits.ask(profile.HANDLER, "PROFILE", TERMINAL)
    assert MARIE not in text(outcome.reply, Language.EN)
    assert (await visits.ask(profile.HANDLER, "PROFILE LANGUAGE EN", TERMINAL)).template == "profile/which_member"


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("PROFILE LANGUAGE EN", "language", "en"),
        ("profil langue anglais", "language", "en"),
        ("PROFIL LANGUE PRÉFÉRÉE : English", "language", "en"),
        ("PROFILE NAME Marie-Ève Roy", "name", "Marie-Ève Roy"),
        ("mon profil nom: Marie-Ève Roy", "name", "Marie-Ève Roy"),
        ("PROFILE PHONE (418) 555 0199 ext 12", "telephone", "418-555-0199 ext. 12"),
        ("PROFIL TÉLÉPHONE 1 800 555-0199", "telephone", "1-800-555-0199"),
    ],
)
@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_field_is_changed_and_confirmed(visits: Visits, words: str, field: str, value: str, confirmed: bool) -> None:
    """A2 is enough; by mail the answer is the letter."""
    account, token = await _set_up(visits, confirmed=confirmed)
    outcome = await visits.ask(profile.HANDLER, words, BY_MAIL, token=token)
    assert (outcome.template, outcome.reply.facts) == ("profile/changed", {"field": field, "value": value})
    assert outcome.posts == ()
    member = await visits.member(account, MARIE)
    assert getattr(member, field) == value
    assert outcome.reply.language == (Language.EN if field == "language" else None)
    check_letters(outcome)
    assert await visits.audit() == ["profile_changed"]


async def test_a_change_in_chat_is_confirmed_at_the_address_on_record(visits: Visits) -> None:
    """In the member's language."""
    account, _ = await _set_up(visits)
    marie = await visits.member(account, MARIE)
    await visits.write(lambda files: files.members.link_chat(marie.id, 42, visits.clock.now()))
    await visits.open_session(account, Writer(chat=42))
    outcome = await visits.ask(profile.HANDLER, "PROFIL NOM Marie Roy-Gagnon", Writer(chat=42))
    post = outcome.post(MARIE, "profile/changed")
    assert (post.language, post.token) == (Language.FR, "")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("PROFILE LANGUAGE spanish", "language"),
        ("PROFILE NAME", "name"),
        ("PROFILE NAME ---", "name"),
        ("PROFIL TÉLÉPHONE 911", "telephone"),
        ("PROFIL COURRIEL marie", "email"),
        ("PROFILE ADDRESS", "email"),
    ],
)
async def test_a_bad_value_changes_nothing(visits: Visits, words: str, field: str) -> None:
    """The answer says what is missing or wrong, and how to write it."""
    account, token = await _set_up(visits)
    before = await visits.member(account, MARIE)
    outcome = await visits.ask(profile.HANDLER, words, BY_MAIL, token=token)
    assert (outcome.template, outcome.reply.facts["field"]) == ("profile/bad_value", field)
    assert await visits.member(account, MARIE) == before
    check_letters(outcome)


async def test_a_password_is_not_changed_by_profile(visits: Visits) -> None:
    """Help page: "modify … by clicking in the User profile heading": the answer says how, and repeats none."""
    _, token = await _set_up(visits)
    outcome = await visits.ask(profile.HANDLER, "PROFIL MOT DE PASSE Outardes-1988 Ponts-sur-1990", BY_MAIL, token=token)
    assert outcome.template == "password/how"
    assert {"Outardes-1988", "Ponts-sur-1990"} <= set(outcome.reply.hides)
    check_letters(outcome, never=["Outardes-1988", "Ponts-sur-1990"])


@pytest.mark.parametrize("line", ["profile of our company attached", "Profil recherché: commis", "my profile picture"])
def test_prose_is_no_profile_command(line: str) -> None:
    """An ordinary word, unless a field follows."""
    assert read(Vocabulary([profile.SPEC]), "", line, Context()).commands == ()


async def _asked(visits: Visits, token: str, words: str = f"PROFILE EMAIL {NEW}") -> str:
    outcome = await visits.ask(HANDLERS, words, BY_MAIL, token=token)
    assert outcome.template == "profile/address_asked"
    check_letters(outcome)
    return outcome.post(NEW, "profile/confirm_address").token


async def test_the_new_address_confirms_and_everybody_hears(visits: Visits) -> None:
    """Nothing changes before; then sessions of the old one end, and the old one is told too."""
    account, session = await _set_up(visits)
    token = await _asked(visits, session, f"PROFIL COURRIEL <{NEW.upper()}>")
    marie = await visits.member(account, MARIE)
    assert await visits.running(BY_MAIL)
    outcome = await visits.ask(HANDLERS, "OUI", Writer(NEW), token=token)
    assert outcome.template == "profile/address_changed"
    changed = await visits.member(account, NEW)
    assert (changed.id, changed.address_changed_at) == (marie.id, visits.clock.now())
    assert outcome.posted() == [(JULES, "profile/address_told"), (MARIE, "profile/address_told")]
    check_letters(outcome)
    assert (await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=session)).template == "login/session_ended"
    assert not await visits.running(BY_MAIL)
    assert "address_changed" in await visits.audit()
    again = await visits.ask(HANDLERS, "OUI", Writer(NEW), token=token)
    assert again.template == "yes/nothing"


@pytest.mark.parametrize("objector", [MARIE, JULES])
async def test_the_old_address_and_every_member_may_object(visits: Visits, objector: str) -> None:
    """Whoever took the mailbox over is suspended at once."""
    account, session = await _set_up(visits)
    told = await visits.ask(HANDLERS, "YES", Writer(NEW), token=await _asked(visits, session))
    outcome = await visits.ask(HANDLERS, "CONTESTER", Writer(objector), token=told.post(objector).token)
    assert outcome.template == "object/done"
    assert (await visits.member(account, NEW)).state == "suspended"


async def test_only_the_new_address_confirms_in_time(visits: Visits) -> None:
    """A copy to somebody else, the old address, a week later: nothing changes."""
    account, session = await _set_up(visits)
    token = await _asked(visits, session)
    for writer in (BY_MAIL, Writer(STRANGER)):
        assert (await visits.ask(HANDLERS, "YES", writer, token=token)).template == "yes/nothing"
    visits.clock.moment += timedelta(days=7)
    assert (await visits.ask(HANDLERS, "YES", Writer(NEW), token=token)).template == "yes/nothing"
    assert await visits.member(account, MARIE)


async def test_an_address_asks_for_the_password_in_the_session(visits: Visits) -> None:
    """A3: a mailbox alone must not move the account elsewhere."""
    _, token = await _set_up(visits, confirmed=False)
    outcome = await visits.ask(HANDLERS, f"PROFILE EMAIL {NEW}", BY_MAIL, token=token)
    assert (outcome.template, outcome.posts) == ("login/password_needed", ())


@pytest.mark.parametrize(("address", "template"), [(MARIE, "profile/same_address"), (JULES, "profile/address_taken")])
async def test_an_address_that_is_there_already(visits: Visits, address: str, template: str) -> None:
    """Nothing goes out."""
    _, token = await _set_up(visits)
    outcome = await visits.ask(HANDLERS, f"PROFILE EMAIL {address}", BY_MAIL, token=token)
    assert (outcome.template, outcome.posts) == (template, ())
    check_letters(outcome)


async def _suspend(visits: Visits, member: Member) -> None:
    await visits.write(lambda files: files.accounts.suspend(member.account_id, "objection", visits.clock.now()))


async def _remove(visits: Visits, member: Member) -> None:
    await visits.write(lambda files: files.members.set_state(member.id, MemberState.REMOVED, visits.clock.now()))


async def _move(visits: Visits, member: Member) -> None:
    await visits.write(lambda files: files.members.set_address(member.id, "moved@x.example", visits.clock.now()))
    await visits.write(lambda files: files.members.set_address(member.id, "other@x.example", visits.clock.now()))


async def _take(visits: Visits, member: Member) -> None:
    await visits.write(lambda files: files.members.add(member.account_id, NewMember(NEW), visits.clock.now()))


@pytest.mark.parametrize(
    ("meanwhile", "template"),
    [(_suspend, "yes/nothing"), (_remove, "yes/nothing"), (_move, "yes/nothing"), (_take, "profile/address_taken")],
)
async def test_what_happened_between_letter_and_yes_counts(visits: Visits, meanwhile: Meanwhile, template: str) -> None:
    """The account suspended, the member removed, the address given to another."""
    account, session = await _set_up(visits)
    token = await _asked(visits, session)
    marie = await visits.member(account, MARIE)
    await meanwhile(visits, marie)
    outcome = await visits.ask(HANDLERS, "YES", Writer(NEW), token=token)
    assert (outcome.template, outcome.posts) == (template, ())
    found = await visits.read(lambda files: files.members.by_id(marie.id))
    assert found is not None
    assert found.address != NEW


@pytest.mark.parametrize("words", ["PROFILE", "PROFILE NAME Marie", "PROFILE PASSWORD"])
async def test_without_a_session_nothing_is_shown_or_changed(visits: Visits, words: str) -> None:
    """Not even to the authentic address of a member."""
    account, _ = await _set_up(visits)
    before = await visits.member(account, MARIE)
    assert (await visits.ask(profile.HANDLER, words, BY_MAIL)).template == "login/needed"
    assert await visits.member(account, MARIE) == before
