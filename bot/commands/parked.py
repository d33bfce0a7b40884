"""`autopro parked`: the messages that could not be handled, for a person to look at, send through again or discard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import click

from bot.commands.common import run, show_rows, with_settings
from bot.config import Settings
from bot.core.clock import SystemClock, SystemMint, from_micros
from bot.core.errors import Refused
from bot.core.seal import Seal
from bot.key_file import load_key
from storage.database import Result, Transaction
from storage.inbox import Inbox
from storage.opening import open_database


@click.group("parked")
def parked_command() -> None:
    """Messages that could not be handled."""


@parked_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@with_settings
def list_parked(settings: Settings, as_json: bool) -> None:
    """List them, without their content."""
    rows = run(_with_inbox(settings, lambda inbox: inbox.parked()))
    shown = [
        {
            "id": row["id"],
            "channel": row["channel"],
            "received": from_micros(row["received_at"]).isoformat(timespec="seconds"),
            "attempts": row["attempts"],
            "reason": row["outcome"],
        }
        for row in rows
    ]
    show_rows(shown, as_json=as_json, empty="no message is parked")


@parked_command.command("show")
@click.argument("message_id", type=int)
@with_settings
def show_parked(settings: Settings, message_id: int) -> None:
    """Print one, word for word. It may hold personal data."""
    record = run(_with_inbox(settings, lambda inbox: inbox.parked_record(message_id)))
    if record is None:
        raise Refused(f"no parked message has the id {message_id}; 'autopro parked list' shows those that are")
    click.echo(f"# from {record.envelope_sender or '<>'} to {', '.join(record.recipients)} by {record.peer}")
    click.echo(record.content)


@parked_command.command("replay")
@click.argument("message_id", type=int)
@with_settings
def replay_parked(settings: Settings, message_id: int) -> None:
    """Handle one again, with fresh attempts; a running desk takes it within two seconds."""
    now = SystemClock().now()
    _say(run(_with_inbox(settings, lambda inbox: inbox.replay(message_id, now))), message_id, "is due again")


@parked_command.command("discard")
@click.argument("message_id", type=int)
@with_settings
def discard_parked(settings: Settings, message_id: int) -> None:
    """Forget one's content for good."""
    now = SystemClock().now()
    _say(run(_with_inbox(settings, lambda inbox: inbox.discard(message_id, now))), message_id, "is discarded")


def _say(done: bool, message_id: int, what: str) -> None:
    if not done:
        raise Refused(f"no parked message has the id {message_id}; 'autopro parked list' shows those that are")
    click.echo(f"message {message_id} {what}")


async def _with_inbox(settings: Settings, job: Callable[[Inbox], Awaitable[Result]]) -> Result:
    mint = SystemMint()
    seal = Seal(load_key(settings.key_file, mint), mint)
    database = await open_database(settings.database.url)

    async def work(tx: Transaction) -> Result:
        return await job(Inbox(tx, seal))

    try:
        return await database.write(work)
    finally:
        await database.close()
