"""What `autopro init` asks: at most ten questions, whichever way mail comes in; the settings' own rules judge the answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config import AdminSettings, DeskSettings
from bot.core.hosts import is_loopback
from bot.listener_settings import LmtpSettings, SmtpSettings
from bot.settings_section import Section

MOST = 10
MICROSOFT = "outlook.office365.com"
_MICROSOFT_RELAY = "smtp.office365.com:587"
_WAYS = ("lmtp", "smtp", "imap")

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `check` raises ValueError with what to write instead; `asked` tells whether the answers so far call for it."""

    name: str
    words: str
    why: str
    default: Callable[[Answers], str] = lambda answers: ""
    check: Callable[[str], object] = lambda answer: None
    asked: Callable[[Answers], bool] = lambda answers: True
    secret: bool = False


def listed(answer: str) -> list[str]:
    """An answer of several, with commas between."""
    return [part.strip() for part in answer.split(",") if part.strip()]


def place(answer: str, port: int) -> tuple[str, int]:
    """HOST[:PORT], with the port where none is said. Raises ValueError."""
    host, colon, digits = answer.strip().rpartition(":")
    if not colon or answer.strip().endswith("]"):
        host, digits = answer.strip(), str(port)
    if not host or not digits.isascii() or not digits.isdigit() or not 0 < int(digits) < 65536 or " " in host:
        raise ValueError(f"{answer!r} is no host; write HOST or HOST:PORT, for example mail.carrier.example:587")
    return host.strip("[]"), int(digits)


def relay_place(answer: str) -> tuple[str, int]:
    """The relay; on this machine port 25, else that of submission (RFC 6409)."""
    host, _ = place(answer, 25)
    return place(answer, 25 if is_loopback(host) else 587)


def uses_microsoft(answers: Answers) -> bool:
    """Whether the mailbox is one of Microsoft 365, which takes an application's login only."""
    return answers.get("mail_comes_by") == "imap" and answers.get("mailbox_host", "").lower() == MICROSOFT


def questions(config: Path) -> tuple[Question, ...]:
    """All questions, in order; `config` is the file that will be written."""
    return (
        Question(
            "company", "The carrier's name", "Letters and the customers' page show it.", lambda _: "Autopro Transport", _company
        ),
        Question("address", "The service address", "Customers write to it, letters come from it.", lambda _: _service(), _address),
        Question("phones", "Telephone numbers, with commas between", "Every letter ends with them.", lambda _: _PHONES, _phones),
        Question(
            "administrators",
            "The administrators' addresses, with commas between",
            "They decide requests by answering letters, and hear of trouble; none: requests are decided on the command line.",
            check=_administrators,
        ),
        Question(
            "data_folder", "The folder for the data", "Database and key file; on a local disk.", lambda _: _folder(config), _path
        ),
        Question(
            "mail_comes_by",
            f"How does mail reach the desk: {', '.join(_WAYS)}",
            "lmtp: from Postfix on this machine; smtp: from a mail server elsewhere; imap: from a mailbox.",
            lambda _: "lmtp",
            _way,
        ),
        *_way_in(),
        *_way_out(),
    )


def _way_in() -> tuple[Question, ...]:
    return (
        Question(
            "lmtp_socket",
            "The socket for Postfix",
            "Postfix hands mail over there (docs/postfix.md).",
            lambda _: "/var/spool/postfix/autopro/lmtp",
            lambda answer: _holds(LmtpSettings, "socket", Path(answer)),
            lambda answers: answers["mail_comes_by"] == "lmtp",
        ),
        Question(
            "smtp_listen",
            "Where to listen, HOST:PORT",
            "Let only your mail server through to it (0.0.0.0 is every address of this machine).",
            lambda _: "0.0.0.0:8025",
            _listen,
            lambda answers: answers["mail_comes_by"] == "smtp",
        ),
        Question(
            "mailbox_host",
            "The IMAP server of the mailbox",
            f"Its mail is handled and filed (docs/imap.md); {MICROSOFT} for Microsoft 365.",
            lambda answers: "mail." + answers["address"].rpartition("@")[2],
            lambda answer: place(answer, 993),
            lambda answers: answers["mail_comes_by"] == "imap",
        ),
        *_mailbox_login(),
    )


