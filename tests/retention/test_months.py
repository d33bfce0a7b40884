"""Nothing grows for ever: a desk holds as much after two hundred days of traffic as after one hundred."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.core.values import Channel, RawRecord
from bot.filing import FilingCabinet
from storage.database import Database
from storage.sqlite import SqliteDatabase
from tests.retention.life import TABLES, count_rows, live
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, started_desk

# The shortest periods that are allowed, so that half a year is long.
PERIODS = {
    "inbox_days": 7,
    "duplicate_days": 60,
    "outbox_days": 30,
    "failed_days": 7,
    "parked_days": 7,
    "session_days": 2,
    "request_days": 30,
    "closed_account_days": 30,
    "removed_member_days": 30,
    "correspondent_days": 60,
    "audit_days": 90,
    "shipment_days": 60,
}
BEGIN = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
HALF = 100  # beyond the longest of them
DAYS = 200
WORDS = ("TRACE 123456789", "AIDE", "where is my stuff?")


async def test_months_of_traffic(url: str, tmp_path: Path) -> None:
    clock = HandClock(BEGIN)
    async with started_desk(
        tmp_path, clock, database={"url": url}, retention=PERIODS, admins={"addresses": ["a@x.example"]}
    ) as desk:
        desk.app.sweep.steady = lambda: (clock.now() - BEGIN).total_seconds()
        seen: dict[str, int] = {}
        half = await live_through(desk, HALF, seen)
        end = await live_through(desk, DAYS - HALF, seen)
        assert {table for table in TABLES if not seen.get(table)} == set(), "every table was written to"
        assert (await desk.app.sweep.cabinet.read(lambda files: files.audit.verify())).intact
    for table, rows in end.items():
        assert rows <= half[table] * 1.1 + 5, f"{table} grows: {half[table]} rows after {HALF} days, {rows} after {DAYS}"


async def live_through(desk: StartedDesk, days: int, seen: dict[str, int]) -> dict[str, int]:
    """So many days with mail, people and shipments; the rows, and what the files measure (in 4 KiB), at their end."""
    cabinet = desk.app.sweep.cabinet
    for _ in range(days):
        desk.clock.move(days=1)
        await day(desk, cabinet, f"{desk.clock.now():%j}")
        for table, rows in (await count_rows(cabinet.database)).items():
            seen[table] = max(seen.get(table, 0), rows)
        report = await desk.app.sweep.run_once(desk.clock.now())
        assert report.alarm is None
    return await count_rows(cabinet.database) | {"pages of the files": await pages(cabinet.database)}


async def day(desk: StartedDesk, cabinet: FilingCabinet, name: str) -> None:
    """What comes in on a day: three mails through the real desk, and one of everything else that it keeps."""
    for number, words in enumerate(WORDS):
        sender = CUSTOMER if number == 0 else f"p{name}.{number}@customer.example"
        mail = desk.mail(words, sender=sender, subject=name)
        record = RawRecord(Channel.MAIL, mail.as_bytes(), sender, (SERVICE,), "127.0.0.1")
        assert (await desk.app.desk.receive(record, "test")).receipt == "accepted"
    await live(cabinet, desk.clock.now(), name)
    await desk.settle()


async def pages(database: Database) -> int:
    """Of SQLite's files. When PostgreSQL reuses the room of deleted rows is for its autovacuum to say, not for us."""
    sizes = await database.tidy()
    return (sizes.data + sizes.log) // 4096 if isinstance(database, SqliteDatabase) else 0
