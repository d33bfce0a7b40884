"""The desk that serves: its listeners and its calendar sweep round the running parts, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from bot.app import App, running
from bot.channels import http, smtp_in
from bot.channels.smtp_session import Bounds
from bot.config import Settings
from bot.core.clock import Clock
from bot.core.errors import AutoproError, StorageError
from bot.core.inbound import OwnAddress
from bot.core.mail.split import TOO_LARGE as HEADER_TOO_LARGE
from bot.core.values import RawRecord
from bot.desk import Desk, Receipt
from bot.sweep import Sweep

log = structlog.get_logger("app")

_COLLECT_AFTER = 10_000  # new containers before the young ones are looked through; a mail makes some 400
SWEEP_SECONDS = 3600.0


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


def _settle_memory() -> None:
    # What was made at start (templates, word lists) lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


@asynccontextmanager
async def _sweeping(app: App) -> AsyncIterator[None]:
    """The calendar sweep, in the desk that serves alone: a terminal beside it needs none."""
    task = asyncio.create_task(_sweep_hourly(app.sweep, app.clock), name="sweep")
    app.observation.watch(task)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _sweep_hourly(sweep: Sweep, clock: Clock) -> None:
    while True:
        try:
            await sweep.run_once(clock.now())
        except StorageError as error:  # what is true by the calendar is true without the sweep; it tries again in an hour
            log.error("sweep_failed", error=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


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
