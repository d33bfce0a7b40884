"""Letters that a relay does not take: again later, the same words under the same Message-ID; given up, kept, and told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from structlog.testing import capture_logs

from bot.app import running
from bot.serving import listening
from tests.stories.rows import rows
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, settings_for, started_desk
from tests.support.relay import Relay, SentLetter

ADMIN = "chief@carrier.example"


async def until(desk: StartedDesk, **columns: object) -> None:
    """Waits until the first letter's row says so."""
    names = ", ".join(columns)
    async with asyncio.timeout(10):
        while True:
            found = await rows(desk, f"SELECT {names} FROM outbox ORDER BY id")
            if found and all(found[0][name] == value for name, value in columns.items()):
                return
            await asyncio.sleep(0.01)


async def test_delays_grow_and_the_letter_stays_the_same(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        desk.relay.verdict = lambda attempt: "451 4.3.0 not now" if attempt <= 3 else None
        await desk.hand_in(desk.mail("HELP"))
        for attempt, seconds in ((1, 31), (2, 121), (3, 601)):
            await until(desk, attempts=attempt, state="due")
            [row] = await rows(desk, "SELECT last_error FROM outbox")
            assert row["last_error"] == "451 4.3.0 not now"
            desk.clock.move(seconds=seconds)
        letter = await desk.relay.next()
        assert letter["X-Autopro-Template"] == "help/overview"
        await until(desk, state="sent", attempts=4)


@pytest.mark.parametrize(("code", "event"), [("550", "delivery_given_up"), ("451", "delivery_put_off")])
async def test_the_log_repeats_no_address_that_a_relay_repeats(tmp_path: Path, code: str, event: str) -> None:
    refusal = f"{code} 5.1.1 <{CUSTOMER}>: unknown here"
    with capture_logs() as log:
        async with started_desk(tmp_path) as desk:
            desk.relay.verdict = lambda _attempt: refusal
            await desk.hand_in(desk.mail("HELP"))
            await until(desk, last_error=refusal)
    (told,) = [line for line in log if line["event"] == event]
    assert told["error"] == f"{code} 5.1.1 <…@…>: unknown here"
    assert CUSTOMER not in str(log)


@pytest.mark.parametrize("admins", [[ADMIN], []])
async def test_a_letter_refused_for_good_is_kept_and_told_once_an_hour(tmp_path: Path, admins: list[str]) -> None:
    async with started_desk(tmp_path, admins={"addresses": admins}) as desk:
        desk.relay.verdict = lambda attempt: "554 5.7.1 we do not like it" if attempt != 2 else None
        for number in range(3):
            await desk.hand_in(desk.mail("HELP", sender=f"c{number}@customer.example"))
            async with asyncio.timeout(10):
                while len(await rows(desk, "SELECT id FROM outbox WHERE state = 'failed'")) < number + 1:
                    await asyncio.sleep(0.01)
            await desk.settle()
            if not admins:
                desk.relay.verdict = lambda attempt: "554 5.7.1 we do not like it"
        kept = await rows(desk, "SELECT sealed, last_error, template FROM outbox WHERE state = 'failed'")
        assert [row["template"] for row in kept] == ["help/overview"] * 3
        assert all(row["sealed"] for row in kept)
        assert kept[0]["last_error"] == "554 5.7.1 we do not like it"
        told = [letter for letter in desk.relay.letters if letter["X-Autopro-Template"] == "operator/given_up"]
        assert len(told) == len(admins)
        if admins:
            assert told[0].recipient == ADMIN
            assert "we do not like it" in told[0].text
        metrics = (await desk.app.observation.exposition()).decode()
        assert 'autopro_delivered_total{channel="mail",result="given_up"} 3.0' in metrics
        assert "autopro_outbox_failed 3.0" in metrics


async def test_after_three_days_a_letter_is_given_up(tmp_path: Path) -> None:
    async with started_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        desk.relay.verdict = lambda attempt: "451 4.3.0 not now"
        await desk.hand_in(desk.mail("HELP"))
        await until(desk, attempts=1)
        desk.clock.move(days=3)
        await until(desk, state="failed")


class Faulty(Relay):
    """Refuses recipients, or takes a letter and hangs up without a word."""

    refuses_recipient = ""
    drops = 0

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if self.refuses_recipient:
            return self.refuses_recipient
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if self.drops:
            self.drops -= 1
            assert server.transport is not None
            server.transport.abort()  # after the final dot: nobody knows what became of it
        return answer


async def serve(relay: Relay, port: int = 0) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(relay, hostname="relay.test", loop=loop), "127.0.0.1", port)
    relay.port = server.sockets[0].getsockname()[1]
    return server


async def test_a_connection_lost_after_the_dot_repeats_the_very_same_letter(tmp_path: Path) -> None:
    relay = Faulty()
    server = await serve(relay)
    clock = HandClock()
    async with running(settings_for(tmp_path, relay.port), clock) as app, listening(app) as ports:
        desk = StartedDesk(app, ports, relay, clock)
        relay.drops = 2
        await desk.hand_in(desk.mail("HELP"))
        for attempt in (1, 2):
            await until(desk, attempts=attempt, state="due")
            clock.move(minutes=3)
        await relay.wait(3)
        assert len({letter.content for letter in relay.letters}) == 1
        assert len({letter["Message-ID"] for letter in relay.letters}) == 1
        await desk.settle()
    server.close()


@pytest.mark.parametrize(("answer", "state"), [("550 5.1.1 nobody here", "failed"), ("450 4.2.0 greylisted", "due")])
async def test_a_refused_recipient(tmp_path: Path, answer: str, state: str) -> None:
    relay = Faulty()
    server = await serve(relay)
    clock = HandClock()
    async with running(settings_for(tmp_path, relay.port), clock) as app, listening(app) as ports:
        desk = StartedDesk(app, ports, relay, clock)
        relay.refuses_recipient = answer
        await desk.hand_in(desk.mail("HELP"))
        await until(desk, attempts=1, state=state, last_error=answer)
        relay.refuses_recipient = ""
        await desk.hand_in(desk.mail("AIDE", sender="other@customer.example"))  # the connection is still of use
        async with asyncio.timeout(10):
            while not relay.letters:
                await asyncio.sleep(0.01)
    server.close()


async def test_a_relay_that_is_down_then_up_with_a_restart_between(tmp_path: Path) -> None:
    relay = Relay()
    server = await serve(relay)
    port = relay.port
    server.close()
    await server.wait_closed()
    clock = HandClock()
    settings = settings_for(tmp_path, port)
    async with running(settings, clock) as app, listening(app) as ports:
        desk = StartedDesk(app, ports, relay, clock)
        assert (await desk.hand_in(desk.mail("HELP")))[0] == 250
        await until(desk, attempts=1, state="due")
        [row] = await rows(desk, "SELECT last_error, message_id FROM outbox")
        assert "cannot reach the relay" in row["last_error"]
    server = await serve(relay, port)
    clock.move(minutes=1)
    async with running(settings, clock) as app:
        letter: SentLetter = (await relay.wait(1))[0]
        assert letter["Message-ID"] == row["message_id"]
        assert (letter.recipient, letter["From"]) == (CUSTOMER, f"Essai Transport <{SERVICE}>")
        async with asyncio.timeout(10):
            while (await app.database.read(lambda tx: tx.rows("SELECT state FROM outbox")))[0]["state"] != "sent":
                await asyncio.sleep(0.01)
    server.close()
