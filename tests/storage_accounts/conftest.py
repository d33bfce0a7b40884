"""A database with the accounts' stores on its transactions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.accounts.records import Account, Member, NewAccount, NewMember
from bot.core.clock import SystemMint
from bot.core.seal import Seal
from bot.core.values import Language
from storage.accounts import AccountStore
from storage.attempts import AttemptStore
from storage.audit import AuditStore
from storage.database import Database, Transaction
from storage.drafts import DraftStore
from storage.members import MemberStore
from storage.requests import RequestStore
from storage.sessions import SessionStore
from storage.tokens import TokenStore

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
KEY = bytes(range(32))

Result = TypeVar("Result")


@dataclass
class Shelf:
    """The stores of one open transaction."""

    tx: Transaction
    accounts: AccountStore
    members: MemberStore
    sessions: SessionStore
    tokens: TokenStore
    requests: RequestStore
    attempts: AttemptStore
    drafts: DraftStore
    audit: AuditStore

    async def account(self, code: str = "K7MP4TXR", company: str = "Acme inc.", *numbers: str) -> Account:
        made = await self.accounts.create(NewAccount(code, company, numbers), NOW)
        assert made is not None
        return made

    async def member(self, account: Account, address: str = "julie@acme.example", *, principal: bool = True) -> Member:
        new = NewMember(address, "Julie Tremblay", "514-555-0123", Language.FR, principal)
        made = await self.members.add(account.id, new, NOW)
        assert made is not None
        return made


def shelf(tx: Transaction, seal: Seal | None = None) -> Shelf:
    mint = SystemMint()
    seal = seal or Seal(KEY, mint)
    return Shelf(
        tx,
        AccountStore(tx),
        MemberStore(tx, seal),
        SessionStore(tx),
        TokenStore(tx, seal, mint),
        RequestStore(tx, seal),
        AttemptStore(tx),
        DraftStore(tx, seal),
        AuditStore(tx, seal, Chain(audit_key(KEY))),
    )


class Desk:
    """Runs jobs on the stores, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def do(self, job: Callable[[Shelf], Awaitable[Result]]) -> Result:
        return await self.database.write(lambda tx: job(shelf(tx)))

    async def look(self, job: Callable[[Shelf], Awaitable[Result]]) -> Result:
        return await self.database.read(lambda tx: job(shelf(tx)))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)
