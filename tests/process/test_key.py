"""`autopro key change`: refused beside a running desk, finished after a cut, and the desk goes on under the new key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.process.child import CUSTOMER, Place, place, started, wait_until


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return place(tmp_path)


def done(here: Place, *arguments: str) -> str:
    finished = here.run(*arguments, seconds=60)
    assert finished.returncode == 0, finished.stderr + finished.stdout
    return finished.stdout


def refused(here: Place, *arguments: str) -> str:
    finished = here.run(*arguments, seconds=60)
    assert finished.returncode == 1, finished
    assert "Traceback" not in finished.stderr
    return finished.stderr


def test_the_desk_goes_on_under_the_new_key(here: Place, tmp_path: Path) -> None:
    key = here.folder / "data" / "seal.key"
    with started(here) as child:
        made = json.loads(done(here, "account", "create", "--company", "Boréal", "--email", CUSTOMER, "--name", "Julie", "--json"))
        done(here, "backup", str(tmp_path / "before.db"))
        assert "stop the desk first" in refused(here, "key", "change")
        assert child.end() == 0
    old = key.read_bytes()

    told = done(here, "key", "change")
    (before,) = key.parent.glob("seal.key.before-*")
    assert before.read_bytes() == old != key.read_bytes()
    assert str(before) in told
    for path in (key, before):
        assert path.stat().st_mode & 0o077 == 0
    assert "intact" in done(here, "audit", "verify")
    (row,) = [row for row in json.loads(done(here, "audit", "--json")) if row["event"] == "key_changed"]
    assert row["facts"]["head_before"].partition(":")[0] == str(row["id"] - 1)
    with started(here) as child:
        assert here.send(f"LOGIN {made['access_code']} {made['temporary_password']}")[0] == 250
        wait_until(lambda: bool(here.letters()))
        assert b"X-Autopro-Template: password/choose" in here.letters()[0]
        assert child.end() == 0

    here.database.unlink()
    shutil.copy(tmp_path / "before.db", here.database)
    assert "put back the file" in refused(here, "serve"), "a backup opens with the key that it was made under"
    before.replace(key)
    assert "Julie" in done(here, "account", "show", made["access_code"])


def test_a_change_that_was_cut_off_is_finished_or_begun_anew(here: Place) -> None:
    """Between the database and the key file there is a moment; both sides of it lead on."""
    key = here.folder / "data" / "seal.key"
    done(here, "account", "create", "--company", "Boréal", "--email", CUSTOMER)
    old = key.read_bytes()
    done(here, "key", "change")
    new = key.read_bytes()
    (before,) = key.parent.glob("seal.key.before-*")
    key.replace(key.with_name("seal.key.next"))  # as if the machine had gone down before the last step
    before.replace(key)
    assert "key change" in refused(here, "serve")
    done(here, "key", "change")
    assert key.read_bytes() == new
    assert not key.with_name("seal.key.next").exists()

    key.with_name("seal.key.next").write_bytes(bytes(32))  # and as if before the database was done
    done(here, "key", "change")
    assert key.read_bytes() not in (old, new, bytes(32))
    assert "Boréal" in done(here, "account", "list")


def test_without_its_key_there_is_nothing_to_change(here: Place) -> None:
    done(here, "account", "create", "--company", "Boréal", "--email", CUSTOMER)
    key = here.folder / "data" / "seal.key"
    kept = key.read_bytes()
    key.unlink()
    assert "does not exist" in refused(here, "key", "change")
    key.write_bytes(bytes(32))
    assert "put back the file" in refused(here, "key", "change")
    assert not key.with_name("seal.key.next").exists()
    key.write_bytes(kept)
    assert "Boréal" in done(here, "account", "list")
