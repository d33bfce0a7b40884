"""`autopro account`, `request`, `audit`, `sweep` and `backup` from outside: real commands, as an operator runs them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.commands.backoffice import open_backoffice
from bot.config import load
from bot.core.accounts.records import NewRequest, RequestKind
from bot.core.values import Language
from tests.process.child import Place, place, started, wait_until

CREATE = ("account", "create", "--company", "Tremblay inc.", "--email", "Marie@tremblay.example", "--customer", "0012345")
NORA = "nora@nulle-part.example"


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return place(tmp_path)


def done(here: Place, *arguments: str) -> str:
    """What a command printed that did what it was asked."""
    finished = here.run(*arguments, seconds=60)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def refused(here: Place, *arguments: str, code: int = 1) -> str:
    """The one clear line of a command that refused."""
    finished = here.run(*arguments, seconds=60)
    assert finished.returncode == code, finished
    assert "Traceback" not in finished.stderr
    lines = finished.stderr.strip().splitlines()
    assert code == 2 or len(lines) == 1, lines
    return lines[-1]


def made(here: Place) -> dict[str, Any]:
    account: dict[str, Any] = json.loads(done(here, *CREATE, "--json"))
    return account


def test_the_life_of_an_account(here: Place) -> None:
    """Made, listed, shared, suspended, opened again, closed for good; every step is in a trail that holds."""
    account = made(here)
    code, secret = account["access_code"], account["temporary_password"]
    (row,) = json.loads(done(here, "account", "list", "--json"))
    assert (row["code"], row["status"], row["email"]) == (code, "invited", "marie@tremblay.example")
    assert "is a member now" in done(here, "account", "member", code.lower(), "add", "jules@tremblay.example", "--confirmed")
    shown = json.loads(done(here, "account", "show", code, "--json"))
    assert [each["email"] for each in shown["members"]] == ["marie@tremblay.example", "jules@tremblay.example"]
    assert shown["customers"] == ["0012345"]
    assert "is suspended, its sessions have ended; 2 of its members are told" in done(here, "account", "suspend", code)
    assert "is suspended, so this cannot be done" in refused(here, "account", "suspend", code)
    assert "is open again" in done(here, "account", "resume", code)
    assert "closed for good; 2 of its members are told" in done(here, "account", "close", code)
    assert "is closed" in refused(here, "account", "resume", code)
    events = [row["event"] for row in json.loads(done(here, "audit", "--account", code, "--json"))]
    assert events == ["account_created", "member_joined", "account_suspended", "account_resumed", "account_closed"]
    assert "intact: 5 rows" in done(here, "audit", "verify")
    for path in (here.folder / "data").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_people_read_the_credentials_once(here: Place) -> None:
    """On lines of their own; afterwards nobody can."""
    finished = here.run(*CREATE, seconds=60)
    lines = finished.stdout.splitlines()
    assert lines[0].startswith("Access code: ")
    assert lines[1].startswith("Temporary password: ")
    assert "0012345" in finished.stderr  # nobody knows the number: a warning, and no failure
    code, secret = (line.partition(": ")[2] for line in lines[:2])
    assert secret not in done(here, "account", "show", code)


def test_mistakes_are_told_in_one_line(here: Place) -> None:
    assert "no account has the access code NOBODY12" in refused(here, "account", "show", "NOBODY12")
    assert "cannot be the email" in refused(here, "account", "create", "--company", "X inc.", "--email", "no address")
    assert "there is no request 7" in refused(here, "request", "approve", "7")
    assert "--since" in refused(here, "audit", "--since", "yesterday", code=2)
    assert "say what to set" in refused(here, "account", "set", "K7MP4TXR", code=2)


def test_an_edited_trail_is_found(here: Place) -> None:
    """Whoever can write to the database but does not hold the key."""
    code = made(here)["access_code"]
    done(here, "account", "suspend", code)
    head = done(here, "audit", "verify").rpartition(" ")[2].strip()
    with closing(sqlite3.connect(here.database)) as database:
        database.execute("UPDATE audit SET event = 'account_resumed' WHERE id = 2")
        database.commit()
    assert "row 2 is not as it was written" in refused(here, "audit", "verify")
    with closing(sqlite3.connect(here.database)) as database:
        database.execute("DELETE FROM audit WHERE id = 2")
        database.commit()
    assert "cut off" in refused(here, "audit", "verify", "--head", head)


def test_a_backup_beside_a_running_desk_can_be_stood_on(here: Place, tmp_path: Path) -> None:
    """Consistent, without the key, readable by its owner only; and never over another one."""
    target = tmp_path / "backup.db"
    with started(here):
        code = made(here)["access_code"]
        assert "checked" in done(here, "backup", str(target))
        assert "exists already" in refused(here, "backup", str(target))
    assert target.stat().st_mode & 0o077 == 0
    assert (here.folder / "data" / "seal.key").read_bytes() not in target.read_bytes()
    assert not target.with_name("backup.db.part").exists()
    elsewhere = here.config.read_text(encoding="utf-8").replace(str(here.database), str(target))
    here.config.write_text(elsewhere, encoding="utf-8")
    assert [row["code"] for row in json.loads(done(here, "account", "list", "--json"))] == [code]
    assert "intact" in done(here, "audit", "verify")
    here.config.write_text(elsewhere.replace(f"sqlite:///{target}", "postgresql://nobody@127.0.0.1/none"), encoding="utf-8")
    assert "pg_dump" in refused(here, "backup", str(tmp_path / "other.db"))


def test_a_request_is_approved_and_the_running_desk_sends_the_credentials(here: Place) -> None:
    """To the confirmed address, by the very function that an administrator's mail comes to; a second decision changes nothing."""
    number = asyncio.run(requested(here))
    with started(here):
        (row,) = json.loads(done(here, "request", "list", "--json"))
        assert (row["number"], row["email"], row["kind"]) == (number, NORA, "access")
        assert "Nulle Part inc." in done(here, "request", "show", str(number))
        assert "nobody knows the customer number 999" in refused(here, "request", "approve", str(number), "--customer", "999")
        assert f"the credentials go to {NORA}" in done(here, "request", "approve", str(number), "--no-customers")
        wait_until(lambda: any(b"access/credentials" in letter for letter in here.letters()))
        assert f"request {number} is approved already" in refused(here, "request", "deny", str(number), "--reason", "too late")
    (letter,) = [each for each in here.letters() if b"access/credentials" in each]
    assert f"To: {NORA}".encode() in letter
    (account,) = json.loads(done(here, "account", "list", "--json"))
    assert account["company"] == "Nulle Part inc."


async def requested(here: Place) -> int:
    """A confirmed request for access, as the desk keeps one."""
    claimed = {"name": "Nora", "company": "Nulle Part inc.", "email": NORA, "telephone": "514-555-0123"}
    new = NewRequest(RequestKind.ACCESS, f"mail:{NORA}", NORA, Language.EN, claimed, confirmed=True)
    async with open_backoffice(load(here.config)) as backoffice:
        request = await backoffice.write(lambda office, tx: office.files.requests.open(new, office.now))
    return request.number


def test_a_sweep_by_hand_says_what_it_did(here: Place) -> None:
    made(here)
    report = json.loads(done(here, "sweep", "--json"))
    assert (report["accounts"], report["closed"], report["failed"]) == (1, 0, 0)
