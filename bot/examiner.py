"""What must be found out about a message before it is answered, outside any transaction: it asks the DNS, or costs CPU."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.core.authenticity import Verdict
from bot.core.bounce import MAY_REPORT, Bounce, read_bounce
from bot.core.commands import Reading
from bot.core.immutable import immutable
from bot.core.inbound import Inbound, OwnAddress, Reader
from bot.core.mail import Identity
from bot.core.ports import SenderVerifier
from bot.core.values import Channel, RawRecord

_INLINE_OCTETS = 32_768  # read on the event loop: a few milliseconds at most; more is read in a thread, so that others are served


@immutable
class Findings:
    """The verdict on the sender (None: it does not matter here), and the bounce that the message is."""

    verdict: Verdict | None = None
    bounce: Bounce | None = None


class Examiner:
    """Reads messages and looks at their senders."""

    def __init__(
        self, reader: Reader, own: OwnAddress, verifier: SenderVerifier, needs_proof: Callable[[Inbound, Reading], bool]
    ) -> None:
        self._own = own
        self._reader = reader
        self._verifier = verifier
        self._needs_proof = needs_proof

    async def read(self, record: RawRecord) -> tuple[Inbound, Identity]:
        """A record read. Never raises for what a stranger wrote."""
        if len(record.content) <= _INLINE_OCTETS:
            return self._reader(record)
        return await asyncio.to_thread(self._reader, record)

    def at_once(self, record: RawRecord, inbound: Inbound) -> Verdict | None:
        """The verdict on the sender, where the peer alone tells it."""
        if record.channel is not Channel.MAIL or inbound.silence:
            return None
        return self._verifier.at_once(from_domain=_domain(inbound), peer=record.peer, received_count=inbound.received_count)

    def must_look(self, record: RawRecord, inbound: Inbound, reading: Reading) -> bool:
        """Whether something must be found out first, so that the message cannot be answered at once."""
        return inbound.silence in MAY_REPORT or self._needs_verdict(record, inbound, reading)

    async def examine(self, record: RawRecord, inbound: Inbound, reading: Reading) -> Findings:
        """All that must be known before the answer."""
        if inbound.silence:
            reports = record.channel is Channel.MAIL and inbound.silence in MAY_REPORT
            return Findings(bounce=await self._bounce(record) if reports else None)
        if self._needs_verdict(record, inbound, reading):
            return Findings(verdict=await self._verdict(record, inbound))
        return Findings(verdict=self.at_once(record, inbound))

    async def _bounce(self, record: RawRecord) -> Bounce | None:
        """A report of a letter that came back; the address it was sent to may name the letter where its content does not."""
        bounce = await asyncio.to_thread(read_bounce, record.content)
        named = tuple(filter(None, map(self._own.letter_named_by, record.recipients)))
        return replace(bounce, message_ids=(*named, *bounce.message_ids)) if bounce is not None and named else bounce

    async def _verdict(self, record: RawRecord, inbound: Inbound) -> Verdict:
        return await self._verifier.verdict(
            record.content, from_domain=_domain(inbound), peer=record.peer or None, received_count=inbound.received_count
        )

    def _needs_verdict(self, record: RawRecord, inbound: Inbound, reading: Reading) -> bool:
        # Mail from the open Internet is verified before it is answered at all: answers to forged senders would be ours to
        # answer for.
        if record.channel is not Channel.MAIL or inbound.silence or self.at_once(record, inbound) is not None:
            return False
        return not self._verifier.configured(record.peer) or self._needs_proof(inbound, reading)


def _domain(inbound: Inbound) -> str | None:
    return inbound.sender.address.rpartition("@")[2] or None
