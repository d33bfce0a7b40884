"""MEMBERS, INVITE, REMOVE and OBJECT: who shares an access code, who may change that, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.accounts.records import Account, Grant, MemberState, NewMember
from bot.core.accounts.tokens import Purpose
from bot.core.commands import Handler
from bot.core.values import Assurance, Language
from bot.core.visit import Files
from handlers import logout, members, yes
from handlers import object as objection
from tests.support.visits import ADMIN, JULES, MARIE, RULES, STRANGER, Visits, Writer, check_letters, text

BY_MAIL, TERMINAL = Writer(MARIE), Writer(terminal="one")
GUEST = "ana@tremblay.example"
HANDLERS: list[Handler] = [members.LIST, members.INVITE, members.REMOVE, yes.HANDLER, objection.HANDLER]


async def _set_up(visits: Visits, *, confirmed: bool = True) -> tuple[Account, str]:
    account = await visits.account(members=(MARIE, NewMember(JULES, "Jules", language=Language.FR)))
    return account, await visits.open_session(account, BY_MAIL, confirmed=confirmed)


async def _state(visits: Visits, account: Account, address: str) -> str:
    return (await visits.member(account, address)).state.value


async def test_the_members_are_listed(visits: Visits) -> None:
    """With where each stands, and which one reads it."""
    _, token = await _set_up(visits, confirmed=False)
    outcome = await visits.ask(HANDLERS, "membres", BY_MAIL, token=token)
    words = text(outcome.reply, Language.EN)
    assert f"Marie, {MARIE}: active, principal member (you)" in words
    assert f"- Jules, {JULES}: active\n" in words
    check_letters(outcome)


@pytest.mark.parametrize("words", ["MEMBERS", f"INVITE {GUEST}", f"REMOVE {JULES}"])
async def test_without_a_session_nothing_is_shown_or_changed(visits: Visits, words: str) -> None:
    """Not even to the authentic address of a member: a session is needed."""
    await _set_up(visits)
    assert (await visits.ask(HANDLERS, words, BY_MAIL)).template == "login/needed"


@pytest.mark.parametrize("words", [f"INVITE {GUEST}", f"RETIRER {JULES}"])
async def test_changing_members_asks_for_the_password(visits: Visits, words: str) -> None:
    """A3: a challenge alone is not enough."""
    _, token = await _set_up(visits, confirmed=False)
    assert (await visits.ask(HANDLERS, words, BY_MAIL, token=token)).template == "login/password_needed"


async def test_an_invited_address_joins_by_yes(visits: Visits) -> None:
    """It is told to everybody when it is asked and when it joins; the new one has a name and a language of its own."""
    account, token = await _set_up(visits)
    asked = await visits.ask(HANDLERS, f"INVITE {GUEST.upper()}", BY_MAIL, token=token)
    assert asked.template == "members/invited"
    assert asked.posted() == [(GUEST, "members/invitation"), (JULES, "members/told")]
    assert asked.post(GUEST).language is None, "the guest's language is unknown: both"
    assert asked.post(JULES).language is Language.FR
    assert await _state(visits, account, GUEST) == "invited"
    guest = Writer(GUEST, name="Ana Côté")
    joined = await visits.ask(HANDLERS, "OUI", guest, token=asked.post(GUEST).token, language=Language.FR)
    assert joined.template == "members/joined"
    assert "CONNEXION K7MP4TXR" in text(joined.reply, Language.FR)
    assert joined.posted() == [(MARIE, "members/new_party"), (JULES, "members/new_party")]
    member = await visits.member(account, GUEST)
    assert (member.state, member.name, member.language) == (MemberState.ACTIVE, "Ana Côté", Language.FR)
    assert joined.token == "", "to log in is a step of its own"
    for outcome in (asked, joined):
        check_letters(outcome)
    assert await visits.audit() == ["member_invited", "member_joined"]


async def test_an_invitation_counts_once_from_its_address_in_a_week(visits: Visits) -> None:
    """Sent again when asked again; forwarded or late it is an ordinary letter."""
    account, session = await _set_up(visits)
    token = (await visits.ask(HANDLERS, f"INVITE {GUEST}", BY_MAIL, token=session)).post(GUEST).token
    assert (await visits.ask(HANDLERS, "YES", Writer(STRANGER), token=token)).template == "yes/nothing"
    again = await visits.ask(HANDLERS, f"INVITER {GUEST}", BY_MAIL, token=session)
    assert again.reply.facts["again"]
    assert again.posted() == [(GUEST, "members/invitation")], "the others heard of it before"
    visits.clock.moment += timedelta(days=7)
    assert (await visits.ask(HANDLERS, "YES", Writer(GUEST), token=token)).template == "yes/nothing"
    assert await _state(visits, account, GUEST) == "invited"


async def test_two_invitations_make_one_member(visits: Visits) -> None:
    """The second YES finds nothing to do."""
    _, session = await _set_up(visits)
    tokens = [(await visits.ask(HANDLERS, f"INVITE {GUEST}", BY_MAIL, token=session)).post(GUEST).token for _ in range(2)]
    answers = [(await visits.ask(HANDLERS, "YES", Writer(GUEST), token=token)).template for token in tokens]
    assert answers == ["members/joined", "yes/nothing"]


@pytest.mark.parametrize("how", ["suspend", "close"])
async def test_nobody_joins_an_account_that_is_not_open(visits: Visits, how: str) -> None:
    """It may have ended since."""
    account, session = await _set_up(visits)
    token = (await visits.ask(HANDLERS, f"INVITE {GUEST}", BY_MAIL, token=session)).post(GUEST).token
    await visits.write(lambda files: getattr(files.accounts, how)(account.id, "administrator", visits.clock.now()))
    assert (await visits.ask(HANDLERS, "YES", Writer(GUEST), token=token)).template == "yes/nothing"


@pytest.mark.parametrize(
    ("words", "template"),
    [
        (f"INVITE {JULES}", "members/already"),
        ("INVITE", "members/which_address"),
        ("INVITE ana@nowhere", "members/which_address"),
        ("RETIRER", "members/which_address"),
        (f"REMOVE {GUEST}", "members/unknown"),
    ],
)
async def test_what_cannot_be_done_is_explained(visits: Visits, words: str, template: str) -> None:
    """And nobody is written to."""
    _, token = await _set_up(visits)
    outcome = await visits.ask(HANDLERS, words, BY_MAIL, token=token)
    assert (outcome.template, outcome.posts) == (template, ())
    check_letters(outcome)


async def test_an_account_has_fifty_members_at_most(visits: Visits) -> None:
    """Each change is told to all of them."""
    account, token = await _set_up(visits)

    async def fill(files: Files) -> None:
        for number in range(members.MOST - 2):
            await files.members.add(account.id, NewMember(f"m{number}@x.example"), visits.clock.now())

    await visits.write(fill)
    assert (await visits.ask(HANDLERS, f"INVITE {GUEST}", BY_MAIL, token=token)).template == "members/too_many"


async def test_a_removed_member_is_out_and_the_others_stay(visits: Visits) -> None:
    """Sessions, tokens and chats end; everybody is told, the removed one too."""
    account, token = await _set_up(visits)
    jules = await visits.member(account, JULES)
    await visits.write(lambda files: files.members.link_chat(jules.id, 42, visits.clock.now()))
    his = await visits.open_session(account, Writer(JULES))
    outcome = await visits.ask(HANDLERS, f"REMOVE {JULES}", BY_MAIL, token=token)
    assert outcome.template == "members/removed"
    assert outcome.posted() == [(JULES, "members/removed_you")]
    check_letters(outcome)
    assert (await visits.ask(logout.HANDLER, "LOGOUT", Writer(JULES), token=his)).template == "login/session_ended"
    assert not await visits.running(Writer(JULES))
    assert await visits.read(lambda files: files.members.by_chat(42)) is None
    assert (await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=token)).template == "login/logged_out"
    assert "member_removed" in await visits.audit()


async def test_one_may_leave_oneself_but_the_last_one_stays(visits: Visits) -> None:
    """Nobody could be written to otherwise."""
    account, token = await _set_up(visits)
    outcome = await visits.ask(HANDLERS, f"REMOVE {MARIE}", BY_MAIL, token=token)
    assert outcome.reply.facts["was_you"]
    assert outcome.posted() == [(JULES, "members/told")]
    his = await visits.open_session(account, Writer(JULES))
    assert (await visits.ask(HANDLERS, f"REMOVE {JULES}", Writer(JULES), token=his)).template == "members/last"


async def test_a_terminal_names_nobody(visits: Visits) -> None:
    """The code is shared: the letter says how it came, and everybody gets one."""
    account, _ = await _set_up(visits)
    await visits.open_session(account, TERMINAL)
    outcome = await visits.ask(HANDLERS, f"INVITE {GUEST}", TERMINAL)
    assert [address for address, _ in outcome.posted()] == [GUEST, MARIE, JULES]
    assert "somebody with the access code and the password, at a terminal" in text(outcome.post(MARIE).reply, Language.EN)


async def test_an_administrator_invites_and_removes_by_code(visits: Visits) -> None:
    """Proved as one; without the code it is asked for."""
    account, _ = await _set_up(visits)
    proved = Assurance.ADMINISTRATOR
    asked = await visits.ask(HANDLERS, f"INVITE {GUEST}", Writer(ADMIN), assurance=proved)
    assert asked.template == "members/which_account"
    check_letters(asked)
    outcome = await visits.ask(HANDLERS, f"INVITE {GUEST} k7mp4txr", Writer(ADMIN), assurance=proved)
    assert [address for address, _ in outcome.posted()] == [GUEST, MARIE, JULES]
    assert "our administrator" in text(outcome.post(GUEST).reply, Language.EN)
    outcome = await visits.ask(HANDLERS, f"REMOVE {JULES} {account.code}", Writer(ADMIN), assurance=proved)
    assert outcome.template == "members/removed"
    assert (await visits.ask(HANDLERS, f"REMOVE {JULES} {account.code}", Writer(ADMIN))).template == "login/needed"


async def _newcomer(visits: Visits) -> tuple[Account, str, str]:
    """An account on which somebody new has joined: the tokens of Marie's and of Jules's notice."""
    account, session = await _set_up(visits)
    token = (await visits.ask(HANDLERS, f"INVITE {GUEST}", BY_MAIL, token=session)).post(GUEST).token
    joined = await visits.ask(HANDLERS, "YES", Writer(GUEST), token=token)
    return account, joined.post(MARIE).token, joined.post(JULES).token


@pytest.mark.parametrize("word", ["OBJECT", "contester", "Je conteste."])
async def test_an_objection_suspends_the_new_party(visits: Visits, word: str) -> None:
    """At once; administrators and the party are told, the party's sessions end."""
    account, token, _ = await _newcomer(visits)
    hers = await visits.open_session(account, Writer(GUEST))
    outcome = await visits.ask(HANDLERS, word, BY_MAIL, token=token)
    assert outcome.template == "object/done"
    assert await _state(visits, account, GUEST) == "suspended"
    assert outcome.posted() == [*[(admin, "object/admin") for admin in RULES.admin_addresses], (GUEST, "object/suspended")]
    assert (await visits.ask(logout.HANDLER, "LOGOUT", Writer(GUEST), token=hers)).template == "login/session_ended"
    assert not await visits.running(Writer(GUEST))
    check_letters(outcome)
    assert (await visits.audit())[-1] == "party_suspended"
    assert await _state(visits, account, JULES) == "active"


