"""The token is in the address of every call. Whatever goes wrong, it is in no log line and no exception, causes included."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram_api import ApiError, TelegramApi
from bot.core.chat_calls import WrittenCall, write_parameters
from tests.process.child import free_port
from tests.support.bot_api import TOKEN

SECRET = TOKEN.partition(":")[2]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def says(status: int, body: str, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body.replace("{url}", str(request.url)), headers=headers)

    return answer


async def cuts_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def ends_early(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ok":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def hangs(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


FAULTS: dict[str, Answer] = {
    "an error page that repeats the address": says(404, "<p>not found: {url}</p>"),
    "the same as JSON": says(400, '{"ok": false, "description": "no such path {url}"}'),
    "a faulty gateway": says(502, "<p>{url}</p>"),
    "a redirection": says(302, "", Location="http://127.0.0.1:1/elsewhere"),
    "no JSON": says(200, "{url}"),
    "another shape": says(200, '{"ok": true, "result": {"id": "{url}"}}'),
    "a cut connection": cuts_off,
    "half an answer": ends_early,
    "no answer": hangs,
}


async def use(url: str) -> list[str]:
    """Every kind of call, its failure printed with all causes, as a log would hold it."""
    api = TelegramApi(TOKEN, url)
    seen = [repr(api)]
    calls: list[Callable[[], Awaitable[Any]]] = [
        api.myself,
        lambda: api.updates(None, 0),
        lambda: api.call(WrittenCall("sendMessage", write_parameters({"chat_id": 7, "text": "Bonjour"}))),
        lambda: api.listen("https://desk.example/telegram", "s"),
        api.poll,
        api.webhook,
    ]
    try:
        for call in calls:
            try:
                await call()
            except ApiError as error:
                seen.append("".join(traceback.format_exception(error)))
                seen.append(repr(error))
                context: BaseException | None = error
                while context is not None:  # what is hidden from a traceback is still there for whoever looks
                    seen.append(f"{context!r} {context.args}")
                    context = context.__context__
    finally:
        await api.close()
    return seen


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that any library logs, at debug."""
    for name in ("", "telegram", "telegram.Bot", "aiohttp", "aiohttp.client", "httpx", "httpcore", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name or None)
    return caplog


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_faulty_server(fault: str, everything: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram_request.READ_SECONDS", 0.2)
    monkeypatch.setattr("bot.channels.telegram_api.READ_SECONDS", 0.2)
    async with serving(FAULTS[fault]) as url:
        seen = await use(url)
    assert len(seen) > 3, "something failed"
    assert SECRET not in "\n".join(seen)
    assert SECRET not in everything.text


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}", "http://does-not-exist.invalid", "https://127.0.0.1:{port}", "http://[::1:"]
)
async def test_no_server(url: str, everything: pytest.LogCaptureFixture) -> None:
    seen = await use(url.format(port=free_port()))
    assert len(seen) > 3
    assert SECRET not in "\n".join(seen)
    assert SECRET not in everything.text
