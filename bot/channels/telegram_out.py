"""One letter, one call: what Telegram's answer to it means for the letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.channels.telegram_api import ApiError, ForbiddenError, RefusedError, TelegramApi, TooManyError
from bot.core.chat_calls import WrittenCall
from bot.core.ports import PermanentFailureError, PutOffError, TemporaryFailureError, UnwelcomeError

log = structlog.get_logger("delivery")

# What Telegram says when there is nothing left to do (its texts are the only way to tell).
_DONE = ("message is not modified", "query is too old", "query id is invalid", "message to delete not found")
# Calls about a message that is gone, or too old to be changed: nobody misses them.
_ABOUT_OLD = ("deleteMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery")


class TelegramTransport:
    """Makes the calls of letters."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api

    async def send(self, call: WrittenCall) -> int | None:
        """One call; the number of the message that it made.

        Raises TemporaryFailureError, PermanentFailureError, PutOffError or UnwelcomeError.
        """
        try:
            return _message_id(await self._api.call(call))
        except RefusedError as error:
            return await self._refused(call, str(error))
        except ForbiddenError as error:
            raise UnwelcomeError(str(error)) from error
        except TooManyError as error:
            raise PutOffError(str(error), error.wait) from error
        except ApiError as error:
            raise TemporaryFailureError(str(error)) from error

    async def _refused(self, call: WrittenCall, reason: str) -> int | None:
        if any(words in reason.lower() for words in _DONE):
            return None
        if call.otherwise is not None:
            return await self.send(call.otherwise)
        if call.method in _ABOUT_OLD:
            log.info("call_dropped", method=call.method, reason=reason[:200])
            return None
        raise PermanentFailureError(reason)


def _message_id(result: Any) -> int | None:
    number = result.get("message_id") if isinstance(result, Mapping) else None
    return number if isinstance(number, int) else None
