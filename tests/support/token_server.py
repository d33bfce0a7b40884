"""A token endpoint of OAuth 2.0 on loopback: it gives tokens to one application, and fails on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CLIENT_ID = "5f1c7a30-0000-4000-8000-desk"
CLIENT_SECRET = "s3cret~of.the_application"


@dataclass
class TokenServer:
    """What it was asked, and what it answers next."""

    url: str = ""
    life_seconds: Any = 3600
    asked: list[dict[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    failures: list[web.Response] = field(default_factory=list)  # answered first, one each
    hold: asyncio.Event | None = None  # when set, answers wait for it
    revoked: set[str] = field(default_factory=set)
    names: str = ""  # whose mailbox the tokens open, as a mail server hears it
    introspection_url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.hold is not None:
            await self.hold.wait()
        if self.failures:
            return self.failures.pop(0)
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            description = f"AADSTS7000215: Invalid client secret provided: {form.get('client_secret')}"
            return web.json_response({"error": "invalid_client", "error_description": description}, status=401)
        self.given.append(f"token-{len(self.given) + 1}")
        answer = {"token_type": "Bearer", "access_token": self.given[-1]}
        if self.life_seconds is not None:
            answer["expires_in"] = self.life_seconds
        return web.json_response(answer)

    async def introspect(self, request: web.Request) -> web.Response:
        """What a mail server asks about a token that it is shown (RFC 7662)."""
        token = str((await request.post()).get("token", ""))
        known = token in self.given and token not in self.revoked
        return web.json_response({"active": known, "username": self.names} if known else {"active": False})


@asynccontextmanager
async def running_token_server() -> AsyncIterator[TokenServer]:
    """A token server on a free port of loopback."""
    server = TokenServer()
    app = web.Application()
    app.add_routes([web.post("/tenant/oauth2/v2.0/token", server.handle), web.post("/introspect", server.introspect)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/tenant/oauth2/v2.0/token"
    server.introspection_url = f"http://127.0.0.1:{runner.addresses[0][1]}/introspect"
    try:
        yield server
    finally:
        await runner.cleanup()
