"""CHANGE PASSWORD and NEW PASSWORD: who may, what is refused and how, what ends, who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.accounts.records import Account, Grant
from bot.core.accounts.tokens import Purpose
from bot.core.commands import Handler
from bot.core.grammar import Context, Vocabulary, read
from bot.core.replies import Reply
from bot.core.values import Assurance, Language
from bot.hashing import Argon2Hashing
from handlers import login, logout, passwords
from tests.support.visits import JULES, MARIE, PASSWORD, STRANGER, Visits, Writer, check_letters, text

CODE = "K7MP4TXR"
TEMPORARY = "KMPR-4TXR-AACC-GGHH"
NEW = "quatre-ponts-sur-la-riviere"
NEW_PHRASE = "deux chats dorment sous le quai 77"
HANDLERS: list[Handler] = [passwords.CHANGE, passwords.NEW]
BY_MAIL, TERMINAL = Writer(MARIE), Writer(terminal="one")
WORD = "Outardes-1988-nord"


async def _logs_in(visits: Visits, password: str) -> str:
    visits.clock.move(minutes=20)
    return (await visits.ask(login.HANDLER, f"LOGIN {CODE} {password}", Writer(terminal="probe"))).template


@pytest.mark.parametrize(
    ("old", "words", "new"),
    [
        (WORD, f"CHANGE PASSWORD {WORD} {NEW}", NEW),
        (WORD, f"changer mon mot de passe {WORD} {NEW}\nMerci\nMarie", NEW),
        (WORD, f"CHANGE PASSWORD {WORD}\n{NEW_PHRASE}", NEW_PHRASE),
        (PASSWORD, f"CHANGER MOT DE PASSE {PASSWORD}\n{NEW_PHRASE}", NEW_PHRASE),
        ("Outardes nord-1988-deux", f"CHANGE PASSWORD Outardes nord-1988-deux\n{NEW_PHRASE}", NEW_PHRASE),
        (WORD, f"CHANGE PASSWORD {WORD}\n  {NEW_PHRASE}  \n\n-- \nMarie", NEW_PHRASE),
    ],
)
async def test_the_password_is_changed(visits: Visits, old: str, words: str, new: str) -> None:
    """On one line, or the new one alone on the next; taken as written. The session goes on, the others end."""
    account = await visits.account(password=old)
    token = await visits.open_session(account, BY_MAIL, confirmed=False)
    await visits.open_session(account, TERMINAL)
    outcome = await visits.ask(HANDLERS, words, BY_MAIL, token=token)
    assert outcome.template == "password/changed"
    assert "Take note" in text(outcome.reply, Language.EN)
    assert "Prenez note" in text(outcome.reply, Language.FR)
    check_letters(outcome, never=[old, new])
    assert {old, new} <= set(outcome.reply.hides)
    again = await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=token)
    assert again.visit.assurance is Assurance.CURRENT_PASSWORD
    assert (await visits.ask(logout.HANDLER, "LOGOUT", TERMINAL)).template == "login/needed"
    assert await _logs_in(visits, new) == "login/opened"
    assert await _logs_in(visits, old) == "login/refused"
    assert (await visits.audit())[0] == "password_changed"


async def test_choosing_a_password_by_the_credentials_letter_is_activity(visits: Visits) -> None:
    """A reset in the sixth month keeps the account open: nobody chooses a password for an account that closes next week."""
    account = await visits.account()
    visits.clock.move(days=170)
    marie = await visits.member(account, MARIE)
    temporary = await visits.hashing.hash(TEMPORARY)
    until = visits.clock.now() + timedelta(hours=24)
    await visits.write(lambda files: files.accounts.set_temporary(account.id, temporary, marie.id, until, None))
    token = await visits.issue(Grant(Purpose.CREDENTIALS, marie.person, Assurance.SESSION, account.id, marie.id))
    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW_PHRASE}", BY_MAIL, token=token)
    assert outcome.template == "password/changed"
    assert (await visits.again(account)).last_activity_at == visits.clock.now()
    visits.clock.move(days=20)
    assert await _logs_in(visits, NEW_PHRASE) == "login/opened"


async def test_every_member_is_told_who_changed_it(visits: Visits) -> None:
    """The writer reads it in the answer; from a terminal, she gets the letter too."""
    account = await visits.account(password=WORD, members=(MARIE, JULES))
    token = await visits.open_session(account, BY_MAIL)
    outcome = await visits.ask(HANDLERS, f"CHANGE PASSWORD {WORD} {NEW}", BY_MAIL, token=token)
    assert outcome.posted() == [(JULES, "password/told")]
    assert "Marie (marie@tremblay.example), by e-mail" in text(outcome.post(JULES).reply, Language.EN)
    await visits.open_session(account, TERMINAL)
    outcome = await visits.ask(HANDLERS, f"CHANGE PASSWORD {NEW} {WORD}", TERMINAL)
    assert outcome.posted() == [(MARIE, "password/told"), (JULES, "password/told")]
    assert "à un terminal" in text(outcome.post(JULES).reply, Language.FR)


@pytest.mark.parametrize(
    ("new", "rule", "said"),
    [
        ("court", "too_short", "5 characters"),
        ("k" * 129, "too_long", "129 characters"),
        ("abababababababab", "repeated", "repeats"),
        ("password12345678", "common", "many people"),
        ("zwickau-k7mp4txr-marie", "context", "little more"),
        (WORD, "old", "that you have now"),
    ],
)
async def test_a_refusal_counts_and_names_the_rule(visits: Visits, new: str, rule: str, said: str) -> None:
    """With a strong passphrase to take instead; the old password stays."""
    account = await visits.account(password=WORD, members=(MARIE,), company="Zwickau ltée")
    token = await visits.open_session(account, BY_MAIL)
    outcome = await visits.ask(HANDLERS, f"CHANGE PASSWORD {WORD}\n{new}", BY_MAIL, token=token)
    assert (outcome.template, outcome.reply.facts["rule"]) == ("password/refused", rule)
    for language in Language:
        assert outcome.reply.facts["suggestions"][language] in text(outcome.reply, language)
    assert said in text(outcome.reply, Language.EN)
    check_letters(outcome, never=[new])
    assert await _logs_in(visits, WORD) == "login/opened"


async def test_a_wrong_current_password_is_counted_like_a_login(visits: Visits) -> None:
    """An open session is no licence to guess: from the fifth failure on it waits."""
    account = await visits.account(password=WORD, temporary=TEMPORARY)
    token = await visits.open_session(account, BY_MAIL, confirmed=False)
    line = f"CHANGE PASSWORD not-the-one-at-all {NEW}"
    for _ in range(5):
        outcome = await visits.ask(HANDLERS, line, BY_MAIL, token=token)
        assert (outcome.template, outcome.reply.facts["until"]) == ("password/wrong_current", None)
    locked = await visits.ask(HANDLERS, f"CHANGE PASSWORD {WORD} {NEW}", BY_MAIL, token=token)
    assert locked.reply.facts["until"] is not None
    check_letters(locked, never=[WORD, NEW])
    visits.clock.move(minutes=2)
    temporary = await visits.ask(HANDLERS, f"CHANGE PASSWORD {TEMPORARY} {NEW}", BY_MAIL, token=token)
    assert temporary.reply.facts["temporary"]


@pytest.mark.parametrize("words", ["CHANGE PASSWORD", f"CHANGE PASSWORD {WORD}", f"CHANGE PASSWORD {PASSWORD}"])
async def test_what_is_missing_is_explained(visits: Visits, words: str) -> None:
    """Nothing is compared and nothing counted before both are there."""
    account = await visits.account(password=WORD)
    token = await visits.open_session(account, BY_MAIL)
    before = visits.hashing.hashings
    outcome = await visits.ask(HANDLERS, words, BY_MAIL, token=token)
    assert outcome.template == "password/how"
    assert visits.hashing.hashings == before
    check_letters(outcome, never=[WORD, PASSWORD])


async def test_who_has_no_whole_session_changes_nothing(visits: Visits) -> None:
    """Without one: how to get in. In the limited one: NEW PASSWORD. The subject repeats nothing."""
    account = await visits.account(password=WORD)
    line = f"CHANGE PASSWORD {WORD} {NEW}"
    stranger = await visits.ask(HANDLERS, line, Writer(STRANGER))
    assert stranger.template == "login/needed"
    assert {WORD, NEW} <= set(stranger.reply.hides)
    token = await visits.open_session(account, BY_MAIL, limited=True, confirmed=False)
    visits.clock.move(minutes=1)
    assert (await visits.ask(HANDLERS, line, BY_MAIL, token=token)).template == "login/limited"
    assert await _logs_in(visits, WORD) == "login/opened"


async def _credentials(visits: Visits, account: Account) -> str:
    marie = await visits.member(account, MARIE)
    return await visits.issue(Grant(Purpose.CREDENTIALS, marie.person, Assurance.SESSION, account.id, marie.id))


@pytest.mark.parametrize("words", [f"NEW PASSWORD {NEW_PHRASE}", f"nouveau mot de passe {NEW}", f"NEW PASSWORD\n{NEW_PHRASE}"])
async def test_the_credentials_letter_is_enough(visits: Visits, words: str) -> None:
    """No login is needed: the answer to it sets the password, ends the temporary one, and opens the session."""
    account = await visits.account(password=None, temporary=TEMPORARY)
    token = await _credentials(visits, account)
    outcome = await visits.ask(HANDLERS, words, BY_MAIL, token=token)
    assert outcome.template == "password/changed"
    new = words.split("PASSWORD")[-1].strip() if "PASSWORD" in words else NEW
    check_letters(outcome, never=[new, TEMPORARY])
    assert new in outcome.reply.hides
    again = await visits.ask(logout.HANDLER, "LOGOUT", BY_MAIL, token=outcome.token)
    assert again.visit.assurance is Assurance.CURRENT_PASSWORD
    assert await _logs_in(visits, new) == "login/opened"
    assert await _logs_in(visits, TEMPORARY) == "login/refused"
    twice = await visits.ask(HANDLERS, f"NEW PASSWORD {PASSWORD}", BY_MAIL, token=token)
    assert twice.template == "login/session_ended"


async def test_the_letter_ends_with_its_temporary_password(visits: Visits) -> None:
    """After 24 hours, or when it was voided: NEW CODE is the way."""
    account = await visits.account(temporary=TEMPORARY)
    token = await _credentials(visits, account)
    visits.clock.move(hours=24)
    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token)
    assert outcome.template == "password/temporary_expired"
    check_letters(outcome, never=[NEW])
    await visits.write(lambda files: files.accounts.drop_temporary(account.id))
    assert (await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token)).template == "password/temporary_expired"
    assert await _logs_in(visits, NEW) == "login/refused"


@pytest.mark.parametrize("writer", [BY_MAIL, TERMINAL, Writer(chat=42)])
async def test_the_limited_session_chooses_a_new_password(visits: Visits, writer: Writer) -> None:
    """On every channel, after an expired or a temporary password; then the services are open."""
    await visits.account(password=WORD)
    visits.clock.move(days=93)
    opened = await visits.ask(login.HANDLER, f"LOGIN {CODE} {WORD}", writer)
    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW_PHRASE}", writer, token=opened.token)
    assert outcome.template == "password/changed"
    again = await visits.ask(logout.HANDLER, "LOGOUT", writer, token=outcome.token)
    assert again.visit.logged_in
    check_letters(outcome, never=[NEW_PHRASE, WORD])


async def test_the_expired_or_temporary_password_cannot_be_the_new_one(visits: Visits) -> None:
    """However the temporary one is typed."""
    await visits.account(password=WORD, temporary=TEMPORARY)
    opened = await visits.ask(login.HANDLER, f"LOGIN {CODE} {TEMPORARY}", BY_MAIL)
    for again in (WORD, TEMPORARY, TEMPORARY.lower().replace("-", " ")):
        outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {again}", BY_MAIL, token=opened.token)
        assert outcome.reply.facts["rule"] == "old"


async def test_new_password_elsewhere_says_how(visits: Visits) -> None:
    """A session already: CHANGE PASSWORD. None: how to get in. A challenge's session is no limited one."""
    account = await visits.account(password=WORD)
    token = await visits.open_session(account, BY_MAIL, confirmed=False)
    assert (await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token)).template == "password/how"
    assert (await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL)).template == "login/needed"
    limited = await visits.open_session(account, TERMINAL, limited=True, confirmed=False)
    assert limited == ""
    outcome = await visits.ask(HANDLERS, "NEW PASSWORD", TERMINAL)
    assert outcome.template == "password/choose"
    check_letters(outcome)
    assert (await visits.ask(HANDLERS, "NEW PASSWORD 7court", TERMINAL)).reply.facts["length"] == 6


