"""A desk whose machine is lost stands again from its backup and its key file (docs/backup.md); without the key it says so."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.child import CUSTOMER, Place, place, started, wait_until
from tests.support.postgresql import Server, running_server


def done(here: Place, *arguments: str) -> str:
    finished = here.run(*arguments, seconds=60)
    assert finished.returncode == 0, finished.stderr + finished.stdout
    return finished.stdout


def account(here: Place) -> tuple[str, str]:
    made = json.loads(done(here, "account", "create", "--company", "Boréal inc.", "--email", CUSTOMER, "--name", "Julie", "--json"))
    return made["access_code"], made["temporary_password"]


def stands_again(here: Place, code: str, password: str) -> None:
    """Accounts open to who has the password, names are read, the trail is whole."""
    assert "intact" in done(here, "audit", "verify")
    assert json.loads(done(here, "account", "show", code, "--json"))["members"][0]["name"] == "Julie"
    with started(here) as child:
        assert here.send(f"LOGIN {code} {password}")[0] == 250
        wait_until(lambda: bool(here.letters()))
        assert b"X-Autopro-Template: password/choose" in here.letters()[0]
        assert child.end() == 0


def is_refused_without_its_key(here: Place) -> None:
    """Though nothing waits: a desk with another key would open no account and would break the trail."""
    check = here.run("check")
    assert check.returncode == 1
    assert re.search(r"MEND key and database: .*does not open what the database holds", check.stdout)
    start = here.run("serve")
    assert start.returncode == 1
    assert "put back the file that belongs to it" in start.stderr


def test_from_a_backup_and_the_key_file(tmp_path: Path) -> None:
    here, kept = place(tmp_path / "desk"), tmp_path / "kept"
    kept.mkdir()
    with started(here) as child:
        code, password = account(here)
        done(here, "backup", str(kept / "desk.db"))
        shutil.copy(here.folder / "data" / "seal.key", kept)
        account_after = json.loads(done(here, "account", "create", "--company", "Later", "--email", "l@later.example", "--json"))
        assert child.end() == 0

    shutil.rmtree(here.folder / "data")
    here.database.parent.mkdir()
    shutil.copy(kept / "desk.db", here.database)
    is_refused_without_its_key(here)
    shutil.copy(kept / "seal.key", here.folder / "data" / "seal.key")
    stands_again(here, code, password)
    assert account_after["access_code"] not in done(here, "account", "list"), "what came after the backup is gone"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.mark.postgres
def test_from_a_dump_and_the_key_file(tmp_path: Path, server: Server) -> None:
    first, second = asyncio.run(server.new_database()), asyncio.run(server.new_database())
    here, dump = place(tmp_path / "desk"), tmp_path / "desk.dump"
    settings = re.sub(r'url = ".*"', f'url = "{first}"', here.config.read_text(encoding="utf-8"))
    here.config.write_text(settings, encoding="utf-8")
    with started(here) as child:
        code, password = account(here)
        subprocess.run([server.binaries / "pg_dump", "--format=custom", f"--file={dump}", first], check=True)
        assert child.end() == 0

    key = (here.folder / "data" / "seal.key").read_bytes()
    shutil.rmtree(here.folder / "data")
    subprocess.run([server.binaries / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={second}", dump], check=True)
    here.config.write_text(settings.replace(first, second), encoding="utf-8")
    is_refused_without_its_key(here)
    (here.folder / "data" / "seal.key").write_bytes(key)
    stands_again(here, code, password)
