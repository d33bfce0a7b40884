"""The settings file that `autopro init` writes from the answers, with a comment on each line; secrets in files of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.commands.init_questions import Answers, listed, microsoft_relay, place, relay_place, uses_microsoft
from bot.core.errors import AutoproError
from bot.core.hosts import is_loopback

_HEAD = """\
# The settings of this desk, written by autopro init. Every section and key: docs/settings.md. After a change: autopro check, then
# start the desk again. What is not here has its default.
"""
_PROVIDERS = {"outlook.office365.com": "protection.outlook.com", "imap.gmail.com": "mx.google.com"}


@dataclass(frozen=True, slots=True)
class Line:
    """One setting with its comment. A `secret` stands in a file of its own, of that name."""

    key: str
    value: Any
    comment: str
    secret: str = ""


Sections = Mapping[str, list[Line]]


def sections(answers: Answers) -> Sections:
    """The settings that the answers come to."""
    folder = Path(answers["data_folder"]).absolute()
    found: dict[str, list[Line]] = {
        "desk": [
            Line("company", answers["company"], "The carrier's name, as letters show it."),
            Line("address", answers["address"], "Customers write to it, letters come from it."),
            Line("phones", listed(answers["phones"]), "Customer service's telephone numbers, in the order of the letters."),
            Line("data_dir", str(folder), "Folder for the key file. Keep a copy of the key apart from those of the database."),
        ],
        "database": [Line("url", f"sqlite:///{folder}/autopro.db", "Or a server: postgresql://USER@HOST/NAME.")],
    }
    found |= _WAYS_IN[answers["mail_comes_by"]](answers)
    found |= _way_out(answers)
    found["admins"] = [Line("addresses", listed(answers["administrators"]), "Who decides requests, and hears of trouble.")]
    return found


def _lmtp(answers: Answers) -> Sections:
    return {
        "smtp": [Line("enabled", False, "Nobody but Postfix hands mail in.")],
        "lmtp": [
            Line("enabled", True, "The listener for the mail server in front (docs/postfix.md)."),
            Line("socket", answers["lmtp_socket"], "Its folder must exist, writable for the desk's user."),
        ],
    }


def _smtp(answers: Answers) -> Sections:
    host, port = place(answers["smtp_listen"], 8025)
    return {
        "smtp": [
            Line("host", host, "The address to listen on. Let only your mail server through to it."),
            Line("port", port, "The port to listen on."),
        ]
    }


def _imap(answers: Answers) -> Sections:
    host, port = place(answers["mailbox_host"], 993)
    found: dict[str, list[Line]] = {
        "smtp": [Line("enabled", False, "Mail comes from the mailbox alone.")],
        "imap": [
            Line("host", host, "The mailbox is the desk's own: what lies in it is handled and filed (docs/imap.md)."),
            Line("port", port, "993: TLS from the first octet."),
            *_login(answers),
        ],
    }
    if host in _PROVIDERS:
        comment = "Whose word about senders is believed: the provider's."
        found["mail_trust"] = [Line("mailbox_authserv_ids", [_PROVIDERS[host]], comment)]
    return found


_WAYS_IN = {"lmtp": _lmtp, "smtp": _smtp, "imap": _imap}


def _login(answers: Answers) -> Iterator[Line]:
    """The login of the mailbox, which sends as well."""
    if uses_microsoft(answers):
        yield Line("username", answers["address"], "The mailbox.")
        yield Line("auth", "oauth2", "Microsoft 365 lets applications in, not passwords.")
        yield Line("tenant", answers["tenant"], "Your Microsoft 365.")
        yield Line("client_id", answers["client_id"], "The application that may use the mailbox.")
        yield Line("client_secret", answers["client_secret"], "Its secret, in a file of its own.", "client-secret")
        return
    yield Line("username", answers["mailbox_user"], "The name that logs in.")
    yield Line("password", answers["mailbox_password"], "Its password, in a file of its own.", "mailbox-password")


def _way_out(answers: Answers) -> Sections:
    if not uses_microsoft(answers) and not answers["relay"]:
        return {}
    host, port = microsoft_relay() if uses_microsoft(answers) else relay_place(answers["relay"])
    tls = "none" if is_loopback(host) else "tls" if port == 465 else "starttls"
    lines = [
        Line("host", host, "The mail server that letters are handed to."),
        Line("port", port, "Its port."),
        Line("tls", tls, "How the connection is protected: none, starttls or tls."),
    ]
    if answers["mail_comes_by"] == "imap" and not is_loopback(host):
        lines += _login(answers)
    elif answers.get("relay_user"):
        lines.append(Line("username", answers["relay_user"], "The name that logs in."))
        lines.append(Line("password", answers["relay_password"], "Its password, in a file of its own.", "relay-password"))
    if uses_microsoft(answers):
        lines.append(Line("envelope_sender", answers["address"], "Microsoft 365 refuses the null sender."))
    return {"relay": lines}


def secret_file(config: Path, line: Line) -> Path:
    """Where a secret stands: beside the settings file."""
    return config.absolute().parent / f"{config.stem}.{line.secret}"


def text(found: Sections, config: Path) -> str:
    """The settings file."""
    parts = [_HEAD]
    for section, lines in found.items():
        parts.append(f"[{section}]\n" + "".join(_written(line, config) for line in lines))
    return "\n".join(parts)


def _written(line: Line, config: Path) -> str:
    key, value = (f"{line.key}_file", str(secret_file(config, line))) if line.secret else (line.key, line.value)
    # TOML's basic strings, numbers, booleans and arrays are written as JSON's are; an answer holds no control characters.
    return f"# {line.comment}\n{key} = {json.dumps(value, ensure_ascii=False)}\n"


def files(found: Sections, config: Path) -> dict[Path, str]:
    """Every file that is written: the secrets, and at the end the settings that name them."""
    secrets = {secret_file(config, line): f"{line.value}\n" for lines in found.values() for line in lines if line.secret}
    return {**secrets, config: text(found, config)}


def write(path: Path, content: str) -> None:
    """Writes a file, whole or not at all, readable by its owner only. Raises AutoproError with what to do."""
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
        draft.replace(path)
    except OSError as error:
        raise AutoproError(
            f"cannot write {path}: {error.strerror}. Name a place where this user may write with --config."
        ) from error
