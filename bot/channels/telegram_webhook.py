"""Telegram's posts: the secret first, then the update is kept, and only then they are told 200.

Anything but 2xx makes Telegram post the same update again, later and later (Bot API, setWebhook).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from hmac import compare_digest

import structlog
from aiohttp import web

from bot.channels.telegram_api import ApiError, ConflictError, TelegramApi
from bot.channels.telegram_watch import PollWatch
from bot.core.errors import StorageError
from bot.core.updates import update_record
from bot.core.values import RawRecord

log = structlog.get_logger("telegram")

LOOK_SECONDS = 30.0  # how often Telegram is asked whether it still posts here, and whether that works
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

Keep = Callable[[Sequence[RawRecord]], Awaitable[int]]


class Webhook:
    """One bot's webhook. `keep` commits records and says how many of them, from the first on, it had room for."""

    def __init__(self, api: TelegramApi, bot_id: str, url: str, secret: str, keep: Keep, watch: PollWatch) -> None:
        self._api = api
        self._bot_id = bot_id
        self._url = url
        self._secret = secret.encode()
        self._keep = keep
        self._watch = watch
        self._username: str | None = None  # commands in groups are told by it: until it is known nothing is taken
        self._last_error: datetime | None = None
        self.waiting = 0  # updates that Telegram could not yet post

    async def post(self, request: web.Request) -> web.Response:
        """Takes one update: 403 without the secret, 200 when it is kept for good, 503 while it cannot be."""
        given = request.headers.get(_SECRET, "").encode("utf-8", "surrogateescape")
        if not compare_digest(given, self._secret):
            log.warning(
                "webhook_refused", next="somebody else knows the address; only posts with [telegram] webhook_secret are taken"
            )
            return web.Response(status=403)
        content = await request.read()
        if self._username is None:
            return web.Response(status=503)
        try:
            kept = await self._keep([update_record(content, self._bot_id, self._username)])
        except StorageError as error:
            log.error("update_not_kept", error=str(error))
            return web.Response(status=503)
        return web.Response(status=200 if kept else 503)

    async def run(self) -> None:
        """Has updates posted here and watches over it, until cancelled."""
        self._watch.begins()
        failures = 0
        while True:
            try:
                await self._look()
                self._watch.answered()
                failures = 0
                await asyncio.sleep(LOOK_SECONDS)
            except ApiError as error:
                self._watch.failed(str(error))
                log.error("webhook_not_set", error=str(error), next="it is tried again; 'autopro check' says what Telegram thinks")
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    async def _look(self) -> None:
        if self._username is None:
            name = (await self._api.myself()).username
            await self._api.listen(self._url, self._secret.decode())  # always: whether the secret is the same cannot be asked
            self._username = name
        info = await self._api.webhook()
        self.waiting = info.pending_update_count
        if info.url != self._url:
            self._watch.conflict()
            self._username = None
            raise ConflictError("another program has set or deleted the webhook; the desk sets its own again")
        if info.last_error_date is not None and info.last_error_date != self._last_error:
            self._last_error = info.last_error_date
            log.warning("webhook_failed", error=str(info.last_error_message)[:200], waiting=info.pending_update_count)
