"""Visits to the handlers about accounts, without the main path around them: real stores on a real database, the real grammar, real
letters. A test makes accounts, lets somebody write, and reads what is answered and what is posted to others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot import recognition
from bot.core.accounts.audit_chain import Chain
from bot.core.accounts.codes import fold_temporary
from bot.core.accounts.passwords import normalised
from bot.core.accounts.records import Account, Grant, Member, NewAccount, NewMember, NewSession
from bot.core.accounts.tokens import Purpose
from bot.core.anteroom import Anteroom, Changed
from bot.core.clock import SystemMint
from bot.core.commands import Command, Handler
from bot.core.grammar import Context, Vocabulary, read
from bot.core.seal import Seal
from bot.core.subjects import is_reply_prefix
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import Access, AccountRules, DeskFacts, Files, Stores, Visit
from bot.filing import FilingCabinet
from storage.correspondents import Correspondents
from storage.database import Database, Transaction
from storage.opening import open_database
from storage.shipments import ShipmentStore
from tests.handlers.counter import DESK
from tests.support.clock import HandClock
from tests.support.visitors import (
    ADMIN,
    JULES,
    MARIE,
    PASSWORD,
    RULES,
    STRANGER,
    ZONE,
    Outcome,
    QuickHashing,
    Writer,
    check_letters,
    everything,
    text,
)

__all__ = [
    "ADMIN",
    "JULES",
    "MARIE",
    "PASSWORD",
    "RULES",
    "STRANGER",
    "ZONE",
    "Outcome",
    "QuickHashing",
    "Visits",
    "Writer",
    "check_letters",
    "everything",
    "open_visits",
    "text",
]

Result = TypeVar("Result")


@dataclass
class Visits:
    """The stores of a desk, and its visitors."""

    database: Database
    clock: HandClock = field(default_factory=HandClock)
    rules: AccountRules = RULES
    desk: DeskFacts = DESK
    hashing: QuickHashing = field(default_factory=QuickHashing)
    mint: SystemMint = field(default_factory=SystemMint)
    seal: Seal = field(default_factory=lambda: Seal(b"k" * 32, SystemMint()))

    @property
    def filing(self) -> FilingCabinet:
        """Opens the stores."""
        return FilingCabinet(self.database, self.seal, self.mint, Chain(b"c" * 32))

    def files(self, tx: Transaction) -> Files:
        """The stores on an open transaction."""
        return self.filing.on(tx)

    async def write(self, job: Callable[[Files], Awaitable[Result]]) -> Result:
        """Does something to the stores in a transaction of its own."""
        return await self.database.write(lambda tx: job(self.files(tx)))

    async def read(self, job: Callable[[Files], Awaitable[Result]]) -> Result:
        """Looks something up."""
        return await self.database.read(lambda tx: job(self.files(tx)))

    async def account(
        self,
        code: str = "K7MP4TXR",
        *,
        members: Sequence[NewMember | str] = (MARIE,),
        password: str | None = PASSWORD,
        temporary: str | None = None,
        company: str = "Tremblay inc.",
        customers: Sequence[str] = ("0012345",),
    ) -> Account:
        """An account; the first member is the principal one. `temporary` as minted, for that member."""
        now = self.clock.now()
        password_hash = await self.hashing.hash(normalised(password)) if password is not None else ""
        temporary_hash = await self.hashing.hash(fold_temporary(temporary) or "") if temporary else ""

        async def make(files: Files) -> int:
            account = await files.accounts.create(NewAccount(code, company, tuple(customers)), now)
            assert account is not None
            added = []
            for number, each in enumerate(members):
                new = NewMember(each, name=each.partition("@")[0].title()) if isinstance(each, str) else each
                added.append(await files.members.add(account.id, replace(new, principal=number == 0), now))
            if password_hash:
                await files.accounts.set_password(account.id, password_hash, now)
            if temporary_hash and added[0] is not None:
                hours = timedelta(hours=self.rules.temporary_password_hours)
                await files.accounts.set_temporary(account.id, temporary_hash, added[0].id, now + hours, now + timedelta(days=7))
            return account.id

        return await self.again(await self.write(make))

    async def again(self, account: Account | int) -> Account:
        """An account as it is on file now."""
        account_id = account if isinstance(account, int) else account.id
        found = await self.read(lambda files: files.accounts.by_id(account_id))
        assert found is not None
        return found

    async def member(self, account: Account, address: str) -> Member:
        """A member by the address on record."""
        members = await self.read(lambda files: files.members.of_account(account.id))
        return next(member for member in members if member.address == address)

    async def issue(self, grant: Grant) -> str:
        """A token, as a letter would carry it."""
        return await self.write(lambda files: files.tokens.issue(grant, self.clock.now()))

    async def running(self, writer: Writer) -> bool:
        """Whether a session of that conversation was not ended."""
        return await self.read(lambda files: files.sessions.of_conversation(writer.sender.key)) is not None

    async def audit(self) -> list[str]:
        """The events of the audit trail, oldest first."""
        return [entry.event for entry in await self.read(lambda files: files.audit.entries())]

    async def open_session(self, account: Account, writer: Writer, *, confirmed: bool = True, limited: bool = False) -> str:
        """A session without a login; by mail the token that carries it, "" elsewhere."""
        now, key = self.clock.now(), writer.sender.key

        async def opened(files: Files) -> str:
            members = await files.members.of_account(account.id)
            member = next((each for each in members if each.address == writer.address), None)
            member_id = member.id if member else None
            new = NewSession(key, account.id, member_id, limited=limited, password_confirmed=confirmed)
            session = await files.sessions.open(new, now)
            if writer.channel is not Channel.MAIL:
                return ""
            grant = Grant(Purpose.SESSION, key, session.assurance, account.id, member_id, session.id)
            return await files.tokens.issue(grant, now)

        return await self.write(opened)

    async def ask(
        self,
        handlers: Handler | Sequence[Handler],
        words: str,
        writer: Writer,
        *,
        token: str = "",
        subject: str = "",
        language: Language | None = Language.EN,
        assurance: Assurance | None = None,
        quoted: str = "",
        before: Callable[[], Awaitable[object]] | None = None,
    ) -> Outcome:
        """What is answered to a message: the real grammar reads it, `prepare` and the answer run as the main path runs them.

        `assurance` overrides what was recognised (an administrator). `before` happens once, between `prepare` and the answer.
        """
        table = [handlers] if isinstance(handlers, Handler) else list(handlers)
        context = Context(subject_is_reply=is_reply_prefix(subject), answers_us=bool(token))
        reading = read(Vocabulary([handler.spec for handler in table]), subject, words, context)
        assert len(reading.commands) == 1, f"no single command in {words!r}: {reading}"
        command = reading.commands[0]
        handler = next(each for each in table if each.spec.name == command.name)
        return await self.run(
            handler, command, writer, token=token, language=language, assurance=assurance, quoted=quoted, before=before
        )

    async def run(
        self,
        handler: Handler,
        command: Command,
        writer: Writer,
        *,
        token: str = "",
        language: Language | None = Language.EN,
        assurance: Assurance | None = None,
        quoted: str = "",
        before: Callable[[], Awaitable[object]] | None = None,
    ) -> Outcome:
        """The same for a command that was read already."""
        for _ in range(3):
            prepared = await self._prepare(handler, command, writer, token)
            if before is not None:
                await before()
                before = None

            async def answer(tx: Transaction, prepared: Any = prepared) -> Outcome:
                visit = await self._visit(tx, writer, token, language, assurance, quoted)
                visit = replace(visit, prepared=prepared)
                return Outcome(await handler.answer(visit, command), visit, prepared)

            try:
                return await self.database.write(answer)
            except Changed:
                continue
        raise AssertionError("what was prepared never fitted what is on file")

    async def _prepare(self, handler: Handler, command: Command, writer: Writer, token: str) -> Any:
        if handler.prepare is None:
            return None
        access = await self.read(lambda files: self.recognise(files, writer, token))
        anteroom = Anteroom(
            now=self.clock.now(),
            channel=writer.channel,
            sender=writer.sender,
            authentic=_authentic(writer),
            access=access,
            rules=self.rules,
            hashing=self.hashing,
            desk=self.filing,
            mint=self.mint,
        )
        return await handler.prepare(anteroom, command)

    async def _visit(
        self,
        tx: Transaction,
        writer: Writer,
        token: str,
        language: Language | None,
        assurance: Assurance | None,
        quoted: str,
    ) -> Visit:
        now, files = self.clock.now(), self.files(tx)
        access = await self.recognise(files, writer, token)
        proved = recognition.assurance_of(access, _seen(writer, token))
        return Visit(
            now=now,
            channel=writer.channel,
            sender=writer.sender,
            language=language,
            assurance=proved if assurance is None else assurance,
            first_contact=False,
            desk=self.desk,
            stores=Stores(ShipmentStore(tx), Correspondents(tx, now), files),
            logged_in=access.entered,
            can_remember=_authentic(writer),
            access=access,
            rules=self.rules,
            mint=self.mint,
            quoted=quoted,
            authenticity="origin" if _authentic(writer) else "none",
        )

    async def recognise(self, files: Files, writer: Writer, token: str) -> Access:
        """Who the writer is, as the main path recognises them."""
        return await recognition.recognise(files, _seen(writer, token), self.rules, self.clock.now())


def _authentic(writer: Writer) -> bool:
    return writer.authentic or writer.channel is not Channel.MAIL


def _seen(writer: Writer, token: str) -> recognition.Writer:
    return recognition.Writer(writer.channel, writer.sender, token, (), _authentic(writer))


@asynccontextmanager
async def open_visits(folder: Path, *, now: datetime | None = None, **rules: Any) -> AsyncIterator[Visits]:
    """A desk's stores in a fresh database under `folder`; `rules` change single settings of `AccountRules`."""
    database = await open_database(f"sqlite:///{folder}/visits.db")
    try:
        clock = HandClock() if now is None else HandClock(now)
        yield Visits(database, clock, rules=replace(RULES, **rules))
    finally:
        await database.close()
