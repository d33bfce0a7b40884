"""Secrets leave no trace: after a whole life of an account they are searched for in every file, letter, log line and backup."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from storage.backup import back_up
from tests.support.house import House, open_house
from tests.support.people import address_for_answers, value
from tests.support.speech import ENGLISH, NEXT_PASSWORD, PASSWORD

WRONG = "wrong-canary-password-4711"


async def live(house: House) -> tuple[str, set[str]]:
    """Asks for an account, uses it, forgets the password; the temporary password and every token that was seen."""
    code = await house.open_account(ENGLISH)
    await house.marie.asks(ENGLISH.login.format(code=code, password=WRONG), "login/refused")
    opened = await house.session(ENGLISH, code)
    await house.marie.asks(ENGLISH.forgot.format(code=code), "password/forgot_received")
    decide = await house.admin.gets("admin/decide")
    await house.admin.answers_and_gets(decide, ENGLISH.approve, "admin/decided")
    credentials = await house.marie.gets("password/credentials")
    await house.marie.answers_and_gets(credentials, ENGLISH.new.format(password=NEXT_PASSWORD), "password/changed")
    await house.marie.asks(ENGLISH.login.format(code=code, password=PASSWORD), "login/refused")  # the one before
    tokens = {re.split(r"\+s\.|@", address_for_answers(letter))[1] for letter in (opened, decide, credentials)}
    return value(credentials, ENGLISH.temporary_label), tokens


async def test_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    logged = io.StringIO()
    folder = tmp_path / "data"
    with redirect_stderr(logged), redirect_stdout(logged):
        async with open_house(folder) as house:
            temporary, tokens = await live(house)
            await house.desk.settle()
            back_up(folder / "desk.db", tmp_path / "backup.db")
            while_running = _contents(tmp_path)
    secrets = {PASSWORD, NEXT_PASSWORD, WRONG, temporary, *tokens}
    assert len(secrets) == 7
    for name, content in {**while_running, **_contents(tmp_path), "log": logged.getvalue().encode()}.items():
        for secret in secrets:
            assert secret.encode() not in content, f"{secret!r} stands in {name}"


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
