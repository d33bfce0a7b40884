"""Ten thousand messages wait in the mailbox: all are handled, in memory that does not grow with them."""

from __future__ import annotations

import os
import pwd
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.imap.test_exactly_once import child_place
from tests.process.child import Place, started, wait_until
from tests.support.dovecot import Dovecot

pytestmark = pytest.mark.dovecot

MESSAGES = 10_000
LARGE, LARGE_OCTETS = 10, 5_000_000  # among them, as photographs make them
MOST_GROWTH_OCTETS = 80_000_000
SECONDS = 280.0

_HEADER = (
    "Return-Path: <m@customer.example>\nFrom: c{number}@customer.example\nTo: service@carrier.example\nSubject: report\n"
    "Message-ID: <{number}@customer.example>\nDate: Mon, 23 Nov 2026 10:00:00 -0500\nAuto-Submitted: auto-generated\n\n"
)


def fill(dovecot: Dovecot) -> None:
    """Writes the messages into the Maildir, as its delivery does."""
    folder = dovecot.folder / "mail" / dovecot.name
    owner = pwd.getpwnam(dovecot.user) if dovecot.user else pwd.getpwuid(os.geteuid())
    for part in (folder.parent, folder, folder / "cur", folder / "new", folder / "tmp"):
        part.mkdir(exist_ok=True)
        os.chown(part, owner.pw_uid, owner.pw_gid)
    for number in range(MESSAGES):
        size = LARGE_OCTETS if number % (MESSAGES // LARGE) == 7 else 1_000
        path = folder / "new" / f"{1_700_000_000 + number}.M{number}.test"
        path.write_text(_HEADER.format(number=number) + ("x" * 70 + "\n") * (size // 71), encoding="utf-8")
        os.chown(path, owner.pw_uid, owner.pw_gid)


def resident(pid: int, what: str) -> int:
    """Octets of memory that a process holds (VmRSS) or held at most (VmHWM)."""
    found = re.search(rf"^{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def wait_for_all(place: Place) -> None:
    """Looks every half second: asking for the metrics costs the desk more than a message does."""
    deadline = time.monotonic() + SECONDS
    while 'autopro_mailbox_messages{state="unhandled"} 0.0' not in place.get("/metrics")[1]:
        assert time.monotonic() < deadline, "not all were handled in time"
        time.sleep(0.5)


def test_ten_thousand_messages(dovecot: Dovecot, tmp_path: Path) -> None:
    fill(dovecot)
    place = child_place(tmp_path, dovecot, dovecot.port, poll_seconds=60, timeout_seconds=60)
    with started(place) as child:
        wait_until(lambda: '"mailbox_opened"' in child.errors.read_text(encoding="utf-8"), 60)
        before = resident(child.process.pid, "VmRSS")
        wait_for_all(place)
        peak = resident(child.process.pid, "VmHWM")
        assert child.end() == 0
    with closing(sqlite3.connect(place.database)) as database:
        assert database.execute("SELECT count(*), count(DISTINCT twin) FROM inbox").fetchone() == (MESSAGES, MESSAGES)
    assert dovecot.mails() == []
    assert peak - before < MOST_GROWTH_OCTETS, f"{(peak - before) / 1e6:.0f} MB more than at the start"
