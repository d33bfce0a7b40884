"""Health and metrics for operators (aiohttp): /healthz, /readyz, /metrics; and what is posted to the desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

Ready = Callable[[], Awaitable[list[str]]]
Exposition = Callable[[], Awaitable[bytes]]
Post = Callable[[web.Request], Awaitable[web.Response]]
NO_POSTS: Mapping[str, Post] = {}


@dataclass(slots=True)
class HttpListener:
    """The running HTTP server."""

    runner: web.AppRunner
    port: int

    async def close(self) -> None:
        """Stops serving."""
        await self.runner.cleanup()


async def listen(
    host: str, port: int, *, ready: Ready, exposition: Exposition, posts: Mapping[str, Post] = NO_POSTS
) -> HttpListener:
    """Begins to serve. `ready` lists what stands in the way, [] when nothing does; `posts` takes what is posted, by path.

    Raises OSError.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_request: web.Request) -> web.Response:
        obstacles = await ready()
        return web.Response(text="\n".join(obstacles or ["ready"]) + "\n", status=503 if obstacles else 200)

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    app.add_routes([web.post(path, take) for path, take in posts.items()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    return HttpListener(runner, int(runner.addresses[0][1]))
