"""The real `autopro` command as a child process, and what a test asks of it from outside."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

AUTOPRO = str(Path(sys.executable).parent / "autopro")
SERVICE = "service@carrier.example"
CUSTOMER = "marie@customer.example"

SETTINGS = """
[desk]
address = "service@carrier.example"
data_dir = "{folder}/data"
[database]
url = "sqlite:///{folder}/data/desk.db"
[smtp]
port = {smtp}
[http]
port = {http}
[mail_trust]
origins = ["127.0.0.1"]
{more}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Place:
    """A settings file with free ports, and everything of the desk below one folder."""

    folder: Path
    smtp: int
    http: int
    config: Path

    @property
    def database(self) -> Path:
        return self.folder / "data" / "desk.db"

    @property
    def outgoing(self) -> Path:
        return self.folder / "data" / "outgoing" / "new"

    def letters(self) -> list[bytes]:
        return [path.read_bytes() for path in self.outgoing.iterdir()] if self.outgoing.exists() else []

    def run(self, *arguments: str, text: str = "", seconds: float = 30) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return run(*arguments, "--config", str(self.config), text=text, seconds=seconds)

    def get(self, path: str) -> tuple[int, str]:
        """A page of the desk's HTTP listener."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def send(self, text: str, *, subject: str = "", sender: str = CUSTOMER) -> tuple[int, bytes]:
        """Hands in a mail; the answer after DATA."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as client:
            client.ehlo()
            client.mail(sender)
            client.rcpt(SERVICE)
            return client.data(mail(text, subject=subject, sender=sender))


def mail(text: str, *, subject: str = "", sender: str = CUSTOMER) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, SERVICE, subject
    message["Date"] = format_datetime(datetime.now(UTC))  # noqa: TID251 - the child's clock is the machine's
    message["Message-ID"] = make_msgid(domain="customer.example")
    message.set_content(text)
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def place(folder: Path, more: str = "") -> Place:
    """A fresh place; `more` is appended to the settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    smtp, http = free_port(), free_port()
    config = folder / "desk.toml"
    config.write_text(SETTINGS.format(folder=folder, smtp=smtp, http=http, more=more), encoding="utf-8")
    return Place(folder, smtp, http, config)


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AUTOPRO_")}


def run(*arguments: str, text: str = "", seconds: float = 30, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`autopro` with these arguments, to its end."""
    command = [AUTOPRO, *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=seconds, check=False, env=environment(), cwd=cwd
    )


@dataclass
class Child:
    """A running `autopro serve`, its output in files."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path

    def wait_for(self, words: str, seconds: float = 20) -> None:
        """Until stdout holds `words`."""
        wait_until(lambda: words in self.output.read_text(encoding="utf-8") or self.process.poll() is not None, seconds)
        assert words in self.output.read_text(encoding="utf-8"), self.errors.read_text(encoding="utf-8")

    def end(self, number: int = signal.SIGTERM, seconds: float = 25) -> int:
        """Signals it; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def started(
    place: Place, *arguments: str, prefix: Sequence[str] = (), ready: str = "autopro ready", cwd: Path | None = None
) -> Iterator[Child]:
    """A child that has said `ready`; killed at the end when it still runs."""
    output, errors = place.folder / "stdout", place.folder / "stderr"
    command = [*prefix, AUTOPRO, *(arguments or ("serve", "--config", str(place.config)))]
    with output.open("wb") as out, errors.open("wb") as err:
        # A session of its own: what the child started under strace is ended with it.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(), cwd=cwd, start_new_session=True
        )
    child = Child(process, output, errors)
    try:
        child.wait_for(ready)
        yield child
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def wait_until(condition: object, seconds: float = 15) -> None:
    """Looks again every 20 ms until `condition()` holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("what was waited for did not come")
        time.sleep(0.02)
