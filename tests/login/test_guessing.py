"""Brute force: counted and committed before hashing, locked per code and source, the owner never locked out, the time the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.accounts.locks import CEILING
from bot.core.anteroom import Anteroom
from bot.core.commands import Command
from bot.core.values import Language
from bot.core.visit import Files
from handlers import login
from tests.support.visits import MARIE, PASSWORD, STRANGER, QuickHashing, Visits, Writer, check_letters, open_visits, text

CODE = "K7MP4TXR"
RIGHT, WRONG = f"LOGIN {CODE} {PASSWORD}", f"LOGIN {CODE} not the one at all"


async def _fail(visits: Visits, times: int, writer: Writer, line: str = WRONG) -> None:
    for _ in range(times):
        await visits.ask(login.HANDLER, line, writer)


@pytest.mark.parametrize("writer", [Writer(STRANGER), Writer(chat=7), Writer(terminal="x"), Writer(MARIE, authentic=False)])
async def test_from_the_fifth_failure_on_a_source_waits(visits: Visits, writer: Writer) -> None:
    """1, 2, 4, 8, then always 15 minutes: the right password opens nothing before, in the same words."""
    await visits.account()
    await _fail(visits, 4, writer)
    for minutes in (1, 2, 4, 8, 15, 15):
        await _fail(visits, 1, writer)
        visits.clock.move(minutes=minutes, seconds=-1)
        locked = await visits.ask(login.HANDLER, RIGHT, writer)
        assert locked.template == "login/refused"
        assert locked.reply.facts == {"reason": "", "until": None, "changed": None}
        visits.clock.move(seconds=1)
    assert (await visits.ask(login.HANDLER, RIGHT, writer)).template == "login/opened"


async def test_the_lock_stands_over_channels_restarts_and_terminals(tmp_path: Path) -> None:
    """It is in the database, and terminals, whose conversations are many, are one source."""
    async with open_visits(tmp_path) as visits:
        await visits.account()
        await _fail(visits, 5, Writer(terminal="one"))
    async with open_visits(tmp_path) as visits:
        outcome = await visits.ask(login.HANDLER, RIGHT, Writer(terminal="two"))
        assert outcome.template == "login/refused"


async def test_strangers_do_not_lock_the_owner_out(visits: Visits) -> None:
    """Not from her authentic address, her linked chat, nor by a forged copy of her address."""
    account = await visits.account()
    marie = await visits.member(account, MARIE)
    await visits.write(lambda files: files.members.link_chat(marie.id, 42, visits.clock.now()))
    await _fail(visits, 9, Writer(MARIE, authentic=False))

    async def flood(files: Files) -> None:
        for number in range(CEILING):
            await files.attempts.count(CODE, f"mail:{number}@x", visits.clock.now(), trusted=False)

    await visits.write(flood)
    assert (await visits.ask(login.HANDLER, RIGHT, Writer(terminal="new"))).template == "login/refused", "strangers all wait"
    assert (await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))).template == "login/opened"
    assert (await visits.ask(login.HANDLER, RIGHT, Writer(chat=42))).template == "login/opened"
    assert (await visits.ask(login.HANDLER, f"LOGIN {CODE}", Writer(MARIE))).post(MARIE).reply.template == "login/challenge"


async def test_the_owner_waits_for_her_own_failures_and_hears_until_when(visits: Visits) -> None:
    """In the time of the desk's office."""
    await visits.account()
    await _fail(visits, 5, Writer(MARIE))
    outcome = await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))
    assert outcome.reply.facts["reason"] == "locked"
    assert "10:01 a.m." in text(outcome.reply, Language.EN)
    assert "10\u00a0h\u00a01" in text(outcome.reply, Language.FR)


async def test_a_right_password_ends_the_count(visits: Visits) -> None:
    """Four slips, then the right one: the next slip is the first again."""
    await visits.account()
    await _fail(visits, 4, Writer(MARIE))
    await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))
    await _fail(visits, 4, Writer(MARIE))
    assert (await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))).template == "login/opened"


async def test_an_attempt_is_counted_before_it_is_hashed(visits: Visits) -> None:
    """It stands even when the process ends while hashing."""
    await visits.account()

    class Ending:
        async def hash(self, password: str) -> str:
            raise KeyboardInterrupt

        async def verify(self, *candidates: tuple[str, str]) -> int | None:
            raise KeyboardInterrupt

        def outdated(self, password_hash: str) -> bool:
            return False

    writer = Writer(STRANGER)
    access = await visits.read(lambda files: visits.recognise(files, writer, ""))
    anteroom = Anteroom(
        visits.clock.now(), writer.channel, writer.sender, True, access, visits.rules, Ending(), visits.filing, visits.mint
    )
    with pytest.raises(KeyboardInterrupt):
        await login.prepare(anteroom, Command("login", f"{CODE} whatever it is"))
    own, _ = await visits.read(lambda files: files.attempts.failures(CODE, writer.sender.key))
    assert own.count == 1


@pytest.mark.parametrize("line", [WRONG, RIGHT, f"LOGIN {CODE} KMPR-4TXR-AACC-GGHH", "LOGIN Q9999999 whatever it is"])
async def test_the_time_is_the_same(visits: Visits, line: str) -> None:
    """As many hashings for an unknown code, a wrong, a right and a locked password."""
    await visits.account(temporary="KMPR-4TXR-AACC-GGHH")
    before = visits.hashing.hashings
    await visits.ask(login.HANDLER, line, Writer(STRANGER))
    assert visits.hashing.hashings - before == 2
    await _fail(visits, 6, Writer(STRANGER), line if line != RIGHT else WRONG)
    before = visits.hashing.hashings
    await visits.ask(login.HANDLER, line, Writer(STRANGER))
    assert visits.hashing.hashings - before == 2


async def test_above_the_cap_of_a_minute_nothing_is_hashed(tmp_path: Path) -> None:
    """A flood of logins costs the desk nothing; the owner's own address is let through, and the next minute is open again."""
    async with open_visits(tmp_path, login_attempts_per_minute=3) as visits:
        await visits.account()
        for number in range(3):
            await visits.ask(login.HANDLER, "LOGIN Q9999999 whatever it is", Writer(f"x{number}@elsewhere.example"))
        before = visits.hashing.hashings
        outcome = await visits.ask(login.HANDLER, RIGHT, Writer(STRANGER))
        assert outcome.template == "login/busy"
        assert visits.hashing.hashings == before
        check_letters(outcome, never=[PASSWORD])
        assert (await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))).template == "login/opened"
        visits.clock.move(minutes=1)
        assert (await visits.ask(login.HANDLER, RIGHT, Writer(STRANGER))).template == "login/opened"


async def test_the_address_on_record_is_told_a_few_times_only(visits: Visits) -> None:
    """Of the first failure and of the first lock; a guesser does not fill her mailbox."""
    await visits.account()
    told = [len((await visits.ask(login.HANDLER, WRONG, Writer(f"{n}@x.example"))).posts) for n in range(12)]
    assert told == [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


async def test_a_hash_with_older_parameters_is_made_anew(visits: Visits) -> None:
    """At the next right password; neither the dates nor the password change."""
    account = await visits.account()
    visits.hashing = QuickHashing(passes=2)
    await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))
    renewed = await visits.again(account)
    assert renewed.password_hash != account.password_hash
    assert renewed.password_set_at == account.password_set_at
    assert not visits.hashing.outdated(renewed.password_hash)
    assert (await visits.ask(login.HANDLER, RIGHT, Writer(MARIE))).template == "login/opened"
