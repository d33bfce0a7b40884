"""The audit trail: what a check finds, and what may be erased without breaking it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.accounts.audit_chain import Chain, audit_key, read_rows, write_rows
from bot.core.accounts.records import AuditHead
from tests.storage_accounts.conftest import KEY, NOW, Desk, Shelf

HOUR = timedelta(hours=1)


async def fill(on: Shelf) -> None:
    for number in range(1, 7):
        await on.audit.add(
            "login_failed",
            NOW + number * HOUR,
            actor=f"a{number}",
            account_id=number % 2,
            request_number=None,
            facts={"n": str(number)},
        )


async def test_rows_are_read_back(desk: Desk) -> None:
    assert (await desk.look(lambda on: on.audit.verify())).intact, "an empty trail is a whole one"
    await desk.do(fill)
    rows = await desk.look(lambda on: on.audit.entries())
    assert [(row.id, row.actor, row.facts["n"]) for row in rows] == [(n, f"a{n}", str(n)) for n in range(1, 7)]
    assert [row.id for row in await desk.look(lambda on: on.audit.entries(account_id=1))] == [1, 3, 5]
    assert [row.id for row in await desk.look(lambda on: on.audit.entries(since=NOW + 5 * HOUR))] == [5, 6]
    assert [row.id for row in await desk.look(lambda on: on.audit.entries(limit=2))] == [1, 2]
    verdict = await desk.look(lambda on: on.audit.verify())
    assert verdict.intact
    assert (verdict.rows, verdict.head) == (6, await desk.look(lambda on: on.audit.head()))


def run(statement: str) -> Callable[[Shelf], object]:
    async def job(on: Shelf) -> None:
        await on.tx.run(statement)

    return job


@pytest.mark.parametrize(
    ("statement", "fault", "row"),
    [
        ("UPDATE audit SET event = 'login_opened' WHERE id = 3", "changed", 3),
        ("UPDATE audit SET account_id = 9 WHERE id = 3", "changed", 3),
        ("UPDATE audit SET noted_at = noted_at + 1 WHERE id = 1", "changed", 1),
        ("UPDATE audit SET content = (SELECT other.content FROM audit AS other WHERE other.id = 4) WHERE id = 3", "changed", 3),
        ("UPDATE audit SET content = NULL WHERE id = 3", "content_missing", 3),
        ("DELETE FROM audit WHERE id = 3", "missing", 3),
        ("DELETE FROM audit WHERE id = 1", "missing", 1),
        ("DELETE FROM audit WHERE id = 6", "cut_off", 6),
        ("DELETE FROM audit WHERE id > 2", "cut_off", 3),
        ("DELETE FROM audit", "cut_off", 1),
        ("UPDATE audit_head SET last_id = 5", "cut_off", 7),
        (
            "INSERT INTO audit (id, noted_at, event, digest, code) SELECT 0, 1, 'x', digest, code FROM audit WHERE id = 1",
            "missing",
            1,
        ),
        (
            "INSERT INTO audit (id, noted_at, event, digest, code) SELECT 7, 1, 'x', digest, code FROM audit WHERE id = 1",
            "changed",
            7,
        ),
        ("UPDATE audit SET id = 99 WHERE id = 6", "missing", 6),
    ],
)
async def test_what_somebody_did_to_it_is_found(desk: Desk, statement: str, fault: str, row: int) -> None:
    await desk.do(fill)
    await desk.do(run(statement))  # type: ignore[arg-type]
    verdict = await desk.look(lambda on: on.audit.verify())
    assert not verdict.intact
    assert (verdict.fault, verdict.row) == (fault, row)


async def test_a_cut_end_with_a_forged_head_is_found(desk: Desk) -> None:
    await desk.do(fill)
    await desk.do(run("DELETE FROM audit WHERE id > 4"))  # type: ignore[arg-type]
    await desk.do(run("UPDATE audit_head SET last_id = 4, code = (SELECT code FROM audit WHERE id = 4)"))  # type: ignore[arg-type]
    assert (await desk.look(lambda on: on.audit.verify())).fault == "cut_off", "the head's seal needs the key"


async def test_an_older_copy_put_back_is_found_by_a_head_written_down(desk: Desk) -> None:
    await desk.do(fill)
    written_down = await desk.look(lambda on: on.audit.head())
    assert (await desk.look(lambda on: on.audit.verify(head=written_down))).intact
    longer = AuditHead(7, written_down.code)
    assert (await desk.look(lambda on: on.audit.verify(head=longer))).fault == "cut_off"
    other = AuditHead(6, "00" * 32)
    assert (await desk.look(lambda on: on.audit.verify(head=other))).fault == "replaced"
    await desk.do(fill)
    assert (await desk.look(lambda on: on.audit.verify(head=written_down))).intact, "it may have grown since"


async def test_content_is_erased_without_breaking_the_chain(desk: Desk) -> None:
    await desk.do(fill)
    assert await desk.do(lambda on: on.audit.erase(1, NOW, actor="privacy officer")) == 3
    assert await desk.do(lambda on: on.audit.erase(1, NOW, actor="privacy officer")) == 0
    rows = await desk.look(lambda on: on.audit.entries())
    assert [(row.id, row.actor, row.erased) for row in rows if row.account_id == 1] == [(1, "", True), (3, "", True), (5, "", True)]
    assert rows[-1].event == "content_erased"
    assert rows[-1].facts == {"rows": "1,3,5"}
    assert (await desk.look(lambda on: on.audit.verify())).intact
    assert await desk.do(lambda on: on.audit.erase_rows([2, 2, rows[-1].id], NOW)) == 1, "the note of an erasure stays"
    assert (await desk.look(lambda on: on.audit.verify())).intact
    await desk.do(run("UPDATE audit SET content = NULL WHERE id = 4"))  # type: ignore[arg-type]
    assert (await desk.look(lambda on: on.audit.verify())).row == 4


async def test_writers_at_once_make_one_chain(desk: Desk) -> None:
    await asyncio.gather(*(desk.do(fill) for _ in range(5)))
    verdict = await desk.look(lambda on: on.audit.verify())
    assert (verdict.intact, verdict.rows) == (True, 30)


async def test_a_row_goes_with_its_transaction(desk: Desk) -> None:
    async def fails(on: Shelf) -> None:
        await on.audit.add("login_failed", NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await desk.do(fails)
    await desk.do(fill)
    assert (await desk.look(lambda on: on.audit.verify())).rows == 6


def test_the_key_is_the_trails_own() -> None:
    assert audit_key(KEY) != KEY
    one, two = Chain(audit_key(KEY)), Chain(audit_key(bytes(32)))
    assert one.digest(1, b"x") != two.digest(1, b"x")
    assert one.digest(1, b"x") != one.digest(2, b"x"), "equal contents do not show"


@given(st.sets(st.integers(1, 60)))
def test_rows_in_short(rows: set[int]) -> None:
    assert read_rows(write_rows(list(rows))) == rows