async def test_an_invitation_can_be_contested_before_its_answer(visits: Visits) -> None:
    """The YES then comes too late."""
    account, session = await _set_up(visits)
    asked = await visits.ask(HANDLERS, f"INVITE {GUEST}", BY_MAIL, token=session)
    outcome = await visits.ask(HANDLERS, "OBJECT", Writer(JULES), token=asked.post(JULES).token)
    assert outcome.template == "object/done"
    assert (await visits.ask(HANDLERS, "YES", Writer(GUEST), token=asked.post(GUEST).token)).template == "yes/nothing"
    assert await _state(visits, account, GUEST) == "suspended"


async def test_an_objection_needs_its_own_notice(visits: Visits) -> None:
    """Forwarded, repeated, late, or from somebody who is no member any more, it does nothing."""
    account, marie, jules = await _newcomer(visits)
    assert (await visits.ask(HANDLERS, "OBJECT", Writer(GUEST), token=marie)).template == "object/nothing"
    assert (await visits.ask(HANDLERS, "OBJECT", BY_MAIL)).template == "object/nothing"
    gone = await visits.member(account, JULES)
    await visits.write(lambda files: files.members.set_state(gone.id, MemberState.REMOVED, visits.clock.now()))
    assert (await visits.ask(HANDLERS, "OBJECT", Writer(JULES), token=jules)).template == "object/nothing"
    assert await _state(visits, account, GUEST) == "active"
    assert (await visits.ask(HANDLERS, "OBJECT", BY_MAIL, token=marie)).template == "object/done"
    twice = await visits.ask(HANDLERS, "OBJECT", BY_MAIL, token=marie)
    assert twice.reply.facts["over"]
    check_letters(twice)


async def test_an_objection_to_a_chat_unlinks_it(visits: Visits) -> None:
    """A notice about a linked chat names it in its token; the member stays."""
    account, _ = await _set_up(visits)
    jules = await visits.member(account, JULES)
    await visits.write(lambda files: files.members.link_chat(jules.id, 42, visits.clock.now()))
    grant = Grant(Purpose.OBJECTION, f"mail:{MARIE}", Assurance.AUTHENTIC_SENDER, account.id, jules.id, data={"chat": "42"})
    outcome = await visits.ask(HANDLERS, "OBJECT", BY_MAIL, token=await visits.issue(grant))
    assert outcome.template == "object/done"
    assert await visits.read(lambda files: files.members.by_chat(42)) is None
    assert await _state(visits, account, JULES) == "active"
    check_letters(outcome)
