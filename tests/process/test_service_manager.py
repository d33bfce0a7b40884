"""What a service manager hears (sd_notify(3)), and that a desk without one, or with a broken one, serves all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.channels.service_manager import ServiceManager
from tests.process.child import Place, place, started, wait_until


@contextmanager
def manager_socket(address: str) -> Iterator[socket.socket]:
    """Where the manager listens; `address` as NOTIFY_SOCKET has it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + address[1:] if address.startswith("@") else address)
        listener.settimeout(15)
        yield listener


def heard(listener: socket.socket) -> str:
    return listener.recv(4096).decode()


def falls_silent(listener: socket.socket, seconds: float) -> bool:
    """Whether nothing more comes for so long, after what had been sent before."""
    listener.settimeout(seconds)
    for _ in range(10):
        try:
            heard(listener)
        except TimeoutError:
            return True
    return False


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return place(tmp_path)


def test_ready_when_it_answers_and_stopping_when_it_drains(here: Place) -> None:
    with manager_socket(str(here.folder / "notify")) as listener, started(here) as child:
        assert heard(listener) == "READY=1"
        assert here.send("HELP")[0] == 250
        child.process.send_signal(signal.SIGTERM)
        assert heard(listener) == "STOPPING=1"
        assert child.process.wait(25) == 0


def test_the_watchdog_is_pinged_and_hears_nothing_of_a_desk_that_hangs(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    with manager_socket(str(here.folder / "notify")) as listener, started(here) as child:
        states = [heard(listener) for _ in range(4)]
        assert sorted(set(states)) == ["READY=1", "WATCHDOG=1"]
        child.process.send_signal(signal.SIGSTOP)  # what a hung event loop looks like from outside
        assert falls_silent(listener, 1.0), "five times the interval"
        child.process.send_signal(signal.SIGCONT)
        listener.settimeout(15)
        assert heard(listener) == "WATCHDOG=1"
        assert child.end() == 0


def test_a_manager_that_is_gone_does_not_matter(here: Place) -> None:
    with started(here) as child:  # nobody has bound the socket
        assert here.send("HELP")[0] == 250
        wait_until(lambda: len(here.letters()) == 1)
        assert child.end() == 0


async def test_no_ping_once_a_part_has_ended() -> None:
    address = f"@autopro-test-{os.getpid()}"
    whole = True
    with manager_socket(address) as listener:
        manager = ServiceManager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"}, os.getpid())
        watch = asyncio.create_task(manager.keep_watch(lambda: whole))
        for _ in range(3):
            assert await asyncio.to_thread(heard, listener) == "WATCHDOG=1"
        whole = False
        assert await asyncio.to_thread(falls_silent, listener, 0.3)
        watch.cancel()


def test_a_watchdog_for_another_process_is_not_pinged() -> None:
    named = {"WATCHDOG_USEC": "400000", "WATCHDOG_PID": "1"}
    assert ServiceManager(named, pid=2).watchdog_seconds == 0
    assert ServiceManager(named, pid=1).watchdog_seconds == 0.4
    assert ServiceManager({"WATCHDOG_USEC": "400000"}, pid=2).watchdog_seconds == 0.4
    assert ServiceManager({}, pid=2).watchdog_seconds == 0
