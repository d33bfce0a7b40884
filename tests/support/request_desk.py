"""A counter for requests: the whole way of a message through the handlers (dialogue first, then commands), with letters that are
noted as the main path notes them, so that threads, tokens and caps behave as they will.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.core.accounts.records import Request, RequestLetter
from bot.core.anteroom import Anteroom, Changed
from bot.core.commands import Command, Handler
from bot.core.grammar import Context, Vocabulary, read
from bot.core.replies import Post, Reply
from bot.core.subjects import is_reply_prefix
from bot.core.values import Assurance, Language
from bot.core.visit import Files, Visit
from handlers import access, deciding, forgot, my_request, new_code, request_lists, yes
from handlers.office import Office
from handlers.overheard import overheard
from storage.database import Transaction
from storage.opening import open_database
from tests.support.clock import HandClock
from tests.support.visitors import ADMIN, RULES, Outcome, Writer
from tests.support.visits import Visits

SECOND = "second@carrier.example"
JULIE = "julie@shipper.example"
HANDLERS: tuple[Handler, ...] = (
    access.HANDLER,
    forgot.HANDLER,
    my_request.HANDLER,
    new_code.HANDLER,
    *deciding.HANDLERS,
    request_lists.HANDLER,
    yes.HANDLER,
)
_ADMINISTRATORS = (*deciding.HANDLERS, request_lists.HANDLER)
FOR_ADMINISTRATORS = Vocabulary([handler.spec for handler in HANDLERS])
FOR_ALL = Vocabulary([handler.spec for handler in HANDLERS if handler not in _ADMINISTRATORS])
FORM = f"""Name: Julie Tremblay
Company: Expéditions Boréal inc.
E-mail: {JULIE}
Telephone: 514-555-0123
"""
boss = Writer(ADMIN)
second = Writer(SECOND)
julie = Writer(JULIE)
UNREAD = Reply("unread/none")  # what no handler of requests answered: HELP's and the others' part


@dataclass
class RequestDesk(Visits):
    """`sent` holds every letter to others with its Message-ID."""

    sent: list[tuple[str, Post]] = field(default_factory=list)

    async def says(
        self,
        words: str,
        writer: Writer,
        *,
        token: str = "",
        subject: str = "",
        quoted: str = "",
        language: Language | None = Language.EN,
        assurance: Assurance | None = None,
    ) -> Outcome:
        """What is answered to a message."""
        context = Context(subject_is_reply=is_reply_prefix(subject), answers_us=bool(token))
        listed = writer.address in self.rules.admin_addresses
        vocabulary = FOR_ADMINISTRATORS if listed else FOR_ALL
        commands = read(vocabulary, subject, words, context).commands
        handler = next((each for each in HANDLERS if commands and each.spec.name == commands[0].name), None)
        for _ in range(3):
            prepared = None
            if handler is not None and handler.prepare is not None:
                prepared = await handler.prepare(await self._anteroom(writer, token), commands[0])

            async def answer(tx: Transaction, prepared: Any = prepared) -> Outcome:
                visit = await self._visit(tx, writer, token, language, assurance, quoted)
                visit = replace(visit, prepared=prepared, text=words)
                reply = await _answered(visit, handler, commands)
                await self._note(visit.files, reply.posts)
                return Outcome(reply, visit, prepared)

            try:
                return await self.database.write(answer)
            except Changed:
                continue
        raise AssertionError("what was prepared never fitted what is on file")

    async def _anteroom(self, writer: Writer, token: str) -> Anteroom:
        return Anteroom(
            now=self.clock.now(),
            channel=writer.channel,
            sender=writer.sender,
            authentic=writer.authentic,
            access=await self.read(lambda files: self.recognise(files, writer, token)),
            rules=self.rules,
            hashing=self.hashing,
            desk=self.filing,
            mint=self.mint,
        )

    async def _note(self, files: Files, posts: Sequence[Post]) -> None:
        for post in posts:
            message_id = f"<{len(self.sent) + 1}@carrier.example>"
            self.sent.append((message_id, post))
            if post.token:
                await files.tokens.carried_by(post.token, message_id)
            if post.request is not None:
                await files.requests.add_letter(RequestLetter(post.request, post.to, message_id, self.clock.now()))

    async def office(self, job: Any) -> Any:
        """Does something as the sweep or a bounce does it: `job` takes an `Office` and returns posts."""

        async def done(files: Files) -> Any:
            posts = await job(Office(self.clock.now(), files, self.rules, self.desk, self.mint))
            await self._note(files, posts)
            return posts

        return await self.write(done)

    async def request(self, number: int) -> Request:
        """A request as it is on file."""
        found = await self.read(lambda files: files.requests.get(number))
        assert found is not None
        return found

    async def reasons(self, event: str = "decision_refused") -> list[str]:
        """The `why` of every audited event of that name."""
        entries = await self.read(lambda files: files.audit.entries())
        return [entry.facts.get("why", "") for entry in entries if entry.event == event]

    async def asked_for_access(self, form: str = FORM, writer: Writer = julie) -> Outcome:
        """An authentic mail with a complete form: the administrators have it."""
        return await self.says(f"REQUEST ACCESS\n{form}", writer)

    async def approved(self, words: str = "APPROVE NONE") -> Outcome:
        """A request that the first administrator approved; its letter's token was used."""
        asked = await self.asked_for_access()
        return await self.says(words, boss, token=asked.post(ADMIN).token)


async def _answered(visit: Visit, handler: Handler | None, commands: Sequence[Command]) -> Reply:
    reply = await overheard(visit, commands)
    if reply is not None:
        return reply
    return UNREAD if handler is None else await handler.answer(visit, commands[0])


@asynccontextmanager
async def open_desk(folder: Path, **rules: Any) -> AsyncIterator[RequestDesk]:
    """A desk with a fresh database; `rules` change single settings."""
    database = await open_database(f"sqlite:///{folder}/requests.db")
    try:
        yield RequestDesk(database, HandClock(), rules=replace(RULES, **rules))
    finally:
        await database.close()
