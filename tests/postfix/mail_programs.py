"""Mail programs that people use, driven as people do: they submit to Postfix by SMTP and read their mailbox at Dovecot by IMAP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.process.child import environment
from tests.support.desk import SERVICE
from tests.support.dovecot import PASSWORD
from tests.support.postfix import demand

_UTF_8 = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
_MUTTRC = """\
set folder = {folder}
set from = {address}
set use_from = yes
set charset = utf-8
set send_charset = utf-8
set smtp_url = smtp://127.0.0.1:{smtp}/
set spoolfile = imap://127.0.0.1:{imap}/INBOX
set imap_user = {address}
set imap_pass = {password}
set imap_authenticators = login
set ssl_starttls = no
set ssl_force_tls = no
set record = ""
set editor = "sh {folder}/editor"
set autoedit = yes
set fast_reply = yes
set reply_to = yes
set include = yes
set abort_unmodified = no
set pipe_decode = yes
set wait_key = no
set sleep_time = 0
set quit = yes
set mark_old = no
"""


@dataclass(frozen=True)
class Household:
    """Where somebody's programs send to and read from, and a folder for their settings."""

    address: str
    smtp: int
    imap: int
    folder: Path

    @property
    def inbox(self) -> str:
        """The mailbox as s-nail names it."""
        return f"imap://{quote(self.address, safe='')}:{PASSWORD}@127.0.0.1:{self.imap}/INBOX"


def run(*command: str, text: str = "") -> str:
    """A program's output; it must end well."""
    demand(command[0], command[0])
    env = {**environment(), "LC_ALL": "C.UTF-8", "TERM": "xterm", "SHELL": "/bin/sh"}
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, env=env, check=False)
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"{command[0]} does not end: {error.stdout!r}") from error
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def swaks(home: Household, words: str) -> None:
    """Sends with swaks."""
    headers = [part for header in _UTF_8 for part in ("--add-header", header)]
    to = ["--server", f"127.0.0.1:{home.smtp}", "--from", home.address, "--to", SERVICE, "--header", "Subject: "]
    assert "queued as" in run("swaks", *to, *headers, "--body", words)


def s_nail(home: Household, words: str) -> None:
    """Sends with s-nail."""
    run("s-nail", *_s_nail_options(home), "-s", "", SERVICE, text=f"{words}\n")


def mutt(home: Household, words: str) -> None:
    """Sends with mutt."""
    run("mutt", "-F", str(_muttrc(home)), "-s", " ", "--", SERVICE, text=f"{words}\n")


def read_with_s_nail(home: Household) -> str:
    """The newest letter as s-nail shows it."""
    return run("s-nail", *_s_nail_options(home), "-R", "-f", home.inbox, text="type $\nexit\n")


def read_with_mutt(home: Household) -> str:
    """The newest letter as mutt shows it; "" while there is none."""
    shown = home.folder / "shown"
    shown.unlink(missing_ok=True)
    _drive_mutt(home, f"<last-entry><pipe-message>cat > {shown}<enter><exit>")
    return shown.read_text(encoding="utf-8") if shown.exists() else ""


def answer_with_s_nail(home: Household, words: str) -> None:
    """Answers the newest letter with s-nail."""
    run("s-nail", *_s_nail_options(home), "-#", "-f", home.inbox, text=f"reply $\n{words}\n~.\nexit\n")


def answer_with_mutt(home: Household, words: str) -> None:
    """Answers the newest letter with mutt: above the quote, in an editor."""
    (home.folder / "words").write_text(f"{words}\n\n", encoding="utf-8")
    (home.folder / "editor").write_text(f'cat {home.folder}/words "$1" > {home.folder}/draft && cp {home.folder}/draft "$1"\n')
    _drive_mutt(home, "<last-entry><reply><send-message><exit>")


def _s_nail_options(home: Household) -> list[str]:
    options = [
        "-:/",
        "-Sv15-compat",
        "-Sttycharset=utf-8",
        "-Ssendwait",
        "-Ssmtp-auth=none",
        "-Ssmtp-config=-starttls",
        "-Simap-auth=login",
    ]
    return [*options, f"-Smta=smtp://127.0.0.1:{home.smtp}", f"-Sfrom={home.address}"]


def _muttrc(home: Household) -> Path:
    path = home.folder / "muttrc"
    path.write_text(
        _MUTTRC.format(password=PASSWORD, **{name: getattr(home, name) for name in ("address", "smtp", "imap", "folder")})
    )
    return path


def _drive_mutt(home: Household, keys: str) -> None:
    # It wants a terminal: script(1) gives it one. In an empty mailbox it forgets the keys, and waits for others: until timeout(1),
    # which must leave it in the foreground, or the terminal stops it at its first write.
    demand("mutt", "mutt")
    run("script", "-qc", f"timeout --foreground 10 mutt -F {_muttrc(home)} -e 'push \"{keys}\"'", "/dev/null")


Send = Callable[[Household, str], None]
Read = Callable[[Household], str]
