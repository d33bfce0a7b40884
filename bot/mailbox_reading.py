"""The mailbox as the settings name it, read as long as the desk serves, by one desk of all that share a database."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import App
from bot.channels.imap import Filing, Mailbox, MailboxState
from bot.channels.imap_session import MailboxAddress
from bot.core.errors import AutoproError
from bot.core.inbound import OwnAddress
from bot.imap_settings import ImapSettings
from bot.mailroom import Mailroom
from bot.parts import token_source
from bot.single_holder import while_holding
from handlers.table import HANDLERS

_SECRET = frozenset(handler.spec.name for handler in HANDLERS if handler.spec.secret)
GRACE_SECONDS = 2.0  # for messages that are being fetched when the desk ends; within the 20 s that operators are promised


@asynccontextmanager
async def reading_mailbox(app: App) -> AsyncIterator[None]:
    """Reads the mailbox meanwhile, when one is set. Raises AutoproError for settings that cannot be used."""
    imap = app.settings.imap
    if not imap.host:
        yield
        return
    mailbox = _mailbox(app)
    task = asyncio.create_task(while_holding(app.database, f"imap {_name(imap)}", mailbox.run), name="imap")
    app.observation.watch(task)
    _show(mailbox.state, app)
    try:
        yield
    finally:
        mailbox.stop()
        await asyncio.wait([task], timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def mailbox_address(imap: ImapSettings) -> MailboxAddress:
    """Where the mailbox is. Raises AutoproError when the file of authorities cannot be used."""
    try:
        context = ssl.create_default_context(cafile=imap.ca_file) if imap.encrypted else None
    except OSError as error:  # ssl.SSLError is one
        raise AutoproError(f"imap.ca_file {imap.ca_file} cannot be used: {error}. It is a PEM file of certificates.") from error
    return MailboxAddress(
        host=imap.host,
        port=imap.server_port,
        username=imap.username,
        mailbox=imap.mailbox,
        context=context,
        timeout_seconds=imap.timeout_seconds,
        max_message_bytes=imap.max_message_bytes,
    )


def _mailbox(app: App) -> Mailbox:
    imap, desk = app.settings.imap, app.settings.desk
    mailroom = Mailroom(
        mailbox=_name(imap),
        shown=imap.mailbox,
        failed=imap.failed,
        own=OwnAddress(desk.address, desk.subaddress_separator),
        secret=_SECRET,
        database=app.database,
        desk=app.desk,
        operators=app.operators,
        seal=app.seal,
        offer=app.delivery.offer,
        clock=app.clock,
        metrics=app.metrics,
    )
    return Mailbox(
        mailbox_address(imap),
        Filing(imap.done, imap.failed),
        mailroom,
        password=imap.password,
        tokens=token_source("imap", imap, app.clock),
        poll_seconds=imap.poll_seconds,
    )


def _show(state: MailboxState, app: App) -> None:
    """Lets /readyz and /metrics look at the mailbox."""
    app.observation.ask(lambda: [f"imap: {state.trouble}"] if state.trouble else [])
    metrics = app.metrics
    metrics.mailbox_reading.set_function(lambda: state.reading)
    metrics.mailbox_mismatch.set_function(lambda: state.mismatch)
    metrics.mailbox_messages.labels("unhandled").set_function(lambda: state.unhandled)
    metrics.mailbox_messages.labels("unfiled").set_function(lambda: state.unfiled)
    metrics.mailbox_messages.labels("deleted").set_function(lambda: state.deleted)
    metrics.mailbox_messages.labels("unread").set_function(lambda: state.unread)


def _name(imap: ImapSettings) -> str:
    """What tells this mailbox from all others."""
    return f"{imap.username}@{imap.host}:{imap.server_port}/{imap.mailbox}"
