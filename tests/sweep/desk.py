"""A desk whose calendar is swept: real stores and letters, a clock and a monotonic clock that tests move by hand."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.composer import Composer
from bot.core.accounts.audit_chain import Chain
from bot.core.letters import Queued
from bot.core.values import Language
from bot.filing import FilingCabinet
from bot.housekeeping import Housekeeping
from bot.metrics import Metrics
from bot.operators import Operators
from bot.posting import Posting
from bot.retention_settings import RetentionSettings
from bot.sweep import Sweep, SweepReport
from storage.correspondents import Correspondents
from tests.handlers.counter import DESK, renderer
from tests.support.visitors import SERVICE
from tests.support.visits import Visits, open_visits

ZONE = ZoneInfo("America/Toronto")


def local(text: str) -> datetime:
    """A moment as the office's clock shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@dataclass
class SweptDesk:
    """A sweep with what it stands on. `seconds` is the monotonic clock; `letters` is what was offered for sending."""

    visits: Visits
    seconds: float = 1_000.0
    letters: list[Queued] = field(default_factory=list)
    metrics: Metrics = field(default_factory=Metrics)
    periods: RetentionSettings = field(default_factory=RetentionSettings)
    sweep: Sweep = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is remembered but what the database holds."""
        visits = self.visits
        composer = Composer(renderer(), visits.mint, SERVICE, DESK.company, ZONE, (Language.FR, Language.EN))
        cabinet = FilingCabinet(visits.database, visits.seal, visits.mint, Chain(b"c" * 32))
        self.sweep = Sweep(
            cabinet=cabinet,
            posting=Posting(composer, visits.seal),
            operators=Operators(composer, visits.rules.admin_addresses),
            rules=visits.rules,
            desk=DESK,
            metrics=self.metrics,
            offer=self.letters.extend,
            steady=lambda: self.seconds,
            housekeeping=Housekeeping(cabinet, self.periods, self.metrics),
        )

    def at(self, moment: datetime) -> None:
        """Moves both clocks to a moment, as time passes."""
        self.seconds += (moment - self.visits.clock.moment).total_seconds()
        self.visits.clock.moment = moment

    async def run(self, moment: datetime | None = None, **options: Any) -> SweepReport:
        """A sweep at a moment (None: now)."""
        if moment is not None:
            self.at(moment)
        return await self.sweep.run_once(self.visits.clock.now(), **options)

    def take(self) -> list[tuple[str, str]]:
        """Who got which letter since the last look, in order."""
        taken = [(queued.letter.recipient, queued.letter.template) for queued in self.letters]
        self.letters.clear()
        return taken

    def read(self, place: int = 0) -> tuple[EmailMessage, str]:
        """A letter not yet taken: its headers, and its plain text."""
        mail = email.message_from_bytes(self.letters[place].letter.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        assert body is not None
        return mail, str(body.get_content())

    async def stop(self, *addresses: str) -> None:
        """These have written STOP."""
        await self.visits.database.write(lambda tx: _stop(tx, addresses, self.visits.clock.now()))


async def _stop(tx: Any, addresses: Sequence[str], now: datetime) -> None:
    for address in addresses:
        await Correspondents(tx, now).meet(f"mail:{address}")
        await Correspondents(tx, now).stop_notices(f"mail:{address}")


@asynccontextmanager
async def swept_desk(folder: Path, now: datetime, **rules: Any) -> AsyncIterator[SweptDesk]:
    """A desk with an empty database."""
    async with open_visits(folder, now=now, **rules) as visits:
        yield SweptDesk(visits)
