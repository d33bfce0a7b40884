"""A desk whose way in is a mailbox on a real Dovecot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from bot.commands.import_command import import_samples
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, started_desk
from tests.support.dovecot import PASSWORD, USER, Dovecot

T = TypeVar("T")

PROVIDER = "mx.provider.example"  # who verified the senders of what lies in the mailbox


@dataclass
class MailboxDesk(StartedDesk):
    """Gets its mail in the mailbox: `hand_in` delivers there, as the provider does."""

    dovecot: Dovecot = field(kw_only=True)

    def letter(self, text: str, *, proven: bool = True, headers: Mapping[str, str] | None = None, **options: Any) -> bytes:
        """A mail as it lies in the mailbox."""
        options.setdefault("sender", CUSTOMER)
        return delivered(self.mail(text, headers=headers, **options), options["sender"], proven=proven)

    async def put(self, *contents: bytes, **options: Any) -> None:
        """Puts mails into the mailbox as they are."""
        await asyncio.to_thread(lambda: self.dovecot.put(*contents, **options))

    async def hand_in(
        self, mail: EmailMessage | bytes, *, envelope_sender: str = CUSTOMER, recipients: Sequence[str] = (SERVICE,)
    ) -> tuple[int, str]:
        await self.put(mail if isinstance(mail, bytes) else delivered(mail, envelope_sender))
        return 250, "delivered"

    async def by_smtp(self, mail: bytes, *, envelope_sender: str = CUSTOMER) -> tuple[int, str]:
        """Hands a mail in at the desk's own door instead."""
        return await super().hand_in(mail, envelope_sender=envelope_sender)

    async def filed(self, count: int, mailbox: str = "Done") -> list[bytes]:
        """What lies in a mailbox as soon as there are `count`, and nothing is left to handle."""
        found = await eventually(lambda: self.dovecot.mails(mailbox), lambda seen: len(seen) >= count)
        await self.emptied()
        assert len(found) == count, f"{len(found)} in {mailbox}"
        return found

    async def emptied(self) -> None:
        """Until nothing lies in the mailbox."""
        await eventually(self.dovecot.mails, lambda seen: not seen)


def delivered(mail: EmailMessage, envelope_sender: str, *, proven: bool = True) -> bytes:
    """A mail as the provider writes it into the mailbox: its envelope written down, its sender verified."""
    domain = envelope_sender.rpartition("@")[2]
    known = {"Return-Path": f"<{envelope_sender}>", "Delivered-To": USER}
    if proven:
        known["Authentication-Results"] = f"{PROVIDER}; dkim=pass header.d={domain}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in known.items())
    return lines.encode() + mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def imap_section(dovecot: Dovecot, **more: Any) -> dict[str, Any]:
    """The section that reads a mailbox; `more` may name another port: that of a wire before it."""
    place = {"host": "127.0.0.1", "port": dovecot.port, "username": dovecot.name, "password": PASSWORD}
    return {**place, "poll_seconds": 1, "timeout_seconds": 2, **more}


@asynccontextmanager
async def mailbox_desk(
    folder: Path,
    dovecot: Dovecot,
    clock: HandClock | None = None,
    *,
    imap: Mapping[str, Any] | None = None,
    **sections: Mapping[str, Any],
) -> AsyncIterator[MailboxDesk]:
    """A desk that reads the mailbox, with the sample shipments."""
    sections = {"mail_trust": {"origins": ["127.0.0.1"], "mailbox_authserv_ids": [PROVIDER]}, **sections}
    async with started_desk(folder, clock, imap=imap_section(dovecot, **(imap or {})), **sections) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        yield MailboxDesk(desk.app, desk.ports, desk.relay, desk.clock, dovecot=dovecot)


async def eventually(look: Callable[[], T], wanted: Callable[[T], bool], seconds: float = 20) -> T:
    """What `look` sees, as soon as it is what is wanted: a server outside has no event for it."""
    seen = await asyncio.to_thread(look)
    try:
        async with asyncio.timeout(seconds):
            while not wanted(seen):
                await asyncio.sleep(0.02)
                seen = await asyncio.to_thread(look)
    except TimeoutError as error:
        raise AssertionError(f"what was waited for did not come; last seen: {repr(seen)[:300]}") from error
    return seen
