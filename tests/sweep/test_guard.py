"""A wrong clock must not close accounts: what stops the sweep, what it says, and how it goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.accounts.sweep_guard import Alarm
from bot.retention_settings import RetentionSettings
from tests.support.visits import MARIE, RULES
from tests.sweep.desk import SweptDesk, local, swept_desk

ADMINS = [(address, "operator/sweep_stopped") for address in RULES.admin_addresses]
START = local("2026-01-15T10:00")
HOUR = timedelta(hours=1)


async def many(desk: SweptDesk, count: int) -> None:
    for number in range(count):
        await desk.visits.account(f"AAAA{number:04}", members=[f"m{number}@x.example"], password=None)


def swept(desk: SweptDesk, result: str) -> float:
    return desk.metrics.registry.get_sample_value("autopro_sweeps_total", {"result": result}) or 0.0


@pytest.mark.parametrize(("jump", "alarm"), [(-HOUR, Alarm.CLOCK_BACKWARD), (timedelta(days=200), Alarm.CLOCK_AHEAD)])
async def test_a_clock_that_jumps_while_the_desk_runs(tmp_path: Path, jump: timedelta, alarm: Alarm) -> None:
    """Nothing is written, the administrators are told, and the sweep stays stopped until the clock is right again."""
    async with swept_desk(tmp_path, START) as desk:
        account = await desk.visits.account()
        assert (await desk.run(START + HOUR)).alarm is None
        desk.visits.clock.moment += jump  # the monotonic clock does not move
        report = await desk.run()
        assert (report.alarm, report.closed, report.notices) == (alarm, 0, 0)
        assert desk.take() == ADMINS
        assert swept(desk, alarm.value) == 1
        again = await desk.run(desk.visits.clock.moment + HOUR)
        assert again.alarm is alarm or jump < timedelta()
        assert (await desk.visits.again(account)).closed_at is None
        desk.visits.clock.moment = START + 3 * HOUR
        desk.seconds = 1_000.0 + 3 * 3600
        assert (await desk.run()).alarm is None


async def test_the_alarm_holds_nothing_but_figures(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, START) as desk:
        await desk.visits.account()
        await desk.run(START + HOUR)
        desk.visits.clock.moment += timedelta(days=200)
        await desk.run()
        mail, text = desk.read()
        assert "autopro sweep --force" in text
        assert MARIE not in text
        assert "K7MP4TXR" not in text
        assert mail["Content-Language"] == "fr, en"


@pytest.mark.parametrize(("back", "alarm"), [(timedelta(minutes=4), None), (timedelta(minutes=6), Alarm.CLOCK_BACKWARD)])
async def test_over_a_restart_the_last_sweep_is_the_witness(tmp_path: Path, back: timedelta, alarm: Alarm | None) -> None:
    async with swept_desk(tmp_path, START) as desk:
        await desk.visits.account()
        await desk.run(START + HOUR)
        desk.visits.clock.moment -= back
        desk.restart()
        assert (await desk.run()).alarm is alarm


async def test_a_desk_that_was_switched_off_is_no_jump(tmp_path: Path) -> None:
    """Three weeks of holidays: over a restart only the share of accounts that would close speaks against it."""
    async with swept_desk(tmp_path, START) as desk:
        await many(desk, 4)
        await desk.run(START + HOUR)
        desk.restart()
        assert (await desk.run(START + timedelta(days=21))).alarm is None


@pytest.mark.parametrize(
    ("accounts", "overdue", "alarm"),
    [(60, 3, None), (60, 4, Alarm.TOO_MANY), (100, 5, None), (100, 6, Alarm.TOO_MANY), (3, 3, None)],
)
async def test_more_than_five_per_cent_at_once_stop_it(tmp_path: Path, accounts: int, overdue: int, alarm: Alarm | None) -> None:
    """A few of a small desk are no sign of a wrong clock."""
    async with swept_desk(tmp_path, START) as desk:
        await many(desk, accounts)
        desk.at(local("2026-06-01T10:00"))
        for account in (await desk.visits.read(lambda files: files.accounts.all()))[overdue:]:
            await desk.visits.write(lambda files, key=account.id: files.accounts.active(key, desk.visits.clock.now()))  # type: ignore[misc]
        report = await desk.run(local("2026-07-16T10:00"))
        assert (report.alarm, report.would_close, report.accounts) == (alarm, overdue, accounts)
        assert report.closed == (0 if alarm else overdue)
        if alarm:
            assert desk.take() == ADMINS


async def test_an_operator_who_has_looked_lets_it_go_on(tmp_path: Path) -> None:
    """`--force` from another process: the desk that runs takes it as the new beginning."""
    async with swept_desk(tmp_path, START) as desk:
        await many(desk, 10)
        running = desk.sweep
        await desk.run(START + HOUR)
        desk.visits.clock.moment = local("2026-07-16T10:00")  # asleep for half a year: the monotonic clock did not count
        assert (await desk.run()).alarm is Alarm.CLOCK_AHEAD
        desk.take()
        desk.restart()
        forced = await desk.run(force=True)
        assert (forced.alarm, forced.closed) == (None, 10)
        later = await running.run_once(local("2026-07-16T11:00"))
        assert later.alarm is None


async def test_an_alarm_is_told_once_an_hour(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, START) as desk:
        await desk.visits.account()
        await desk.run(START + HOUR)
        desk.visits.clock.moment += timedelta(days=200)
        for _ in range(3):
            assert (await desk.run()).alarm is Alarm.CLOCK_AHEAD
        assert desk.take() == ADMINS


async def test_after_a_long_stillness_nothing_is_deleted_for_three_days(tmp_path: Path) -> None:
    """What is forgotten too early never comes back: either the desk was switched off, or its clock is far ahead."""
    async with swept_desk(tmp_path, START) as desk:

        async def correspondents() -> int:
            rows = await desk.visits.database.read(lambda tx: tx.rows("SELECT 1 AS one FROM correspondent"))
            return len(rows)

        desk.periods = RetentionSettings(correspondent_days=60)
        await desk.run()
        await desk.stop("marie@x.example")
        desk.restart()
        desk.visits.clock.moment = back = START + timedelta(days=100)
        assert (await desk.run()).held
        assert (await desk.run(back + timedelta(days=2, hours=23))).held
        assert await correspondents() == 1
        report = await desk.run(back + timedelta(days=3))
        assert (report.held, report.deleted) == (False, 1)
        assert await correspondents() == 0


async def test_force_and_a_short_stillness_hold_nothing(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, START) as desk:
        assert not (await desk.run()).held, "the first sweep ever"
        desk.restart()
        assert not (await desk.run(START + timedelta(days=30))).held
        desk.restart()
        assert not (await desk.run(START + timedelta(days=100), force=True)).held
