"""Wiring: one place where settings become the parts of a running desk, and where they start and stop."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot.channels import http, smtp_in
from bot.channels.authenticator import Authenticator
from bot.channels.maildir import MaildirTransport
from bot.channels.relay import RelayAddress, RelayTransport
from bot.composer import Composer
from bot.config import Settings
from bot.core.clock import Clock, Mint, SystemClock, SystemMint
from bot.core.errors import AutoproError
from bot.core.inbound import OwnAddress, read_inbound
from bot.core.ports import Transport
from bot.core.rendering import Renderer
from bot.core.seal import KEY_OCTETS, Seal
from bot.core.values import Channel, Language, RawRecord
from bot.core.visit import DeskFacts
from bot.counter import Counter, Limits
from bot.delivery import Delivery
from bot.desk import Desk, Receipt
from bot.metrics import Metrics
from bot.observation import Observation
from handlers.table import HANDLERS
from storage.database import Database
from storage.opening import open_database

log = structlog.get_logger("app")

DRAIN_SECONDS = 18.0  # within the 20 that operators are promised
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@dataclass(slots=True)
class App:
    """The parts of a running desk."""

    settings: Settings
    database: Database
    seal: Seal
    clock: Clock
    mint: Mint
    desk: Desk
    delivery: Delivery
    metrics: Metrics
    observation: Observation


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, mint: Mint | None = None) -> AsyncIterator[App]:
    """A desk that answers and delivers, without listeners. Raises AutoproError with what to do."""
    clock, mint = clock or SystemClock(), mint or SystemMint()
    seal = Seal(load_key(settings.key_file, mint), mint)
    database = await open_database(settings.database.url)
    metrics = Metrics()
    transport = _transport(settings)
    delivery = Delivery(
        database=database,
        seal=seal,
        clock=clock,
        metrics=metrics,
        transports={Channel.MAIL: transport},
        workers=settings.relay.connections,
    )
    desk = _desk(settings, database, seal, clock, mint, metrics, delivery)
    app = App(settings, database, seal, clock, mint, desk, delivery, metrics, Observation(database, metrics, clock))
    tasks = [asyncio.create_task(desk.work(), name="desk"), asyncio.create_task(delivery.run(), name="delivery")]
    for task in tasks:
        task.add_done_callback(_tell_when_broken)
    app.observation.watch(tasks)
    try:
        yield app
    finally:
        desk.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await tasks[0]
                await delivery.drain()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await transport.close()
        await database.close()


async def serve(settings: Settings, *, ready: Callable[[], None], clock: Clock | None = None) -> None:
    """Runs the desk with its listeners until SIGTERM or SIGINT; `ready` is called when all of them accept."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings, clock) as app, listening(app):
        ready()
        log.info("ready", smtp=settings.smtp.enabled, http=settings.http.enabled)
        await stop.wait()
        log.info("draining")


