"""A message that cannot be handled is set aside after three tries; the others are served, and a person can replay it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from bot.commands.import_command import import_samples
from storage.database import Transaction
from tests.stories.rows import rows
from tests.support.desk import CUSTOMER, StartedDesk, started_desk

ADMIN = "chief@carrier.example"
AUTOPRO = Path(sys.executable).parent / "autopro"


async def damage(desk: StartedDesk) -> None:
    """Writes a word into the shipments that no status has: a fault in the data, as a bad tool leaves one."""
    await change(desk, "UPDATE shipment_event SET reason = status, status = 'nonsense'")


async def mend(desk: StartedDesk) -> None:
    await change(desk, "UPDATE shipment_event SET status = reason, reason = ''")


async def change(desk: StartedDesk, statement: str, **values: object) -> None:
    async def write(tx: Transaction) -> None:
        await tx.run(statement, values)

    await desk.app.database.write(write)


async def parked(desk: StartedDesk, at: int = 0) -> None:
    """Lets time pass until the message is parked: the first, or another."""
    async with asyncio.timeout(20):
        while (await rows(desk, "SELECT state FROM inbox ORDER BY id"))[at]["state"] != "parked":
            await asyncio.sleep(0.05)
            desk.clock.move(minutes=1)


async def park_one(desk: StartedDesk, words: str) -> None:
    await damage(desk)
    assert (await desk.hand_in(desk.mail(words, subject="my skid")))[0] == 250
    await parked(desk)
    assert (await rows(desk, "SELECT attempts FROM inbox"))[0]["attempts"] == 3


async def autopro(folder: Path, *arguments: str) -> str:
    """Runs the command line against the running desk's settings."""
    config = folder / "autopro.toml"
    desk, database = f'address = "service@carrier.example"\ndata_dir = "{folder}"', f'url = "sqlite:///{folder}/desk.db"'
    config.write_text(f"[desk]\n{desk}\n[database]\n{database}\n")
    process = await asyncio.create_subprocess_exec(
        str(AUTOPRO), *arguments, "--config", str(config), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode()


@pytest.mark.parametrize(("words", "language"), [("Please TRACE 123456789", "en"), ("Bonjour,\nREPÉRAGE 123456789\nmerci", "fr")])
async def test_parked_told_once_and_replayed(tmp_path: Path, words: str, language: str) -> None:
    async with started_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        await park_one(desk, words)
        letters = await desk.relay.wait(2)
        told = {letter.recipient: letter for letter in letters}
        assert told[CUSTOMER]["X-Autopro-Template"] == "desk/parked"
        assert told[ADMIN]["X-Autopro-Template"] == "operator/parked"
        assert "autopro parked show 1" in told[ADMIN].text
        desk.relay.letters.clear()
        code, _ = await desk.hand_in(desk.mail("HELP", sender="other@customer.example"))  # the others are served
        assert code == 250
        assert (await desk.relay.next()).recipient == "other@customer.example"

        listed = json.loads(await autopro(tmp_path, "parked", "list", "--json"))
        assert [(entry["id"], entry["attempts"]) for entry in listed] == [(1, 3)]
        shown = await autopro(tmp_path, "parked", "show", "1")
        assert CUSTOMER in shown
        await mend(desk)
        desk.clock.moment = desk.app.clock.now().replace(year=2090)  # the command line has the machine's clock
        await autopro(tmp_path, "parked", "replay", "1")
        replayed = asyncio.get_running_loop().time()
        letter = await desk.relay.next()
        assert letter["X-Autopro-Template"] == "trace/found"
        assert letter["Content-Language"].startswith(language) or letter["Content-Language"] == "fr, en"
        assert asyncio.get_running_loop().time() - replayed < 2
        await desk.settle()
        assert desk.relay.letters == []


async def test_discarded_is_forgotten(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        await park_one(desk, "TRACE 123456789")
        assert (await desk.relay.next())["X-Autopro-Template"] == "desk/parked"
        await autopro(tmp_path, "parked", "discard", "1")
        assert await rows(desk, "SELECT state, sealed FROM inbox") == [{"state": "discarded", "sealed": None}]
        assert json.loads(await autopro(tmp_path, "parked", "list", "--json")) == []


async def test_a_record_that_cannot_be_opened_is_parked_and_only_the_operators_are_told(tmp_path: Path) -> None:
    async with started_desk(tmp_path, admins={"addresses": [ADMIN]}, mail_trust={"origins": [], "relays": ["127.0.0.1"]}) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        await damage(desk)
        await desk.hand_in(desk.mail("TRACE 123456789"))
        sealed = (await rows(desk, "SELECT sealed FROM inbox"))[0]["sealed"]
        spoiled = bytes(reversed(bytes(sealed)))
        await change(desk, "UPDATE inbox SET attempts = 0, sealed = :sealed", sealed=spoiled)
        await parked(desk)
        letter = await desk.relay.next()
        assert (letter.recipient, letter["X-Autopro-Template"]) == (ADMIN, "operator/parked")
        await desk.settle()
        assert desk.relay.letters == []
