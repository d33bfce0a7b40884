"""Power cuts, full disks, stuck relays: what was answered 250 is kept, and the desk goes on afterwards."""

from __future__ import annotations

import os
import re
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.child import SERVICE, Place, free_port, mail, place, started, wait_until


def needed(condition: object, what: str) -> None:
    """Skips the test with a clear message, which is a failure where CI=true."""
    if not condition:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)


def accepted(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
    finally:
        connection.close()


def test_the_log_is_synced_before_the_250(tmp_path: Path) -> None:
    needed(shutil.which("strace"), "strace is not installed (Debian: apt-get install strace)")
    here, trace = place(tmp_path), tmp_path / "trace"
    strace = ["strace", "-f", "-y", "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg,pwrite64", "-o", str(trace)]
    with started(here, prefix=strace) as child:
        assert here.send("HELP")[0] == 250  # answered at once
        wait_until(lambda: "autopro_outbox_waiting 0.0" in here.get("/metrics")[1])
        begun = len(_steps(trace))
        assert here.send("HELP\n" + "and a long story\n" * 1500)[0] == 250  # kept, answered afterwards
        os.killpg(child.process.pid, signal.SIGTERM)
        child.process.wait(20)
    steps = _steps(trace)
    for part in (steps[:begun], steps[begun:]):
        before = part[: part.index("250")]
        assert "written" in before, "a mail is written to the log before its 250"
        assert "synced" in before[before.index("written") :], "and the log is synced before it"
    first = steps[: steps.index("250")]
    assert first[-1] == "synced", "nothing of the first mail, which nobody else's writes surround, is unsynced by then"


def _steps(trace: Path) -> list[str]:
    """What a trace tells of the log and of the answers, in order."""
    found = []
    for line in trace.read_text(errors="replace").splitlines():
        if re.search(r"pwrite64\(.*desk\.db-wal", line):
            found.append("written")
        elif re.search(r"fdatasync\(.*desk\.db-wal.*= 0|fdatasync resumed", line):
            found.append("synced")
        elif '"250 2.6.0 kept' in line:
            found.append("250")
    return found


def test_killed_in_the_middle_of_many_nothing_that_was_kept_is_lost(tmp_path: Path) -> None:
    here = place(tmp_path, "[limits]\nwaiting_messages = 0\n")
    kept: list[bytes] = []
    with started(here) as child:
        senders = [threading.Thread(target=_send_until_it_ends, args=(here, number, kept)) for number in range(8)]
        for sender in senders:
            sender.start()
        wait_until(lambda: len(kept) >= 150)
        child.process.send_signal(signal.SIGKILL)
        child.process.wait()
        for sender in senders:
            sender.join(20)
    assert accepted(here.database) >= len(kept)
    with started(here) as child:
        for content in kept[-20:]:  # sent once more, as a server does that is not sure: known already
            with smtplib.SMTP("127.0.0.1", here.smtp) as client:
                client.sendmail("marie@customer.example", [SERVICE], content)
        page = here.get("/metrics")[1]
        assert f'autopro_received_total{{result="duplicate",source="smtp"}} {len(kept[-20:])}.0' in page
        assert child.end() == 0


def _send_until_it_ends(here: Place, number: int, kept: list[bytes]) -> None:
    try:
        with smtplib.SMTP("127.0.0.1", here.smtp, timeout=10) as client:
            for turn in range(10_000):
                content = mail(f"TRACE 80012345{number}\n{turn}")
                client.sendmail(f"marie{number}@customer.example", [SERVICE], content)
                kept.append(content)
    except (OSError, smtplib.SMTPException):
        return


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False).returncode == 0
    )
    needed(mounted, "only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_452_and_nothing_is_lost(small_disk: Path, tmp_path: Path) -> None:
    here = place(tmp_path / "here")
    here.config.write_text(here.config.read_text().replace(f"{here.folder}/data/desk.db", f"{small_disk}/desk.db"))
    ballast = small_disk / "ballast"
    with started(here) as child:
        assert here.send("HELP")[0] == 250
        room = shutil.disk_usage(small_disk).free
        ballast.write_bytes(b"x" * (room - 120_000))
        codes = [
            here.send(f"Please call me about my invoice {number}.\n" + "words and more words\n" * 400)[0] for number in range(60)
        ]
        assert set(codes) == {250, 452}, codes
        assert here.get("/healthz")[0] == 200
        assert "disk_full" in child.errors.read_text()
        ballast.unlink()
        assert here.send("CONTACT")[0] == 250
        kept = codes.count(250) + 2
        wait_until(lambda: "autopro_inbox_waiting 0.0" in here.get("/metrics")[1], 30)
        assert here.get("/readyz")[0] == 200
        assert child.end() == 0
    assert accepted(small_disk / "desk.db") == kept
    assert "Traceback" not in child.errors.read_text()


def test_it_ends_in_time_with_a_relay_that_says_nothing_and_a_session_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stuck:
        here = place(tmp_path, f'[relay]\nhost = "127.0.0.1"\nport = {stuck.getsockname()[1]}\n')
        with started(here) as child:
            assert here.send("HELP")[0] == 250
            stuck.settimeout(10)
            taken, _ = stuck.accept()
            idle = socket.create_connection(("127.0.0.1", here.smtp))
            assert idle.recv(100).startswith(b"220")
            began = time.monotonic()
            assert child.end() == 0
            assert time.monotonic() - began < 20
            taken.close()
            idle.close()
    assert "Traceback" not in child.errors.read_text()
    connection = sqlite3.connect(here.database)
    assert connection.execute("SELECT state FROM outbox").fetchall() == [("due",)]
    connection.close()


def test_a_relay_that_comes_back_gets_the_letter(tmp_path: Path) -> None:
    port = free_port()
    here = place(tmp_path, f'[relay]\nhost = "127.0.0.1"\nport = {port}\n')
    with started(here) as child:
        assert here.send("HELP")[0] == 250
        wait_until(lambda: 'autopro_delivered_total{channel="mail",result="retry"} 1.0' in here.get("/metrics")[1])
        page = here.get("/metrics")[1]
        assert "autopro_outbox_waiting 1.0" in page
        assert float(re.findall(r"^autopro_outbox_oldest_seconds (\S+)$", page, re.MULTILINE)[0]) > 0
        assert here.get("/readyz")[0] == 200, "a relay that is away is no reason to send customers away"
        assert child.end() == 0
