"""`python -m bot.commands.send "TRACE 123456789"`: hands a mail to the demo with the standard library and prints the answer."""

from __future__ import annotations

import argparse
import email
import email.policy
import smtplib
import sys
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from bot.config import load
from bot.core.errors import AutoproError

_PATIENCE_SECONDS = 10.0


def main() -> int:
    """Sends the words as a mail and waits for the letter that answers it; 0 when it came."""
    parser = argparse.ArgumentParser(description="Send a mail to the demo desk and print the answer.")
    parser.add_argument("words", nargs="+", help="the text of the mail")
    parser.add_argument("--from", dest="sender", default="you@customer.example")
    parser.add_argument("--subject", default="")
    parser.add_argument("--config", type=Path, default=Path("var/demo.toml"))
    arguments = parser.parse_args()
    try:
        settings = load(arguments.config)
    except AutoproError as error:
        print(f"{error}\nStart the desk first: make run", file=sys.stderr)
        return 1
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = arguments.sender, settings.desk.address, arguments.subject
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="customer.example")
    mail.set_content(" ".join(arguments.words))
    try:
        with smtplib.SMTP(settings.smtp.host, settings.smtp.port) as client:
            client.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        print(f"no desk takes mail on {settings.smtp.host}:{settings.smtp.port} ({error}). Start it: make run", file=sys.stderr)
        return 1
    answer = _wait_for_answer(settings.outgoing / "new", mail["Message-ID"])
    if answer is None:
        print("no answer within ten seconds; what does the desk's own terminal say?", file=sys.stderr)
        return 1
    print(answer)
    return 0


def _wait_for_answer(folder: Path, message_id: str) -> str | None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for path in folder.iterdir() if folder.exists() else ():
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if letter["In-Reply-To"] == message_id:
                body = letter.get_body(("plain",))
                return f"{path}\n\nSubject: {letter['Subject']}\n\n{body.get_content() if body is not None else ''}"
        time.sleep(0.1)
    return None


if __name__ == "__main__":
    sys.exit(main())
