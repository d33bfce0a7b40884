"""The mailbox as a way in: every message in it is handed to the desk once, then filed. What lies there is what is to be done.

One task owns the connection. It looks through the mailbox oldest first, in small windows, whether messages are marked as read or
not; fetches a few at a time, small ones together; files them once the desk has kept them; and waits for news by IDLE, which it
renews every `poll_seconds`, each time looking for what a server may have forgotten to say. A message that breaks the fetching or
the reading is tried again after the others, alone, and goes to the failed ones after a few tries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.channels.imap_session import ImapSession, LoginRefusedError, MailboxAddress, RefusedError, connect
from bot.channels.oauth2 import TokenRefusedError, TokenSource
from bot.core.errors import AutoproError, where_raised
from bot.core.imap_words import Entry
from bot.core.mailbox import Fate, Fault, Intake, Mark

WINDOW = 50  # messages looked at, and handled, at a time
TRIES = 3  # then a message goes to the failed ones
TOGETHER_OCTETS = 262_144  # of small messages that are fetched at once
SOON_SECONDS = 2.0  # until what was left behind is tried again
_CONNECT_AGAIN = (1.0, 60.0)  # seconds after the first failure, doubled with each, and at most
_LOGIN_AGAIN = (30.0, 900.0)  # the same after a refused login: providers lock out who hammers them

log = structlog.get_logger("imap")


@dataclass(frozen=True, slots=True)
class Filing:
    """The mailboxes in which handled messages are filed."""

    done: str
    failed: str


@dataclass(slots=True)
class MailboxState:
    """How the mailbox stands, for /readyz and /metrics. The counts are those of the last look through all of it."""

    trouble: str = ""  # what stands in the way of reading, in words for an operator
    reading: bool = False
    unread: int = 0
    unhandled: int = 0  # left for later: too much waits, or it is tried again
    unfiled: int = 0  # handled, and still there
    deleted: int = 0  # by somebody else, before the desk handled it
    mismatch: int = 0  # read and not handled, or handled and not read: the read mark tells people the wrong thing


@dataclass(slots=True)
class _Look:
    """One look through the mailbox: what it left there, and why."""

    left: list[tuple[Entry, Mark]] = field(default_factory=list)
    busy: bool = False
    refused: str = ""

    @property
    def again_soon(self) -> bool:
        """Whether something may be handled if it is tried again; what cannot be filed waits for the next regular look."""
        return self.busy or any(mark.tries and mark.fate is None for _, mark in self.left)


class Mailbox:
    """Reads one mailbox until `stop`."""

    def __init__(
        self,
        address: MailboxAddress,
        filing: Filing,
        intake: Intake,
        *,
        password: str,
        tokens: TokenSource | None,
        poll_seconds: float,
    ) -> None:
        self.state = MailboxState()
        self._address = address
        self._filing = filing
        self._intake = intake
        self._password = password
        self._tokens = tokens
        self._poll = poll_seconds
        self._stopping = asyncio.Event()
        self._failures = 0

    def stop(self) -> None:
        """Lets `run` end after what it has begun."""
        self._stopping.set()

    async def run(self) -> None:
        """Reads until `stop`, and connects again whenever that ends: whatever a server or a message does."""
        self.state.trouble = "not connected yet"
        try:
            await self._read_on()
        finally:
            self.state.reading, self.state.trouble = False, ""  # another desk may read it from now on

    async def _read_on(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._connected()
            except Exception as error:
                self.state.reading = False
                self._failures += 1
                self.state.trouble = _trouble(error)
                seconds = _pause_after(error, self._failures)
                log.error("mailbox_unread", error=self.state.trouble, again_in_seconds=seconds)
                await self._pause(seconds)

    async def _connected(self) -> None:
        """One connection, to its end."""
        session = await connect(self._address)
        try:
            await enter(session, self._filing, self._password, self._tokens)
            log.info("mailbox_opened", server=str(self._address), mailbox=self._address.mailbox, messages=session.exists)
            self.state.reading, self.state.trouble = True, ""
            while not self._stopping.is_set():
                look = await self._look_through(session)
                self._failures, self.state.trouble = 0, look.refused
                if look.again_soon:
                    await self._pause(SOON_SECONDS)
                else:
                    await session.wait(self._poll, self._stopping)
                # How many there are now, whatever the server has forgotten to say; and whether UIDs begin anew.
                await session.select()
            await session.close()
        finally:
            session.abort()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _look_through(self, session: ImapSession) -> _Look:
        """Handles every message that is there, oldest first."""
        look, place = _Look(), 1
        session.heard()
        while not self._stopping.is_set() and not look.busy:
            self.state.unhandled = session.exists
            window = await session.look(place, WINDOW)
            if not window:
                await self._intake.only(session.validity, [entry.uid for entry, _ in look.left])
                break
            left = await self._handle(session, window, look)
            look.left += left
            place += len(left)
        self._count(session, look)
        return look

    async def _handle(self, session: ImapSession, window: Sequence[Entry], look: _Look) -> list[tuple[Entry, Mark]]:
        """Handles some messages; those that are still there, with what is known of them."""
        marks = dict(await self._intake.marks(session.validity, window))
        todo: list[Entry] = []
        for entry in window:
            mark = marks.setdefault(entry.uid, Mark())
            if mark.fate is not None or entry.deleted:
                continue
            if entry.size > self._address.max_message_bytes:
                marks[entry.uid] = Mark(fate=await self._intake.give_up(session.validity, entry, Fault.TOO_LARGE))
            elif mark.tries >= TRIES:
                marks[entry.uid] = Mark(fate=await self._intake.give_up(session.validity, entry, Fault.UNREADABLE))
            else:
                todo.append(entry)
        for group in _groups(todo, marks):
            room = self._intake.room
            look.busy = look.busy or len(group) > room
            if room and not self._stopping.is_set():
                marks.update(await self._take(session, group[:room], marks))
        gone = await self._file(session, {uid: mark.fate for uid, mark in marks.items() if mark.fate is not None}, look)
        return [(entry, marks[entry.uid]) for entry in window if entry.uid not in gone]

    async def _take(self, session: ImapSession, group: Sequence[Entry], marks: Mapping[int, Mark]) -> dict[int, Mark]:
        """Fetches some messages and hands them to the desk; what is known of each now."""
        await self._intake.begin(session.validity, group)
        try:
            contents = await session.fetch(group)
        except RefusedError as error:
            log.warning("mail_not_fetched", uids=[entry.uid for entry in group], error=str(error))
            contents = {}
        fetched = [(entry, contents[entry.uid]) for entry in group if entry.uid in contents]
        fates = await self._intake.take(session.validity, fetched)
        return {entry.uid: Mark(marks[entry.uid].tries + 1, fates.get(entry.uid)) for entry in group}

    async def _file(self, session: ImapSession, fates: Mapping[int, Fate], look: _Look) -> set[int]:
        """Files messages; those that are not in the mailbox any more."""
        gone: set[int] = set()
        for fate in Fate:
            uids = [uid for uid, own in fates.items() if own is fate]
            if not uids:
                continue
            try:
                await self._put(session, uids, fate)
            except RefusedError as error:
                log.error("mail_not_filed", fate=fate.value, messages=len(uids), error=str(error))
                look.refused = str(error)
            else:
                gone.update(uids)
        if gone:
            await self._intake.filed(session.validity, gone)
        return gone

    async def _put(self, session: ImapSession, uids: Sequence[int], fate: Fate) -> None:
        if fate is Fate.EXPUNGE:
            await session.expunge(uids)
            return
        mailbox = self._filing.done if fate is Fate.DONE else self._filing.failed
        try:
            await session.move(uids, mailbox, seen=fate is Fate.DONE)
        except RefusedError:  # somebody may have removed that mailbox
            await session.ensure(mailbox)
            await session.move(uids, mailbox, seen=fate is Fate.DONE)

    def _count(self, session: ImapSession, look: _Look) -> None:
        state = self.state
        unfiled = [entry for entry, mark in look.left if mark.fate is not None]
        deleted = [entry for entry, mark in look.left if mark.fate is None and entry.deleted]
        open_ones = [entry for entry, mark in look.left if mark.fate is None and not entry.deleted]
        state.unfiled, state.deleted = len(unfiled), len(deleted)
        state.unhandled = max(session.exists - len(unfiled) - len(deleted), 0)
        state.unread = sum(not entry.seen for entry, _ in look.left)
        state.mismatch = sum(entry.seen for entry in open_ones) + sum(not entry.seen for entry in unfiled)


async def enter(session: ImapSession, filing: Filing, password: str, tokens: TokenSource | None) -> None:
    """Logs in, makes the mailboxes for what is handled where they are missing, and opens the mailbox. Raises AutoproError."""
    if tokens is None:
        await session.login(password)
    else:
        token = await tokens.token()
        try:
            await session.login_by_token(token)
        except LoginRefusedError:
            tokens.forget(token)  # it may have been revoked
            raise
    for mailbox in (filing.done, filing.failed):
        await session.ensure(mailbox)
    await session.select()


def _groups(todo: Sequence[Entry], marks: Mapping[int, Mark]) -> list[list[Entry]]:
    """What is fetched together: small messages; and whatever was tried before alone, after the others."""
    groups: list[list[Entry]] = []
    octets = TOGETHER_OCTETS
    for entry in todo:
        if marks[entry.uid].tries:
            continue
        if octets + entry.size > TOGETHER_OCTETS:
            groups.append([])
            octets = 0
        groups[-1].append(entry)
        octets += entry.size
    return groups + [[entry] for entry in todo if marks[entry.uid].tries]


def _trouble(error: Exception) -> str:
    if isinstance(error, AutoproError):
        return str(error)
    return f"a fault of the desk: {type(error).__name__} at {where_raised(error)}. It tries again; please report it"


def _pause_after(error: Exception, failures: int) -> float:
    first, most = _LOGIN_AGAIN if isinstance(error, LoginRefusedError | TokenRefusedError) else _CONNECT_AGAIN
    return float(min(first * 2 ** min(failures - 1, 16), most))
