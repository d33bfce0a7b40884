"""A wire between two programs that a test can cut, hold, silence and change: a TCP proxy on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Change = Callable[[bytes], bytes]


def unchanged(data: bytes) -> bytes:
    return data


@dataclass
class Wire:
    """What passed and what passes. `sent` and `answered` are all octets of client and server, `connections` their count.

    A `silent` wire swallows everything and closes nothing (a half-open connection); so does each direction alone. `to_server` and
    `to_client` change what passes. `stop_at` silences the wire for good as soon as the client sends these words, which are held
    back; `stopped` is set then. `delay` in seconds is what each end is away.
    """

    port: int = 0
    target: int = 0
    connections: int = 0
    sent: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)
    silent: bool = False
    delay: float = 0.0
    stop_at: bytes = b""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    to_server: Change = unchanged
    to_client: Change = unchanged
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Until `condition` holds; looked at whenever something passes."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.moved.clear()
                await self.moved.wait()

    def reset(self) -> None:
        """Resets every connection (RST)."""
        for pair in list(self.pairs):
            for writer in pair:
                writer.transport.abort()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.moved.set()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        pair = (writer, far_writer)
        self.pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(reader, far_writer, to_server=True))
                group.create_task(self._pass(far_reader, writer, to_server=False))
        except* OSError:
            pass
        finally:
            self.pairs.discard(pair)
            for each in pair:
                each.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_server: bool) -> None:
        while data := await reader.read(65_536):
            if to_server and self.stop_at and self.stop_at in data:
                self.silent = True
                self.stopped.set()
            if self.delay:
                await asyncio.sleep(self.delay)  # that far away is the other end
            if not self.silent:
                (self.sent if to_server else self.answered).extend(data)
                writer.write((self.to_server if to_server else self.to_client)(data))
                await writer.drain()
            self.moved.set()
        with suppress(OSError):
            writer.write_eof()


@asynccontextmanager
async def running_wire(target: int) -> AsyncIterator[Wire]:
    """A wire to `target` on a free port of loopback."""
    wire = Wire(target=target)
    server = await asyncio.start_server(wire.connected, "127.0.0.1", 0)
    wire.port = int(server.sockets[0].getsockname()[1])
    try:
        yield wire
    finally:
        server.close()
        wire.reset()
