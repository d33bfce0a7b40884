"""kill -9 behind Postfix: what the desk had kept is not kept twice, what it had not comes again, and everybody is answered."""

from __future__ import annotations

import email
import json
import signal
import smtplib
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import signed
from tests.postfix.carrier import PostOffice
from tests.process.child import Place, mail, started, wait_until
from tests.stories.test_killed import make_due
from tests.support.desk import CUSTOMER, SERVICE

MAILS = 60


def settings_file(office: PostOffice, folder: Path, resolver: str) -> Path:
    """The page's settings for a desk of its own process."""
    tables: dict[str, dict[str, Any]] = {section: dict(table) for section, table in office.desk.items()}
    tables["desk"]["data_dir"] = str(folder)
    tables["database"] = {"url": f"sqlite:///{folder}/desk.db"}
    tables["http"] = {"enabled": False}
    tables["limits"] = {"answers_per_hour": 0}
    tables["mail_trust"] = {"resolver": resolver}
    file = folder / "autopro.toml"
    lines: list[str] = []
    for name, table in tables.items():  # JSON writes words, numbers and truth as TOML does
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_kill_nine(office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey) -> None:
    office.clear()
    place = Place(tmp_path, 0, 0, settings_file(office, tmp_path, dns.address))
    asked: set[str] = set()

    def hand_in(count: int) -> None:
        with smtplib.SMTP("127.0.0.1", office.postfix.port, timeout=20) as client:
            for number in range(count):
                raw = mail("HELP" if number % 2 else "AIDE", subject=f"number {len(asked)}")
                asked.add(str(email.message_from_bytes(raw)["Message-ID"]))
                client.sendmail(CUSTOMER, [SERVICE], signed(raw, key, "customer.example"))

    for _ in range(2):
        with started(place) as child:
            enough = len(office.new_letters(CUSTOMER)) + 5
            hand_in(MAILS // 2)
            office.postfix.flush()  # where it found nobody at the socket, it would wait some minutes before it looks again
            wait_until(lambda least=enough: len(office.new_letters(CUSTOMER)) >= least, 60)
            child.end(signal.SIGKILL)
        make_due(tmp_path)
    with started(place) as child:
        office.postfix.flush()
        wait_until(lambda: asked <= set(answers(office)) and not office.postfix.queue(), 90)
        assert child.end() == 0
    for copies in answers(office).values():
        assert len(copies) == 1, "one letter for each mail; at most sent again under the same Message-ID"
    with sqlite3.connect(tmp_path / "desk.db") as database:
        states = database.execute("SELECT state, count(*) FROM inbox GROUP BY state").fetchall()
        letters = database.execute("SELECT count(*) FROM outbox").fetchone()[0]
    database.close()
    assert (states, letters) == ([("done", MAILS)], MAILS)


def answers(office: PostOffice) -> dict[str, set[str]]:
    """The Message-IDs of the letters that answer each mail."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in office.new_letters(CUSTOMER):
        letter = email.message_from_bytes(path.read_bytes())
        found[str(letter["In-Reply-To"])].add(str(letter["Message-ID"]))
    return found
