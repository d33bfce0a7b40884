"""HTTP to the Bot API for python-telegram-bot, on aiohttp: one session, several times as fast as the library's own.

The address of every call holds the bot's token, and aiohttp's exceptions hold the address: none of them leaves this file, not even
as the cause of another.
"""

from __future__ import annotations

import json
import logging
import os
from functools import cache
from typing import Any, cast

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.core.chat_calls import write_parameters

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
CONNECTIONS = 64  # at a time; the long poll holds one of them
_JSON = {"Content-Type": "application/json"}

os.environ.setdefault("PTB_TIMEDELTA", "1")  # python-telegram-bot gives times as timedelta, and does not warn that it will
# At debug this logger tells the token (within its base address) and the parameters of every call: texts of customers.
logging.getLogger("telegram.Bot").disabled = True


class AiohttpRequest(BaseRequest):
    """The transport that `telegram.Bot` and the desk's own calls share."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may take, in seconds, where a call does not say otherwise."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Makes the session."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=75.0)
            cookies = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=cookies)

    async def shutdown(self) -> None:
        """Closes the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post_written(self, url: str, body: bytes, read_timeout: float) -> Any:
        """One call whose parameters are written already; its result. Raises what the library's own calls raise."""
        data = cast(RequestData, body)  # it only passes through the library's hands, on the way to `do_request`
        answer = await self._request_wrapper(url, "POST", data, read_timeout=read_timeout)
        return self.parse_json_payload(answer)["result"]

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The JSON of an answer. Unlike the library's own, it logs nothing of what cannot be read. Raises TelegramError."""
        try:
            parsed = json.loads(payload)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise TelegramError("the answer is no JSON object")
        return parsed

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | bytes | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call; status and body. Raises TimedOut or NetworkError, in words of its own."""
        await self.initialize()
        assert self._session is not None  # noqa: S101 - just made
        read = READ_SECONDS if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        connect = CONNECT_SECONDS if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout
        timeout = _timeout(read, connect)
        problem: TelegramError
        try:
            async with self._session.request(method, url, timeout=timeout, allow_redirects=False, **_body(request_data)) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            problem = TimedOut("the Bot API gave no answer in time")
        except (aiohttp.ClientError, OSError) as error:
            problem = NetworkError(f"the Bot API cannot be reached: {_reason(error)}")
        raise problem


@cache
def _timeout(read: float | None, connect: float) -> aiohttp.ClientTimeout:
    # One timer for all of a call: one for each read besides would only end it a little earlier.
    return aiohttp.ClientTimeout(total=None if read is None else read + connect, connect=connect)


def _body(data: RequestData | bytes | None) -> dict[str, Any]:
    if data is None:
        return {}
    if isinstance(data, bytes):
        return {"data": data, "headers": _JSON}
    if not data.contains_files:
        return {"data": write_parameters(data.parameters), "headers": _JSON}
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}


def _reason(error: Exception) -> str:
    # The class, and the operating system's words where there are any: everything else may hold the address.
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else ""
    return f"{type(error).__name__} {words}".strip()
