"""A private Dovecot for tests: own folder and port, an unprivileged user. Any name logs in with `PASSWORD` and has a mailbox."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

PASSWORD = "pw"
USER = "service@carrier.example"
_START_SECONDS = 20.0

_CONFIGURATION = """
base_dir={folder}/run
state_dir={folder}/state
libexec_dir=/usr/lib/dovecot
log_path={folder}/dovecot.log
protocols=imap
listen=127.0.0.1
disable_plaintext_auth={tls}
auth_mechanisms=plain login xoauth2
auth_failure_delay=0
default_internal_user={user}
default_internal_group={group}
default_login_user={user}
first_valid_uid=1
mail_location=maildir:{folder}/mail/%u
mailbox_idle_check_interval=1 secs
mail_max_userip_connections=100
namespace inbox {{
  inbox=yes
  separator=/
}}
userdb {{
  driver=static
  args=uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot=
  inet_listener imap {{
    address=127.0.0.1
    port={port}
    ssl={tls}
  }}
  inet_listener imaps {{
    port=0
  }}
}}
service anvil {{
  chroot=
  unix_listener anvil-auth-penalty {{
    mode=0
  }}
}}
service stats {{
  chroot=
}}
{more}
"""

_BY_PASSWORD = """
passdb {{
  driver=static
  args=password={password}
}}
"""

_BY_TOKEN = """
passdb {{
  driver=oauth2
  mechanisms=xoauth2
  args={folder}/oauth2.conf
}}
"""

_TLS = """
ssl=required
ssl_cert=<{certificate}
ssl_key=<{key}
"""


@dataclass
class Dovecot:
    """A running server, and the mailbox of one of its users."""

    folder: Path
    port: int
    user: str | None
    name: str = USER
    authority: Path | None = None  # of its certificate, where it speaks nothing but TLS
    process: subprocess.Popen[bytes] | None = None

    def client(self) -> imaplib.IMAP4:
        """A person's own mail program, logged in."""
        if self.authority is None:
            client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        else:
            context = ssl.create_default_context(cafile=self.authority)
            client = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context, timeout=10)
        client.login(f'"{self.name}"', PASSWORD)
        return client

    def over_tls(self, authority: Path) -> Dovecot:
        """The same, reached with TLS."""
        return replace(self, authority=authority)

    def put(self, *contents: bytes, mailbox: str = "INBOX", flags: str = "") -> None:
        """Delivers mails into a mailbox."""
        with self.client() as client:
            for content in contents:
                status, answer = client.append(_quoted(mailbox), flags, "", content)
                assert status == "OK", answer

    def mails(self, mailbox: str = "INBOX") -> list[bytes]:
        """What lies in a mailbox, oldest first; [] when there is none."""
        return [content for content, _ in self.mails_with_flags(mailbox)]

    def mails_with_flags(self, mailbox: str = "INBOX") -> list[tuple[bytes, str]]:
        """The same with their flags."""
        with self.client() as client:
            if client.select(_quoted(mailbox), readonly=True)[0] != "OK":
                return []
            _, found = client.fetch("1:*", "(FLAGS BODY.PEEK[])") if client.untagged_responses["EXISTS"] != [b"0"] else ("", [])
            return [(part[1], part[0].decode()) for part in found if isinstance(part, tuple)]

    def log(self) -> str:
        return (self.folder / "dovecot.log").read_text(encoding="utf-8")

    def start(self) -> None:
        command = ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        group = grp.getgrgid(pwd.getpwnam(self.user).pw_gid).gr_name if self.user else None
        silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(
            command, user=self.user, group=group, extra_groups=[] if self.user else None, start_new_session=True, **silence
        )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"the Dovecot for the tests did not start:\n{self.log()}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            with suppress(ProcessLookupError):  # who still serves a client goes on without its master
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process = None


def _quoted(mailbox: str) -> str:
    return f'"{mailbox}"'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demand_dovecot() -> None:
    """Skips the test where Dovecot is not installed, which is a failure where CI=true."""
    if not Path("/usr/sbin/dovecot").exists() or not Path("/usr/lib/dovecot/imap").exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "Dovecot is not installed (Debian: apt-get install dovecot-imapd)"
        )


@contextmanager
def running_dovecot(*, more: str = "", tls: tuple[Path, Path] | None = None, tokens_at: str = "") -> Iterator[Dovecot]:
    """A server on a free port of loopback. `tls`: certificate and key, then it speaks nothing but TLS. `tokens_at`: where a token
    is looked up (OAuth 2), then it takes tokens as well as passwords. `more` is appended to its configuration."""
    demand_dovecot()
    folder = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))  # short: a socket's path has 107 characters at most
    user = "nobody" if os.geteuid() == 0 else None
    account = pwd.getpwnam(user) if user else pwd.getpwuid(os.geteuid())
    port = free_port()
    parts = [_BY_TOKEN.format(folder=folder)] if tokens_at else []
    parts += [_BY_PASSWORD.format(password=PASSWORD), more]
    parts.append(_TLS.format(certificate=folder / "cert.pem", key=folder / "key.pem") if tls else "ssl=no")
    for name, path in zip(("cert.pem", "key.pem"), tls or (), strict=False):
        shutil.copy(path, folder / name)  # where its user may read them
    configuration = _CONFIGURATION.format(
        folder=folder,
        user=account.pw_name,
        group=grp.getgrgid(account.pw_gid).gr_name,
        uid=account.pw_uid,
        gid=account.pw_gid,
        port=port,
        tls="yes" if tls else "no",
        more="\n".join(parts),
    )
    (folder / "dovecot.conf").write_text(configuration, encoding="utf-8")
    (folder / "dovecot.log").touch()
    if tokens_at:
        # introspection: RFC 7662. The name that the token server answers must be the one that logs in.
        words = (f"introspection_url={tokens_at}", "introspection_mode=post", "username_attribute=username")
        active = ("active_attribute=active", "active_value=true")
        (folder / "oauth2.conf").write_text("\n".join([*words, *active, ""]), encoding="utf-8")
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    server = Dovecot(folder, port, user)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
