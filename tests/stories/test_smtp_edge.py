"""The edge of the desk: TLS, bounds on everything a stranger may send, and what the commands say."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import running
from bot.serving import listening
from tests.stories.certificates import Pair, make_pair
from tests.stories.rows import rows
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, settings_for, started_desk
from tests.support.relay import running_relay
from tests.support.talk import Talk

MAIL = b"MAIL FROM:<marie@customer.example>\r\n"
RCPT = b"RCPT TO:<service@carrier.example>\r\n"
BODY = b"From: Marie <marie@customer.example>\r\nTo: service@carrier.example\r\nSubject: \r\n\r\nHELP\r\n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("tls"))


async def test_everything_pipelined_in_one_packet(desk: StartedDesk) -> None:
    talk = await Talk.start(desk.ports.smtp)
    twice = (MAIL + RCPT + b"DATA\r\n" + BODY + b".\r\n") + (MAIL + RCPT + b"DATA\r\n" + BODY.replace(b"HELP", b"AIDE") + b".\r\n")
    answers = await talk.say(b"EHLO c\r\n" + twice + b"QUIT\r\n", 10)
    assert [answer[:3] for answer in answers] == ["250", "250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert {(await desk.relay.next())["Content-Language"] for _ in range(2)} == {"en", "fr"}
    assert await talk.answer() == ""  # closed
    talk.writer.close()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b"MAIL FROM:<a@b.example>\r\n", "503"),
        (b"HELO\r\n", "501"),
        (b"EHLO c\r\nRCPT TO:<service@carrier.example>\r\n", "503"),
        (b"EHLO c\r\nDATA\r\n", "503"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nDATA\r\n", "554"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>\r\n", "503"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example> BODY=BINARYMIME\r\n", "501"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example> AUTH=<>\r\n", "555"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example> SIZE=99999999999999999999999\r\n", "501"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example> SIZE=9999999\r\n", "552"),
        (b"EHLO c\r\nMAIL FROM:<a b@c.example>\r\n", "501"),
        (b"EHLO c\r\nMAIL FROM:<" + b"a" * 65 + b"@b.example>\r\n", "501"),
        ("EHLO c\r\nMAIL FROM:<jérôme@b.example>\r\n".encode(), "553"),
        ("EHLO c\r\nMAIL FROM:<jérôme@b.example> SMTPUTF8\r\n".encode(), "250"),
        (b"EHLO c\r\nMAIL FROM:<j\xe9r@b.example> SMTPUTF8\r\n", "500"),
        (b"EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\n", "501"),
        (b"EHLO c\r\nMAIL FROM:<@relay.example:a@b.example>\r\n", "250"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<SERVICE+s.abc@Carrier.Example>\r\n", "250"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<staff@carrier.example>\r\n", "550"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<Postmaster@carrier.example>\r\n", "250"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<postMaster>\r\n", "250"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<postmaster@elsewhere.example>\r\n", "550"),
        (b"EHLO c\r\nMAIL FROM:<postmaster>\r\n", "501"),
        (b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<service@carrier.example> NOTIFY=NEVER\r\n", "555"),
        (b"HELO c\r\nMAIL FROM:<a@b.example> SIZE=1\r\n", "555"),
        (b"VRFY service\r\n", "252"),
        (b"EXPN staff\r\n", "502"),
        (b"HELP\r\n", "214"),
        (b"NOOP whatever\r\n", "250"),
        (b"RSET\r\n", "250"),
        (b"XCLIENT ADDR=127.0.0.1\r\n", "500"),
        (b"XFORWARD NAME=x\r\n", "500"),
        (b"AUTH PLAIN AGEAYg==\r\n", "500"),
        (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n", "500"),
        (b"BDAT 5 LAST\r\n", "500"),
        (b"STARTTLS\r\n", "503"),
        (b"EHLO c\n", "500"),
        (b"EHLO c\rNOOP\r\n", "500"),
        (b"NO\0OP\r\n", "500"),
        (b"\r\n", "500"),
        (b"NOOP " + b"x" * 3000 + b"\r\n", "500"),
        (b"GET / HTTP/1.1\r\n", "500"),
    ],
)
async def test_what_a_command_is_answered(desk: StartedDesk, lines: bytes, code: str) -> None:
    talk = await Talk.start(desk.ports.smtp)
    answers = await talk.say(lines, lines.count(b"\n"))
    assert answers[-1][:3] == code
    assert "Traceback" not in answers[-1]
    assert "Error" not in answers[-1]
    if not answers[-1].startswith("221"):
        assert (await talk.say(b"NOOP\r\n"))[0].startswith("250")  # and the session goes on
    talk.writer.close()


async def test_no_exception_text_when_the_desk_itself_fails(desk: StartedDesk) -> None:
    await desk.app.database.close()
    talk = await Talk.start(desk.ports.smtp)
    answers = await talk.say(b"EHLO c\r\n" + MAIL + RCPT + b"DATA\r\n" + BODY + b".\r\n", 5)
    assert answers[-1].startswith("451 4.3.0")
    assert "database" not in answers[-1]
    talk.writer.close()


@pytest.mark.parametrize("flood", [b"NOPE\r\n", b"RCPT TO:<x@carrier.example>\r\n", b"NOOP\r\n", b"RSET\r\n"])
async def test_a_flood_of_commands_ends_the_session(desk: StartedDesk, flood: bytes) -> None:
    talk = await Talk.start(desk.ports.smtp)
    await talk.say(b"EHLO c\r\n" + MAIL, 2)
    talk.writer.write(flood * 1_100)
    last, count = "", 0
    async with asyncio.timeout(10):
        while answer := await talk.answer():
            last, count = answer, count + 1
    assert last.startswith("421")
    assert count <= 1_003
    talk.writer.close()


async def test_recipients_are_bounded(tmp_path: Path) -> None:
    async with started_desk(tmp_path, smtp={"max_recipients": 3}) as desk:
        talk = await Talk.start(desk.ports.smtp)
        answers = await talk.say(b"EHLO c\r\n" + MAIL + RCPT * 5 + b"DATA\r\n" + BODY + b".\r\n", 9)
        assert [answer[:3] for answer in answers[2:7]] == ["250"] * 3 + ["452"] * 2
        assert answers[-1].startswith("250")
        talk.writer.close()


async def test_a_silent_client_is_let_go(tmp_path: Path) -> None:
    async with started_desk(tmp_path, smtp={"idle_seconds": 0.3}) as desk:
        talk = await Talk.start(desk.ports.smtp)
        assert (await talk.answer()).startswith("421 4.4.2")
        assert await talk.answer() == ""
        talk.writer.close()


async def test_a_message_that_drips_is_let_go(tmp_path: Path) -> None:
    """Each octet comes well within the idle time: the whole phase has a bound of its own."""
    async with started_desk(tmp_path, smtp={"data_seconds": 0.5}) as desk:
        talk = await Talk.start(desk.ports.smtp)
        await talk.say(b"EHLO c\r\n" + MAIL + RCPT + b"DATA\r\n", 4)
        ended = asyncio.create_task(talk.answer())
        for _ in range(200):
            if ended.done():
                break
            talk.writer.write(b"x")
            await asyncio.sleep(0.02)
        assert (await ended).startswith("421 4.4.2")
        assert await rows(desk, "SELECT id FROM inbox") == []
        talk.writer.close()


async def test_a_command_that_drips_is_let_go(tmp_path: Path) -> None:
    async with started_desk(tmp_path, smtp={"idle_seconds": 0.4}) as desk:
        talk = await Talk.start(desk.ports.smtp)
        ended = asyncio.create_task(talk.answer())
        for _ in range(200):
            if ended.done():
                break
            talk.writer.write(b"N")
            await asyncio.sleep(0.02)
        assert (await ended).startswith("421 4.4.2")
        talk.writer.close()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b".\r\n", None),
        (BODY + b"..\r\n...dots\r\n.\r\n", b"HELP\r\n.\r\n..dots\r\n"),
        (BODY + b".not doubled\r\n.\r\n", b"HELP\r\nnot doubled\r\n"),
    ],
)
async def test_dots(desk: StartedDesk, data: bytes, text: bytes | None) -> None:
    kept = []
    receive = desk.app.desk.receive

    async def remember(record, source):  # type: ignore[no-untyped-def]
        kept.append(record.content)
        return await receive(record, source)

    desk.app.desk.receive = remember  # type: ignore[method-assign]
    talk = await Talk.start(desk.ports.smtp)
    answers = await talk.say(b"EHLO c\r\n" + MAIL + RCPT + b"DATA\r\n" + data + b"NOOP\r\n", 6)
    assert answers[-1].startswith("250 2.0.0")
    assert kept == [b""] if text is None else kept[0].endswith(text)
    talk.writer.close()


@pytest.mark.parametrize("size", [65_530, 65_536, 65_540, 131_072, 1_000_000, 1_048_576])
async def test_content_of_any_size_arrives_whole(desk: StartedDesk, size: int) -> None:
    head = BODY[:-6]
    content = head + (b"x" * 58 + b"\r\n") * ((size - len(head)) // 60)
    code, answer = await desk.hand_in(content)
    assert code == 250, answer
    await desk.settle()


async def test_a_message_of_exactly_the_limit_is_taken_and_one_octet_more_is_not(tmp_path: Path) -> None:
    async with started_desk(tmp_path, smtp={"max_message_bytes": 5_000}) as desk:
        fits = BODY + b"x" * (5_000 - len(BODY) - 2) + b"\r\n"
        assert (await desk.hand_in(fits))[0] == 250
        assert (await desk.hand_in(b"X: y\r\n" + fits))[0] == 552


async def test_a_line_without_end_is_refused(desk: StartedDesk) -> None:
    code, _ = await desk.hand_in(BODY + b"x" * 70_000 + b"\r\n")
    assert code == 550
    talk = await Talk.start(desk.ports.smtp)
    assert (await talk.say(b"NOOP " + b"x" * 200_000))[0].startswith("500")
    talk.writer.close()


@pytest.mark.parametrize("relay_can", [True, False])
async def test_an_international_address_is_accepted_and_answered(tmp_path: Path, relay_can: bool) -> None:
    """Whether the answer can go out is the relay's to say; one without SMTPUTF8 refuses it, and the row is kept."""
    mail = "From: Jérôme <jérôme@québec.example>\r\nTo: service@carrier.example\r\nSubject: \r\n\r\nAIDE\r\n".encode()
    async with running_relay(enable_SMTPUTF8=relay_can) as relay:
        clock = HandClock()
        async with running(settings_for(tmp_path, relay.port), clock) as app, listening(app) as ports:
            desk = StartedDesk(app, ports, relay, clock)
            talk = await Talk.start(desk.ports.smtp)
            sender = "MAIL FROM:<jérôme@québec.example> SMTPUTF8 BODY=8BITMIME\r\n".encode()
            answers = await talk.say(b"EHLO c\r\n" + sender + RCPT + b"DATA\r\n" + mail + b".\r\n", 5)
            assert answers[-1].startswith("250")
            talk.writer.close()
            await desk.settle()
            assert [row["state"] for row in await rows(desk, "SELECT state FROM inbox")] == ["done"]
            assert [row["state"] for row in await rows(desk, "SELECT state FROM outbox")] == ["sent" if relay_can else "failed"]
            if relay_can:
                letter = await relay.next()
                assert letter.recipient == "jérôme@xn--qubec-csa.example"
                assert "To: jérôme@xn--qubec-csa.example\r\n".encode() in letter.content