def _mailbox_login() -> tuple[Question, ...]:
    return (
        Question(
            "mailbox_user",
            "The name that logs in to it",
            "The same login is used for sending.",
            lambda answers: answers["address"],
            _something,
            lambda answers: answers["mail_comes_by"] == "imap" and not uses_microsoft(answers),
        ),
        Question(
            "mailbox_password",
            "Its password",
            "It is written to a file that only you can read.",
            check=_something,
            asked=lambda answers: answers["mail_comes_by"] == "imap" and not uses_microsoft(answers),
            secret=True,
        ),
        *(
            Question(name, words, why, check=_something, asked=uses_microsoft, secret=name == "client_secret")
            for name, words, why in (
                ("tenant", "The tenant's id", "Of your Microsoft 365, in the Entra admin center."),
                ("client_id", "The application's id", "Of the application that may use the mailbox (docs/imap.md)."),
                ("client_secret", "The application's secret", "It is written to a file that only you can read."),
            )
        ),
    )


def _way_out() -> tuple[Question, ...]:
    return (
        Question(
            "relay",
            "The server that sends letters, HOST[:PORT]",
            "TLS is used unless it is this machine; none: letters are only written to a folder.",
            _relay_default,
            lambda answer: answer and relay_place(answer),
            lambda answers: not uses_microsoft(answers),
        ),
        Question(
            "relay_user",
            "The name that logs in to it",
            "None: it lets this machine in without.",
            asked=lambda answers: answers["mail_comes_by"] != "imap" and _is_elsewhere(answers.get("relay", "")),
        ),
        Question(
            "relay_password",
            "Its password",
            "It is written to a file that only you can read.",
            check=_something,
            asked=lambda answers: bool(answers.get("relay_user")),
            secret=True,
        ),
    )


def microsoft_relay() -> tuple[str, int]:
    """Where Microsoft 365 takes letters."""
    return place(_MICROSOFT_RELAY, 587)


_PHONES = ", ".join(DeskSettings().phones)


def _holds(model: type[Section], key: str, value: Any) -> None:
    """Raises ValueError in the setting's own words. What else the section needs is not asked of one answer."""
    try:
        model.model_validate({key: value})
    except ValidationError as error:
        mine = [one for one in error.errors() if one["loc"][:1] in ((key,), ())]
        if mine:
            raise ValueError(str(mine[0]["msg"]).removeprefix("Value error, ")) from error


def _company(answer: str) -> None:
    _holds(DeskSettings, "company", answer)


def _address(answer: str) -> None:
    _something(answer)
    _holds(DeskSettings, "address", answer)


def _phones(answer: str) -> None:
    if not listed(answer):
        raise ValueError("write at least one: where nobody can telephone, customers are stuck")


def _administrators(answer: str) -> None:
    _holds(AdminSettings, "addresses", listed(answer))


def _path(answer: str) -> None:
    _something(answer)
    if Path(answer).exists() and not Path(answer).is_dir():
        raise ValueError(f"{answer} is a file; name a folder")


def _way(answer: str) -> None:
    if answer not in _WAYS:
        raise ValueError(f"write one of {', '.join(_WAYS)}")


def _listen(answer: str) -> None:
    _, port = place(answer, SmtpSettings().port)
    _holds(SmtpSettings, "port", port)


def _something(answer: str) -> None:
    if not answer.strip():
        raise ValueError("an answer is needed here")


def _is_elsewhere(relay: str) -> bool:
    return bool(relay) and not is_loopback(relay_place(relay)[0])


def _relay_default(answers: Answers) -> str:
    if answers["mail_comes_by"] == "lmtp":
        return "127.0.0.1:25"
    if answers["mail_comes_by"] == "imap":
        host, _ = place(answers["mailbox_host"], 993)
        return f"smtp.{host.removeprefix('imap.')}:587" if host.startswith("imap.") else f"{host}:587"
    return ""


def _service() -> str:
    """Of the domain that this machine's mail has (Debian's /etc/mailname), else that of its name."""
    try:
        domain = Path("/etc/mailname").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        domain = socket.gethostname().partition(".")[2]
    return f"service@{domain or 'localhost'}"


def _folder(config: Path) -> str:
    return "/var/lib/autopro" if config.absolute().is_relative_to("/etc") else str(config.absolute().parent / "var")
