"""What the counter knows of accounts: who writes, what is prepared before the answer, what an authenticated visit leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.core.accounts.stores import PasswordHashing
from bot.core.accounts.tokens import Purpose
from bot.core.anteroom import Anteroom, Changed
from bot.core.authenticity import Verdict
from bot.core.commands import Command, Handler
from bot.core.inbound import Inbound
from bot.core.replies import Reply
from bot.core.visit import Access, AccountRules, DeskFacts, Files, Visit
from bot.filing import FilingCabinet
from bot.probing import ARRIVED, note_probe
from bot.recognition import Writer, recognise, token_of
from handlers.office import Office
from storage.database import Transaction

Prepared = Mapping[Command, Any]
NOTHING_PREPARED: Prepared = {}


@dataclass(frozen=True, slots=True)
class Reception:
    """The files, the rules, and the hashing of passwords."""

    cabinet: FilingCabinet
    rules: AccountRules
    hashing: PasswordHashing
    facts: DeskFacts

    def files(self, tx: Transaction) -> Files:
        """The stores about accounts on an open transaction."""
        return self.cabinet.on(tx)

    def office(self, files: Files, now: datetime) -> Office:
        """What letters about requests are made with where nobody visits: a credential came back."""
        return Office(now, files, self.rules, self.facts, self.cabinet.mint)

    async def recognise(self, files: Files, writer: Writer, now: datetime) -> Access:
        """Who the writer is, beyond an address."""
        return await recognise(files, writer, self.rules, now)

    async def note_silence(self, tx: Transaction, inbound: Inbound, verdict: Verdict | None, why: str, now: datetime) -> str:
        """What becomes of a message that nobody answers, in a stable word.

        Such a mail (a machine's, one that fails its domain's policy) decides nothing either: where it came under an administrator's
        token, that stands in the audit trail like every other refusal.
        """
        files = self.files(tx)
        token = await token_of(files, inbound.token, inbound.answers)
        if token is not None and token.grant.purpose in (Purpose.REQUEST, Purpose.DECISION):
            number, facts = token.grant.request_number, {"why": why}
            await files.audit.add("decision_refused", now, actor=inbound.sender.key, request_number=number, facts=facts)
        return ARRIVED if await note_probe(files, token, inbound, verdict, now) else f"silent_{why}"

    async def prepare(
        self, handlers: Mapping[str, Handler], commands: Sequence[Command], writer: Writer, access: Access, now: datetime
    ) -> Prepared:
        """What is slow, outside any transaction: for each command whose handler asks for it."""
        anteroom = Anteroom(
            now=now,
            channel=writer.channel,
            sender=writer.sender,
            authentic=writer.authentic,
            access=access,
            rules=self.rules,
            hashing=self.hashing,
            desk=self.cabinet,
        )
        prepared = {}
        for command in commands:
            prepare = handlers[command.name].prepare
            if prepare is not None:
                prepared[command] = await prepare(anteroom, command)
        return prepared

    async def leave(self, visit: Visit) -> None:
        """An authenticated command was answered: the session goes on, and the account is active (the help page's six months)."""
        session, account = visit.access.session, visit.access.account
        if session is not None:
            await visit.files.sessions.touch(session.id, visit.now)
        if account is not None and visit.access.entered:
            await visit.files.accounts.active(account.id, visit.now)


async def answer_command(handler: Handler, visit: Visit, command: Command, prepared: Prepared) -> Reply:
    """Runs a handler with what was prepared for it. Raises Changed when it needs something that was not."""
    if handler.prepare is None:
        return await handler.answer(visit, command)
    if command not in prepared:
        raise Changed
    return await handler.answer(replace(visit, prepared=prepared[command]), command)
