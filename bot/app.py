"""Wiring: one place where settings become the parts of a running desk, and where they start and stop."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path

import structlog

from bot.caps import Caps
from bot.channels import http, smtp_in
from bot.channels.authenticator import Authenticator
from bot.channels.maildir import MaildirTransport
from bot.channels.relay import RelayAddress, RelayTransport
from bot.channels.smtp_session import Bounds
from bot.composer import Composer
from bot.config import Settings
from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.caps import Limits
from bot.core.clock import Clock, Mint, SystemClock, SystemMint
from bot.core.errors import AutoproError, StorageError
from bot.core.inbound import OwnAddress, read_inbound
from bot.core.mail.split import TOO_LARGE as HEADER_TOO_LARGE
from bot.core.ports import Transport
from bot.core.seal import Seal
from bot.core.values import Channel, RawRecord
from bot.counter import Counter
from bot.delivery import Delivery
from bot.desk import Desk, Receipt
from bot.examiner import Examiner
from bot.filing import FilingCabinet
from bot.hashing import Argon2Hashing
from bot.key_file import load_key
from bot.metrics import Metrics
from bot.observation import Observation
from bot.operators import Operators
from bot.parts import composer_of
from bot.posting import Posting
from bot.reception import Reception
from bot.rules import account_rules, desk_facts
from bot.setbacks import Setbacks
from bot.sweep import Sweep
from handlers.table import FOR_ADMINISTRATORS, HANDLERS
from storage.database import Database
from storage.key_check import check_key
from storage.opening import open_database

log = structlog.get_logger("app")

_COLLECT_AFTER = 10_000  # new containers before the young ones are looked through; a mail makes some 400
SWEEP_SECONDS = 3600.0
DRAIN_SECONDS = 15.0  # within the 20 that operators are promised, with the listeners' grace before it


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
    sweep: Sweep


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, mint: Mint | None = None) -> AsyncIterator[App]:
    """A desk that answers and delivers, without listeners. Raises AutoproError with what to do."""
    clock, mint = clock or SystemClock(), mint or SystemMint()
    seal = Seal(load_key(settings.key_file, mint), mint)
    transport = _transport(settings)
    composer = composer_of(settings, mint)
    operators = Operators(composer, settings.admins.addresses)
    metrics = Metrics()
    async with AsyncExitStack() as stack:  # each part is let go of whatever happens to the others: an open database hangs exit
        database = await open_database(settings.database.url)
        stack.push_async_callback(database.close)
        await check_key(database, seal)
        stack.push_async_callback(transport.close)
        delivery = Delivery(
            database=database,
            seal=seal,
            clock=clock,
            metrics=metrics,
            transports={Channel.MAIL: transport},
            operators=operators,
            workers=settings.relay.connections,
        )
        hashing = Argon2Hashing()
        stack.callback(hashing.close)
        cabinet = FilingCabinet(database, seal, mint, Chain(audit_key(load_key(settings.key_file, mint))))
        reception = Reception(cabinet, account_rules(settings), hashing, desk_facts(settings))
        desk = _desk(settings, reception, clock, metrics, delivery, composer, operators)
        sweep = Sweep(
            cabinet=cabinet,
            posting=Posting(composer, seal),
            operators=operators,
            rules=reception.rules,
            desk=reception.facts,
            metrics=metrics,
            offer=delivery.offer,
            steady=time.monotonic,
        )
        app = App(settings, database, seal, clock, mint, desk, delivery, metrics, Observation(database, metrics, clock), sweep)
        tasks = [asyncio.create_task(desk.work(), name="desk"), asyncio.create_task(delivery.run(), name="delivery")]
        for task in tasks:
            _watch(app, task)
        stack.push_async_callback(_drain, desk, delivery, tasks)
        yield app


async def _drain(desk: Desk, delivery: Delivery, tasks: list[asyncio.Task[None]]) -> None:
    """Ends what has begun, within `DRAIN_SECONDS`; what time does not allow is in the database."""
    desk.stop()
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            await asyncio.wait(tasks[:1])
            if not tasks[1].done():
                await delivery.drain()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _sweeping(app: App) -> AsyncIterator[None]:
    """The calendar sweep, in the desk that serves alone: a terminal beside it needs none."""
    task = asyncio.create_task(_sweep_hourly(app.sweep, app.clock), name="sweep")
    _watch(app, task)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _watch(app: App, task: asyncio.Task[None]) -> None:
    task.add_done_callback(_tell_when_broken)
    app.observation.watch(task)


async def _sweep_hourly(sweep: Sweep, clock: Clock) -> None:
    while True:
        try:
            await sweep.run_once(clock.now())
        except StorageError as error:  # what is true by the calendar is true without the sweep; it tries again in an hour
            log.error("sweep_failed", error=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


async def serve(settings: Settings, *, ready: Callable[[], None], clock: Clock | None = None) -> None:
    """Runs the desk with its listeners until SIGTERM or SIGINT; `ready` is called when all of them accept."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings, clock) as app, listening(app), _sweeping(app):
        _settle_memory()
        ready()
        log.info("ready", smtp=settings.smtp.enabled, http=settings.http.enabled)
        await stop.wait()
        log.info("draining")


