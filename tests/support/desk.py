"""A started desk for stories: real listeners, a real database, a real relay; the clock is in the test’s hand."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from bot.app import App, running
from bot.config import Settings
from bot.serving import Ports, listening
from tests.support.clock import HandClock
from tests.support.relay import Relay, SentLetter, running_relay

SERVICE = "service@carrier.example"
CUSTOMER = "marie@customer.example"


@dataclass
class StartedDesk:
    """Hands mail in by SMTP as any client would, and reads what the relay got."""

    app: App
    ports: Ports
    relay: Relay
    clock: HandClock
    sent: int = field(default=0)

    def mail(
        self,
        text: str,
        *,
        subject: str = "",
        sender: str = CUSTOMER,
        to: str = SERVICE,
        answers: SentLetter | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> EmailMessage:
        """A mail as a client writes it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"], mail["Message-ID"] = format_datetime(self.clock.now()), make_msgid(domain="customer.example")
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = answers["Message-ID"]
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        return mail

    async def hand_in(
        self, mail: EmailMessage | bytes, *, envelope_sender: str = CUSTOMER, recipients: Sequence[str] = (SERVICE,)
    ) -> tuple[int, str]:
        """Hands a mail in with the standard library's client; the server's last answer."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
        return await asyncio.to_thread(self._hand_in, content, envelope_sender, recipients)

    def _hand_in(self, content: bytes, envelope_sender: str, recipients: Sequence[str]) -> tuple[int, str]:
        with smtplib.SMTP("127.0.0.1", self.ports.smtp, timeout=20) as client:
            client.ehlo()
            steps = [lambda: client.mail(envelope_sender)]
            steps += [lambda address=address: client.rcpt(address) for address in recipients]  # type: ignore[misc]
            steps.append(lambda: client.data(content))
            for step in steps:
                code, answer = step()
                if code >= 400:
                    break
            return code, answer.decode()

    async def ask(self, text: str, **options: Any) -> SentLetter:
        """Hands a mail in and gives the letter that answers it."""
        code, answer = await self.hand_in(self.mail(text, **options), envelope_sender=options.get("sender", CUSTOMER))
        assert code == 250, answer
        return await self.relay.next()

    async def settle(self) -> None:
        """Waits until everything accepted is finished and everything written is sent."""
        async with asyncio.timeout(10):
            while await self._unfinished():
                await asyncio.sleep(0.01)

    async def _unfinished(self) -> bool:
        from storage.depths import Depths

        depths = await self.app.database.read(Depths.read)
        now = depths.inbox_waiting + depths.outbox_waiting
        return now > 0


def settings_for(folder: Path, relay_port: int | None = None, **sections: Mapping[str, Any]) -> Settings:
    """Settings for a desk in `folder`; `sections` are merged over them."""
    values: dict[str, dict[str, Any]] = {
        "desk": {"address": SERVICE, "company": "Essai Transport", "data_dir": folder},
        "database": {"url": f"sqlite:///{folder}/desk.db"},
        "smtp": {"port": 0},
        "http": {"port": 0},
        "relay": {"host": "127.0.0.1", "port": relay_port} if relay_port else {},
        "mail_trust": {"origins": ["127.0.0.1"]},
    }
    for section, table in sections.items():
        values.setdefault(section, {}).update(table)
    return Settings.model_validate(values)


@asynccontextmanager
async def started_desk(folder: Path, clock: HandClock | None = None, **sections: Mapping[str, Any]) -> AsyncIterator[StartedDesk]:
    """A desk with its listeners and a relay, ready to be written to."""
    clock = clock or HandClock()
    async with running_relay() as relay:
        settings = settings_for(folder, relay.port, **sections)
        async with running(settings, clock) as app, listening(app) as ports:
            app.sweep.steady = lambda: clock.now().timestamp()  # the monotonic clock goes with the hand clock
            yield StartedDesk(app, ports, relay, clock)
