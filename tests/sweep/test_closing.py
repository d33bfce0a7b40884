"""Six months without activity close an account: on which day, and everything that ends with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.accounts.records import Grant, NewMember
from bot.core.accounts.status import Status, status_of
from bot.core.accounts.tokens import Judgement, Purpose, judge
from bot.core.values import Assurance, Language
from tests.support.visits import JULES, MARIE, Writer
from tests.sweep.desk import local, swept_desk

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("used", "last_day"),
    [
        ("2026-01-15T10:00", "2026-07-15"),
        ("2025-08-29T10:00", "2026-02-28"),  # 29, 30 and 31 August all end with February
        ("2025-08-30T10:00", "2026-02-28"),
        ("2025-08-31T10:00", "2026-02-28"),
        ("2027-08-31T10:00", "2028-02-29"),  # in a leap year
        ("2024-02-29T10:00", "2024-08-29"),
        ("2026-03-31T10:00", "2026-09-30"),
        ("2026-05-31T10:00", "2026-11-30"),
        ("2025-09-08T10:00", "2026-03-08"),  # the clocks go forward on that day
        ("2026-05-01T10:00", "2026-11-01"),  # and back
        ("2026-03-08T01:59:59", "2026-09-08"),
        ("2026-01-15T23:59:59", "2026-07-15"),  # what counts is the office's calendar
        ("2026-01-16T00:00", "2026-07-16"),
    ],
)
async def test_it_closes_after_the_last_day_and_not_a_second_before(tmp_path: Path, used: str, last_day: str) -> None:
    """The desk is swept every hour around midnight; the clock change of that night moves nothing."""
    async with swept_desk(tmp_path, local(used)) as desk:
        account = await desk.visits.account()
        midnight = local(last_day) + timedelta(days=1)
        for moment in (local(f"{last_day}T12:00"), midnight - SECOND):
            report = await desk.run(moment)
            assert (report.alarm, report.closed) == (None, 0)
        desk.take()
        report = await desk.run(midnight)
        assert (report.alarm, report.closed, report.failed) == (None, 1, 0)
        assert (await desk.visits.again(account)).closed_at == midnight
        assert desk.take() == [(MARIE, "notice/closed")]


async def test_everything_ends_with_it_and_nothing_brings_it_back(tmp_path: Path) -> None:
    """Sessions, tokens and linked chats; the members are told, each in their language; the audit trail says so."""
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        visits = desk.visits
        members = [MARIE, NewMember(JULES, "Jules", language=Language.FR)]
        account = await visits.account(members=members)
        marie = await visits.member(account, MARIE)
        await visits.write(lambda files: files.members.link_chat(marie.id, 42, visits.clock.now()))
        await visits.write(lambda files: files.accounts.set_password(account.id, "$next", visits.clock.now()))
        assert (await visits.again(account)).previous_hash
        desk.at(local("2026-07-15T23:00"))
        kept = await visits.issue(Grant(Purpose.NEW_ADDRESS, marie.person, Assurance.ANYONE, account.id, marie.id))
        await visits.open_session(account, Writer(terminal="t"))
        report = await desk.run(local("2026-07-16T03:00"))
        assert report.closed == 1
        assert await visits.read(lambda files: files.sessions.of_conversation("terminal:t")) is None
        assert await visits.read(lambda files: files.members.by_chat(42)) is None
        token = await visits.read(lambda files: files.tokens.find(kept))
        assert judge(token, marie.person, visits.clock.now()) is Judgement.REVOKED
        assert "account_closed" in await visits.audit()
        closed = await visits.again(account)
        assert (closed.reason, closed.password_hash, closed.previous_hash) == ("inactive", "", "")

        french = desk.read(1)
        assert desk.take() == [(MARIE, "notice/closed"), (JULES, "notice/closed")]
        assert french[0]["Content-Language"] == "fr"
        assert "DEMANDE D’ACCÈS" in french[1]
        assert "K7MP4TXR" in french[1]

        assert not await visits.write(lambda files: files.accounts.resume(account.id))
        assert not await visits.write(lambda files: files.accounts.active(account.id, visits.clock.now()))
        assert not await visits.write(lambda files: files.accounts.set_password(account.id, "x", visits.clock.now()))
        again = await desk.run(local("2026-07-16T04:00"))
        assert (again.closed, again.notices, desk.take()) == (0, 0, [])
        assert status_of(closed.facts, visits.clock.now(), visits.rules.calendar) is Status.CLOSED


async def test_activity_keeps_it_open(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        account = await desk.visits.account()
        desk.at(local("2026-07-15T23:00"))
        await desk.visits.write(lambda files: files.accounts.active(account.id, desk.visits.clock.now()))
        assert (await desk.run(local("2026-07-16T09:00"))).closed == 0
        assert (await desk.run(local("2027-01-15T23:59:59"))).closed == 0
        assert (await desk.run(local("2027-01-16T00:00"))).closed == 1


async def test_a_previous_password_is_forgotten_when_the_next_one_expires(tmp_path: Path) -> None:
    """It is of use for as long as the one that replaced it; nobody else's is touched."""
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        visits = desk.visits
        account, other = await visits.account(), await visits.account("Q9999999", members=[JULES])
        await visits.write(lambda files: files.accounts.set_password(account.id, "$next", visits.clock.now()))
        for each in (account, other):
            desk.at(local("2026-04-14T10:00"))
            await visits.write(lambda files, each=each: files.accounts.active(each.id, visits.clock.now()))  # type: ignore[misc]
        await visits.write(lambda files: files.accounts.set_password(other.id, "$next", visits.clock.now()))
        await desk.run(local("2026-04-15T23:00"))
        assert (await visits.again(account)).previous_hash != ""
        report = await desk.run(local("2026-04-16T00:00"))
        assert (report.forgotten, (await visits.again(account)).previous_hash) == (1, "")
        assert (await visits.again(account)).password_hash == "$next"
        assert (await visits.again(other)).previous_hash != ""
        assert (await desk.run(local("2026-04-16T01:00"))).forgotten == 0


