"""A started desk with sample shipments, customers and administrators: where the stories about accounts take place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.commands.import_command import import_samples
from bot.core.accounts.records import Account, Request
from bot.core.visit import Files
from bot.sweep import SweepReport
from storage.database import Transaction
from tests.support.desk import StartedDesk, started_desk
from tests.support.people import Person, value
from tests.support.relay import SentLetter
from tests.support.speech import ADMIN, JULES, MARIE, PASSWORD, SECOND, Speech


@dataclass
class House:
    """The desk, who writes to it, and what a story asks of the files."""

    desk: StartedDesk

    @cached_property
    def marie(self) -> Person:
        """A customer."""
        return self.person(MARIE)

    @cached_property
    def jules(self) -> Person:
        """Her colleague."""
        return self.person(JULES)

    @cached_property
    def admin(self) -> Person:
        """An administrator."""
        return self.person(ADMIN)

    @cached_property
    def second(self) -> Person:
        """Another one, where the desk was started with two."""
        return self.person(SECOND)

    def person(self, address: str) -> Person:
        """Anybody else."""
        return Person(self.desk, address)

    async def stranger(self, speech: Speech) -> Person:
        """Somebody who has traced before, so that the next answer does not greet them."""
        mallory = self.person("mallory@stranger.example")
        await mallory.asks(speech.trace, "trace/found")
        return mallory

    async def request(self, speech: Speech, who: Person | None = None) -> SentLetter:
        """Somebody asks for access with a complete form; the receipt."""
        who = who or self.marie
        await who.writes(f"{speech.request}\n{speech.form.format(name='Marie Tremblay', address=who.address)}")
        return await who.gets("access/received")

    async def credentials(self, speech: Speech, *, customers: str | None = None) -> SentLetter:
        """Marie asks, the administrator approves; the letter with her access code. `customers`: else that of PRO 123456789."""
        await self.request(speech)
        numbers = await self.shipper() if customers is None else customers
        await self.admin.answers(await self.admin.gets("admin/decide"), f"{speech.approve} {numbers}")
        await self.admin.gets("admin/decided")
        return await self.marie.gets("access/credentials")

    async def open_account(self, speech: Speech, *, customers: str | None = None, password: str = PASSWORD) -> str:
        """The same up to a password of her own; the access code."""
        credentials = await self.credentials(speech, customers=customers)
        await self.marie.answers_and_gets(credentials, speech.new.format(password=password), "password/changed")
        return value(credentials, speech.code_label)

    async def session(self, speech: Speech, code: str, who: Person | None = None, *, password: str = PASSWORD) -> SentLetter:
        """Logs in by mail; the letter that carries the session."""
        return await (who or self.marie).asks(speech.login.format(code=code, password=password), "login/opened")

    async def colleague(self, speech: Speech, code: str) -> None:
        """Marie invites Jules, who confirms; every letter about it is read."""
        opened = await self.session(speech, code)
        await self.marie.answers_and_gets(opened, speech.invite.format(address=JULES), "members/invited")
        await self.jules.answers_and_gets(await self.jules.gets("members/invitation"), speech.yes, "members/joined")
        await self.marie.gets("members/new_party")

    async def shipper(self) -> str:
        """The customer number of the shipper of PRO 123456789."""

        async def read(tx: Transaction) -> str:
            row = await tx.row("SELECT shipper_number FROM shipment WHERE pro = '123456789'")
            assert row is not None
            return str(row["shipper_number"])

        return await self.desk.app.database.read(read)

    async def account(self, code: str) -> Account:
        """An account as it is on file."""
        found = await self.desk.app.database.read(lambda tx: self.files(tx).accounts.by_code(code))
        assert found is not None
        return found

    async def a_request(self, number: int = 1) -> Request:
        """A request as it is on file."""
        found = await self.desk.app.database.read(lambda tx: self.files(tx).requests.get(number))
        assert found is not None
        return found

    async def newest_request(self) -> Request:
        """The request made last; on PostgreSQL numbers may have gaps."""
        return (await self.desk.app.database.read(lambda tx: self.files(tx).requests.all()))[-1]

    async def audit(self) -> list[str]:
        """The events of the audit trail, oldest first."""
        entries = await self.desk.app.database.read(lambda tx: self.files(tx).audit.entries())
        return [entry.event for entry in entries]

    def files(self, tx: Transaction) -> Files:
        """The stores, as the desk opens them."""
        return self.desk.app.sweep.cabinet.on(tx)

    async def sweep(self) -> SweepReport:
        """The calendar sweep at the moment of the hand clock."""
        report = await self.desk.app.sweep.run_once(self.desk.clock.now())
        assert (report.alarm, report.failed) == (None, 0)
        return report


@asynccontextmanager
async def open_house(folder: Path, *admins: str, **sections: Mapping[str, Any]) -> AsyncIterator[House]:
    """A started desk whose relay may be sent passwords without TLS: it is on this machine. `admins`: else one."""
    listed = {"addresses": admins or (ADMIN,)}
    async with started_desk(folder, None, admins=listed, relay={"allow_plain_secrets": True}, **sections) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        yield House(desk)
