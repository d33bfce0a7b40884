"""Letters exchanged with the demo by mail programs that people use: swaks and s-nail, which also reads the answers' Maildir."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.process.child import AUTOPRO, environment, free_port, wait_until

SERVICE = "service@autopro.example"
TRACE = [
    ("TRACE 123456789", "marie@customer.example", ["Out for delivery", "Toronto, Ontario"]),
    ("REPÉRAGE 123456789", "luc@client.example", ["En cours de livraison", "Toronto (Ontario)"]),
]
UTF_8 = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]


@dataclass(frozen=True)
class Demo:
    """A running demo: the port for mail, and the Maildir of its letters."""

    port: int
    outgoing: Path

    def answers(self, address: str) -> list[Path]:
        """The letters to an address."""
        line = f"Delivered-To: {address}\n".encode()
        return [path for path in self.outgoing.glob("new/*") if line in path.read_bytes()]


def client(name: str) -> str:
    """The program's path; skips the test without it, which is a failure where CI=true."""
    path = shutil.which(name)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"{name} is not installed (Debian: apt-get install {name})"
        )
    return str(path)


def run(*command: str, text: str = "") -> str:
    """A client's output; it must end well."""
    env = {**environment(), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo as `make run` starts it, on free ports."""
    port, output = free_port(), tmp_path / "stdout"
    ports = {"AUTOPRO_SMTP__PORT": str(port), "AUTOPRO_HTTP__PORT": str(free_port())}
    command = [AUTOPRO, "demo", "--folder", str(tmp_path / "var")]
    with output.open("wb") as out, (tmp_path / "stderr").open("wb") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment() | ports)
    try:
        wait_until(lambda: "autopro ready" in output.read_text() or process.poll() is not None, 30)
        assert process.poll() is None, (tmp_path / "stderr").read_text()
        yield Demo(port, tmp_path / "var" / "outgoing")
        process.terminate()
        assert process.wait(25) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def test_swaks(demo: Demo) -> None:
    swaks, _ = client("swaks"), client("s-nail")
    to = ["--server", f"127.0.0.1:{demo.port}", "--to", SERVICE, "--header", "Subject: "]
    headers = [part for header in UTF_8 for part in ("--add-header", header)]
    for words, sender, told in TRACE:
        assert "250 2.6.0 kept" in run(swaks, *to, *headers, "--from", sender, "--body", words)
        wait_until(lambda address=sender: len(demo.answers(address)) == 1)
        text = read_with_s_nail(demo, sender)
        for part in told:
            assert part in text


def test_s_nail(demo: Demo) -> None:
    s_nail = client("s-nail")
    options = ["-:/", "-Sv15-compat", "-Sttycharset=utf-8", "-Ssendwait", "-Ssmtp-auth=none", "-Ssmtp-config=-starttls"]
    for words, sender, told in TRACE:
        where = [f"-Smta=smtp://127.0.0.1:{demo.port}", f"-Sfrom={sender}"]
        run(s_nail, *options, *where, "-s", "", SERVICE, text=f"{words}\n")
        wait_until(lambda address=sender: len(demo.answers(address)) == 1)
        text = read_with_s_nail(demo, sender)
        for part in told:
            assert part in text


def read_with_s_nail(demo: Demo, address: str) -> str:
    """The letter to an address as s-nail shows it: headers and text, decoded."""
    options = ["-:/", "-Sv15-compat", "-Sttycharset=utf-8", "-R", "-f", f"maildir://{demo.outgoing}"]
    shown = run("s-nail", *options, text=f"type @to@{address}\nexit\n")
    assert "Auto-Submitted: auto-replied" in shown
    assert f'From: "Autopro Transport (demo)" <{SERVICE}>' in shown
    assert f"To: {address}" in shown
    assert shown.index("Auto-Submitted: ") < shown.index("Content-Type: text/plain"), "headers first, then the text"
    return shown
