"""What the command line works with beside a running desk: the same stores, handlers and letters, in transactions of its own.

Letters go into the outbox without a lease: the running desk sends them within two seconds, or the next one that is started.
"""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from bot.commands.common import run
from bot.config import Settings
from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.clock import Clock, Mint, SystemClock, SystemMint
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.core.values import Assurance, Channel, Language, Sender
from bot.core.visit import AccountRules, DeskFacts, Stores, Visit
from bot.filing import FilingCabinet
from bot.key_file import load_key
from bot.rules import account_rules, desk_facts
from handlers.office import Office, office_of
from storage.correspondents import Correspondents
from storage.database import Database, Transaction
from storage.opening import open_database
from storage.shipments import ShipmentStore

if TYPE_CHECKING:
    from bot.posting import Posting

Result = TypeVar("Result")


@dataclass(frozen=True)
class Backoffice:
    """The desk as the command line sees it. `operator` is who acts, for the audit trail."""

    database: Database
    cabinet: FilingCabinet
    settings: Settings
    rules: AccountRules
    facts: DeskFacts
    clock: Clock
    mint: Mint
    operator: str

    @cached_property
    def posting(self) -> Posting:
        """Writes letters. Made when the first one is: compiling every template takes half a second, and a listing needs none."""
        from bot.parts import composer_of
        from bot.posting import Posting

        return Posting(composer_of(self.settings, self.mint), self.cabinet.seal, leased=False)

    def visit(self, tx: Transaction) -> Visit:
        """The operator at the counter, with an administrator's rights: who may run commands here may open the database as well."""
        now = self.clock.now()
        return Visit(
            now=now,
            channel=Channel.TERMINAL,
            sender=Sender(key=self.operator),
            language=Language.EN,
            assurance=Assurance.ADMINISTRATOR,
            first_contact=False,
            desk=self.facts,
            stores=Stores(ShipmentStore(tx), Correspondents(tx, now), self.cabinet.on(tx)),
            rules=self.rules,
            mint=self.mint,
        )

    def office(self, tx: Transaction) -> Office:
        """The stores with the rules and the moment."""
        return office_of(self.visit(tx))

    async def act(self, job: Callable[[Visit, Transaction], Awaitable[Reply]]) -> Reply:
        """Lets a handler answer the operator, and posts its letters to others, in one transaction."""

        async def work(tx: Transaction) -> Reply:
            visit = self.visit(tx)
            reply = await job(visit, tx)
            if reply.posts:
                await self.posting.send(tx, visit.files, reply.posts, visit.now)
            return reply

        return await self.database.write(work)

    async def write(self, job: Callable[[Office, Transaction], Awaitable[Result]]) -> Result:
        """Does something in one transaction."""
        return await self.database.write(lambda tx: job(self.office(tx), tx))

    async def read(self, job: Callable[[Office, Transaction], Awaitable[Result]]) -> Result:
        """Looks something up."""
        return await self.database.read(lambda tx: job(self.office(tx), tx))

    def local(self, moment: datetime | None) -> str:
        """A moment as the office's clock shows it, "" for none."""
        zone = self.rules.calendar.zone
        return moment.astimezone(zone).isoformat(sep=" ", timespec="minutes") if moment is not None else ""


def in_backoffice(settings: Settings, job: Callable[[Backoffice], Awaitable[Result]]) -> Result:
    """Opens what the settings name, does the job, and closes it again. Raises AutoproError with what to do."""

    async def work() -> Result:
        async with open_backoffice(settings) as backoffice:
            return await job(backoffice)

    return run(work())


@asynccontextmanager
async def open_backoffice(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Backoffice]:
    """The database with the key that belongs to it."""
    mint = SystemMint()
    key = load_key(settings.key_file, mint)
    seal = Seal(key, mint)
    database = await open_database(settings.database.url)
    try:
        yield Backoffice(
            database=database,
            cabinet=FilingCabinet(database, seal, mint, Chain(audit_key(key))),
            settings=settings,
            rules=account_rules(settings),
            facts=desk_facts(settings),
            clock=clock or SystemClock(),
            mint=mint,
            operator=operator(),
        )
    finally:
        await database.close()


def operator() -> str:
    """Who acts, as the audit trail names them: the operating system's user."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return "operator:unknown"
