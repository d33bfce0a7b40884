"""A Bot API server on loopback: offsets, repeated webhook deliveries and refusals as Telegram has them, and a log of every call.

Who writes and what their screens show is in `tests/support/chats.py`. Faults are injected: `api.fail("sendMessage", 429, …)`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.support.chats import Chat, Refusal, Screens

BOT_ID = 4242
TOKEN = f"{BOT_ID}:AAE-secret_token_of_the_tests-0123456789"
USERNAME = "EssaiBot"
MOST_UPDATES = 100  # of one getUpdates answer


@dataclass(frozen=True)
class Call:
    """One call of a method as it arrived: parameters decoded, uploaded files apart."""

    method: str
    parameters: Mapping[str, Any]
    files: Mapping[str, bytes]
    at: float  # the event loop's clock
    status: int = 200

    @property
    def chat_id(self) -> int:
        return int(self.parameters.get("chat_id", 0))


@dataclass(frozen=True)
class Fault:
    """What a call gets instead of its answer: an error, octets that are no answer (`raw`), or nothing at all (`hangs`).

    `after` lets the call take effect first: the answer alone is lost.
    """

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 0
    raw: bytes | None = None
    hangs: bool = False
    after: bool = False


@dataclass
class Webhook:
    """What setWebhook asked for, and how the deliveries went."""

    url: str
    secret: str
    allowed: list[str]
    last_error: str = ""
    deliveries: list[tuple[int, int]] = field(default_factory=list)  # (update_id, status)


class BotApi:
    """The server's state. `updates` are those not yet confirmed, oldest first."""

    def __init__(self) -> None:
        self.port = 0
        self.calls: list[Call] = []
        self.updates: list[dict[str, Any]] = []
        self.garbage: list[Any] = []  # put before the updates of every answer until taken out
        self.screens = Screens(self.push)
        self.webhook: Webhook | None = None
        self.retry_seconds = 0.02  # between two deliveries of a refused update
        self.verdict: Callable[[Call], Fault | None] = lambda call: None
        self._faults: list[tuple[str, int | None, Fault]] = []
        self._next_id = 100_000
        self._changed = asyncio.Condition()
        self.questions = 0  # how often getUpdates was asked, that under way included
        self._ended = 0
        self._delivering: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """For `[telegram] api_url`."""
        return f"http://127.0.0.1:{self.port}"

    def fail(self, method: str, status: int = 500, description: str = "", *, chat_id: int | None = None, **options: Any) -> None:
        """The next call of a method (to that chat) gets a fault."""
        self._faults.append((method, chat_id, Fault(status, description or f"fault {status}", **options)))

    def push(self, update: Mapping[str, Any]) -> int:
        """Adds an update; its id."""
        self._next_id += 1
        self.updates.append({"update_id": self._next_id, **update})
        self._announce()
        return self._next_id

    def push_raw(self, update: dict[str, Any]) -> None:
        """Adds an update as it is (a repetition, an odd one)."""
        self.updates.append(update)
        self._announce()

    def end_question(self) -> None:
        """The getUpdates under way has waited out its time: it gets an empty answer."""
        self._ended = self.questions
        self._announce()

    def called(self, method: str) -> list[Call]:
        """The calls of a method that were granted, oldest first."""
        return [call for call in self.calls if call.method == method and call.status == 200]

    async def wait(self, condition: Callable[[], object], seconds: float = 20.0) -> None:
        """Until `condition()` holds; it is looked at after every call."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def wait_for(self, method: str, count: int = 1, seconds: float = 20.0) -> list[Call]:
        """The granted calls of a method, as soon as there are `count`."""
        await self.wait(lambda: len(self.called(method)) >= count, seconds)
        return self.called(method)

    async def confirmed(self, seconds: float = 20.0) -> None:
        """Until every update is confirmed (or delivered to the webhook)."""
        await self.wait(lambda: not self.updates, seconds)

    def private(self, user_id: int, first_name: str = "Marie", language: str = "fr", **user: Any) -> Chat:
        """A person's private chat with the bot."""
        return self.screens.private(user_id, first_name, language, **user)

    def group(self, chat_id: int, title: str = "Quai 4") -> Chat:
        """A group that the bot is in."""
        return self.screens.group(chat_id, title)

    def _announce(self) -> None:
        async def tell() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.ensure_future(tell())
        self._telling = task  # kept: the loop holds only weak references

    # How a call is answered

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _refused(Refusal(401, "Unauthorized"))
        parameters, files = await _parameters(request)
        call = Call(method, parameters, files, asyncio.get_running_loop().time())
        fault = self.verdict(call) or self._take_fault(call)
        try:
            if fault is not None and not fault.after:
                return await self._faulty(call, fault)
            try:
                result = await self._result(call)
            except Refusal as refusal:
                self._log(call, refusal.status)
                return _refused(refusal)
            self._log(call, 200)
            if fault is not None:
                return await self._faulty(call, fault, log=False)
            return web.json_response({"ok": True, "result": result})
        finally:
            self._announce()

    def _take_fault(self, call: Call) -> Fault | None:
        for entry in self._faults:
            method, chat_id, fault = entry
            if method == call.method and chat_id in (None, call.chat_id):
                self._faults.remove(entry)
                return fault
        return None

    async def _faulty(self, call: Call, fault: Fault, *, log: bool = True) -> web.StreamResponse:
        if log:
            self._log(call, fault.status)
        if fault.hangs:
            self._announce()
            await asyncio.sleep(3600)
        if fault.raw is not None:
            return web.Response(body=fault.raw, status=fault.status, content_type="text/html")
        return _refused(Refusal(fault.status, fault.description, fault.retry_after))

    def _log(self, call: Call, status: int) -> None:
        self.calls.append(Call(call.method, call.parameters, call.files, call.at, status))

    async def _result(self, call: Call) -> Any:
        match call.method:
            case "getUpdates":
                return await self._get_updates(call.parameters)
            case "setWebhook":
                return await self._set_webhook(call.parameters)
            case "deleteWebhook":
                return await self._delete_webhook()
            case "getWebhookInfo":
                hook = self.webhook
                info = {"url": hook.url if hook else "", "has_custom_certificate": False, "pending_update_count": len(self.updates)}
                return info | ({"last_error_message": hook.last_error, "last_error_date": 1} if hook and hook.last_error else {})
            case "getMe":
                return {"id": BOT_ID, "is_bot": True, "first_name": "Essai", "username": USERNAME, "can_join_groups": True}
            case _:
                return self.screens.call(call.method, call.parameters)

    # Updates out: by polling, or to a webhook

    async def _get_updates(self, parameters: Mapping[str, Any]) -> list[Any]:
        if self.webhook is not None:
            raise Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
            )
        self.questions += 1
        mine = self.questions
        self._announce()  # whoever polls already is cut off
        offset = int(parameters.get("offset", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]

        def waiting() -> list[Any]:
            return [update for update in self.updates if update["update_id"] >= offset]

        def something() -> bool:
            return bool(waiting() or self.garbage or self.questions != mine or self._ended == mine)

        with suppress(TimeoutError):
            async with asyncio.timeout(float(parameters.get("timeout", 0))), self._changed:
                await self._changed.wait_for(something)
        if self.questions != mine:
            raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
        limit = min(int(parameters.get("limit", MOST_UPDATES)), MOST_UPDATES)
        return [*self.garbage, *sorted(waiting(), key=lambda update: int(update["update_id"]))][:limit]

    async def _set_webhook(self, parameters: Mapping[str, Any]) -> bool:
        await self._delete_webhook()
        self.webhook = Webhook(
            str(parameters["url"]), str(parameters.get("secret_token", "")), list(parameters.get("allowed_updates", []))
        )
        self.questions += 1
        self._delivering = asyncio.create_task(self._deliver(self.webhook))
        return True

    async def _delete_webhook(self) -> bool:
        if self._delivering is not None:
            self._delivering.cancel()
            await asyncio.gather(self._delivering, return_exceptions=True)
        self.webhook, self._delivering = None, None
        return True

    async def _deliver(self, hook: Webhook) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: bool(self.updates))
                update = self.updates[0]
                status = await self._post(session, hook, json.dumps(update).encode())
                hook.deliveries.append((int(update["update_id"]), status))
                if 200 <= status < 300:
                    self.updates.remove(update)
                    self._announce()
                else:
                    hook.last_error = f"Wrong response from the webhook: {status}"
                    await asyncio.sleep(self.retry_seconds)

    async def _post(self, session: aiohttp.ClientSession, hook: Webhook, body: bytes) -> int:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": hook.secret}
        url = hook.url.replace("https://", "http://", 1)  # the proxy in front of the desk takes TLS off
        try:
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def close(self) -> None:
        """Stops delivering, and lets polls go."""
        self.questions += 1
        await self._delete_webhook()
        async with self._changed:
            self._changed.notify_all()


