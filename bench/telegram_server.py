"""A Bot API server for measurements: updates are queued, answers counted; it does as little as it can for each call.

`python bench/telegram_server.py PORT --warm-up N --updates N --chats N` prints `ready`; then, each time that all is answered, the
seconds from the moment when the updates were queued to the last answer, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

import uvloop
from aiohttp import web

QUESTION = "TRACE 123456789"
MOST = 100


class Server:
    """Updates by offset, as Telegram has them."""

    def __init__(self, warm_up: int, updates: int, chats: int) -> None:
        self.next_id = 1
        self.queue: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()
        self.rounds = [self._made(warm_up, 1_000_000, warm_up), self._made(updates, 2_000_000, chats)]
        self.expected = 0
        self.answered = 0
        self.began = 0.0
        self.next_round()

    def _made(self, count: int, first_chat: int, chats: int) -> list[dict[str, Any]]:
        return [self._update(first_chat + number % chats) for number in range(count)]

    def _update(self, chat: int) -> dict[str, Any]:
        number, self.next_id = self.next_id, self.next_id + 1
        user = {"id": chat, "is_bot": False, "first_name": f"Client {chat}", "language_code": "fr" if chat % 2 else "en"}
        described = {"id": chat, "type": "private", "first_name": user["first_name"]}
        message = {"message_id": number, "date": 1_795_446_000, "chat": described, "from": user, "text": QUESTION}
        return {"update_id": number, "message": message}

    def next_round(self) -> None:
        if not self.rounds:
            return
        self.queue += self.rounds.pop(0)
        self.expected, self.answered, self.began = len(self.queue), 0, time.perf_counter()
        self.arrived.set()

    async def updates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(parameters.get("offset", 0))
        if offset:
            self.queue = [update for update in self.queue if update["update_id"] >= offset]
        if not self.queue:
            self.arrived.clear()
            try:
                async with asyncio.timeout(float(parameters.get("timeout", 0))):
                    await self.arrived.wait()
            except TimeoutError:
                return []
        return self.queue[:MOST]

    def sent(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self.answered += 1
        if self.answered == self.expected:
            print(json.dumps({"answers": self.answered, "seconds": time.perf_counter() - self.began}), flush=True)
            asyncio.get_running_loop().call_later(0.5, self.next_round)
        chat = int(parameters["chat_id"])
        return {"message_id": self.answered, "date": 1_795_446_000, "chat": {"id": chat, "type": "private"}, "text": "."}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        as_json = request.content_type == "application/json"
        parameters = json.loads(await request.read()) if as_json else dict(await request.post())
        if method == "getUpdates":
            result: Any = await self.updates(parameters)
        elif method == "sendMessage":
            result = self.sent(parameters)
        elif method == "getMe":
            result = {"id": 42, "is_bot": True, "first_name": "Bench", "username": "BenchBot"}
        elif method == "getWebhookInfo":
            result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        else:
            result = True
        return web.Response(body=json.dumps({"ok": True, "result": result}).encode(), content_type="application/json")


async def main(arguments: argparse.Namespace) -> None:
    server = Server(arguments.warm_up, arguments.updates, arguments.chats)
    runner = web.ServerRunner(web.Server(server.handle, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--warm-up", type=int, default=300)
    parser.add_argument("--updates", type=int, default=2000)
    parser.add_argument("--chats", type=int, default=1000)
    uvloop.run(main(parser.parse_args()))