async def test_an_internationalised_domain_goes_out_in_ascii(desk: StartedDesk) -> None:
    mail = "From: Jo <jo@québec.example>\r\nTo: service@carrier.example\r\nSubject: \r\n\r\nAIDE\r\n".encode()
    code, _ = await desk.hand_in(mail, envelope_sender="jo@xn--qubec-csa.example")
    assert code == 250
    letter = await desk.relay.next()
    assert letter.recipient == "jo@xn--qubec-csa.example"
    assert letter.content.isascii()


async def _with_starttls(port: int, pair: Pair, **options: str) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=str(pair.authority))

    def send() -> tuple[int, bytes]:
        with smtplib.SMTP("localhost", port, timeout=10) as client:
            client.ehlo()
            assert client.has_extn("starttls")
            client.starttls(context=context)
            client.ehlo()
            assert not client.has_extn("starttls")
            assert not client.has_extn("auth")
            client.mail(CUSTOMER)
            client.rcpt(SERVICE)
            return client.data(BODY)

    return await asyncio.to_thread(send)


async def test_starttls(tmp_path: Path, pair: Pair) -> None:
    tls = {"host": "localhost", "tls_certificate": pair.certificate, "tls_key": pair.key}
    async with started_desk(tmp_path, smtp=tls) as desk:
        assert (await _with_starttls(desk.ports.smtp, pair))[0] == 250
        assert (await desk.relay.next()).recipient == CUSTOMER


