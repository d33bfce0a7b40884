"""`autopro parked`, `import` and `check` from outside, and the demo that `make run` starts."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.clock import SystemClock, SystemMint
from bot.core.seal import Seal
from bot.core.values import Channel, RawRecord
from bot.key_file import load_key
from storage.database import Transaction
from storage.inbox import Inbox
from storage.opening import open_database
from tests.process.child import SERVICE, Place, environment, free_port, mail, place, run, started, wait_until
from tests.storage.test_inbox import known

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return place(tmp_path)


def park(here: Place, content: bytes) -> int:
    """A message that could not be handled, as the desk leaves it."""
    key = load_key(here.folder / "data" / "seal.key", SystemMint())

    async def work(tx: Transaction) -> int:
        inbox, now = Inbox(tx, Seal(key, SystemMint())), SystemClock().now()
        record = RawRecord(Channel.MAIL, content, "marie@customer.example", (SERVICE,), "127.0.0.1", "mail:marie@customer.example")
        number = await inbox.accept(record, known(content.decode()), "smtp", now, due=now)
        assert number is not None
        await inbox.park(number, "LookupError", now)
        return number

    async def run_it() -> int:
        database = await open_database(f"sqlite:///{here.database}")
        try:
            return await database.write(work)
        finally:
            await database.close()

    return asyncio.run(run_it())


def test_parked_messages_are_listed_shown_replayed_and_discarded(here: Place) -> None:
    assert "no message is parked" in here.run("parked", "list").stdout
    first, second = park(here, mail("CONTACT")), park(here, mail("secret words"))
    listed = json.loads(here.run("parked", "list", "--json").stdout)
    assert [one["id"] for one in listed] == [first, second]
    assert listed[0]["reason"] == "LookupError"
    shown = here.run("parked", "show", str(second)).stdout
    assert "secret words" in shown
    assert "marie@customer.example" in shown
    with started(here) as child:
        began = time.monotonic()
        assert here.run("parked", "replay", str(first)).returncode == 0
        wait_until(lambda: len(here.letters()) == 1)
        assert time.monotonic() - began < 6, "a running desk takes it within two seconds (and a command starts in one or two)"
        assert child.end() == 0
    assert here.run("parked", "discard", str(second)).returncode == 0
    result = here.run("parked", "show", str(second))
    assert result.returncode == 1
    assert "autopro parked list" in result.stderr


def test_the_wrong_key_file_is_found_before_anything_is_lost(here: Place) -> None:
    park(here, mail("CONTACT"))
    key = here.folder / "data" / "seal.key"
    right = key.read_bytes()
    key.write_bytes(bytes(32))
    result = here.run("serve")
    assert result.returncode == 1
    assert "put back the file" in result.stderr
    assert "Traceback" not in result.stderr
    key.unlink()  # a restored database without its key: a new one would bury what waits
    assert here.run("serve").returncode == 1
    key.write_bytes(right)
    with started(here) as child:
        assert child.end() == 0


def test_check_names_what_is_wrong_and_how_to_mend_it(here: Place) -> None:
    result = here.run("check", "--json")
    assert result.returncode == 0, result.stdout
    findings = {one["subject"]: one for one in json.loads(result.stdout)}
    assert {
        "settings",
        "key file",
        "database",
        "key and database",
        "parked messages",
        "letters given up",
        "disk",
        "relay",
        "trust",
    } <= findings.keys()
    assert all(one["well"] for one in findings.values())

    park(here, mail("odd"))
    (here.folder / "data" / "seal.key").chmod(0o644)
    refusing = f'[relay]\nhost = "127.0.0.1"\nport = {free_port()}\n'
    here.config.write_text(
        here.config.read_text().replace(f"port = {here.smtp}", f'port = {here.smtp}\nhost = "0.0.0.0"') + refusing
    )
    result = here.run("check", "--json")
    assert result.returncode == 1
    wrong = {one["subject"]: one for one in json.loads(result.stdout) if not one["well"]}
    assert {"key file", "parked messages", "relay", "trust"} <= wrong.keys()
    assert "chmod 600" in wrong["key file"]["mend"]
    assert "autopro parked list" in wrong["parked messages"]["mend"]
    assert "[relay]" in wrong["relay"]["mend"]
    lines = here.run("check").stdout.splitlines()
    assert [line.split(": ")[0] for line in lines if line.startswith("MEND")] == [f"MEND {subject}" for subject in wrong]
    assert all(any(line.endswith(f" -> {one['mend']}") for line in lines) for one in wrong.values())


def test_check_of_a_wrong_key_a_damaged_database_and_a_folder_that_is_a_file(here: Place) -> None:
    park(here, mail("odd"))
    (here.folder / "data" / "seal.key").write_bytes(bytes(32))
    wrong = {one["subject"]: one for one in json.loads(here.run("check", "--json").stdout) if not one["well"]}
    assert "seal.key" in wrong["key and database"]["mend"]
    assert "put back" in wrong["key and database"]["mend"]
    with closing(sqlite3.connect(here.database)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'shipment_event'").fetchone()
    damaged = bytearray(here.database.read_bytes())
    damaged[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    here.database.write_bytes(damaged)
    result = here.run("check")
    assert result.returncode == 1
    assert "MEND database: " in result.stdout
    assert "restore a backup" in result.stdout
    assert "Traceback" not in result.stderr
    here.database.write_bytes(b"\xff" * 50_000)
    result = here.run("check")
    assert result.returncode == 1
    assert "MEND database" in result.stdout
    assert "Restore it from a backup" in result.stdout
    assert "Traceback" not in result.stderr


def test_import_refuses_a_bad_file_whole_and_takes_the_good_one(here: Place) -> None:
    good, bad = here.folder / "good.csv", here.folder / "bad.csv"
    good.write_text("pro,destination_city\n800123457,Toronto\n")
    bad.write_text("pro,colour\n800123465,red\n")
    result = here.run("import", str(good), str(bad))
    assert result.returncode == 1
    assert "colour" in result.stdout
    assert "Traceback" not in result.stderr
    again = here.run("import", str(good))
    assert again.returncode == 0
    assert "1 unchanged" in again.stdout


def test_the_demo_from_a_clean_folder(tmp_path: Path) -> None:
    """What `make run` starts: sample shipments, what to try, an answer to the mail it suggests; the second start is quick."""
    ports = {"AUTOPRO_SMTP__PORT": str(free_port()), "AUTOPRO_HTTP__PORT": str(free_port())}
    command = [str(Path(sys.executable).parent / "autopro"), "demo", "--folder", "var"]
    for start in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment() | ports
        )
        try:
            assert process.stdout is not None
            shown = []
            for line in process.stdout:
                shown.append(line)
                if line.strip() == "autopro ready":
                    break
            guide = "".join(shown)
            assert "TRACE 123456789" in guide
            assert ports["AUTOPRO_SMTP__PORT"] in guide
            assert "var/outgoing" in guide
            for words, expected in (("TRACE 123456789", "Toronto"), ("REPÉRAGE 123456789", "Toronto"))[start:]:
                answer = subprocess.run(
                    [sys.executable, "-m", "bot.commands.send", words],
                    cwd=tmp_path, env=environment() | ports | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=30,
                    check=False,
                )  # fmt: skip
                assert answer.returncode == 0, answer.stderr
                assert expected in answer.stdout
            process.terminate()
            assert process.wait(20) == 0
            spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            assert start == 0 or spent < 5, "seconds of a processor, for the second start and a mail"
        finally:
            process.kill()
            process.communicate()


def test_a_demo_in_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file is in the way")
    result = run("demo", "--folder", "var", cwd=tmp_path)
    assert result.returncode == 1
    assert "cannot write var/demo.toml" in result.stderr
    assert "Traceback" not in result.stderr


def test_sending_to_a_demo_that_does_not_run_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.commands.send", "HELP"]
    env = environment() | {"PYTHONPATH": str(ROOT), "AUTOPRO_SMTP__PORT": str(free_port())}
    for _ in range(2):
        result = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=30, check=False)
        assert result.returncode == 1
        assert "make run" in result.stderr
        assert "Traceback" not in result.stderr
        (tmp_path / "var").mkdir(exist_ok=True)
        (tmp_path / "var" / "demo.toml").write_text("")
