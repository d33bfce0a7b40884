"""`autopro terminal`: talk to the desk from a terminal, along the same path as mail."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence

import click

from bot import logs
from bot.app import App, running
from bot.commands.common import run, with_settings
from bot.config import Settings
from bot.core.letters import Queued
from bot.core.values import Channel, Language, RawRecord
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.outbox import Outbox

_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.05


@click.command("terminal")
@click.option("--language", type=click.Choice(["en", "fr"]), help="The language to begin in; else the desk goes by what is typed.")
@with_settings
def terminal_command(settings: Settings, language: str | None) -> None:
    """Talk to the desk here. When stdin is not a terminal: one message a line, each answer followed by a line ---."""
    if settings.log.level == "info":  # a talk is no place for what goes as it should
        logs.set_up("warning")
    run(_talk(settings, Language(language) if language else None))


async def _talk(settings: Settings, language: Language | None) -> None:
    interactive = sys.stdin.isatty()
    async with running(settings) as app:
        conversation = Conversation(app)
        if language is not None:
            await conversation.speak(language)
        while True:
            line = await asyncio.to_thread(_read_line, "> " if interactive else "")
            if line is None:
                return
            click.echo(await conversation.say(line))
            if not interactive:
                click.echo("---")


def _read_line(prompt: str) -> str | None:
    if prompt:
        click.echo(prompt, nl=False)
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


class Conversation:
    """One person at one terminal."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._key = f"terminal:{app.mint.token()}"
        self._turn = 0

    async def speak(self, language: Language) -> None:
        """Begins in a language."""

        async def remember(tx: Transaction) -> None:
            correspondents = Correspondents(tx, self._app.clock.now())
            await correspondents.meet(self._key)
            await correspondents.set_language(self._key, language)

        await self._app.database.write(remember)

    async def say(self, text: str) -> str:
        """The desk's answer to one message."""
        self._turn += 1
        # The turn makes every line a message of its own: saying the same twice is asking twice.
        record = RawRecord(Channel.TERMINAL, text.encode(), conversation=self._key, peer=str(self._turn))
        received = await self._app.desk.receive(record, "terminal")
        letters: Sequence[Queued] = received.letters
        deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while not letters and received.waits and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
            letters = await self._app.database.read(lambda tx: Outbox(tx, self._app.seal).of_conversation(self._key))
        own = [queued for queued in letters if queued.letter.channel is Channel.TERMINAL]
        await self._app.database.write(lambda tx: self._mark(tx, own))
        return "\n\n".join(json.loads(queued.letter.content)["text"] for queued in own).strip()

    async def _mark(self, tx: Transaction, letters: Sequence[Queued]) -> None:
        for queued in letters:
            await Outbox(tx, self._app.seal).sent(queued.id, self._app.clock.now())
