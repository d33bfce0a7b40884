"""Files into the database: whole or not at all, twice is once, and the report says what was done."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.import_command import describe, import_command
from bot.commands.import_work import BATCH, import_into
from bot.core.importing.model import Counts, FileKind
from bot.core.shipments import Flag, Status
from storage.database import Database, Transaction
from tests.shipments.conftest import NOW, Find, Import
from tests.shipments.x12_files import DELIVERED, EXCEPTIONS, interchange, status

SHIPMENTS = "pro,bol,origin_city,origin_province\n123456789,BOL-1,Québec,QC\n800123450,BOL-2,Lévis,QC\n"
EVENTS = (
    "pro,status,occurred_at,city,province,reason,signed_by\n"
    "123456789,PICKED_UP,2026-11-16T15:30:00-05:00,Québec,QC,,\n"
    "123456789,DELIVERED,2026-11-18T10:22:00-05:00,Toronto,ON,,J DEMO\n"
    "800123450,PICKED_UP,2026-11-16T15:30:00-05:00,Lévis,QC,,\n"
)


async def contents(database: Database) -> list[list[tuple[object, ...]]]:
    """Every row of the three tables."""

    async def job(transaction: Transaction) -> list[list[tuple[object, ...]]]:
        tables = ("shipment", "shipment_reference", "shipment_event")
        return [[tuple(row) for row in await transaction.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")] for table in tables]

    return await database.read(job)


async def test_both_csv_files_and_both_samples(load: Import, find: Find) -> None:
    shipments, events, delivered, exceptions = await load(SHIPMENTS, EVENTS, DELIVERED, EXCEPTIONS)
    assert (shipments.kind, shipments.shipments, shipments.events) == (FileKind.SHIPMENTS, Counts(loaded=2), Counts())
    assert (events.kind, events.shipments, events.events) == (FileKind.EVENTS, Counts(), Counts(loaded=3))
    assert (delivered.shipments, delivered.events) == (Counts(changed=1), Counts(loaded=6))
    assert (exceptions.shipments, exceptions.events) == (Counts(loaded=2), Counts(loaded=3))
    assert (await find("123456789")).status is Status.DELIVERED
    assert (await find("800123450")).status is Status.DELIVERED
    assert (await find("800134565")).status is Status.REFUSED
    assert [event.flag for event in (await find("800145673")).events] == [Flag.DELAYED]


async def test_events_given_before_their_shipments_are_loaded_after_them(load: Import) -> None:
    events, shipments = await load(EVENTS, SHIPMENTS)
    assert (events.kind, events.refused, shipments.refused) == (FileKind.EVENTS, 0, 0)


async def test_again_changes_nothing(load: Import, database: Database) -> None:
    files = (SHIPMENTS, EVENTS, DELIVERED, EXCEPTIONS)
    await load(*files)
    before = await contents(database)
    for _ in range(2):
        reports = await load(*reversed(files), now=datetime(2026, 11, 30, tzinfo=UTC))
        assert [(report.refused, report.warned) for report in reports] == [(0, 0)] * 4
        assert {(report.shipments.loaded, report.shipments.changed) for report in reports} == {(0, 0)}
        assert {(report.events.loaded, report.events.changed) for report in reports} == {(0, 0)}
        assert [report.shipments.unchanged for report in reports] == [2, 1, 0, 2]
        assert [report.events.unchanged for report in reports] == [3, 6, 3, 0]
    assert await contents(database) == before


async def test_a_late_departure_does_not_undo_the_delivery_and_a_newer_return_counts(load: Import, find: Find) -> None:
    await load(DELIVERED)
    await load(status("AT7*P1*NS***20261117*2330*ET", "MS1*KINGSTON*ON*CA"))
    assert (await find("800123450")).status is Status.DELIVERED
    await load(status("AT7*A3*BT***20261119*0900*ET", "MS1*TORONTO*ON*CA"))
    assert (await find("800123450")).status is Status.RETURNED


async def test_an_older_message_that_comes_later_does_not_bring_back_its_estimate(load: Import, find: Find) -> None:
    first = interchange(("B10*800123450*B*XQAT", "AT7*AG*NS***20261121*1700*ET"), said="20261119*0900")
    second = interchange(("B10*800123450*B*XQAT", "AT7*AG*NS***20261124*1700*ET"), said="20261120*0900")
    for files in ((first, second), (first,), (second, first)):
        await load(*files)
        estimate = (await find("800123450")).estimated_on
        assert estimate is not None
        assert estimate.day == 24


async def test_a_recycled_number_begins_a_new_shipment(load: Import, find: Find) -> None:
    row = "pro,pieces,picked_up_on\n123456789,3,{}\n"
    told = "pro,status,occurred_at\n123456789,{},{}T10:00-05:00\n"
    await load(row.format("2024-03-01"), told.format("DELIVERED", "2024-03-04"))
    first = await find("123456789")
    (again,) = await load(row.format("2026-11-16"))
    assert again.shipments == Counts(loaded=1)
    await load(told.format("PICKED_UP", "2026-11-16"))
    second = await find("123456789")
    assert second.id != first.id
    assert (first.status, second.status) == (Status.DELIVERED, Status.PICKED_UP)
    (old,) = await load(told.format("DELIVERED", "2024-03-04"))
    assert old.events == Counts(unchanged=1)


BROKEN = [
    pytest.param(DELIVERED.replace("SE*27*", "SE*28*"), id="wrong count"),
    pytest.param(DELIVERED[:-30], id="cut off"),
    pytest.param(DELIVERED.replace("*X*004010", "*X*003070"), id="old version"),
    pytest.param(DELIVERED.replace("20261118*1022", "20261318*1022"), id="bad date"),
    pytest.param(EXCEPTIONS.replace("B10*800145673", "B10*45673"), id="second set without a PRO"),
    pytest.param(SHIPMENTS + "123,,,\n", id="bad row"),
    pytest.param(SHIPMENTS.replace("origin_city", "origin"), id="unknown column"),
    pytest.param("", id="empty"),
    pytest.param("pro,status,occurred_at\n800123450,BOOKED,2026-11-16\n999999999,BOOKED,2026-11-16\n", id="event without shipment"),
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_of_a_refused_file_nothing_is_written_and_the_others_are_loaded(
    broken: str, load: Import, database: Database
) -> None:
    await load(SHIPMENTS)
    before = await contents(database)
    (report,) = await load(broken)
    assert report.refused > 0
    assert (report.shipments, report.events) == (Counts(), Counts())
    assert await contents(database) == before
    refused, good = await load(broken, EVENTS)
    assert (refused.refused > 0, good.refused) == (True, 0)


async def test_a_refusal_in_the_last_batch_undoes_the_first(load: Import, database: Database) -> None:
    pros = [f"8{number:08d}" for number in range(BATCH + 10)]
    await load("pro\n" + "\n".join(pros) + "\n")
    before = await contents(database)
    rows = "".join(f"{pro},BOOKED,2026-11-16\n" for pro in (*pros, "999999999"))
    (report,) = await load("pro,status,occurred_at\n" + rows)
    assert [(refusal.line, refusal.column) for refusal in report.refusals] == [(BATCH + 12, "pro")]
    assert await contents(database) == before


async def test_bad_rows_and_rows_without_a_shipment_are_named_together(load: Import) -> None:
    await load(SHIPMENTS)
    (report,) = await load("pro,status,occurred_at\n999999999,BOOKED,2026-11-16\n123456789,LOST,2026-11-16\n")
    assert [(refusal.line, refusal.column) for refusal in report.refusals] == [(2, "pro"), (3, "status")]


async def test_two_sets_about_one_shipment_in_one_file_build_on_each_other(load: Import, find: Find) -> None:
    segments = ("AT7*X4*NS***20261117*0545*ET", "AT7*X6*NS***20261118*0715*ET")
    text = interchange(*(("B10*800123450*B-1*XQAT", segment, "MS1*TORONTO*ON*CA") for segment in (*segments, segments[0])))
    (report,) = await load(text)
    assert (report.shipments.loaded, report.events) == (1, Counts(loaded=2, unchanged=1))
    assert [event.sequence for event in (await find("800123450")).events] == [0, 1]


async def test_a_file_that_cannot_be_read_is_refused(database: Database, tmp_path: Path) -> None:
    (report,) = await import_into(database, [tmp_path], now=NOW)
    assert report.refusals[0].reason == "cannot be read: Is a directory"


async def test_progress_reaches_the_end(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "shipments.csv"
    path.write_text("pro\n" + "".join(f"8{number:08d}\n" for number in range(4_000)))
    heard: list[tuple[str, int, int]] = []
    await import_into(database, [path], now=NOW, progress=lambda file, step, done, of: heard.append((step, done, of)))
    assert heard[-1] == ("writing", 4_000, 4_000)
    assert ("reading", 4_001, 4_001) in heard
    assert heard == sorted(heard)


# The command line


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "autopro.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{tmp_path.as_posix()}/cli.db"\n')
    return str(path)


def test_the_command_prints_what_became_of_each_file(config: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(SHIPMENTS)
    bad.write_text("pro,pieces\n123,x\n")
    result = CliRunner().invoke(import_command, ["--config", config, str(good), str(bad)])
    assert result.exit_code == 1
    assert f"{good}: 2 shipments loaded, 0 changed, 0 unchanged" in result.stdout
    assert f"{bad}: refused, nothing of it was loaded" in result.stdout
    assert "  line 2, column pieces: " in result.stdout
    assert result.stderr.count("\n") == 1
    assert "1 of 2 files refused" in result.stderr


def test_json_and_exit_code_0(config: str, tmp_path: Path) -> None:
    sample = tmp_path / "214.edi"
    sample.write_text(DELIVERED.replace("AT7*P1", "AT7*ZZ"))
    result = CliRunner().invoke(import_command, ["--config", config, "--json", str(sample)])
    assert result.exit_code == 0
    (report,) = json.loads(result.stdout)
    assert (report["kind"], report["shipments"]["loaded"], report["events"]["loaded"]) == ("x12_214", 1, 6)
    assert '"ZZ" is unknown' in report["warnings"][0]


def test_a_missing_file_is_wrong_usage(config: str, tmp_path: Path) -> None:
    assert CliRunner().invoke(import_command, ["--config", config, str(tmp_path / "none.csv")]).exit_code == 2
    assert CliRunner().invoke(import_command, ["--config", config]).exit_code == 2


async def test_a_long_report_says_how_many_more(load: Import) -> None:
    (report,) = await load("pro\n" + "1\n" * 120)
    lines = list(describe(report))
    assert len(lines) == 52
    assert lines[-1] == "  and 70 more"