async def test_a_client_may_greet_in_the_flight_that_ends_its_handshake(tmp_path: Path, pair: Pair) -> None:
    """With TLS 1.3 the client may speak at once; what it says must not be taken for something said in clear."""
    tls = {"tls_certificate": pair.certificate, "tls_key": pair.key}
    context = ssl.create_default_context(cafile=str(pair.authority))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    layer = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    async with started_desk(tmp_path, smtp=tls) as desk:
        talk = await Talk.start(desk.ports.smtp)
        await talk.say(b"EHLO c\r\nSTARTTLS\r\n", 2)
        async with asyncio.timeout(10):
            while True:
                try:
                    layer.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    talk.writer.write(outgoing.read())
                    incoming.write(await talk.reader.read(65_536))
            layer.write(b"EHLO c\r\n" + MAIL + RCPT + b"DATA\r\n" + BODY + b".\r\n")
            talk.writer.write(outgoing.read())  # the end of the handshake and all of the mail in one piece
        assert (await desk.relay.next()).recipient == CUSTOMER
        talk.writer.close()


async def test_starttls_can_be_required(tmp_path: Path, pair: Pair) -> None:
    tls = {"tls_certificate": pair.certificate, "tls_key": pair.key, "require_tls": True}
    async with started_desk(tmp_path, smtp=tls) as desk:
        talk = await Talk.start(desk.ports.smtp)
        answers = await talk.say(b"EHLO c\r\n" + MAIL, 2)
        assert answers[-1].startswith("530 5.7.0")
        talk.writer.close()


