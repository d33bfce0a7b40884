"""The desk that serves: its listeners and its calendar sweep round the running parts, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from bot.app import App, running
from bot.channels import http
from bot.channels.service_manager import ServiceManager
from bot.config import Settings
from bot.core.clock import Clock
from bot.core.errors import AutoproError, StorageError
from bot.listener_settings import LmtpSettings
from bot.listeners import listen_lmtp, listen_smtp
from bot.mailbox_reading import reading_mailbox
from bot.single_holder import while_holding
from bot.sweep import Sweep
from bot.telegram_line import TelegramLine

log = structlog.get_logger("app")

_COLLECT_AFTER = 10_000  # new containers before the young ones are looked through; a mail makes some 400
SWEEP_SECONDS = 3600.0
SWEEPING = "sweep"
GRACE_SECONDS = 1.0  # for mail that is arriving when the desk ends; within the 20 s that operators are promised


async def serve(settings: Settings, *, ready: Callable[[], None], clock: Clock | None = None) -> None:
    """Runs the desk with its listeners until SIGTERM or SIGINT; `ready` is called when all of them accept."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    manager = ServiceManager(os.environ, os.getpid())
    async with running(settings, clock) as app, listening(app), sweeping(app), _watched(app, manager):
        _settle_memory()
        ready()
        manager.tell("READY=1")
        log.info("ready", smtp=settings.smtp.enabled, lmtp=settings.lmtp.enabled, http=settings.http.enabled)
        await stop.wait()
        manager.tell("STOPPING=1")
        log.info("draining")


def _settle_memory() -> None:
    # What was made at start (templates, word lists) lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


@asynccontextmanager
async def sweeping(app: App) -> AsyncIterator[None]:
    """The calendar sweep, in the desk that serves alone: a terminal beside it needs none. Of several desks one sweeps."""
    task = asyncio.create_task(while_holding(app.database, SWEEPING, partial(_sweep_hourly, app.sweep, app.clock)), name=SWEEPING)
    app.observation.watch(task)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _watched(app: App, manager: ServiceManager) -> AsyncIterator[None]:
    """A service manager with a watchdog restarts a desk that hangs, or of which a part has ended."""
    task = asyncio.create_task(manager.keep_watch(app.observation.whole), name="watchdog")
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
    """Where the listeners are (settings may say port 0: any); 0 when not enabled, or on a socket."""

    smtp: int
    http: int
    lmtp: int = 0


@asynccontextmanager
async def listening(app: App) -> AsyncIterator[Ports]:
    """Opens the listeners. Raises AutoproError when a port is taken, with what to do."""
    async with AsyncExitStack() as stack:
        settings, web = app.settings, app.settings.http
        http_port = smtp_port = lmtp_port = 0
        telegram = TelegramLine(app)
        if web.enabled:
            with _port_errors(f"{web.host}:{web.port}", "Stop what uses it, or set [http] host and port."):
                health = await http.listen(
                    web.host,
                    web.port,
                    ready=app.observation.obstacles,
                    exposition=app.observation.exposition,
                    posts=telegram.posts,
                )
            stack.push_async_callback(health.close)
            http_port = health.port
        if settings.smtp.enabled:
            with _port_errors(f"{settings.smtp.host}:{settings.smtp.port}", "Stop what uses it, or set [smtp] host and port."):
                smtp = await listen_smtp(app)
            stack.push_async_callback(smtp.close, grace_seconds=GRACE_SECONDS)
            smtp_port = smtp.port
        if settings.lmtp.enabled:
            with _port_errors(*_place_of_lmtp(settings.lmtp)):
                lmtp = await listen_lmtp(app)
            stack.push_async_callback(lmtp.close, grace_seconds=GRACE_SECONDS)
            lmtp_port = lmtp.port
        await stack.enter_async_context(telegram.open())
        await stack.enter_async_context(reading_mailbox(app))
        yield Ports(smtp_port, http_port, lmtp_port)


def _place_of_lmtp(lmtp: LmtpSettings) -> tuple[str, str]:
    if lmtp.socket is not None:
        return str(lmtp.socket), "Stop what uses it, make its folder writable for this user, or set [lmtp] socket."
    return f"{lmtp.host}:{lmtp.port}", "Stop what uses it, or set [lmtp] host and port."


@contextmanager
def _port_errors(place: str, mend: str) -> Iterator[None]:
    """Turns a refused bind into a line that says what to do."""
    try:
        yield
    except OSError as error:
        raise AutoproError(f"cannot listen on {place}: {error.strerror or error}. {mend}") from error
