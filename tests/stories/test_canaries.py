"""Secrets leave no trace: after the life of an account they are searched for in the database, WAL, logs, letters and backups."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.backup import back_up
from tests.support.house import House, open_house
from tests.support.people import address_for_answers, value
from tests.support.postgresql import Server
from tests.support.relay import SentLetter
from tests.support.speech import MARIE, Speech, each_language

# Nobody else in the tests writes these: a shared database server is searched as well.
FIRST, SECOND, THIRD = "canary alpha 4711 on the quay", "canary bravo 4712 on the quay", "canary charlie 4713 on the quay"
WRONG = "canary wrong 4714 on the quay"


@dataclass(frozen=True)
class Seen:
    """What went through the desk: temporary passwords and tokens, each as it stood in a letter."""

    temporary: frozenset[str]
    tokens: frozenset[str]


async def live(house: House, speech: Speech) -> Seen:
    """Marie asks for an account, uses it, changes the password, mistypes it, forgets it and gets a new one."""
    marie = house.marie
    code = await house.open_account(speech, password=FIRST)
    opened = await house.session(speech, code, password=FIRST)
    await marie.answers_and_gets(opened, speech.change.format(password=FIRST, new=SECOND), "password/changed")
    for refused in (WRONG, FIRST):  # a wrong one, and the one before
        await marie.asks(speech.login.format(code=code, password=refused), "login/refused")
    await marie.asks(speech.forgot.format(code=code), "password/forgot_received")
    decide = await house.admin.gets("admin/decide")
    await house.admin.answers_and_gets(decide, speech.approve, "admin/decided")
    credentials = await marie.gets("password/credentials")
    await marie.answers_and_gets(credentials, speech.new.format(password="short"), "password/refused")
    await marie.answers_and_gets(credentials, speech.new.format(password=THIRD), "password/changed")
    await house.session(speech, code, password=THIRD)
    sent = [letter for letter in house.desk.relay.history if "credentials" in letter["X-Autopro-Template"]]
    answers = [address_for_answers(letter) for letter in house.desk.relay.history if letter.mail["Reply-To"]]
    return Seen(
        frozenset(value(letter, speech.temporary_label) for letter in sent),
        frozenset(re.split(r"\+s\.|@", address)[1] for address in answers),
    )


@each_language
async def test_no_secret_is_left_anywhere(
    tmp_path: Path, engine: str, url: str, speech: Speech, request: pytest.FixtureRequest
) -> None:
    """On both databases: in their files while the desk runs and afterwards, in a backup, in the log."""
    logged = io.StringIO()
    places = [tmp_path]
    with redirect_stderr(logged), redirect_stdout(logged):
        async with open_house(tmp_path / "data", database={"url": url}) as house:
            seen = await live(house, speech)
            await house.desk.settle()
            if engine == "sqlite":
                back_up(tmp_path / "desk.db", tmp_path / "backup.db")
            else:
                server: Server = request.getfixturevalue("server")
                await house.desk.app.database.read(lambda tx: tx.run("CHECKPOINT"))
                places.append(server.folder / "data")
            found = _contents(places)
            check_letters(house.desk.relay.history, seen)
    assert len(seen.temporary) == 2
    assert len(seen.tokens) > 5
    found |= {f"{name} afterwards": content for name, content in _contents(places).items()}
    assert any(MARIE.encode() in content for content in found.values()), "the search would find what stands there"
    found["log"] = logged.getvalue().encode()
    for name, content in found.items():
        for secret in (FIRST, SECOND, THIRD, WRONG, *seen.temporary, *seen.tokens):
            assert secret.encode() not in content, f"{secret!r} stands in {name}"


def check_letters(letters: list[SentLetter], seen: Seen) -> None:
    """A password that somebody chose stands in no letter, a temporary one only in its own, to the address on record."""
    for letter in letters:
        content = f"{letter.content.decode()}{letter.text}{letter.html}"
        for chosen in (FIRST, SECOND, THIRD, WRONG):
            assert chosen not in content, letter["X-Autopro-Template"]
        if any(temporary in content for temporary in seen.temporary):
            assert letter.recipient == MARIE
            assert "credentials" in letter["X-Autopro-Template"]
            assert not any(temporary in letter["Subject"] for temporary in seen.temporary)


def _contents(folders: list[Path]) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
