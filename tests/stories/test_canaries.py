"""Secrets leave no trace: after a whole life of an account they are searched for in every file, letter, log line and backup."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from email.utils import parseaddr
from pathlib import Path

from bot.commands.import_command import import_samples
from storage.backup import back_up
from tests.stories.test_accounts import ADMIN, ENGLISH, NEXT_PASSWORD, PASSWORD, answer, letters, open_account, value
from tests.support.desk import CUSTOMER, StartedDesk, started_desk

WRONG = "wrong-canary-password-4711"


async def live(desk: StartedDesk) -> tuple[str, set[str]]:
    """Asks for an account, uses it, forgets the password; the temporary password and every token that was seen."""
    code = await open_account(desk, ENGLISH)
    await desk.ask(ENGLISH.login.format(code=code, password=WRONG))
    opened = await desk.ask(ENGLISH.login.format(code=code, password=PASSWORD))
    await desk.hand_in(desk.mail(ENGLISH.forgot.format(code=code)))
    got = await letters(desk, 2)
    decide = got[ADMIN, "admin/decide"]
    await answer(desk, decide, ENGLISH.approve, sender=ADMIN)
    credentials = (await letters(desk, 2))[CUSTOMER, "password/credentials"]
    await answer(desk, credentials, ENGLISH.new.format(password=NEXT_PASSWORD), sender=CUSTOMER)
    await letters(desk, 1)
    addresses = [parseaddr(letter["Reply-To"])[1] for letter in (opened, decide, credentials)]
    return value(credentials, ENGLISH.temporary_label), {re.split(r"\+s\.|@", address)[1] for address in addresses}


async def test_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    logged = io.StringIO()
    folder = tmp_path / "data"
    with redirect_stderr(logged), redirect_stdout(logged):
        async with started_desk(folder, admins={"addresses": [ADMIN]}, relay={"allow_plain_secrets": True}) as desk:
            await import_samples(desk.app.database, desk.clock.now())
            temporary, tokens = await live(desk)
            await desk.settle()
            back_up(folder / "desk.db", tmp_path / "backup.db")
            while_running = _contents(tmp_path)
    secrets = {PASSWORD, NEXT_PASSWORD, WRONG, temporary, *tokens}
    assert len(secrets) == 7
    for name, content in {**while_running, **_contents(tmp_path), "log": logged.getvalue().encode()}.items():
        for secret in secrets:
            assert secret.encode() not in content, f"{secret!r} stands in {name}"


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