async def test_a_closed_or_suspended_account_takes_no_password(visits: Visits) -> None:
    """Closed never reopens, by whatever letter."""
    account = await visits.account(password=None, temporary=TEMPORARY)
    token = await _credentials(visits, account)
    await visits.write(lambda files: files.accounts.suspend(account.id, "objection", visits.clock.now()))
    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token)
    assert (outcome.template, outcome.reply.facts["reason"]) == ("login/not_opened", "suspended")
    await visits.write(lambda files: files.accounts.close(account.id, "administrator", visits.clock.now()))
    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token)
    assert outcome.template == "password/temporary_expired"
    assert (await visits.again(account)).password_hash == ""


async def test_of_two_who_choose_at_once_both_are_weighed_again(visits: Visits) -> None:
    """What was prepared for one password does not overwrite another that was set meanwhile."""
    account = await visits.account(password=None, temporary=TEMPORARY)
    token = await _credentials(visits, account)
    other = await visits.hashing.hash(WORD)

    async def meanwhile() -> None:
        await visits.write(lambda files: files.accounts.set_password(account.id, other, visits.clock.now()))

    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token, before=meanwhile)
    assert outcome.template == "password/temporary_expired"
    assert (await visits.again(account)).password_hash == other


async def test_a_password_set_meanwhile_is_the_one_in_use(visits: Visits) -> None:
    """Two members choose the same new one at once: the second hears that it is in use, as if it had come later."""
    account = await visits.account(password=WORD)
    token = await visits.open_session(account, BY_MAIL, limited=True, confirmed=False)
    same = await visits.hashing.hash(NEW)

    async def meanwhile() -> None:
        await visits.write(lambda files: files.accounts.set_password(account.id, same, visits.clock.now()))

    outcome = await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=token, before=meanwhile)
    assert outcome.reply.facts["rule"] == "old"


