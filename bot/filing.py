"""The stores about accounts on an open transaction, and the place where handlers prepare what is slow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.core.accounts.audit_chain import Chain
from bot.core.clock import Mint
from bot.core.seal import Seal
from bot.core.visit import Files
from storage.accounts import AccountStore
from storage.attempts import AttemptStore
from storage.audit import AuditStore
from storage.database import Database, Transaction
from storage.drafts import DraftStore
from storage.members import MemberStore
from storage.probes import ProbeStore
from storage.requests import RequestStore
from storage.sessions import SessionStore
from storage.tokens import TokenStore

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FilingCabinet:
    """Opens the stores. It is also what `Anteroom.desk` is: short transactions of their own."""

    database: Database
    seal: Seal
    mint: Mint
    chain: Chain

    def on(self, tx: Transaction) -> Files:
        """Every store about accounts, on an open transaction."""
        return Files(
            accounts=AccountStore(tx),
            members=MemberStore(tx, self.seal),
            sessions=SessionStore(tx),
            tokens=TokenStore(tx, self.seal, self.mint),
            requests=RequestStore(tx, self.seal),
            attempts=AttemptStore(tx),
            drafts=DraftStore(tx, self.seal),
            audit=AuditStore(tx, self.seal, self.chain),
            probes=ProbeStore(tx),
        )

    async def read(self, job: Callable[[Files], Awaitable[Result]]) -> Result:
        """Looks something up."""
        return await self.database.read(lambda tx: job(self.on(tx)))

    async def write(self, job: Callable[[Files], Awaitable[Result]]) -> Result:
        """Writes something that stands whatever becomes of the answer."""
        return await self.database.write(lambda tx: job(self.on(tx)))
