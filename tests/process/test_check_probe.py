"""`autopro check --probe` beside the real `autopro serve`, with a mail server between that hands subaddresses back to the desk."""

from __future__ import annotations

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.process.child import Place, free_port, place, run, started
from tests.support.relay import Relay, SentLetter, running_relay


def hand_back(here: Place, letter: SentLetter) -> None:
    with smtplib.SMTP("127.0.0.1", here.smtp, timeout=20) as client:
        client.sendmail(letter.sender, [letter.recipient], letter.content)


@asynccontextmanager
async def returning(relay: Relay, here: Place) -> AsyncIterator[None]:
    """A mail server that hands every letter to the desk's own addresses on to the desk."""

    async def hand_all_back() -> None:
        while True:
            await asyncio.to_thread(hand_back, here, await relay.next(3600))

    task = asyncio.create_task(hand_all_back())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def check(here: Place, *options: str) -> tuple[int, dict[str, Any]]:
    done = await asyncio.to_thread(here.run, "check", "--json", *options, seconds=90)
    return done.returncode, {one["subject"]: one for one in json.loads(done.stdout)}


async def test_the_probe_comes_back_through_a_running_desk(tmp_path: Path) -> None:
    async with running_relay() as relay:
        here = place(
            tmp_path, f'[relay]\nhost = "127.0.0.1"\nport = {relay.port}\n[admins]\naddresses = ["boss@carrier.example"]\n'
        )
        with started(here):
            async with returning(relay, here):
                code, found = await check(here, "--probe", "--seconds", "30")
            assert (code, found["subaddresses"]["well"]) == (0, True)
            assert "came back within" in found["subaddresses"]["found"]
            code, found = await check(here, "--probe", "--seconds", "1")
            assert (code, found["subaddresses"]["well"]) == (1, False), "nobody hands it back any more"
            await relay.next()
            code, found = await check(here, "--administrators")
            assert "is not answered yet" in found["administrator boss@carrier.example"]["found"]
            assert (await relay.next()).recipient == "boss@carrier.example"


async def test_without_a_running_desk_the_letter_waits(tmp_path: Path) -> None:
    here = place(tmp_path, f'[relay]\nhost = "127.0.0.1"\nport = {free_port()}\n')
    code, found = await check(here, "--probe", "--seconds", "1")
    assert code == 1
    assert "autopro serve" in found["subaddresses"]["mend"]


def test_what_cannot_be_probed_says_so(tmp_path: Path) -> None:
    here = place(tmp_path)
    for option, words in (("--probe", "[relay] host"), ("--administrators", "[admins] addresses is empty")):
        done = here.run("check", option)
        assert done.returncode == 1
        assert words in done.stderr


def test_mistakes_in_the_settings_are_a_finding(tmp_path: Path) -> None:
    here = place(tmp_path, "[relay]\nhots = 1\n[limits]\nanswers_per_hour = -1\n")
    done = here.run("check")
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("MEND settings: 2 mistake(s)")
    assert "relay.hots: there is no such setting; did you mean 'host'?" in line
    assert json.loads(here.run("check", "--json").stdout)[0]["well"] is False
    missing = run("check", "--config", str(tmp_path / "none.toml"))
    assert "does not exist" in missing.stdout
