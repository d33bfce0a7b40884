"""A raw conversation with a listener: octets out, answers back."""

from __future__ import annotations

import asyncio
from pathlib import Path


class Talk:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def start(cls, where: int | Path) -> Talk:
        """Connects to a port of this machine or to a Unix socket, and reads the greeting."""
        opened = asyncio.open_connection("127.0.0.1", where) if isinstance(where, int) else asyncio.open_unix_connection(where)
        talk = cls(*await opened)
        assert (await talk.answer()).startswith("220")
        return talk

    async def answer(self) -> str:
        """The next answer's last line; "" at the end of the connection."""
        async with asyncio.timeout(10):
            while line := await self.reader.readline():
                if line[3:4] != b"-":
                    return line.decode().strip()
        return ""

    async def say(self, octets: bytes, answers: int = 1) -> list[str]:
        """Says it, and reads so many answers."""
        self.writer.write(octets)
        return [await self.answer() for _ in range(answers)]

    async def ends(self) -> bool:
        """Whether the other side says nothing more and hangs up."""
        return await self.answer() == ""
