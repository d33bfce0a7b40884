"""Letters out over a real socket to a server that plays each part: pipelining or not, refusing or vanishing at each step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.channels.relay import RelayTransport
from bot.channels.relay_session import RelayAddress
from bot.core.letters import Letter
from bot.core.ports import PermanentFailureError, TemporaryFailureError
from bot.core.values import Channel

CONTENT = b"Subject: x\r\n\r\nDelivered\r\n.\r\n..two\r\nend\r\n"


@dataclass
class Server:
    """An SMTP server by script: `says` gives the answer to each command, None hangs up."""

    port: int = 0
    says: Callable[[bytes], bytes | None] = lambda command: None
    pipelining: bool = True
    commands: list[bytes] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    connections: int = 0
    greeted: Callable[[asyncio.StreamWriter], None] = lambda writer: None
    sessions: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions.add(asyncio.current_task())
        try:
            await self.talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.greeted(writer)
        writer.write(b"220 script\r\n")
        while line := await reader.readline():
            command = line.strip()
            self.commands.append(command)
            if command.upper().startswith(b"EHLO"):
                writer.write(b"250-script\r\n" + (b"250-PIPELINING\r\n" if self.pipelining else b"") + b"250 SMTPUTF8\r\n")
                continue
            answer = self.says(command)
            if answer is None:
                break
            writer.write(answer)
            if answer.startswith(b"354"):
                content = b""
                while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
                    content += line
                self.contents.append(content)
                answer = self.says(b".")
                if answer is None:
                    break
                writer.write(answer)
            if command == b"QUIT":
                break


def usual(command: bytes) -> bytes | None:
    return b"354 go\r\n" if command == b"DATA" else b"250-first line\r\n250 ok\r\n"


@asynccontextmanager
async def server(says: Callable[[bytes], bytes | None], *, pipelining: bool = True) -> AsyncIterator[tuple[Server, RelayTransport]]:
    script = Server(says=says, pipelining=pipelining)
    listener = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = listener.sockets[0].getsockname()[1]
    relay = RelayTransport(RelayAddress("127.0.0.1", script.port))
    try:
        yield script, relay
    finally:
        await relay.close()
        listener.close()
        await asyncio.gather(*(session for session in script.sessions if session is not None))


def letter(recipient: str = "marie@customer.example", content: bytes = CONTENT) -> Letter:
    return Letter(Channel.MAIL, "mail:x", "<a@b>", "help/overview", recipient, content)


@pytest.mark.parametrize("pipelining", [True, False])
async def test_letters_go_out_on_one_connection_word_for_word(pipelining: bool) -> None:
    async with server(usual, pipelining=pipelining) as (script, relay):
        for _ in range(3):
            await relay.send(letter())
        assert script.connections == 1
        assert script.contents == [CONTENT.replace(b"\r\n.", b"\r\n..")] * 3
        assert script.commands[1:4] == [b"MAIL FROM:<>", b"RCPT TO:<marie@customer.example>", b"DATA"]


async def test_what_is_known_to_begin_no_line_with_a_dot_goes_out_as_it_is() -> None:
    content = CONTENT.replace(b"\r\n.\r\n", b"\r\n")  # it has a line with two dots, so that a third would show
    async with server(usual) as (script, relay):
        await relay.send(replace(letter(content=content), undotted=True))
        assert script.contents == [content]


async def test_many_at_once_use_a_connection_each_and_keep_them() -> None:
    async with server(usual) as (script, relay):
        await asyncio.gather(*(relay.send(letter()) for _ in range(5)))
        await asyncio.gather(*(relay.send(letter()) for _ in range(5)))
        assert script.connections == 5
        assert len(script.contents) == 10


@pytest.mark.parametrize("at", [b"MAIL", b"RCPT", b"DATA", b"."])
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(("code", "failure"), [(450, TemporaryFailureError), (550, PermanentFailureError)])
async def test_a_refusal_at_each_step_is_told_and_the_connection_goes_on(
    at: bytes, pipelining: bool, code: int, failure: type[Exception]
) -> None:
    refusing = True

    def says(command: bytes) -> bytes | None:
        if refusing and command.startswith(at) and command != b"..":
            return b"%d no\r\n" % code
        if refusing and at in (b"MAIL", b"RCPT") and command == b"DATA":
            return b"503 no recipients\r\n"
        return usual(command)

    async with server(says, pipelining=pipelining) as (script, relay):
        with pytest.raises(failure, match=str(code)):
            await relay.send(letter())
        refusing = False
        await relay.send(letter())
        assert script.connections == 1
        assert len(script.contents[-1]) > 10


async def test_a_server_that_wants_data_after_refusing_the_recipient_gets_none() -> None:
    def says(command: bytes) -> bytes | None:
        return b"550 no such user\r\n" if command.startswith(b"RCPT") else usual(command)

    async with server(says) as (script, relay):
        with pytest.raises(PermanentFailureError, match="550"):
            async with asyncio.timeout(5):
                await relay.send(letter())
        assert script.contents == [b""]


async def test_a_connection_lost_after_the_final_dot_is_temporary_and_not_repeated_at_once() -> None:
    async with server(lambda command: None if command == b"." else usual(command)) as (script, relay):
        with pytest.raises(TemporaryFailureError, match="closed"):
            await relay.send(letter())
        assert len(script.contents) == 1


async def test_an_idle_connection_that_was_closed_costs_nothing() -> None:
    closing = False

    def says(command: bytes) -> bytes | None:
        return None if closing else usual(command)

    async with server(says) as (script, relay):
        await relay.send(letter())
        closing = True
        with pytest.raises(TemporaryFailureError):
            await relay.send(letter())
        closing = False
        await relay.send(letter())
        assert len(script.contents) == 2


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_relay_that_says_421_to_the_next_letter_gets_it_on_a_new_connection(pipelining: bool) -> None:
    """Found idle for too long while the letter was on its way: nothing was taken, so nothing is put off."""
    letters = 0

    def says(command: bytes) -> bytes | None:
        nonlocal letters
        if command.startswith(b"MAIL"):
            letters += 1
            if letters == 2:
                return b"421 4.4.2 timeout exceeded\r\n"
        return None if letters == 2 else usual(command)

    async with server(says, pipelining=pipelining) as (script, relay):
        await relay.send(letter())
        await relay.send(letter())
        assert (script.connections, len(script.contents)) == (2, 2)


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_421_said_while_nobody_asked_is_no_answer_to_the_next_letter(pipelining: bool) -> None:
    said: list[asyncio.StreamWriter] = []

    async with server(usual, pipelining=pipelining) as (script, relay):
        script.greeted = said.append
        await relay.send(letter())
        said[0].write(b"421 4.4.2 timeout exceeded\r\n")
        await said[0].drain()
        await asyncio.sleep(0)  # it is on its way, or there; the connection stays half open
        await relay.send(letter())
        assert len(script.contents) == 2


async def test_nobody_listens() -> None:
    async with server(usual) as (script, _):
        port = script.port
    with pytest.raises(TemporaryFailureError, match="cannot reach the relay"):
        await RelayTransport(RelayAddress("127.0.0.1", port)).send(letter())


@pytest.mark.parametrize("recipient", ["a@b>\r\nRCPT TO:<c@d", "a b@c.example", "a@b\x00", "<a@b.example"])
async def test_an_address_cannot_smuggle_a_command(recipient: str) -> None:
    async with server(usual) as (script, relay):
        with pytest.raises(PermanentFailureError):
            await relay.send(letter(recipient))
        assert not any(command.startswith(b"RCPT") for command in script.commands)


async def test_an_internationalised_address_asks_for_smtputf8() -> None:
    async with server(usual) as (script, relay):
        await relay.send(letter("zoé@customer.example"))
        assert b"MAIL FROM:<> SMTPUTF8" in script.commands
        assert "RCPT TO:<zoé@customer.example>".encode() in script.commands


@pytest.mark.parametrize("noise", [b"hello\r\n", b"x" * 100_000])
async def test_what_is_no_smtp_server_is_temporary(noise: bytes) -> None:
    async with server(lambda command: noise) as (_, relay):
        with pytest.raises(TemporaryFailureError):
            async with asyncio.timeout(5):
                await relay.send(letter())


def numbered(number: int) -> Letter:
    return Letter(
        Channel.MAIL,
        "mail:x",
        f"<{number}@b>",
        "help/overview",
        f"user{number}@customer.example",
        b"Subject: %d\r\n\r\nx\r\n" % number,
    )


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_letter_announced_behind_the_one_before_arrives_as_it_is(pipelining: bool) -> None:
    letters = [numbered(number) for number in range(4)]
    async with server(usual, pipelining=pipelining) as (script, relay):
        for letter, following in zip(letters, [*letters[1:], None], strict=True):
            await relay.send(letter, following)
        assert script.connections == 1
        assert script.contents == [letter.content for letter in letters]
        envelopes = [command for command in script.commands if command.startswith(b"RCPT")]
        assert envelopes == [f"RCPT TO:<{letter.recipient}>".encode() for letter in letters]


async def test_the_next_letter_is_announced_before_this_one_is_answered() -> None:
    announced = asyncio.Event()

    class Slow(Server):
        async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 slow\r\n")
            await reader.readline()
            writer.write(b"250-slow\r\n250 PIPELINING\r\n")
            await reader.readuntil(b"DATA\r\n")
            writer.write(b"250 ok\r\n250 ok\r\n354 go\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            assert await reader.readuntil(b"DATA\r\n") == b"MAIL FROM:<>\r\nRCPT TO:<user1@customer.example>\r\nDATA\r\n"
            announced.set()
            writer.write(b"250 ok\r\n")

    script = Slow()
    listener = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    relay = RelayTransport(RelayAddress("127.0.0.1", listener.sockets[0].getsockname()[1]))
    async with asyncio.timeout(5):
        await relay.send(numbered(0), numbered(1))
    assert announced.is_set()
    await relay.close()
    listener.close()
    await asyncio.gather(*(session for session in script.sessions if session is not None))


@pytest.mark.parametrize("at", [b"MAIL", b"RCPT", b"DATA", b"."])
async def test_a_refused_letter_says_nothing_about_the_one_announced_behind_it(at: bytes) -> None:
    letters = [numbered(number) for number in range(3)]
    refused = {b"MAIL": 1, b"RCPT": 1, b"DATA": 1, b".": 1}[at]  # the second, which is announced behind the first
    state = {"letter": -1}

    def says(command: bytes) -> bytes | None:
        state["letter"] += command.startswith(b"MAIL")
        return b"550 no\r\n" if state["letter"] == refused and command.startswith(at) else usual(command)

    async with server(says) as (script, relay):
        await relay.send(letters[0], letters[1])
        with pytest.raises(PermanentFailureError, match="550"):
            await relay.send(letters[1], letters[2])
        await relay.send(letters[2])
        assert script.connections == 1
        assert script.contents[0] == letters[0].content
        assert script.contents[-1] == letters[2].content


async def test_a_connection_lost_with_a_letter_announced_sends_it_on_another() -> None:
    letters = [numbered(number) for number in range(2)]
    dots = 0

    def says(command: bytes) -> bytes | None:
        nonlocal dots
        dots += command == b"."
        return None if command.startswith(b"MAIL") and dots == 1 and script.connections == 1 else usual(command)

    async with server(says) as (script, relay):
        await relay.send(letters[0], letters[1])
        await relay.send(letters[1])
        assert script.connections == 2
        assert script.contents == [letter.content for letter in letters]


async def test_what_follows_with_an_address_that_is_none_is_not_announced() -> None:
    async with server(usual) as (script, relay):
        await relay.send(numbered(0), letter("a@b>\r\nRCPT TO:<c@d"))
        with pytest.raises(PermanentFailureError):
            await relay.send(letter("a@b>\r\nRCPT TO:<c@d"))
        await relay.send(numbered(2))
        assert script.contents == [numbered(0).content, numbered(2).content]
