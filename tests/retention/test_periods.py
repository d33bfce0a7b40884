"""Each period deletes what it is about, after its days and not before, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from pydantic import ValidationError

from bot.core.accounts.audit_chain import Chain
from bot.core.accounts.records import AuditHead, MemberState, NewAccount, NewMember
from bot.core.clock import SystemMint
from bot.core.seal import Seal
from bot.filing import FilingCabinet
from bot.housekeeping import Housekeeping
from bot.metrics import Metrics
from bot.retention_settings import RetentionSettings
from storage.correspondents import Correspondents
from storage.database import Database, Transaction, statements
from storage.inbox import Inbox
from storage.sqlite import open_sqlite
from tests.retention.life import CONSTANT, TABLES, count_rows, live
from tests.storage.test_inbox import known, record

OLD = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
YOUNG = OLD + timedelta(days=40)
FOR_EVER = dict.fromkeys(RetentionSettings.model_fields, 0)

# What each setting takes away of the old one of each kind, by table.
GONE = {
    "inbox_days": {"inbox WHERE conversation <> ''": 1},
    "outbox_days": {"outbox": 2},
    "failed_days": {"outbox": 1},
    "parked_days": {"inbox WHERE sealed IS NOT NULL": 1},
    "session_days": {"session": 1},
    "request_days": {"request": 1, "request_note": 1, "request_letter": 1},
    "closed_account_days": {
        "account": 1,
        "account_customer": 1,
        "member": 2,
        "member_chat": 1,
        "session": 1,
        "token": 1,
        "account_notice": 1,
    },
    "removed_member_days": {"member": 1},
    "correspondent_days": {"correspondent": 1},
    "audit_days": {"audit": 1},
    "shipment_days": {"shipment": 1, "shipment_reference": 1, "shipment_event": 1},
}


@pytest.fixture
def cabinet(database: Database) -> FilingCabinet:
    mint = SystemMint()
    return FilingCabinet(database, Seal(b"k" * 32, mint), mint, Chain(b"c" * 32))


def keeping(cabinet: FilingCabinet, **periods: int) -> Housekeeping:
    return Housekeeping(cabinet, RetentionSettings(**{**FOR_EVER, **periods}), Metrics())


@pytest.fixture
async def two_lives(cabinet: FilingCabinet) -> FilingCabinet:
    await live(cabinet, OLD, "old")
    await live(cabinet, YOUNG, "young")
    return cabinet


def counted() -> dict[str, str]:
    tables = dict.fromkeys(TABLES, "")
    for wheres in GONE.values():
        tables |= dict.fromkeys(wheres, "")
    return tables


@pytest.mark.parametrize("setting", GONE)
async def test_a_period_takes_what_is_older_and_nothing_else(two_lives: FilingCabinet, setting: str) -> None:
    days = 95 if setting == "audit_days" else 80
    end = OLD + timedelta(days=days)
    await keeping(two_lives).run(end)  # what has a fixed period
    before = await count_rows(two_lives.database, counted())
    housekeeping = keeping(two_lives, **{setting: days})
    assert await housekeeping.run(end) == {}
    assert await count_rows(two_lives.database, counted()) == before
    assert sum((await housekeeping.run(end + timedelta(seconds=1))).values()) > 0
    after = await count_rows(two_lives.database, counted())
    assert {table: before[table] - after[table] for table in before if before[table] != after[table]} == GONE[setting]


async def test_the_caps_and_notices_end_by_themselves(two_lives: FilingCabinet) -> None:
    assert await keeping(two_lives).run(YOUNG + timedelta(days=91)) == {"tallies": 2, "notices": 2}
    assert await keeping(two_lives).run(YOUNG + timedelta(days=9_000)) == {}, "0 is for ever"


async def test_a_mail_is_known_again_until_its_fingerprint_goes(cabinet: FilingCabinet) -> None:
    """Its sender is forgotten long before: what is left says that it was here, and not whose it was."""

    async def again(tx: Transaction, day: int) -> int | None:
        now = OLD + timedelta(days=day)
        return await Inbox(tx, cabinet.seal).accept(record(), known("a", twin="a"), "smtp", now, due=None, outcome="answered")

    async def arrives(day: int) -> bool:
        return await cabinet.database.write(lambda tx: again(tx, day)) is not None

    keep = keeping(cabinet, inbox_days=30, outbox_days=30, parked_days=30, duplicate_days=100)
    assert await arrives(0)
    assert await keep.run(OLD + timedelta(days=31)) == {"names": 1}
    rows = await cabinet.database.read(lambda tx: tx.rows("SELECT * FROM inbox"))
    assert (rows[0]["conversation"], rows[0]["outcome"], rows[0]["authenticity_domain"]) == ("", "", "")
    assert not await arrives(99)
    assert await keep.run(OLD + timedelta(days=101)) == {"fingerprints": 1}
    assert await arrives(101)


async def test_a_parked_message_is_forgotten_in_two_steps(cabinet: FilingCabinet) -> None:
    """Its words first; that it was here as long as of any other."""
    await live(cabinet, OLD, "old")
    keep = keeping(cabinet, inbox_days=30, outbox_days=30, failed_days=30, parked_days=60, duplicate_days=100)
    await keep.run(OLD + timedelta(days=31))
    states = "SELECT state, sealed, conversation FROM inbox ORDER BY id"
    answered, parked = await cabinet.database.read(lambda tx: tx.rows(states))
    assert (answered["conversation"], parked["state"]) == ("", "parked")
    assert parked["sealed"]
    await keep.run(OLD + timedelta(days=61))
    _, parked = await cabinet.database.read(lambda tx: tx.rows(states))
    assert (parked["state"], parked["sealed"], parked["conversation"]) == ("discarded", None, "")
    await keep.run(OLD + timedelta(days=101))
    assert await count_rows(cabinet.database, {"inbox": "", "outbox": ""}) == {"inbox": 0, "outbox": 0}


async def test_a_stop_counts_as_long_as_somebody_is_a_member(cabinet: FilingCabinet) -> None:
    async def begin(tx: Transaction) -> int:
        files = cabinet.on(tx)
        account = await files.accounts.create(NewAccount("K7MP4TXR", "Acme", ()), OLD)
        assert account is not None
        member = await files.members.add(account.id, NewMember("marie@x.example", "Marie"), OLD)
        assert member is not None
        for person in ("marie", "julie"):
            await Correspondents(tx, OLD).meet(f"mail:{person}@x.example")
            await Correspondents(tx, OLD).stop_notices(f"mail:{person}@x.example")
        return member.id

    async def stopped(person: str) -> bool:
        return (await cabinet.database.read(lambda tx: Correspondents(tx, OLD).get(f"mail:{person}@x.example"))).stopped

    member_id = await cabinet.database.write(begin)
    keep = keeping(cabinet, correspondent_days=30)
    assert await keep.run(OLD + timedelta(days=31)) == {"correspondents": 1}
    assert (await stopped("marie"), await stopped("julie")) == (True, False)
    await cabinet.write(lambda files: files.members.set_state(member_id, MemberState.REMOVED, OLD))
    assert await keep.run(OLD + timedelta(days=31)) == {"correspondents": 1}
    assert not await stopped("marie")


async def test_who_goes_on_writing_is_not_forgotten(cabinet: FilingCabinet) -> None:
    key = "mail:marie@x.example"
    await cabinet.database.write(lambda tx: Correspondents(tx, OLD).meet(key))
    later = OLD + timedelta(days=31)
    known = await cabinet.database.read(lambda tx: Correspondents(tx, later).get(key))
    assert known.silent, "worth a write: the desk notes that it lives"
    await cabinet.database.write(lambda tx: Correspondents(tx, later).seen(key))
    assert not (await cabinet.database.read(lambda tx: Correspondents(tx, later).get(key))).silent
    assert await keeping(cabinet, correspondent_days=30).run(OLD + timedelta(days=50)) == {}


async def test_many_rows_go_in_many_small_transactions(cabinet: FilingCabinet) -> None:
    async def fill(tx: Transaction) -> None:
        for number in range(450):
            await Correspondents(tx, OLD).meet(f"mail:{number}@x.example")

    sizes = []

    class Watched:
        """The database, and how many rows each transaction took."""

        async def write(self, job: Callable[[Transaction], Awaitable[int]]) -> int:
            sizes.append(await cabinet.database.write(job))
            return sizes[-1]

        tidy = staticmethod(cabinet.database.tidy)

    await cabinet.database.write(fill)
    watched = replace(cabinet, database=cast(Database, Watched()))
    assert await keeping(watched, correspondent_days=30).run(OLD + timedelta(days=31)) == {"correspondents": 450}
    assert [size for size in sizes if size] == [100, 100, 100, 100, 50]


class TestAuditTrail:
    """The trail begins after what was forgotten, and shows all the same what somebody did to it."""

    @pytest.fixture
    async def cut(self, cabinet: FilingCabinet) -> FilingCabinet:
        for day in range(5):
            await self.note(cabinet, day)
        return cabinet

    async def note(self, cabinet: FilingCabinet, day: int) -> AuditHead:
        at = OLD + timedelta(days=day)
        await cabinet.write(lambda files: files.audit.add("login_opened", at, actor=f"a{day}"))
        return await cabinet.read(lambda files: files.audit.head())

    async def forget(self, cabinet: FilingCabinet, day: int) -> None:
        await keeping(cabinet, audit_days=90).run(OLD + timedelta(days=90 + day, seconds=-1))

    async def verdict(self, cabinet: FilingCabinet, head: AuditHead | None = None) -> tuple[str, int, int]:
        found = await cabinet.read(lambda files: files.audit.verify(head=head))
        return found.fault, found.rows, found.forgotten

    async def test_what_is_left_is_whole(self, cut: FilingCabinet) -> None:
        await self.forget(cut, 3)
        assert [entry.id for entry in await cut.read(lambda files: files.audit.entries())] == [4, 5]
        assert await self.verdict(cut) == ("", 2, 3)
        head = await self.note(cut, 6)
        assert await self.verdict(cut, head) == ("", 3, 3)
        await self.forget(cut, 50)
        assert await self.verdict(cut, head) == ("", 0, 6), "the last row's head is the beginning now"
        head = await self.note(cut, 51)
        assert await self.verdict(cut, head) == ("", 1, 6)

    async def test_a_head_from_before_the_beginning_says_so(self, cabinet: FilingCabinet) -> None:
        head = await self.note(cabinet, 0)
        for day in range(1, 5):
            await self.note(cabinet, day)
        await self.forget(cabinet, 3)
        assert (await self.verdict(cabinet, head))[0] == "forgotten"

    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            ("DELETE FROM audit WHERE id = 4", "missing"),
            ("DELETE FROM audit_beginning", "missing"),
            ("UPDATE audit_beginning SET last_id = 4", "missing"),
            ("UPDATE audit_beginning SET last_id = 4, code = (SELECT code FROM audit WHERE id = 4)", "missing"),
            ("UPDATE audit SET event = 'x' WHERE id = 4", "changed"),
        ],
    )
    async def test_nobody_else_cuts_it(self, cut: FilingCabinet, statement: str, fault: str) -> None:
        await self.forget(cut, 3)
        await cut.database.write(lambda tx: tx.run(statement))
        assert (await self.verdict(cut))[0] == fault

    async def test_rows_that_somebody_was_at_are_never_forgotten(self, cut: FilingCabinet) -> None:
        await cut.database.write(lambda tx: tx.run("UPDATE audit SET event = 'x' WHERE id = 2"))
        await self.forget(cut, 50)
        assert [entry.id for entry in await cut.read(lambda files: files.audit.entries())] == [2, 3, 4, 5]
        assert await self.verdict(cut) == ("changed", 0, 1)


@pytest.mark.parametrize(
    "wrong",
    [{"inbox_days": 3}, {"outbox_days": 29}, {"duplicate_days": 60}, {"duplicate_days": 100, "parked_days": 0}, {"audit_days": -1}],
)
def test_periods_that_break_something_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError) as told:
        RetentionSettings(**wrong)
    assert next(iter(wrong)) in str(told.value)


async def test_every_table_is_thought_of(cabinet: FilingCabinet, engine: str) -> None:
    """A new table needs a period, or a reason to have none."""
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "postgresql": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    }
    rows = await cabinet.database.read(lambda tx: tx.rows(listed[engine]))
    assert {row["name"] for row in rows} == {*TABLES, *CONSTANT}


PLANS = {
    "unsent": "outbox_due",
    "sent": "outbox_sent",
    "failed": "outbox_failed",
    "parked": "inbox_parked",
    "names": "inbox_named",
    "correspondents": "correspondent_seen",
    "shipments": "shipment_known",
}


async def test_what_grows_is_found_by_an_index(tmp_path: Path) -> None:
    """The sweep's statements run on the event loop: they must not read what is young."""
    await (await open_sqlite(tmp_path / "a.db")).close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        for kind, index in PLANS.items():
            steps = connection.execute(
                f"EXPLAIN QUERY PLAN {statements('retention')[f'old_{kind}']}", {"before": 1, "count": 1}
            ).fetchall()
            assert any(index in step[3] for step in steps), f"{kind}: {steps}"


def test_every_period_is_explained() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert {name for name in RetentionSettings.model_fields if f"`{name}`" not in text} == set()
