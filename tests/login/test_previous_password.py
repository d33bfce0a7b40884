"""The password before the last change: it opens nothing, is not counted, and the member hears that it was changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.accounts.locks import FREE
from bot.core.accounts.passwords import normalised
from bot.core.accounts.records import Account, Failures
from bot.core.values import Language
from handlers import login, passwords
from tests.support.visits import JULES, MARIE, PASSWORD, STRANGER, Visits, Writer, check_letters, text

CODE = "K7MP4TXR"
NEW = "deux chats dorment sous le quai 77"
OLD_LINE, NEW_LINE = f"LOGIN {CODE} {PASSWORD}", f"LOGIN {CODE} {NEW}"
WRONG_LINE = f"LOGIN {CODE} neither of the two at all"
STRANGERS = [Writer(STRANGER), Writer(chat=7), Writer(terminal="x"), Writer(MARIE, authentic=False)]
ONE_WORD = "Outardes-1988-nord"


async def _changed(visits: Visits, *, members: tuple[str, ...] = (MARIE,), old: str = PASSWORD) -> Account:
    """An account whose password was changed two hours ago."""
    account = await visits.account(members=members, password=old)
    new = await visits.hashing.hash(normalised(NEW))
    visits.clock.move(days=1)
    await visits.write(lambda files: files.accounts.set_password(account.id, new, visits.clock.now()))
    visits.clock.move(hours=2)
    return await visits.again(account)


async def _counted(visits: Visits, writer: Writer) -> tuple[Failures, Failures]:
    source = "terminal" if writer.terminal else writer.sender.key if writer.authentic else f"unproved {writer.sender.key}"
    return await visits.read(lambda files: files.attempts.failures(CODE, source))


@pytest.mark.parametrize("writer", [Writer(MARIE), Writer(chat=42)])
async def test_a_member_hears_when_it_was_changed(visits: Visits, writer: Writer) -> None:
    """In the answer itself: her authentic address, her linked chat. No letter besides."""
    account = await _changed(visits)
    marie = await visits.member(account, MARIE)
    await visits.write(lambda files: files.members.link_chat(marie.id, 42, visits.clock.now()))
    outcome = await visits.ask(login.HANDLER, OLD_LINE, writer)
    assert (outcome.template, outcome.posts) == ("login/refused", ())
    assert "On November 24, 2026, 10:00 a.m. the password was changed" in text(outcome.reply, Language.EN)
    assert "il a été changé le 24 novembre 2026, 10\u00a0h" in text(outcome.reply, Language.FR)
    assert (await visits.audit())[0] == "login_refused"
    check_letters(outcome, never=[PASSWORD])


@pytest.mark.parametrize("writer", STRANGERS)
async def test_a_stranger_hears_the_same_words_and_the_address_on_record_the_truth(visits: Visits, writer: Writer) -> None:
    """Word for word as for an unknown code, after as many hashings; the letter says when it was changed, and what to do."""
    await _changed(visits)
    before = visits.hashing.hashings
    outcome = await visits.ask(login.HANDLER, OLD_LINE, writer)
    assert visits.hashing.hashings - before == 2
    unknown = await visits.ask(login.HANDLER, f"LOGIN Q9999999 {PASSWORD}", writer)
    assert outcome.reply.facts == unknown.reply.facts
    told = outcome.post(MARIE, "login/attempted").reply
    assert "On November 24, 2026, 10:00 a.m. the password was changed" in text(told, Language.EN)
    assert "somebody knows the password that you used before" in text(told, Language.EN)
    assert "quelqu’un connaît le mot de passe que vous utilisiez auparavant" in text(told, Language.FR)
    check_letters(outcome, never=[PASSWORD])


@pytest.mark.parametrize("writer", [*STRANGERS, Writer(MARIE)])
async def test_it_never_locks(visits: Visits, writer: Writer) -> None:
    """A telephone that still has the old password tries all day; the new one opens at once."""
    await _changed(visits)
    for _ in range(20):
        assert (await visits.ask(login.HANDLER, OLD_LINE, writer)).template == "login/refused"
    own, strangers = await _counted(visits, writer)
    assert (own.count, strangers.count) == (0, 0)
    assert (await visits.ask(login.HANDLER, NEW_LINE, writer)).template == "login/opened"


@pytest.mark.parametrize("writer", [*STRANGERS, Writer(MARIE)])
async def test_it_forgives_no_earlier_guess(visits: Visits, writer: Writer) -> None:
    """Who knows an old password gets no fresh count with it, and no lock that has run out begins again."""
    await _changed(visits)
    for _ in range(FREE):
        await visits.ask(login.HANDLER, WRONG_LINE, writer)
        await visits.ask(login.HANDLER, OLD_LINE, writer)
    await visits.ask(login.HANDLER, WRONG_LINE, writer)
    own, _ = await _counted(visits, writer)
    assert own.count == FREE + 1
    assert (await visits.ask(login.HANDLER, NEW_LINE, writer)).template == "login/refused", "the fifth guess locks"
    visits.clock.move(minutes=1)
    await visits.ask(login.HANDLER, OLD_LINE, writer)
    assert (await _counted(visits, writer))[0] == own, "the last guess is where it was in time"
    assert (await visits.ask(login.HANDLER, NEW_LINE, writer)).template == "login/opened"


async def test_the_letter_comes_once_a_day(visits: Visits) -> None:
    """Whoever knows the old password cannot fill her mailbox with it."""
    await _changed(visits)
    told = [len((await visits.ask(login.HANDLER, OLD_LINE, Writer(terminal="x"))).posts) for _ in range(5)]
    assert told == [1, 0, 0, 0, 0]
    visits.clock.move(days=1)
    assert len((await visits.ask(login.HANDLER, OLD_LINE, Writer(terminal="x"))).posts) == 1


async def test_it_goes_to_the_member_whose_address_wrote(visits: Visits) -> None:
    """Somebody in Jules’s name: it is Jules who hears of it."""
    await _changed(visits, members=(MARIE, JULES))
    outcome = await visits.ask(login.HANDLER, OLD_LINE, Writer(JULES, authentic=False))
    assert outcome.posted() == [(JULES, "login/attempted")]


async def test_only_the_last_one_counts_as_previous(visits: Visits) -> None:
    """The one before that is a wrong password like any other."""
    account = await _changed(visits)
    third = await visits.hashing.hash("a third password of some length")
    await visits.write(lambda files: files.accounts.set_password(account.id, third, visits.clock.now()))
    assert (await visits.ask(login.HANDLER, NEW_LINE, Writer(MARIE))).reply.facts["reason"] == "previous"
    assert (await visits.ask(login.HANDLER, OLD_LINE, Writer(MARIE))).reply.facts["reason"] == "wrong"


async def test_beside_a_temporary_password(visits: Visits) -> None:
    """While a reset waits, the temporary password still opens and the previous one is still known."""
    account = await _changed(visits)
    marie = await visits.member(account, MARIE)
    temporary = await visits.hashing.hash("KMPR-4TXR-AACC-GGHH")
    until = visits.clock.now() + timedelta(hours=24)
    await visits.write(lambda files: files.accounts.set_temporary(account.id, temporary, marie.id, until, None))
    assert (await visits.ask(login.HANDLER, OLD_LINE, Writer(MARIE))).reply.facts["reason"] == "previous"
    assert (await visits.ask(login.HANDLER, f"LOGIN {CODE} kmpr 4txr aacc gghh", Writer(MARIE))).template == "password/choose"


async def test_a_previous_password_that_looks_like_a_temporary_one(visits: Visits) -> None:
    """Somebody may have chosen one of that form."""
    await _changed(visits, old="KMPR-4TXR-AACC-GGHH")
    assert (await visits.ask(login.HANDLER, f"LOGIN {CODE} KMPR-4TXR-AACC-GGHH", Writer(MARIE))).reply.facts["reason"] == "previous"


async def test_change_password_with_the_previous_one(visits: Visits) -> None:
    """Not counted either; the member hears why nothing was changed, somebody in her session from elsewhere does not."""
    account = await _changed(visits, old=ONE_WORD)
    token = await visits.open_session(account, Writer(MARIE))
    line = f"CHANGE PASSWORD {ONE_WORD}\nfour bridges over the river"
    outcome = await visits.ask(passwords.CHANGE, line, Writer(MARIE), token=token)
    assert outcome.template == "password/wrong_current"
    assert "On November 24, 2026, 10:00 a.m. the password was changed" in text(outcome.reply, Language.EN)
    assert "est celui d’avant\u00a0: il a été changé le 24 novembre" in text(outcome.reply, Language.FR)
    check_letters(outcome, never=[ONE_WORD])
    elsewhere = Writer(terminal="x")
    await visits.open_session(account, elsewhere)
    assert (await visits.ask(passwords.CHANGE, line, elsewhere)).reply.facts["changed"] is None
    for writer in (Writer(MARIE), elsewhere):
        assert [each.count for each in await _counted(visits, writer)] == [0, 0]


async def test_it_is_known_as_long_as_the_new_one_lives(visits: Visits) -> None:
    """Through the last day of three months; the hash of the first password is no previous one."""
    account = await visits.account()
    assert account.previous_hash == ""
    new = await visits.hashing.hash(normalised(NEW))
    await visits.write(lambda files: files.accounts.set_password(account.id, new, visits.clock.now()))  # on 23 November
    visits.clock.moment = visits.clock.moment.replace(year=2027, month=2, day=23)
    assert (await visits.ask(login.HANDLER, OLD_LINE, Writer(MARIE))).reply.facts["reason"] == "previous"
    visits.clock.move(days=1)
    assert (await visits.ask(login.HANDLER, OLD_LINE, Writer(MARIE))).reply.facts["reason"] == "wrong"