async def _parameters(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Parameters by name (JSON in a form's field decoded), and files, of any of the ways that the Bot API takes."""
    if request.content_type == "application/json":
        return dict(await request.json()), {}
    parameters: dict[str, Any] = dict(request.query)
    files: dict[str, bytes] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = value.file.read()
        else:
            parameters[name] = _decoded(value) if isinstance(value, str) else value
    return parameters, files


def _decoded(value: str) -> Any:
    if value[:1] in ("{", "[") or value in ("true", "false"):
        with suppress(ValueError):
            return json.loads(value)
    return value


def _refused(refusal: Refusal) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.retry_after:
        body["parameters"] = {"retry_after": refusal.retry_after}
    if refusal.moved_to:
        body["parameters"] = {"migrate_to_chat_id": refusal.moved_to}
    return web.json_response(body, status=refusal.status)


@asynccontextmanager
async def running_bot_api(port: int = 0) -> AsyncIterator[BotApi]:
    """The server on a loopback port (0: a free one)."""
    api = BotApi()
    app = web.Application(client_max_size=2**26)
    app.add_routes([web.route("*", "/bot{token}/{method}", api.handle)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    api.port = int(runner.addresses[0][1])
    try:
        yield api
    finally:
        await api.close()
        await runner.cleanup()
