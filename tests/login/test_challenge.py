"""LOGIN with the code alone by mail: the same answer to everybody, a challenge to the address on record, a YES that opens once."""

from __future__ import annotations

import pytest

from bot.core.accounts.records import Grant, MemberState
from bot.core.accounts.tokens import Purpose
from bot.core.values import Assurance, Language
from handlers import login, logout, yes
from tests.support.visits import JULES, MARIE, STRANGER, Visits, Writer, check_letters, text

CODE = "K7MP4TXR"
BY_MAIL = Writer(MARIE)


async def _challenge(visits: Visits) -> str:
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE}", BY_MAIL)
    return outcome.post(MARIE, "login/challenge").token


@pytest.mark.parametrize("writer", [BY_MAIL, Writer(MARIE, authentic=False)])
@pytest.mark.parametrize("word", ["YES", "oui", "Oui, merci", "yes please"])
async def test_a_yes_opens_the_session(visits: Visits, writer: Writer, word: str) -> None:
    """A2: the mailbox was read, the password was not given. A forged LOGIN brings the letter to the owner all the same."""
    await visits.account()
    asked = await visits.ask(login.HANDLER, f"connexion {CODE}", writer)
    assert asked.posted() == [(MARIE, "login/challenge")]
    assert asked.token == "", "the answer itself carries nothing"
    outcome = await visits.ask(yes.HANDLER, word, BY_MAIL, token=asked.post(MARIE).token)
    assert outcome.template == "login/opened"
    assert not outcome.reply.facts["password_mailed"]
    again = await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=outcome.token)
    assert again.visit.assurance is Assurance.SESSION
    check_letters(asked)


async def test_the_answer_is_the_same_to_everybody(visits: Visits) -> None:
    """Whether the code exists, and whether the address is on record for it, nobody learns; the letters differ."""
    await visits.account(members=(MARIE, JULES))
    await visits.account("Q9999999", members=("other@x.example",))
    words = {}
    for code, address, letters in ((CODE, JULES, 1), ("Q9999999", JULES, 0), ("R7777777", JULES, 0)):
        outcome = await visits.ask(login.HANDLER, f"LOGIN {code}", Writer(address))
        assert outcome.template == "login/challenge_sent"
        assert len(outcome.posts) == letters
        words[code] = [text(outcome.reply, language) for language in Language]
    assert len({tuple(each) for each in words.values()}) == 1


@pytest.mark.parametrize(("days", "reason"), [(93, "expired"), (190, "closed")])
async def test_a_mailbox_alone_never_opens_what_has_expired(visits: Visits, days: int, reason: str) -> None:
    """DESIGN 5: never the limited session; the address on record hears why, instead of a challenge."""
    await visits.account()
    visits.clock.move(days=days)
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE}", BY_MAIL)
    post = outcome.post(MARIE)
    assert (post.reply.template, post.reply.facts["reason"], post.token) == ("login/not_opened", reason, "")
    check_letters(outcome)


@pytest.mark.parametrize(("password", "reason"), [(None, "invited"), ("x" * 20, "suspended")])
async def test_nor_what_was_never_opened_or_is_suspended(visits: Visits, password: str | None, reason: str) -> None:
    """An account without a password waits for its first one."""
    account = await visits.account(password=password)
    if password:
        await visits.write(lambda files: files.accounts.suspend(account.id, "administrator", visits.clock.now()))
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE}", BY_MAIL)
    assert outcome.post(MARIE).reply.facts["reason"] == reason


async def test_the_password_may_expire_between_letter_and_yes(visits: Visits) -> None:
    """The YES is weighed when it comes: on the 24th of February, just after midnight in Toronto."""
    await visits.account()
    visits.clock.move(days=92, hours=13, minutes=50)
    token = await _challenge(visits)
    visits.clock.move(minutes=15)
    outcome = await visits.ask(yes.HANDLER, "YES", BY_MAIL, token=token)
    assert (outcome.template, outcome.reply.facts["reason"]) == ("login/not_opened", "expired")


async def test_a_yes_counts_once_in_time_and_from_its_reader(visits: Visits) -> None:
    """Twice, late, or from somebody else it is an ordinary letter."""
    account = await visits.account(members=(MARIE, JULES))
    foreign = await visits.ask(yes.HANDLER, "YES", Writer(JULES), token=await _challenge(visits))
    assert (foreign.template, foreign.reply.facts) == ("yes/nothing", {"over": False, "used": False})
    token = await _challenge(visits)
    assert (await visits.ask(yes.HANDLER, "YES", BY_MAIL, token=token)).template == "login/opened"
    twice = await visits.ask(yes.HANDLER, "YES", BY_MAIL, token=token)
    assert twice.reply.facts == {"over": True, "used": True}
    late = await _challenge(visits)
    visits.clock.move(minutes=30)
    assert (await visits.ask(yes.HANDLER, "YES", BY_MAIL, token=late)).reply.facts == {"over": True, "used": False}
    assert (await visits.ask(yes.HANDLER, "YES", BY_MAIL)).reply.facts == {"over": False, "used": False}
    gone = await _challenge(visits)
    marie = await visits.member(account, MARIE)
    await visits.write(lambda files: files.members.set_state(marie.id, MemberState.REMOVED, visits.clock.now()))
    assert (await visits.ask(yes.HANDLER, "YES", BY_MAIL, token=gone)).template == "yes/nothing"


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose not in yes.CONFIRMS])
async def test_a_token_for_another_thing_confirms_nothing(visits: Visits, purpose: Purpose) -> None:
    """A token never does what it was not made for."""
    account = await visits.account()
    marie = await visits.member(account, MARIE)
    token = await visits.issue(Grant(purpose, marie.person, Assurance.SESSION, account.id, marie.id))
    assert (await visits.ask(yes.HANDLER, "YES", BY_MAIL, token=token)).template == "yes/nothing"


async def test_a_stranger_gets_no_challenge_for_a_colleagues_code(visits: Visits) -> None:
    """The letter goes to the address that wrote when it is on record, and to nobody else."""
    await visits.account()
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE}", Writer(STRANGER))
    assert outcome.posts == ()
