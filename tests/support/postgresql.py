"""A private PostgreSQL server for tests: its own folder and port, nothing synced, gone with the test session."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

_START_SECONDS = 30.0


@dataclass
class Server:
    """A running server, and the databases made on it."""

    folder: Path
    port: int
    binaries: Path
    user: str
    made: int = field(default=0)
    process: subprocess.Popen[bytes] | None = None

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    async def new_database(self) -> str:
        """An empty database; its URL."""
        self.made += 1
        name = f"desk{self.made}"
        connection = await asyncpg.connect(self.url())
        try:
            await connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        finally:
            await connection.close()
        return self.url(name)

    def start(self) -> None:
        command = [self.binaries / "postgres", "-D", self.folder / "data", "-F", "-k", self.folder, "-h", "127.0.0.1"]
        command += ["-p", str(self.port), "-c", "log_min_messages=fatal", "-c", "max_connections=60"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, user=_user(), cwd="/")
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0 and self._answers():
                    return
            time.sleep(0.02)
        raise RuntimeError("the PostgreSQL server for the tests did not start")

    def stop(self, *, at_once: bool = False) -> None:
        if self.process is not None:
            self.process.send_signal(3 if at_once else 2)  # SIGQUIT: as in a crash; SIGINT: open connections are closed
            self.process.wait(30)
            self.process = None

    def _answers(self) -> bool:
        command = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


def find_binaries() -> Path | None:
    """Where initdb and postgres are: on the PATH, or where Debian keeps them."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "postgres").exists() and (path / "initdb").exists()), None)


def demand_binaries() -> Path:
    """The same; skips the test when there are none, which is a failure where CI=true."""
    binaries = find_binaries()
    if binaries is None:
        message = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return binaries


@contextmanager
def running_server() -> Iterator[Server]:
    """A fresh server on a free port of loopback."""
    binaries = demand_binaries()
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # short: a socket's path has 107 characters at most
    name = _user()
    if name is not None:
        os.chown(folder, pwd.getpwnam(name).pw_uid, -1)
    command = [binaries / "initdb", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", "desk", "-D", folder / "data"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=name, cwd="/")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Server(folder, port, binaries, "desk")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Whom the server runs as: it refuses root."""
    return "nobody" if os.geteuid() == 0 else None
