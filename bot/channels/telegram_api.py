"""The Bot API as the desk uses it: python-telegram-bot's methods, raw updates, the outbox's calls; errors in our own words."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_request import READ_SECONDS, AiohttpRequest
from bot.core.chat_calls import WrittenCall, write_parameters
from bot.core.immutable import immutable

# What the desk reads (`telegram_reader`). It is always said: Telegram remembers what another program asked for.
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


Result = TypeVar("Result")


class ApiError(Exception):
    """A call did not work now: no answer, a fault of the server, an answer that is none. The text is for operators."""


class TooManyError(ApiError):
    """Telegram wants a pause of `wait` (429)."""

    def __init__(self, text: str, wait: timedelta) -> None:
        super().__init__(text)
        self.wait = wait


class ForbiddenError(ApiError):
    """The desk may not write there: it was blocked or thrown out (403)."""


class RefusedError(ApiError):
    """The call itself is at fault, and always will be (400)."""


class TokenRefusedError(ApiError):
    """Telegram does not know the token (401, 404)."""


class ConflictError(ApiError):
    """Somebody else takes this bot's updates: another poller, or a webhook (409)."""


@immutable
class Myself:
    """The bot as Telegram knows it."""

    id: int
    username: str


class TelegramApi:
    """One bot on one server, over one HTTP session."""

    def __init__(self, token: str, api_url: str) -> None:
        self._token = token
        self._base = f"{api_url}/bot{token}/"
        self._request = AiohttpRequest()
        request = self._request
        self._bot = Bot(token, f"{api_url}/bot", f"{api_url}/file/bot", request=request, get_updates_request=request)

    async def myself(self) -> Myself:
        """Who the bot is. Raises ApiError."""
        user = await self._told(self._bot.get_me())
        return Myself(user.id, user.username or "")

    async def updates(self, offset: int | None, wait_seconds: int) -> list[Any]:
        """The updates from `offset` on, which confirms those below it; plain JSON, [] when none came in time. Raises ApiError."""
        parameters = {"timeout": wait_seconds, "allowed_updates": list(UPDATES)}
        body = write_parameters(parameters if offset is None else {**parameters, "offset": offset})
        found = await self._post("getUpdates", body, wait_seconds)
        if not isinstance(found, list):
            raise ApiError("the answer to getUpdates is no list")
        return found

    async def call(self, call: WrittenCall) -> Any:
        """One call, word for word; its result. Raises ApiError."""
        return await self._post(call.method, call.body)

    async def listen(self, url: str, secret: str) -> None:
        """Has updates posted to `url`. What waits stays. Raises ApiError."""
        await self._told(self._bot.set_webhook(url, secret_token=secret, allowed_updates=UPDATES, drop_pending_updates=False))

    async def poll(self) -> None:
        """Has updates kept for polling: no webhook. What waits stays. Raises ApiError."""
        await self._told(self._bot.delete_webhook(drop_pending_updates=False))

    async def webhook(self) -> WebhookInfo:
        """What Telegram says of the webhook. Raises ApiError."""
        return await self._told(self._bot.get_webhook_info())

    async def close(self) -> None:
        """Closes the session."""
        await self._request.shutdown()

    async def _post(self, method: str, body: bytes, wait_seconds: int = 0) -> Any:
        return await self._told(self._request.post_written(self._base + method, body, READ_SECONDS + wait_seconds))

    async def _told(self, step: Awaitable[Result]) -> Result:
        """Awaits a call; its errors in our words, without the token: a proxy's error page may repeat the address.

        They are raised outside the handler: else they would keep the library's own errors as their context.
        """
        try:
            return await step
        except TelegramError as error:
            failure = _own(error, str(error).replace(self._token, "TOKEN")[:300])
        except (KeyError, TypeError, ValueError, AttributeError) as error:  # JSON of another shape than the library expects
            failure = ApiError(f"the answer is not the Bot API's ({type(error).__name__})")
        raise failure


def _own(error: TelegramError, words: str) -> ApiError:
    match error:
        case RetryAfter():
            wait = error.retry_after
            return TooManyError(words, wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case Forbidden():
            return ForbiddenError(words)
        case InvalidToken() if "method not found" in words.lower():
            return RefusedError(words)
        case InvalidToken():
            return TokenRefusedError(words)
        case Conflict():
            return ConflictError(words)
        case ChatMigrated():
            now = f"the group is a supergroup now, and its number is {error.new_chat_id}"
            return RefusedError(f"{now}: if it is the administrators' chat, set [telegram] admin_chat_id to that and restart")
        case BadRequest():
            return RefusedError(words)
    return ApiError(words)
