"""A private Postfix for tests, as Debian sets it up: its own folders and process tree in namespaces, on a free port.

Needs root (mount and process namespaces). Killing the one process that is started ends all of it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

_START_SECONDS = 60.0
_PRIVATE = {"etc": "/etc/postfix", "spool": "/var/spool/postfix", "lib": "/var/lib/postfix"}

# What makes an installation a test: no DNS, one address.
_MAIN = """\
compatibility_level = 3.6
myhostname = mail.carrier.example
mydestination = carrier.example, localhost
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtp_host_lookup = native
smtpd_client_connection_count_limit = 0
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demand(program: str, package: str) -> None:
    """Skips the test where a program is not installed; a failure where CI=true."""
    if shutil.which(program) is None:
        _leave_out(f"{program} is not installed (Debian: apt-get install {package})")


def demand_postfix() -> None:
    """Skips the test where Postfix or the namespaces that it needs are not to be had; a failure where CI=true."""
    demand("postfix", "postfix")
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode:
        _leave_out("a private Postfix needs root: its own mount and process namespaces")


def _leave_out(reason: str) -> NoReturn:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@dataclass
class Postfix:
    """A running instance; `folder` holds what it has in place of the machine's own folders."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    def outside(self, path: str) -> Path:
        """Where a path of this instance lies for everybody else."""
        for name, inside in _PRIVATE.items():
            if path == inside or path.startswith(f"{inside}/"):
                return self.folder / name / path.removeprefix(inside).lstrip("/")
        return Path(path)

    def start(self) -> None:
        mounts = " && ".join(f"mount --bind {self.folder}/{name} {inside}" for name, inside in _PRIVATE.items())
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]
        # The shell stays the first process of the namespace: it dies with its parent, and with it all the others. Postfix in its
        # place would forget that it has to (a process that changes its user does).
        script = f"{mounts} && postfix start-fg; exit $?"
        with (self.folder / "start.log").open("ab") as log:
            self.process = subprocess.Popen([*command, "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"the Postfix for the tests did not start:\n{(self.folder / 'start.log').read_text()}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            self.process = None

    def run(self, *command: str, text: str = "", check: bool = True) -> str:
        """A command among its processes and folders; what it says."""
        assert self.process is not None
        namespaces = [f"--mount=/proc/{self.process.pid}/ns/mnt", f"--pid=/proc/{self.process.pid}/ns/pid_for_children"]
        done = subprocess.run(
            ["nsenter", *namespaces, *command], input=text, capture_output=True, text=True, timeout=30, check=False
        )
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def queue(self) -> list[dict[str, Any]]:
        """What waits, as `postqueue -j` lists it."""
        return [json.loads(line) for line in self.run("postqueue", "-j").splitlines()]

    def flush(self) -> None:
        """Tries everything that waits at once."""
        self.run("postqueue", "-f")


@contextmanager
def running_postfix(more: str = "", *, folders: Mapping[str, Sequence[str]] | None = None) -> Iterator[Postfix]:
    """An instance of Debian's configuration with `more` at the end of main.cf.

    `folders` are made before the start: a path of the instance, with the arguments of install(1) for it.
    """
    demand_postfix()
    with tempfile.TemporaryDirectory(prefix="pf") as name:
        postfix = Postfix(Path(name), free_port())
        for part in _PRIVATE:
            (postfix.folder / part).mkdir()
        shutil.chown(postfix.folder / "lib", "postfix", "postfix")
        # smtpd and the others look for their files by names that lead through here.
        postfix.folder.chmod(0o755)
        _write_configuration(postfix, more)
        for path, arguments in (folders or {}).items():
            subprocess.run(["install", *arguments, str(postfix.outside(path))], check=True)
        postfix.start()
        try:
            yield postfix
        finally:
            postfix.stop()


def _write_configuration(postfix: Postfix, more: str) -> None:
    etc = postfix.folder / "etc"
    shutil.copytree("/etc/postfix", etc, dirs_exist_ok=True, symlinks=True)
    (etc / "main.cf").write_text(f"{_MAIN}{more}", encoding="utf-8")
    listed = Path("/etc/postfix/master.cf.proto").read_text(encoding="utf-8")
    lines = [
        f"127.0.0.1:{postfix.port} inet{line[14:]}" if line.startswith("smtp      inet") else line for line in listed.splitlines()
    ]
    (etc / "master.cf").write_text("\n".join(lines) + "\n", encoding="utf-8")
