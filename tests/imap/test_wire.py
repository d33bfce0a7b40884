"""What the library leaves undone, each shown against a server that does it: `bot/channels/imap_wire.py` says what is mended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress

import pytest

from bot.channels.imap_session import ImapSession, LoginRefusedError, LostError, MailboxAddress, connect
from tests.support.dovecot import PASSWORD, Dovecot

GREETING = b"* OK ready\r\n"
CAPABLE = b"* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS AUTH=XOAUTH2 SASL-IR\r\n"


@asynccontextmanager
async def speaking(answers: Mapping[bytes, bytes], *, greeting: bytes = GREETING) -> AsyncIterator[int]:
    """A server that answers by the words of a command; `TAG` stands for its tag. What it has no answer for it leaves open."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError), closing(writer):
            writer.write(greeting)
            while line := await reader.readline():
                tag, _, words = line.rstrip(b"\r\n").partition(b" ")
                known = next((answer for word, answer in answers.items() if words.startswith(word) or tag == word), b"")
                writer.write(known.replace(b"TAG", tag))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


USUAL = {b"CAPABILITY": CAPABLE + b"TAG OK done\r\n", b"LOGIN": b"TAG OK in\r\n"}


async def open_session(port: int, *, timeout_seconds: float = 10, most_octets: int = 10_000) -> ImapSession:
    address = MailboxAddress("127.0.0.1", port, "name", "INBOX", None, timeout_seconds, most_octets)
    return await connect(address)


async def selected(port: int, **bounds: float) -> ImapSession:
    session = await open_session(port, **bounds)  # type: ignore[arg-type]
    await session.login(PASSWORD)
    await session.select()
    return session


async def test_a_greeting_that_refuses_is_not_waited_for() -> None:
    async with speaking({}, greeting=b"* BYE too many connections\r\n") as port:
        begun = time.monotonic()
        with pytest.raises(LostError):
            await open_session(port)
        assert time.monotonic() - begun < 5


async def test_a_refused_token_is_not_waited_for() -> None:
    """The server explains itself and waits for an empty line (RFC 7628 section 3.2.3)."""
    answers = {**USUAL, b"AUTHENTICATE XOAUTH2": b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n", b"": b"x NO [AUTHENTICATIONFAILED] no\r\n"}

    async with speaking(answers) as port:
        session = await open_session(port)
        tag = session._client.wire.new_tag()
        answers[b""] = f"{tag[:-1]}{int(tag[-1]) + 1} NO [AUTHENTICATIONFAILED] no\r\n".encode()
        begun = time.monotonic()
        with pytest.raises(LoginRefusedError, match="AUTHENTICATIONFAILED"):
            await session.login_by_token("token")
        assert time.monotonic() - begun < 5
        await session.close()


async def test_a_long_answer_does_not_exhaust_the_stack() -> None:
    flags = b"".join(b"* %d FETCH (FLAGS (\\Seen))\r\n" % number for number in range(1, 20_000))
    answers = {**USUAL, b"SELECT": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" + flags + b"TAG OK [READ-WRITE] done\r\n"}
    async with speaking(answers) as port:
        session = await selected(port)
        assert (session.exists, session.validity) == (3, 7)
        session.abort()


async def test_how_many_there_are_is_known_whenever_it_is_said() -> None:
    answers = {
        **USUAL,
        b"SELECT": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK done\r\n",
        b"FETCH": b"* 1 FETCH (UID 5 RFC822.SIZE 9 FLAGS ())\r\n* 5 EXISTS\r\n* 2 EXPUNGE\r\nTAG OK done\r\n",
    }
    async with speaking(answers) as port:
        session = await selected(port)
        assert [entry.uid for entry in await session.look(1, 50)] == [5]
        assert session.exists == 4
        session.abort()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"* 1 FETCH (UID 5 BODY[] {999999999}\r\nx", "more octets than the message was said to have"),
        (b"x" * 400_000, "a line without an end"),
        (b"* 1 FETCH (UID 5 BODY[] {100}\r\nonly this", "did not answer"),
        (b"A1 OK nobody asked\r\n", "connects again"),
        (b"", "did not answer"),
    ],
    ids=["too much", "no end", "too little", "another's answer", "nothing"],
)
async def test_what_breaks_the_conversation_ends_it(answer: bytes, why: str) -> None:
    answers = {**USUAL, b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK done\r\n", b"UID FETCH": answer}
    async with speaking({**answers, b"FETCH": b"* 1 FETCH (UID 5 RFC822.SIZE 9 FLAGS ())\r\nTAG OK done\r\n"}) as port:
        session = await selected(port, timeout_seconds=1)
        entries = await session.look(1, 50)
        with pytest.raises(LostError, match=why):
            await session.fetch(entries)
        with pytest.raises(LostError):
            await session.look(1, 50)  # a connection that failed once is not used again


async def test_a_command_beside_idle_waits_for_its_end() -> None:
    """The library would deadlock: the command waits for IDLE, and IDLE for somebody to end it."""
    answers = {
        **USUAL,
        b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK done\r\n",
        b"FETCH": b"* 1 FETCH (UID 5 RFC822.SIZE 9 FLAGS ())\r\nTAG OK done\r\n",
    }
    async with speaking(answers) as port:
        session = await selected(port, timeout_seconds=5)
        idle_tag = session._client.wire.new_tag()
        tag = f"{idle_tag[:-1]}{int(idle_tag[-1]) + 1}".encode()
        answers[b"IDLE"], answers[b"DONE"] = b"+ idling\r\n* OK still here\r\n", tag + b" OK done\r\n"
        idling = asyncio.create_task(session.wait(0.5, asyncio.Event()))
        await asyncio.sleep(0)
        assert [entry.uid for entry in await session.look(1, 50)] == [5]
        assert idling.done()
        await idling
        session.abort()


async def test_a_cancelled_call_ends_the_connection(dovecot: Dovecot) -> None:
    """Nobody could tell to what the next answer belongs."""
    session = await connect(MailboxAddress("127.0.0.1", dovecot.port, dovecot.name, "INBOX", None, 5, 10_000))
    await session.login(PASSWORD)
    await session.select()
    waiting = asyncio.create_task(session.ensure("Done"))
    while not session._client.wire.pending_async_commands:  # until it is on its way
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    with pytest.raises(LostError):
        await session.select()


@pytest.mark.parametrize("name", ["a name", 'quo"ted\\name', "Ünïcode"])
@pytest.mark.parametrize("password", ["pw", "wr ong", 'wr"ong\\', "wröng"])
async def test_names_and_passwords_with_signs_that_need_quoting(dovecot: Dovecot, name: str, password: str) -> None:
    session = await connect(MailboxAddress("127.0.0.1", dovecot.port, name, "INBOX", None, 5, 10_000))
    try:
        with suppress(LoginRefusedError):
            await session.login(password)
            assert password == PASSWORD
    finally:
        await session.close()
    assert "auth failed" in dovecot.log() or password == PASSWORD


async def test_no_password_is_logged(dovecot: Dovecot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = await connect(MailboxAddress("127.0.0.1", dovecot.port, "name", "INBOX", None, 5, 10_000))
    with suppress(LoginRefusedError):
        await session.login('can"ary\\password')
    await session.close()
    assert "ary" not in caplog.text
