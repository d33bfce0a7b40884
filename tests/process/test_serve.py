"""`autopro serve` from outside: when it is ready, how it ends, what its pages and its log say."""

from __future__ import annotations

import json
import re
import signal
import smtplib
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.process.child import AUTOPRO, Place, environment, free_port, mail, place, started, wait_until


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return place(tmp_path)


def test_ready_means_that_it_answers_and_ctrl_c_ends_it_well(here: Place) -> None:
    with started(here) as child:
        assert here.get("/healthz") == (200, "ok\n")
        assert here.get("/readyz") == (200, "ready\n")
        assert here.send("HELP")[0] == 250
        assert child.end(signal.SIGINT) == 0
    assert child.output.read_text() == "autopro ready\n"
    assert len(here.letters()) == 1, "what was accepted is sent before it ends"


def test_it_ends_with_sessions_open_and_signalled_twice(here: Place) -> None:
    to_smtp = ("127.0.0.1", here.smtp)
    with started(here) as child, socket.create_connection(to_smtp) as idle, socket.create_connection(to_smtp) as slow:
        assert idle.recv(100).startswith(b"220")
        slow.recv(100)
        slow.sendall(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<service@carrier.example>\r\nDATA\r\nFrom: a")
        assert here.send("HELP")[0] == 250, "one that hangs in the middle does not hold the others"
        began = time.monotonic()
        child.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert child.end() == 0
        assert time.monotonic() - began < 20
    assert len(here.letters()) == 1


def test_a_second_start_beside_a_running_one_says_which_port(here: Place) -> None:
    with started(here) as child:
        second = here.run("serve")
        assert second.returncode == 1
        assert f"127.0.0.1:{here.http}" in second.stderr
        assert "Traceback" not in second.stderr
        assert here.send("HELP")[0] == 250
        assert child.end() == 0


def test_the_numbers_of_the_metrics(here: Place) -> None:
    with started(here) as child:
        for text in ("HELP", "CONTACT", "colourless green ideas sleep furiously"):
            assert here.send(text)[0] == 250
        wait_until(lambda: 'autopro_delivered_total{channel="mail",result="sent"} 3.0' in here.get("/metrics")[1])
        wait_until(lambda: "autopro_outbox_waiting 0.0" in here.get("/metrics")[1])  # counted a moment before it is committed
        status, page = here.get("/metrics")
        assert status == 200
        numbers = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in page.splitlines() if line[:1] != "#"}
        assert numbers['autopro_received_total{result="accepted",source="smtp"}'] == 3
        assert sum(value for name, value in numbers.items() if name.startswith("autopro_answered_total{")) == 3
        assert numbers["autopro_answer_seconds_count"] == 3
        for queue in ("inbox", "outbox"):
            assert numbers[f"autopro_{queue}_waiting"] == 0
            assert numbers[f"autopro_{queue}_oldest_seconds"] == 0
        assert numbers["autopro_inbox_parked"] == 0
        assert numbers["autopro_outbox_failed"] == 0
        assert "customer.example" not in page
        assert child.end() == 0


def test_ready_no_more_when_the_database_is_gone(here: Place) -> None:
    with started(here) as child:
        here.database.rename(here.folder / "elsewhere.db")
        status, text = here.get("/readyz")
        assert status == 503
        assert "moved, replaced or deleted" in text
        assert here.get("/healthz")[0] == 200
        assert here.get("/metrics")[0] == 200
        assert here.send("HELP")[0] == 451, "nothing may be taken that would be lost"
        (here.folder / "elsewhere.db").rename(here.database)
        assert here.get("/readyz")[0] == 200
        assert here.send("HELP")[0] == 250
        assert child.end() == 0


def test_the_log_holds_json_and_nothing_of_what_was_written(here: Place) -> None:
    canaries = ["PamplemousseRose", "hunter2correcthorse", "876543219", "876-543219", "marie@customer.example"]
    refusing = f'[relay]\nhost = "127.0.0.1"\nport = {free_port()}\n'
    here.config.write_text(here.config.read_text() + refusing + '[log]\nlevel = "debug"\n')
    with started(here) as child:
        here.send("TRACE 876543219\n\nPamplemousseRose", subject="876-543219 PamplemousseRose")
        here.send("LOGIN PamplemousseRose hunter2correcthorse")
        here.send("blah PamplemousseRose 876543219 hunter2correcthorse", subject="LOGIN hunter2correcthorse")
        with smtplib.SMTP("127.0.0.1", here.smtp) as client:
            client.ehlo()
            client.docmd("PamplemousseRose hunter2correcthorse")
            client.docmd("AUTH PLAIN aHVudGVyMmNvcnJlY3Rob3JzZQ==")
            client.docmd("MAIL FROM:<PamplemousseRose hunter2")
            client.mail("marie@customer.example")
            client.rcpt("service@carrier.example")
            client.data(b"From: PamplemousseRose\r\n" + b"x" * 70_000 + mail("876543219"))
        wait_until(lambda: "delivery_put_off" in child.errors.read_text())
        assert child.end() == 0
    lines = child.errors.read_text().splitlines()
    assert lines
    for line in lines:
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
    for canary in canaries:
        assert canary not in child.errors.read_text()
    assert not re.search(r"(?<![\d.])\d{9}(?!\d)", re.sub(r'"timestamp": "[^"]*"', "", child.errors.read_text()))


def test_a_closed_stdout_does_not_matter(here: Place) -> None:
    """A supervisor may read the ready line and close the pipe."""
    command = [AUTOPRO, "serve", "--config", str(here.config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment())
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"autopro ready\n"
        process.stdout.close()
        assert here.send("HELP")[0] == 250
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