def _authenticator(settings: Settings, clock: Clock) -> Authenticator:
    trust = settings.mail_trust
    try:
        return Authenticator(
            relays=[ip_network(network, strict=False) for network in trust.relays],
            authserv_ids=trust.authserv_ids,
            origins=[ip_network(network, strict=False) for network in trust.origins],
            arc_sealers=trust.arc_sealers,
            mailbox_authserv_ids=trust.mailbox_authserv_ids,
            resolver=trust.resolver,
            now=clock.now,
        )
    except ValueError as error:
        raise AutoproError(f"mail_trust.resolver: {error}") from error


def _settle_memory() -> None:
    # What was made at start (templates, word lists) lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def _desk(
    settings: Settings,
    reception: Reception,
    clock: Clock,
    metrics: Metrics,
    delivery: Delivery,
    composer: Composer,
    operators: Operators,
) -> Desk:
    limits, database, seal = settings.limits, reception.cabinet.database, reception.cabinet.seal
    own = OwnAddress(settings.desk.address, settings.desk.subaddress_separator)
    reader = partial(read_inbound, own=own)
    counter = Counter(
        handlers=HANDLERS,
        for_administrators=FOR_ADMINISTRATORS,
        composer=composer,
        reception=reception,
        facts=reception.facts,
        caps=Caps(Limits(limits.unrecognised_per_day, limits.answers_per_hour, limits.letters_per_hour)),
        seal=seal,
        check_digit=settings.tracing.check_digit,
        operators=operators,
        handoff_address=settings.desk.handoff_address,
    )
    offer = delivery.offer
    delivery.tell_of_failures(counter.returned)
    return Desk(
        database=database,
        examiner=Examiner(reader, own, _authenticator(settings, clock), counter.needs_proof),
        counter=counter,
        setbacks=Setbacks(database=database, reader=reader, counter=counter, offer=offer, seal=seal, clock=clock, metrics=metrics),
        offer=offer,
        seal=seal,
        clock=clock,
        metrics=metrics,
        most_waiting=limits.waiting_messages,
    )


def _transport(settings: Settings) -> Transport:
    relay = settings.relay
    if not relay.host:
        return MaildirTransport(settings.outgoing)
    address = RelayAddress(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        username=relay.username,
        password=relay.password,
        hostname=settings.desk.address.rpartition("@")[2],
        ca_file=relay.ca_file,
        allow_plain_secrets=relay.allow_plain_secrets,
    )
    try:
        return RelayTransport(address)
    except OSError as error:
        raise AutoproError(f"relay.ca_file {relay.ca_file} cannot be used: {error}. It is a PEM file of certificates.") from error


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
    tls = _tls(smtp.tls_certificate, smtp.tls_key)
    return await smtp_in.listen(
        smtp_in.MailHandler(partial(_receive, app.desk), own),
        host=smtp.host,
        port=smtp.port,
        bounds=Bounds(
            hostname=own.domain,
            max_message_bytes=smtp.max_message_bytes,
            max_recipients=smtp.max_recipients,
            idle_seconds=smtp.idle_seconds,
            data_seconds=smtp.data_seconds,
            tls=None if smtp.implicit_tls else tls,
            require_tls=smtp.require_tls and not smtp.implicit_tls,
        ),
        connections=smtp_in.Connections(smtp.max_connections, smtp.max_connections_per_ip),
        implicit_tls=tls if smtp.implicit_tls else None,
    )


async def _receive(desk: Desk, record: RawRecord) -> str:
    """The SMTP answer that refuses a message, "" when it was kept (now or before)."""
    received = await desk.receive(record, "smtp")
    if received.receipt is Receipt.REFUSED:
        if received.reason == HEADER_TOO_LARGE:
            return "552 5.3.4 the header of the message is too large"
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