async def test_what_is_sent_along_with_starttls_in_clear_never_counts(tmp_path: Path, pair: Pair) -> None:
    tls = {"tls_certificate": pair.certificate, "tls_key": pair.key}
    async with started_desk(tmp_path, smtp=tls) as desk:
        talk = await Talk.start(desk.ports.smtp)
        answers = await talk.say(b"EHLO c\r\nSTARTTLS\r\n" + MAIL, 3)
        assert answers[1].startswith("501")
        talk.writer.close()


async def test_a_failed_handshake_ends_the_session_alone(tmp_path: Path, pair: Pair) -> None:
    tls = {"tls_certificate": pair.certificate, "tls_key": pair.key}
    async with started_desk(tmp_path, smtp=tls) as desk:
        talk = await Talk.start(desk.ports.smtp)
        await talk.say(b"EHLO c\r\nSTARTTLS\r\n", 2)
        talk.writer.write(b"this is no handshake\r\n" * 10)
        async with asyncio.timeout(10):
            while await talk.reader.read(1000):
                pass
        talk.writer.close()
        assert (await desk.hand_in(BODY))[0] == 250


async def test_implicit_tls(tmp_path: Path, pair: Pair) -> None:
    tls = {"tls_certificate": pair.certificate, "tls_key": pair.key, "implicit_tls": True, "require_tls": True}
    context = ssl.create_default_context(cafile=str(pair.authority))
    async with started_desk(tmp_path, smtp=tls) as desk:

        def send() -> int:
            with smtplib.SMTP_SSL("127.0.0.1", desk.ports.smtp, timeout=10, context=context) as client:
                client.ehlo()
                assert not client.has_extn("starttls")
                client.sendmail(CUSTOMER, [SERVICE], BODY)
                return client.noop()[0]

        assert await asyncio.to_thread(send) == 250
        assert (await desk.relay.next()).recipient == CUSTOMER


async def test_connections_in_all_are_bounded(tmp_path: Path) -> None:
    async with started_desk(tmp_path, smtp={"max_connections": 2}) as desk:
        talks = [await Talk.start(desk.ports.smtp) for _ in range(2)]
        third = Talk(*await asyncio.open_connection("127.0.0.1", desk.ports.smtp))
        assert (await third.answer()).startswith("421 4.7.0")
        for talk in (*talks, third):
            talk.writer.close()


async def test_a_desk_that_stops_says_so_to_idle_clients(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        talk = await Talk.start(desk.ports.smtp)
    assert (await talk.answer()).startswith("421 4.3.2")
    talk.writer.close()
