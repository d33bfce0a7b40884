"""The database: it opens (and is migrated), is whole, takes writes, belongs to the key; and what in it waits for a person."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground
from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.errors import AutoproError
from bot.core.seal import Seal
from bot.key_file import load_key
from storage.audit import AuditStore
from storage.database import Database, Transaction
from storage.depths import Depths
from storage.key_check import check_key
from storage.opening import open_database


async def check_database(ground: Ground) -> list[Finding]:
    """Opens it as the desk does."""
    try:
        database = await open_database(ground.settings.database.url)
    except AutoproError as error:
        return [Finding("database", well=False, found=str(error), mend="see the line above; [database] url names it")]
    try:
        return await _look_inside(database) + await _opens(database, ground)
    except AutoproError as error:
        return [Finding("database", well=False, found=str(error), mend="look at its disk; restore a backup when it is damaged")]
    finally:
        await database.close()


async def _look_inside(database: Database) -> list[Finding]:
    async def nothing(_tx: Transaction) -> None:
        return None

    faults = await database.faults()
    if faults:
        mend = "stop the desk and restore a backup; keep the damaged file for a rescue"
        return [Finding("database", well=False, found=f"damaged: {'; '.join(faults)}", mend=mend)]
    await database.write(nothing)
    depths = await database.read(Depths.read)
    return [
        Finding("database", well=True, found="opens, and takes writes"),
        Finding(
            "parked messages",
            well=depths.inbox_parked == 0,
            found=f"{depths.inbox_parked} wait for a person",
            mend="autopro parked list, then show, replay or discard each",
        ),
        Finding(
            "letters given up",
            well=depths.outbox_failed == 0,
            found=f"{depths.outbox_failed} could not be delivered",
            mend="look for delivery_given_up in the log; mend the relay or the address",
        ),
    ]


async def _opens(database: Database, ground: Ground) -> list[Finding]:
    subject, key_file = "key and database", ground.settings.key_file
    try:
        await check_key(database, Seal(load_key(key_file, ground.mint), ground.mint))
    except AutoproError as error:
        return [Finding(subject, well=False, found=str(error), mend=f"put back the {key_file} of this database")]
    return [Finding(subject, well=True, found="the key opens what the database holds"), await _audit_trail(database, ground)]


async def _audit_trail(database: Database, ground: Ground) -> Finding:
    key = load_key(ground.settings.key_file, ground.mint)
    seal, chain = Seal(key, ground.mint), Chain(audit_key(key))
    verdict = await database.read(lambda tx: AuditStore(tx, seal, chain).verify())
    found = f"intact, {verdict.rows} rows" if verdict.intact else f"not intact from row {verdict.row} on"
    mend = "autopro audit verify says what; keep this database as it is and compare it with a backup"
    return Finding("audit trail", well=verdict.intact, found=found, mend=mend)
