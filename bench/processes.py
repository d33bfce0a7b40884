"""Servers as child processes, for the measurements."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PYTHON = sys.executable


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def child(arguments: list[str], ready: str) -> Iterator[subprocess.Popen[str]]:
    """A server as a child process, from its ready line to SIGTERM."""
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if ready in line:
                break
        else:
            raise SystemExit(f"{arguments[0]} did not start")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
