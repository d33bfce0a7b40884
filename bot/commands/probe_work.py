"""Sends test letters through the running desk, to itself and to administrators; `checks/probes.py` tells what came of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.commands.backoffice import Backoffice
from bot.core.accounts.records import Grant
from bot.core.accounts.tokens import Purpose
from bot.core.inbound import TOKEN_MARK
from bot.core.replies import Post, Reply
from bot.core.values import Assurance
from handlers.office import Office, person_of
from storage.database import Transaction
from storage.outbox import Outbox
from storage.probes import ProbeStore

_LOOK_SECONDS = 0.3


async def send_probe(backoffice: Backoffice) -> None:
    """Writes a letter to a subaddress of the desk's own; a running desk sends it."""
    desk = backoffice.settings.desk

    async def job(office: Office, tx: Transaction) -> None:
        grant = Grant(Purpose.PROBE, person_of(desk.address), Assurance.ANYONE)
        token = await office.files.tokens.issue(grant, office.now)
        local, _, domain = desk.address.rpartition("@")
        back = f"{local}{desk.subaddress_separator}{TOKEN_MARK}{token}@{domain}"
        letter = backoffice.posting.composer.notice(back, Reply("operator/probe", {}), None, office.now)
        # Its conversation is the desk's: a token stands nowhere in the database but as a digest.
        letter = replace(letter, conversation=person_of(desk.address))
        await Outbox(tx, backoffice.cabinet.seal).add(letter, None, office.now, leased=False)
        await ProbeStore(tx).sent(desk.address, letter.message_id, office.now)

    await backoffice.write(job)


async def came_back(backoffice: Backoffice, seconds: float) -> bool:
    """Waits until the desk has noted that its letter came back; False when it did not within `seconds`, or never will."""
    address = backoffice.settings.desk.address
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        probe = await backoffice.database.read(lambda tx: ProbeStore(tx).get(address))
        if probe is None or probe.answered_at is not None:
            return probe is not None
        letter = await backoffice.database.read(lambda tx, probe=probe: ProbeStore(tx).letter(probe))  # type: ignore[misc]
        if letter is not None and (letter.state == "failed" or letter.bounce):
            return False
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_LOOK_SECONDS)


async def send_tests(backoffice: Backoffice) -> list[str]:
    """Writes to each listed administrator a letter to be answered; to whom."""
    addresses = list(backoffice.settings.admins.addresses)

    async def job(office: Office, tx: Transaction) -> None:
        for address in addresses:
            grant = Grant(Purpose.TEST, person_of(address), Assurance.ANYONE)
            token = await office.files.tokens.issue(grant, office.now)
            post = Post(address, Reply("admin/test", {}), token=token)
            (queued,) = await backoffice.posting.send(tx, office.files, [post], office.now)
            await ProbeStore(tx).sent(address, queued.letter.message_id, office.now)

    await backoffice.write(job)
    return addresses
