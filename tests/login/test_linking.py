"""LINK and UNLINK: what has to come together before a chat stands for a member, who hears of it, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.accounts.records import Account, NewMember
from bot.core.commands import Handler
from bot.core.values import Assurance, Language
from handlers import linking, login, logout, members, profile
from handlers import object as objection
from tests.support.visits import JULES, MARIE, PASSWORD, STRANGER, Outcome, Visits, Writer, check_letters, text

CHAT, OTHER_CHAT, BY_MAIL = Writer(chat=42, name="Marie T."), Writer(chat=43), Writer(MARIE)
HANDLERS: list[Handler] = [
    linking.LINK,
    linking.UNLINK,
    login.HANDLER,
    logout.HANDLER,
    members.LIST,
    profile.HANDLER,
    objection.HANDLER,
]
LOGIN = f"LOGIN K7MP4TXR {PASSWORD}"


async def _account(visits: Visits, *, shared: bool = False) -> Account:
    marie = NewMember(MARIE, "Marie", language=Language.FR)
    return await visits.account(members=(marie, JULES) if shared else (marie,))


async def _code(visits: Visits, writer: Writer = CHAT, words: str = "LINK", to: str = MARIE) -> tuple[Outcome, str]:
    """The answer to LINK, and the code in the letter that it sends."""
    asked = await visits.ask(HANDLERS, words, writer)
    assert asked.template == "link/code_sent", asked.template
    return asked, asked.post(to, "link/code").reply.facts["code"]


async def _linked(visits: Visits) -> Outcome:
    await visits.ask(HANDLERS, LOGIN, CHAT)
    _, code = await _code(visits)
    done = await visits.ask(HANDLERS, f"link {code.lower()}", CHAT)
    assert done.template == "link/done"
    return done


@pytest.mark.parametrize("words", ["LINK", "lier", "Link chat", "relier"])
async def test_a_chat_is_linked_by_the_password_and_a_code_from_the_address_on_record(visits: Visits, words: str) -> None:
    """Then it opens the services with a key without a login; the member is told by mail, in the language of the profile."""
    account = await _account(visits)
    await visits.ask(HANDLERS, LOGIN, CHAT)
    asked, code = await _code(visits, words=words)
    assert asked.post(MARIE).language is Language.FR
    assert f"LIER {code}" in text(asked.post(MARIE).reply, Language.FR)
    done = await visits.ask(HANDLERS, f"LIER {code}", CHAT)
    assert done.posted() == [(MARIE, "link/told")]
    assert "Marie T." in text(done.post(MARIE).reply, Language.EN)
    check_letters(asked)
    check_letters(done, never=[code])
    await visits.ask(HANDLERS, "LOGOUT", CHAT)
    visits.clock.move(days=3)
    shown = await visits.ask(HANDLERS, "PROFILE", CHAT)
    assert (shown.template, shown.visit.assurance, shown.visit.logged_in) == ("profile/show", Assurance.SESSION, True)
    assert (await visits.again(account)).customer_numbers == shown.reply.facts["customers"]
    assert await visits.audit() == ["login", "chat_linked"]


async def test_the_code_alone_opens_nothing(visits: Visits) -> None:
    """Whoever reads the mailbox has no password, and whoever has a session by mail has no chat."""
    account = await _account(visits)
    token = await visits.open_session(account, BY_MAIL)
    asked = await visits.ask(HANDLERS, "LINK", BY_MAIL, token=token)
    code = asked.post(MARIE, "link/code").reply.facts["code"]
    check_letters(asked)
    assert (await visits.ask(HANDLERS, f"LINK {code}", CHAT)).template == "login/needed"
    in_mail = await visits.ask(HANDLERS, f"LINK {code}", BY_MAIL, token=token)
    assert in_mail.template == "link/in_chat"
    check_letters(in_mail)
    assert await visits.read(lambda files: files.members.by_chat(42)) is None
    await visits.ask(HANDLERS, LOGIN, CHAT)
    assert (await visits.ask(HANDLERS, f"LINK {code}", CHAT)).template == "link/done", "the refused tries did not use it up"


async def test_a_session_without_the_password_sends_no_code(visits: Visits) -> None:
    """A3, as for everything that decides over the account."""
    account = await _account(visits)
    await visits.open_session(account, CHAT, confirmed=False)
    assert (await visits.ask(HANDLERS, "LINK", CHAT)).template == "login/password_needed"


async def test_a_code_is_good_once_and_for_an_hour(visits: Visits) -> None:
    """And only for the account for which it was asked."""
    await _account(visits)
    other = await visits.account("C3CC9999", members=("paul@other.example",), company="Other")
    await visits.ask(HANDLERS, LOGIN, CHAT)
    _, late = await _code(visits)
    visits.clock.move(minutes=60)
    await visits.ask(HANDLERS, LOGIN, CHAT)
    wrong = await visits.ask(HANDLERS, f"LINK {late}", CHAT)
    assert wrong.template == "link/wrong"
    check_letters(wrong)
    _, code = await _code(visits)
    await visits.open_session(other, OTHER_CHAT)
    assert (await visits.ask(HANDLERS, f"LINK {code}", OTHER_CHAT)).template == "link/wrong"
    assert (await visits.ask(HANDLERS, f"LINK {code}", CHAT)).template == "link/done"
    assert (await visits.ask(HANDLERS, f"LINK {code}", CHAT)).template == "link/already"
    await visits.ask(HANDLERS, "UNLINK", CHAT)
    await visits.ask(HANDLERS, LOGIN, CHAT)
    assert (await visits.ask(HANDLERS, f"LINK {code}", CHAT)).template == "link/wrong", "used up"


async def test_codes_cannot_be_tried_out(visits: Visits) -> None:
    """After five wrong ones the chat waits, even for the right one."""
    await _account(visits)
    await visits.ask(HANDLERS, LOGIN, CHAT)
    _, code = await _code(visits)
    for _ in range(5):
        assert (await visits.ask(HANDLERS, "LINK AAAA-AAAA", CHAT)).reply.facts["until"] is None
    locked = await visits.ask(HANDLERS, f"LINK {code}", CHAT)
    assert (locked.template, locked.reply.facts["until"] is not None) == ("link/wrong", True)
    check_letters(locked)
    visits.clock.move(minutes=1, seconds=1)
    assert (await visits.ask(HANDLERS, f"LINK {code}", CHAT)).template == "link/done"


async def test_where_the_code_is_shared_the_address_says_who_it_is(visits: Visits) -> None:
    """Only an address of the account; every member is told, and may contest it."""
    account = await _account(visits, shared=True)
    await visits.ask(HANDLERS, LOGIN, CHAT)
    for words in ("LINK", f"LINK {STRANGER}"):
        outcome = await visits.ask(HANDLERS, words, CHAT)
        assert outcome.template == "link/which_member"
        check_letters(outcome)
    _, code = await _code(visits, words=f"LINK {JULES}", to=JULES)
    done = await visits.ask(HANDLERS, f"LINK {code}", CHAT)
    assert done.posted() == [(MARIE, "link/told"), (JULES, "link/told")]
    jules = await visits.member(account, JULES)
    assert jules.chats == (42,)
    shown = await visits.ask(HANDLERS, "PROFILE", CHAT)
    assert shown.visit.access.member == jules


@pytest.mark.parametrize("who", [MARIE, JULES])
async def test_anyone_told_may_contest_a_chat(visits: Visits, who: str) -> None:
    """The member in whose name it is first of all: it is unlinked, its session ends, and the member stays."""
    account = await _account(visits, shared=True)
    await visits.ask(HANDLERS, LOGIN, CHAT)
    _, code = await _code(visits, words=f"LINK {MARIE}")
    done = await visits.ask(HANDLERS, f"LINK {code}", CHAT)
    outcome = await visits.ask(HANDLERS, "CONTESTER", Writer(who), token=done.post(who).token)
    assert outcome.template == "object/done"
    check_letters(outcome)
    assert (await visits.ask(HANDLERS, "PROFILE", CHAT)).template == "login/needed"
    assert (await visits.member(account, MARIE)).state.value == "active"


async def test_what_asks_for_the_password_asks_a_linked_chat_as_well(visits: Visits) -> None:
    """A link is A2; and there is no session to close."""
    await _account(visits)
    await _linked(visits)
    await visits.ask(HANDLERS, "LOGOUT", CHAT)
    ended = await visits.ask(HANDLERS, "LOGOUT", CHAT)
    assert ended.template == "link/no_session"
    check_letters(ended)
    assert (await visits.ask(HANDLERS, "LOGOUT ALL", CHAT)).template == "login/password_needed"


async def test_a_linked_chat_opens_nothing_while_the_password_is_expired(visits: Visits) -> None:
    """It says so, and stays linked; a suspended account opens nothing either."""
    account = await _account(visits)
    await _linked(visits)
    visits.clock.moment += timedelta(days=100)
    expired = await visits.ask(HANDLERS, "PROFILE", CHAT)
    assert (expired.template, expired.visit.assurance) == ("link/expired", Assurance.AUTHENTIC_SENDER)
    check_letters(expired)
    await visits.write(lambda files: files.accounts.suspend(account.id, "administrator", visits.clock.now()))
    refused = await visits.ask(HANDLERS, "PROFILE", CHAT)
    assert (refused.template, refused.reply.facts["reason"]) == ("login/refused", "suspended")


@pytest.mark.parametrize("word", ["UNLINK", "délier"])
async def test_a_chat_unlinks_itself(visits: Visits, word: str) -> None:
    """Its session ends as well, and the member is told by mail."""
    await _account(visits)
    await _linked(visits)
    outcome = await visits.ask(HANDLERS, word, CHAT)
    assert outcome.template == "link/unlinked"
    assert outcome.posted() == [(MARIE, "link/unlinked_told")]
    check_letters(outcome)
    assert (await visits.ask(HANDLERS, "PROFILE", CHAT)).template == "login/needed"
    again = await visits.ask(HANDLERS, word, CHAT)
    assert again.template == "link/none"
    check_letters(again)
    assert (await visits.audit())[-1] == "chat_unlinked"


async def test_whoever_lost_the_telephone_unlinks_it_by_mail(visits: Visits) -> None:
    """From the address on record, proved; from a forged one nothing happens."""
    await _account(visits)
    await _linked(visits)
    assert (await visits.ask(HANDLERS, "UNLINK", Writer(MARIE, authentic=False))).template == "login/needed"
    assert (await visits.ask(HANDLERS, "UNLINK", Writer(STRANGER))).template == "link/none"
    assert (await visits.ask(HANDLERS, "UNLINK", OTHER_CHAT)).template == "link/none"
    assert await visits.read(lambda files: files.members.by_chat(42)) is not None
    outcome = await visits.ask(HANDLERS, "UNLINK", BY_MAIL)
    assert (outcome.template, outcome.posts) == ("link/unlinked", ()), "the answer itself tells the member"
    assert await visits.read(lambda files: files.members.by_chat(42)) is None
    assert not await visits.running(CHAT)


async def test_a_login_with_another_code_is_nobody_in_particular(visits: Visits) -> None:
    """The chat stands for a member of one account only."""
    await _account(visits)
    await _linked(visits)
    other = await visits.account("C3CC9999", members=("paul@other.example", "ann@other.example"), company="Other")
    await visits.ask(HANDLERS, f"LOGIN C3CC9999 {PASSWORD}", CHAT)
    shown = await visits.ask(HANDLERS, "PROFILE", CHAT)
    assert (shown.visit.access.account, shown.visit.access.member) == (other, None)