async def test_the_right_current_password_ends_the_count(visits: Visits) -> None:
    """Four slips before a change are not held against the next slip."""
    account = await visits.account(password=WORD)
    token = await visits.open_session(account, BY_MAIL)
    for current, new in ((WORD, NEW), (NEW, WORD)):
        for _ in range(4):
            await visits.ask(HANDLERS, f"CHANGE PASSWORD not-the-one-at-all {new}", BY_MAIL, token=token)
        outcome = await visits.ask(HANDLERS, f"CHANGE PASSWORD {current} {new}", BY_MAIL, token=token)
        assert outcome.template == "password/changed"


async def test_when_too_many_wait_to_be_hashed_one_is_told_so(visits: Visits) -> None:
    """A real queue of one, kept full."""
    account = await visits.account(password=WORD)
    token = await visits.open_session(account, BY_MAIL)
    visits.hashing = Argon2Hashing(most_waiting=0)  # type: ignore[assignment]
    outcome = await visits.ask(HANDLERS, f"CHANGE PASSWORD {WORD} {NEW}", BY_MAIL, token=token)
    assert outcome.reply == Reply("login/busy", hides=outcome.reply.hides)
    limited = await visits.open_session(account, BY_MAIL, limited=True, confirmed=False)
    assert (await visits.ask(HANDLERS, f"NEW PASSWORD {NEW}", BY_MAIL, token=limited)).template == "login/busy"


@pytest.mark.parametrize(
    "line",
    ["change password please", "new password please", "nouveau mot de passe svp", "Change password for Julie"],
)
def test_prose_is_not_taken_for_a_password(line: str) -> None:
    """Courtesy is no password, nor are the words of a short sentence."""
    reading = read(Vocabulary([passwords.CHANGE_SPEC, passwords.NEW_SPEC]), "", line, Context())
    assert all(command.argument == "" for command in reading.commands)