async def test_a_suspended_account_closes_as_well(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        account = await desk.visits.account()
        await desk.visits.write(lambda files: files.accounts.suspend(account.id, "objection", desk.visits.clock.now()))
        assert (await desk.run(local("2026-07-16T09:00"))).closed == 1


async def test_who_said_stop_or_cannot_be_reached_is_left_alone(tmp_path: Path) -> None:
    """STOP promised that no notice comes; the account closes all the same."""
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        account = await desk.visits.account(members=[MARIE, JULES, "third@tremblay.example"])
        jules = await desk.visits.member(account, JULES)
        await desk.stop(MARIE)
        await desk.visits.write(lambda files: files.members.set_bounced(jules.id, desk.visits.clock.now()))
        assert (await desk.run(local("2026-07-16T09:00"))).closed == 1
        assert desk.take() == [("third@tremblay.example", "notice/closed")]


async def test_a_desk_that_was_down_across_the_deadline_closes_what_is_overdue(tmp_path: Path) -> None:
    """The lazy rule held meanwhile; the sweep only writes it down."""
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        account = await desk.visits.account()
        assert (await desk.run(local("2026-05-01T10:00"))).alarm is None
        desk.at(local("2026-09-01T10:00"))
        desk.restart()
        found = await desk.visits.again(account)
        assert status_of(found.facts, desk.visits.clock.now(), desk.visits.rules.calendar) is Status.CLOSED
        report = await desk.run()
        assert (report.alarm, report.closed) == (None, 1)


async def test_many_close_in_batches_and_one_that_breaks_keeps_no_other_waiting(tmp_path: Path) -> None:
    """A member's address that no letter can carry: that account waits for the next sweep, all others are done."""
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        codes = [f"AAAA{number:04}" for number in range(45)]
        for code in codes:
            address = "broken\r\nBcc: x@x.example" if code == codes[20] else f"{code.lower()}@x.example"
            await desk.visits.account(code, members=[address], password=None)
        report = await desk.run(local("2026-07-16T09:00"), force=True)
        assert (report.closed, report.failed) == (44, 1)
        assert len(desk.take()) == 44
        open_still = [each.code for each in await desk.visits.read(lambda files: files.accounts.all()) if each.closed_at is None]
        assert open_still == [codes[20]]


async def test_two_sweeps_at_once_close_and_tell_once(tmp_path: Path) -> None:
    """Two machines on one database."""
    async with swept_desk(tmp_path, local("2026-01-15T10:00")) as desk:
        await desk.visits.account()
        first = desk.sweep
        desk.restart()
        moment: datetime = local("2026-07-16T09:00")
        plan = await desk.visits.database.read(lambda tx: first._plan(tx, moment))
        assert (await desk.run(moment)).closed == 1
        late = await first.run_once(moment)
        assert late.closed == 0
        assert len(plan.overdue) == 1
        assert desk.take() == [(MARIE, "notice/closed")]
