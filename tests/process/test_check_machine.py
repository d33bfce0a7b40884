"""`autopro check` looks at the machine: its clock against the last sweep, the log beside the database, the audit trail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import running
from bot.commands.check import check_all
from bot.commands.checks import disk
from bot.commands.checks.clock import check_clock
from bot.commands.checks.database import check_database
from bot.commands.checks.disk import check_disk
from tests.support.clock import HandClock
from tests.support.desk import settings_for


@pytest.mark.parametrize(("moved", "well"), [(-1, False), (0, True), (29, True), (31, False)])
async def test_the_clock_against_the_last_sweep(tmp_path: Path, moved: int, well: bool) -> None:
    clock, settings = HandClock(), settings_for(tmp_path)
    (finding,) = await check_all(settings, clock, [check_clock])
    assert finding.well, "there is nothing to compare with yet"
    async with running(settings, clock) as app:
        await app.sweep.run_once(clock.now())
    clock.move(days=moved)
    (finding,) = await check_all(settings, clock, [check_clock])
    assert finding.well is well
    assert "2026-11-23 15:00 UTC" in finding.found


async def test_a_log_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path)
    async with running(settings) as app:
        assert {finding.subject: finding.well for finding in await check_all(settings, checks=[check_disk])}["database files"]
        monkeypatch.setattr(disk, "LARGE_LOG_OCTETS", 10_000)
        with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as shell:
            shell.execute("BEGIN")
            shell.execute("SELECT count(*) FROM inbox").fetchone()
            await app.sweep.run_once(app.clock.now())
            found = {finding.subject: finding for finding in await check_all(settings, checks=[check_disk])}
        assert not found["database files"].well
        assert "fuser" in found["database files"].mend


async def test_an_audit_trail_that_somebody_was_at(tmp_path: Path) -> None:
    clock, settings = HandClock(), settings_for(tmp_path)
    async with running(settings, clock) as app:
        for _ in range(3):
            await app.sweep.cabinet.write(lambda files: files.audit.add("login_opened", clock.now() + timedelta(), actor="x"))
    found = {finding.subject: finding for finding in await check_all(settings, clock, [check_database])}
    assert found["audit trail"].found == "intact, 3 rows"
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection, connection:
        connection.execute("DELETE FROM audit WHERE id = 2")
    found = {finding.subject: finding for finding in await check_all(settings, clock, [check_database])}
    assert not found["audit trail"].well
    assert "audit verify" in found["audit trail"].mend
