"""LOGIN with a password: what opens, by the account's status, the channel and the member; and what is told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.accounts.records import Account, MemberState, NewMember
from bot.core.accounts.tokens import Purpose
from bot.core.commands import Command
from bot.core.grammar import Context, Vocabulary, read
from bot.core.values import Assurance, Language
from handlers import login, logout, services
from tests.support.visits import JULES, MARIE, PASSWORD, STRANGER, Visits, Writer, check_letters, open_visits, text

CODE = "K7MP4TXR"
TEMPORARY = "KMPR-4TXR-AACC-GGHH"
LINE = f"LOGIN {CODE} {PASSWORD}"
BY_MAIL, BY_CHAT, BY_TERMINAL = Writer(MARIE), Writer(chat=42), Writer(terminal="one")


@pytest.mark.parametrize("writer", [BY_MAIL, BY_CHAT, BY_TERMINAL, Writer(MARIE, authentic=False), Writer(STRANGER)])
@pytest.mark.parametrize("word", ["LOGIN", "connexion", "Se connecter", "sign in"])
async def test_code_and_password_open_a_session(visits: Visits, writer: Writer, word: str) -> None:
    """On every channel; the session is A3, since the current password was given in it, while the sender is proved."""
    account = await visits.account()
    outcome = await visits.ask(login.HANDLER, f"{word} {CODE.lower()} {PASSWORD}", writer)
    assert outcome.template == "login/opened"
    assert bool(outcome.token) == bool(writer.address), "by mail the session travels in the letter"
    again = await visits.ask(logout.HANDLER, "LOGOUT", writer, token=outcome.token)
    proved = writer.authentic or not writer.address
    assert again.visit.assurance is (Assurance.CURRENT_PASSWORD if proved else Assurance.SESSION)
    assert again.visit.access.account == account
    assert again.template == "login/logged_out"
    check_letters(outcome, never=[PASSWORD])
    assert await visits.audit() == ["login"]


async def test_the_subject_never_repeats_the_password(visits: Visits) -> None:
    """`hides` names it for the writer of the answer."""
    await visits.account()
    outcome = await visits.ask(login.HANDLER, "", BY_MAIL, subject=LINE)
    assert outcome.reply.hides == (PASSWORD,)
    refused = await visits.ask(login.HANDLER, "", BY_MAIL, subject=f"LOGIN {CODE} nope nope")
    assert refused.reply.hides == ("nope nope",)


async def test_by_mail_the_answer_advises_the_challenge(visits: Visits) -> None:
    """And says how long the session lasts, in both languages."""
    await visits.account()
    outcome = await visits.ask(login.HANDLER, LINE, BY_MAIL)
    assert "`" not in text(outcome.reply, Language.EN)
    assert "60 minutes" in text(outcome.reply, Language.EN)
    assert "votre code d’accès seulement" in text(outcome.reply, Language.FR)
    chat = await visits.ask(login.HANDLER, LINE, BY_CHAT)
    assert "Next time" not in text(chat.reply, Language.EN)


async def test_activity_is_noted(visits: Visits) -> None:
    """A successful authentication moves the six months; a refused one does not."""
    account = await visits.account()
    visits.clock.move(days=20)
    await visits.ask(login.HANDLER, f"LOGIN {CODE} wrong", BY_MAIL)
    assert (await visits.again(account)).last_activity_at == account.last_activity_at
    await visits.ask(login.HANDLER, LINE, BY_MAIL)
    assert (await visits.again(account)).last_activity_at == visits.clock.now()


async def test_an_expired_password_that_is_presented_is_activity(visits: Visits) -> None:
    """It was right, although it only lets choose a new one: the six months begin anew, and a wrong one does not move them."""
    account = await visits.account()
    visits.clock.move(days=170)
    await visits.ask(login.HANDLER, f"LOGIN {CODE} wrong", BY_MAIL)
    assert (await visits.again(account)).last_activity_at == account.last_activity_at
    assert (await visits.ask(login.HANDLER, LINE, BY_MAIL)).template == "login/expired"
    assert (await visits.again(account)).last_activity_at == visits.clock.now()
    visits.clock.move(days=20)
    assert (await visits.ask(login.HANDLER, LINE, BY_MAIL)).template == "login/expired", "not closed"


async def test_which_member_it_is(visits: Visits) -> None:
    """The authentic address or linked chat tells; the only member is meant at a terminal, and not by a foreign address."""
    account = await visits.account(members=(NewMember(MARIE, "Marie", language=Language.FR),))
    marie = await visits.member(account, MARIE)
    for writer, member_id in ((BY_MAIL, marie.id), (BY_TERMINAL, marie.id), (Writer(STRANGER), None)):
        outcome = await visits.ask(login.HANDLER, LINE, writer)
        again = await visits.ask(logout.HANDLER, "LOGOUT", writer, token=outcome.token)
        assert again.visit.access.session is not None
        assert again.visit.access.session.member_id == member_id, writer
    await visits.write(lambda files: files.members.add(account.id, NewMember(JULES), visits.clock.now()))
    await visits.ask(login.HANDLER, LINE, BY_TERMINAL)
    shared = await visits.ask(logout.HANDLER, "LOGOUT", BY_TERMINAL)
    assert shared.visit.access.session is not None
    assert shared.visit.access.session.member_id is None, "the code is shared, and nothing tells"
    await visits.write(lambda files: files.members.link_chat(marie.id, 42, visits.clock.now()))
    await visits.ask(login.HANDLER, LINE, BY_CHAT)
    linked = await visits.ask(logout.HANDLER, "LOGOUT", BY_CHAT)
    assert linked.visit.access.member is not None
    assert linked.visit.access.member.id == marie.id


async def test_the_answer_speaks_the_language_of_the_profile(visits: Visits) -> None:
    """Where nobody could know it before the password was right."""
    await visits.account(members=(NewMember(MARIE, language=Language.FR),))
    outcome = await visits.ask(login.HANDLER, LINE, BY_TERMINAL)
    assert outcome.reply.language is Language.FR


async def test_an_expired_password_only_lets_choose_a_new_one(visits: Visits) -> None:
    """Help page: "advised on the next visit … that your password has expired and … asked to choose a new one"."""
    await visits.account()
    visits.clock.move(days=93)
    outcome = await visits.ask(login.HANDLER, LINE, BY_MAIL)
    assert outcome.template == "login/expired"
    again = await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=outcome.token)
    assert again.visit.access.session is not None
    assert again.visit.access.session.limited
    check_letters(outcome, never=[PASSWORD])


async def test_a_temporary_password_only_lets_choose_one(visits: Visits) -> None:
    """However it was typed; the first time it is presented is noted, and the old password works until then."""
    account = await visits.account(temporary=TEMPORARY)
    assert (await visits.ask(login.HANDLER, LINE, BY_MAIL)).template == "login/opened"
    visits.clock.move(hours=1)
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE} {TEMPORARY.lower().replace('-', ' ')}", BY_CHAT)
    assert outcome.template == "password/choose"
    assert (await visits.again(account)).temporary_used_at == visits.clock.now()
    again = await visits.ask(logout.HANDLER, "LOGOUT", BY_CHAT)
    assert again.visit.access.session is not None
    assert again.visit.access.session.limited
    check_letters(outcome, never=[TEMPORARY])


async def _suspend(visits: Visits, account: Account) -> None:
    await visits.write(lambda files: files.accounts.suspend(account.id, "administrator", visits.clock.now()))


async def _close(visits: Visits, account: Account) -> None:
    await visits.write(lambda files: files.accounts.close(account.id, "administrator", visits.clock.now()))


async def _let_it_lapse(visits: Visits, account: Account) -> None:
    visits.clock.move(days=190)


async def _leave(visits: Visits, account: Account) -> None:
    pass


Change = Callable[[Visits, Account], Awaitable[None]]
REFUSALS = [
    (_leave, PASSWORD, "wrong words", "wrong"),
    (_leave, None, "wrong words", "invited"),
    (_suspend, PASSWORD, PASSWORD, "suspended"),
    (_close, PASSWORD, PASSWORD, "closed"),
    (_let_it_lapse, PASSWORD, PASSWORD, "closed"),
]


@pytest.mark.parametrize(("change", "password", "tried", "reason"), REFUSALS)
async def test_a_stranger_hears_the_same_words_and_the_address_on_record_the_truth(
    visits: Visits, change: Change, password: str | None, tried: str, reason: str
) -> None:
    """Word for word as for a code that does not exist; the principal member is told why, in a letter."""
    account = await visits.account(password=password)
    await change(visits, account)
    stranger = Writer(STRANGER)
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE} {tried}", stranger)
    unknown = await visits.ask(login.HANDLER, f"LOGIN Q9999999 {tried}", stranger)
    assert outcome.reply.facts == unknown.reply.facts
    assert outcome.template == unknown.template == "login/refused"
    for language in Language:
        assert text(outcome.reply, language) == text(unknown.reply, language)
    assert unknown.posts == ()
    assert outcome.post(MARIE, "login/attempted").reply.facts["reason"] == reason
    check_letters(outcome, never=[tried])
    member = await visits.ask(login.HANDLER, f"LOGIN {CODE} {tried}", BY_MAIL)
    assert member.reply.facts["reason"] == reason, "a member's authentic address hears it at once"
    assert member.posts == ()


async def test_a_temporary_password_that_expired_opens_nothing(visits: Visits) -> None:
    """24 hours; the member hears how to get another."""
    await visits.account(temporary=TEMPORARY)
    visits.clock.move(hours=24)
    outcome = await visits.ask(login.HANDLER, f"LOGIN {CODE} {TEMPORARY}", BY_MAIL)
    assert outcome.reply.facts["reason"] == "temporary_expired"
    assert "NEW CODE" in text(outcome.reply, Language.EN)


async def test_a_suspended_member_is_shut_out(visits: Visits) -> None:
    """Whom another member contested does not get in with the shared password, while the others do."""
    account = await visits.account(members=(MARIE, JULES))
    jules = await visits.member(account, JULES)
    await visits.write(lambda files: files.members.set_state(jules.id, MemberState.SUSPENDED, visits.clock.now()))
    assert (await visits.ask(login.HANDLER, LINE, Writer(JULES))).reply.facts["reason"] == "member_suspended"
    assert (await visits.ask(login.HANDLER, LINE, BY_MAIL)).template == "login/opened"


async def test_a_password_changed_meanwhile_is_compared_again(visits: Visits) -> None:
    """What `prepare` found counts only while the account is what it was."""
    account = await visits.account()
    other = await visits.hashing.hash("another password entirely")

    async def change() -> None:
        await visits.write(lambda files: files.accounts.set_password(account.id, other, visits.clock.now()))

    assert (await visits.ask(login.HANDLER, LINE, BY_MAIL, before=change)).template == "login/refused"


@pytest.mark.parametrize("writer", [BY_CHAT, BY_TERMINAL])
async def test_a_code_alone_needs_its_password_in_chat_and_terminal(visits: Visits, writer: Writer) -> None:
    """There is no mailbox to challenge."""
    await visits.account()
    assert (await visits.ask(login.HANDLER, f"LOGIN {CODE}", writer)).template == "login/how"
    assert (await visits.ask(login.HANDLER, "LOGIN", BY_MAIL)).template == "login/how"
    check_letters(await visits.ask(login.HANDLER, "CONNEXION", writer))


async def test_the_code_may_stand_on_the_next_line(visits: Visits) -> None:
    """As in `LOGIN` and, below it, what belongs to it."""
    await visits.account()
    assert (await visits.ask(login.HANDLER, f"LOGIN\n{CODE} {PASSWORD}", BY_MAIL)).template == "login/opened"


@pytest.mark.parametrize("line", ["login page is down", "connexion impossible depuis hier", "sign in problem", "login rejected"])
def test_a_sentence_is_no_login(line: str) -> None:
    """LOGIN is an ordinary word: only an access code behind it makes a command."""
    reading = read(Vocabulary([login.SPEC, services.SPEC]), "", line, Context())
    assert reading.commands == ()


def test_a_printed_code_of_letters_alone_is_a_code() -> None:
    """A minted code may hold no digit at all."""
    reading = read(Vocabulary([login.SPEC]), "", "LOGIN KMPTXRAC some password", Context())
    assert reading.commands == (Command("login", "KMPTXRAC some password", language=Language.EN, word="LOGIN"),)


async def test_a_session_letter_is_bound_to_its_reader(visits: Visits) -> None:
    """Forwarded, it is an ordinary letter; after an hour of silence, too."""
    await visits.account()
    token = (await visits.ask(login.HANDLER, LINE, BY_MAIL)).token
    found = await visits.read(lambda files: files.tokens.find(token))
    assert found is not None
    assert found.grant.purpose is Purpose.SESSION
    assert (await visits.ask(logout.HANDLER, "LOGOUT", Writer(STRANGER), token=token)).template == "login/session_ended"
    visits.clock.move(minutes=60)
    assert (await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=token)).template == "login/session_ended"
    visits.clock.moment += timedelta(days=1)
    assert (await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=token)).template == "login/session_ended"
    assert (await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL)).template == "login/needed"


async def test_logout_all_ends_every_session(visits: Visits) -> None:
    """It asks for the password in the session: a mailbox alone must not throw the others out."""
    account = await visits.account(members=(MARIE, JULES))
    await visits.open_session(account, Writer(terminal="two"))
    weak = await visits.open_session(account, BY_MAIL, confirmed=False)
    assert (await visits.ask(logout.HANDLER, "LOGOUT ALL", BY_MAIL, token=weak)).template == "login/password_needed"
    strong = await visits.open_session(account, BY_MAIL)
    outcome = await visits.ask(logout.HANDLER, "déconnexion tout", BY_MAIL, token=strong)
    assert outcome.template == "login/logged_out"
    assert outcome.reply.facts["ended"] == 2
    check_letters(outcome)
    assert (await visits.ask(logout.HANDLER, "LOGOUT", Writer(terminal="two"))).template == "login/needed"
    assert await visits.audit() == ["logout_all"]


async def test_passwords_by_mail_can_be_refused(tmp_path: Path) -> None:
    """With `email_passwords` off nothing is compared: a challenge goes out instead."""
    async with open_visits(tmp_path, email_passwords=False) as visits:
        await visits.account()
        before = visits.hashing.hashings
        outcome = await visits.ask(login.HANDLER, LINE, BY_MAIL)
        assert outcome.template == "login/challenge_sent"
        assert outcome.reply.facts["password_mailed"]
        assert outcome.post(MARIE).reply.template == "login/challenge"
        assert visits.hashing.hashings == before
        check_letters(outcome, never=[PASSWORD])
        assert (await visits.ask(login.HANDLER, LINE, BY_TERMINAL)).template == "login/opened"