def load_key(path: Path, mint: Mint) -> bytes:
    """The sealing key; made on the first start, readable by its owner only. Raises AutoproError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != KEY_OCTETS:
            raise AutoproError(f"{path} is not a sealing key ({KEY_OCTETS} octets). Put back the right file.") from None
        return key
    except OSError as error:
        raise AutoproError(
            f"cannot make the sealing key {path}: {error.strerror}. Make its folder writable for this user."
        ) from error
    key = mint.octets(KEY_OCTETS)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _desk(
    settings: Settings, database: Database, seal: Seal, clock: Clock, mint: Mint, metrics: Metrics, delivery: Delivery
) -> Desk:
    desk = settings.desk
    facts = DeskFacts(
        company=desk.company,
        phones=tuple(desk.phones),
        address=desk.address,
        handoff=bool(desk.handoff_address),
        check_digit=settings.tracing.check_digit,
        timezone=desk.timezone,
    )
    own = OwnAddress(desk.address, desk.subaddress_separator)
    composer = Composer(
        renderer=Renderer(_TEMPLATES, facts),
        mint=mint,
        address=desk.address,
        company=desk.company,
        zone=ZoneInfo(desk.timezone),
        unknown=tuple(Language(part) for part in desk.unknown_language.split("+")),
    )
    counter = Counter(
        handlers=HANDLERS,
        composer=composer,
        facts=facts,
        limits=Limits(settings.limits.unrecognised_per_day, settings.limits.answers_per_hour),
        seal=seal,
        check_digit=settings.tracing.check_digit,
        admins=settings.admins.addresses,
        handoff_address=desk.handoff_address,
    )
    trust = settings.mail_trust
    verifier = Authenticator(
        relays=[ip_network(network, strict=False) for network in trust.relays],
        authserv_ids=trust.authserv_ids,
        origins=[ip_network(network, strict=False) for network in trust.origins],
        arc_sealers=trust.arc_sealers,
        resolver=trust.resolver,
        now=clock.now,
    )
    return Desk(
        database=database,
        reader=partial(read_inbound, own=own),
        counter=counter,
        verifier=verifier,
        offer=delivery.offer,
        seal=seal,
        clock=clock,
        metrics=metrics,
        most_waiting=settings.limits.waiting_messages,
    )


def _transport(settings: Settings) -> Transport:
    relay = settings.relay
    if not relay.host:
        return MaildirTransport(settings.outgoing)
    hostname = settings.desk.address.rpartition("@")[2]
    return RelayTransport(RelayAddress(relay.host, relay.port, relay.tls, relay.username, relay.password, hostname))


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the listeners are (settings may say port 0: any); 0 when not enabled."""

    smtp: int
    http: int


@asynccontextmanager
async def listening(app: App) -> AsyncIterator[Ports]:
    """Opens the listeners. Raises AutoproError when a port is taken, with what to do."""
    async with AsyncExitStack() as stack:
        web, smtp = app.settings.http, app.settings.smtp
        http_port = smtp_port = 0
        if web.enabled:
            with _port_errors("http", web.host, web.port):
                health = await http.listen(
                    web.host, web.port, ready=app.observation.obstacles, exposition=app.observation.exposition
                )
            stack.push_async_callback(health.close)
            http_port = health.port
        if smtp.enabled:
            with _port_errors("smtp", smtp.host, smtp.port):
                listener = await _listen_smtp(app)
            stack.push_async_callback(listener.close, grace_seconds=2.0)
            smtp_port = listener.port
        yield Ports(smtp_port, http_port)


async def _listen_smtp(app: App) -> smtp_in.SmtpListener:
    smtp = app.settings.smtp
    own = OwnAddress(app.settings.desk.address, app.settings.desk.subaddress_separator)
    return await smtp_in.listen(
        smtp_in.MailHandler(partial(_receive, app.desk), own),
        host=smtp.host,
        port=smtp.port,
        hostname=own.domain,
        max_message_bytes=smtp.max_message_bytes,
        connections=smtp_in.Connections(smtp.max_connections, smtp.max_connections_per_ip),
        tls=_tls(smtp.tls_certificate, smtp.tls_key),
        require_tls=smtp.require_tls,
    )


async def _receive(desk: Desk, record: RawRecord) -> str:
    """The SMTP answer that refuses a message, "" when it was kept (now or before)."""
    received = await desk.receive(record, "smtp")
    if received.receipt is Receipt.REFUSED:
        return f"550 5.7.1 exactly one sender address is needed in From (RFC 5322 section 3.6.2): {received.reason}"
    if received.receipt is Receipt.BUSY:
        return "451 4.3.2 too many messages are waiting; try again later"
    return ""


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise AutoproError(
            f"smtp.tls_certificate or smtp.tls_key cannot be used: {error}. Both are PEM files of one pair."
        ) from error
    return context


@contextmanager
def _port_errors(section: str, host: str, port: int) -> Iterator[None]:
    """Turns a refused bind into a line that says what to do."""
    try:
        yield
    except OSError as error:
        raise AutoproError(
            f"cannot listen on {host}:{port}: {error.strerror or error}. Stop what uses it, or set [{section}] host and port."
        ) from error


def _tell_when_broken(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error(
            "part_ended", part=task.get_name(), error=type(task.exception()).__name__, next="restart the desk; /readyz says 503"
        )
