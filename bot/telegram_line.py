"""The desk's line to Telegram: what it is made of, and the tasks that ask for updates (or have them posted) and send messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.app import App
from bot.channels.http import NO_POSTS, Post
from bot.channels.telegram_watch import PollWatch
from bot.single_holder import while_holding

if TYPE_CHECKING:  # the library takes 25 MB: a desk without a bot does without it
    from bot.channels.telegram_webhook import Webhook
from bot.telegram_parts import TelegramParts

SENDING, POLLING = "telegram sending", "telegram polling"  # roles: one desk of all has each


class TelegramLine:
    """A way in, polled or posted; `posts` is what the HTTP listener is to take."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._webhook: Webhook | None = None
        telegram, settings = app.telegram, app.settings.telegram
        if telegram is not None and settings.webhook_path:
            from bot.channels.telegram_webhook import Webhook

            keep = partial(telegram.intake.keep, quickly=False)
            self._webhook = Webhook(
                telegram.api, settings.bot_id, settings.webhook_url, settings.webhook_secret, keep, self._watch()
            )

    @property
    def posts(self) -> Mapping[str, Post]:
        """What is posted to the desk, by path."""
        return NO_POSTS if self._webhook is None else {self._app.settings.telegram.webhook_path: self._webhook.post}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Takes updates until the end of the block; sends messages until the desk is drained."""
        app = self._app
        telegram = app.telegram
        if telegram is None:
            yield
            return
        await self._publish(telegram)
        app.begin(while_holding(app.database, SENDING, telegram.delivery.run), SENDING)
        if self._webhook is not None:
            taking = asyncio.create_task(self._webhook.run(), name="telegram webhook")
        else:
            from bot.channels.telegram_poller import Poller

            poller = Poller(telegram.api, app.settings.telegram.bot_id, telegram.intake.keep, self._watch())
            taking = asyncio.create_task(while_holding(app.database, POLLING, poller.run), name=POLLING)
        app.observation.watch(taking)
        try:
            yield
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)

    async def _publish(self, telegram: TelegramParts) -> None:
        """The menus of commands, where they have changed since they were sent."""
        app, bot_id = self._app, self._app.settings.telegram.bot_id
        await app.database.write(lambda tx: telegram.menus.publish(tx, app.seal, bot_id, app.clock.now()), telegram.delivery.offer)

    def _watch(self) -> PollWatch:
        metrics = self._app.metrics
        watch = PollWatch(self._app.clock, metrics.telegram_conflicts.inc)
        self._app.observation.ask(watch.obstacles)
        metrics.telegram_age.set_function(lambda: watch.age_seconds)
        return watch
