"""What goes out: threads, signatures, encryption on the way, addresses, and what a stranger cannot make of them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import dkim
import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.app import running
from bot.commands.import_command import import_samples
from bot.config import load
from bot.core.errors import AutoproError, SettingsError
from bot.core.replies import Reply
from bot.core.values import Language
from bot.serving import listening
from storage.database import Transaction
from storage.outbox import Outbox
from tests.authenticity.signing import pem, record
from tests.stories.certificates import Pair, make_pair
from tests.stories.rows import rows
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, settings_for, started_desk
from tests.support.people import Person
from tests.support.relay import Relay, running_relay
from tests.support.speech import ENGLISH, FRENCH, Speech, each_language


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path) as started:
        await import_samples(started.app.database, started.clock.now())
        yield started


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("tls"))


@asynccontextmanager
async def desk_with_relay(folder: Path, server: Relay, **sections: object) -> AsyncIterator[StartedDesk]:
    clock = HandClock()
    settings = settings_for(folder, server.port, **sections)  # type: ignore[arg-type]
    async with running(settings, clock) as app, listening(app) as ports:
        yield StartedDesk(app, ports, server, clock)


async def send_secret(desk: StartedDesk) -> None:
    """A letter that holds a password, as the credentials' letters do."""
    composer = desk.app.desk._counter._composer
    letter = composer.notice(CUSTOMER, Reply("contact/numbers", {}, secret=True), Language.EN, desk.clock.now())

    async def add(tx: Transaction) -> tuple[object]:
        return (await Outbox(tx, desk.app.seal).add(letter, None, desk.clock.now()),)

    await desk.app.database.write(add, desk.app.delivery.offer)  # type: ignore[arg-type]


@each_language
async def test_a_bare_answer_is_answered_in_the_language_of_its_letter(desk: StartedDesk, speech: Speech) -> None:
    """A number says nothing of its writer's language; a letter of ours in one language does, one in both does not."""
    marie, luc = Person(desk, CUSTOMER), Person(desk, "luc@customer.example")
    bol = "BOL" if speech is ENGLISH else "CONNAISSEMENT"
    choose = await marie.asks(f"{speech.trace.partition(' ')[0]} {bol} BOL-48812", "trace/choose")
    assert choose["Content-Language"] in (speech.language, "fr, en")
    if speech is FRENCH:  # TRACE and BOL are words of both
        assert (await marie.answers_and_gets(choose, "2", "trace/found"))["Content-Language"] == "fr"
    form = await marie.asks(speech.request, "access/form")
    assert (await marie.answers_and_gets(form, "123456789", "trace/found"))["Content-Language"] == speech.language
    both = await luc.asks("123456789", "trace/found")
    assert (await luc.answers_and_gets(both, "123456789", "trace/found"))["Content-Language"] == "fr, en"


async def test_an_answer_is_in_the_thread(desk: StartedDesk) -> None:
    many = " ".join(f"<{number}.{'x' * 30}@customer.example>" for number in range(300))
    headers = {"References": many, "In-Reply-To": "<299.x@customer.example>"}
    mail = desk.mail("TRACE 123456789", subject="Re: RE: RÉP : my skid", headers=headers)
    await desk.hand_in(mail)
    letter = await desk.relay.next()
    assert letter["Subject"] == "Re: my skid"
    assert letter["In-Reply-To"] == mail["Message-ID"]
    assert letter["References"].split()[-1] == mail["Message-ID"]
    assert len(letter["References"]) < 1_000
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter.sender == ""
    assert letter["Message-ID"].endswith("@carrier.example>")


@pytest.mark.parametrize(
    ("reply_to", "recipient"),
    [
        ("desk2@customer.example", "desk2@customer.example"),
        ("DESK3@CUSTOMER.example", "DESK3@customer.example"),
        ("victim@elsewhere.example", CUSTOMER),
        ("a@customer.example, b@customer.example", CUSTOMER),
        ("victim@elsewhere.example <a@customer.example.evil.example>", CUSTOMER),
    ],
)
async def test_where_an_open_answer_goes(desk: StartedDesk, reply_to: str, recipient: str) -> None:
    content = f"From: {CUSTOMER}\r\nReply-To: {reply_to}\r\nTo: {SERVICE}\r\nSubject: \r\n\r\nHELP\r\n"
    await desk.hand_in(content.encode())
    assert (await desk.relay.next()).recipient == recipient


@pytest.mark.parametrize(
    "sender",
    [
        '"Marie\\" <x@evil.example>, \\"" <marie@customer.example>',
        "=?utf-8?q?x=40evil.example=0D=0ABcc=3A_y=40evil.example?= <marie@customer.example>",
        "=?utf-8?b?PHhAZXZpbC5leGFtcGxlPg==?= <marie@customer.example>",
    ],
)
async def test_a_display_name_moves_nothing(desk: StartedDesk, sender: str) -> None:
    await desk.hand_in(f"From: {sender}\r\nTo: {SERVICE}\r\nSubject: \r\n\r\nHELP\r\n".encode())
    letter = await desk.relay.next()
    assert letter.recipient == CUSTOMER
    assert letter.mail["Bcc"] is None
    assert letter["To"] == CUSTOMER


async def test_letters_are_signed(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    key_file = tmp_path / "dkim.pem"
    key_file.write_bytes(pem(key))
    config = tmp_path / "autopro.toml"
    config.write_text(f'[relay]\ndkim_domain = "carrier.example"\ndkim_selector = "s1"\ndkim_key_file = "{key_file}"\n')
    written = load(config, {}).relay
    relay = {"dkim_domain": written.dkim_domain, "dkim_selector": written.dkim_selector, "dkim_key": written.dkim_key}
    async with started_desk(tmp_path, relay=relay) as desk:
        for words in ("HELP", "AIDE"):
            letter = await desk.ask(words)
            names: list[bytes] = []

            def dns(name: bytes, timeout: int = 5, names: list[bytes] = names) -> bytes:
                names.append(name)
                return record(key).encode()

            assert dkim.verify(letter.content, dnsfunc=dns)
            assert names == [b"s1._domainkey.carrier.example."]
            assert not dkim.verify(letter.content.replace(b"Subject: ", b"Subject: x"), dnsfunc=dns)


async def test_a_wrong_dkim_key_is_said_at_the_start(tmp_path: Path) -> None:
    relay = {"dkim_domain": "carrier.example", "dkim_selector": "s1", "dkim_key": "nonsense"}
    with pytest.raises(AutoproError, match="dkim_key must be a private key"):
        async with running(settings_for(tmp_path, 25, relay=relay)):
            pass


@pytest.mark.parametrize("given", [{"dkim_domain": "carrier.example"}, {"dkim_selector": "s1", "dkim_key": "x"}])
def test_half_a_dkim_setting_is_said_at_the_start(given: dict[str, str]) -> None:
    environ = {f"AUTOPRO_RELAY__{name.upper()}": value for name, value in given.items()}
    with pytest.raises(SettingsError, match="go together"):
        load(None, environ)


async def test_a_relay_that_refuses_the_null_sender_gets_an_address(tmp_path: Path) -> None:
    async with started_desk(tmp_path, relay={"envelope_sender": "bounces@carrier.example"}) as desk:
        assert (await desk.ask("HELP")).sender == "bounces@carrier.example"


async def test_a_comment_with_another_address_is_no_sender(desk: StartedDesk) -> None:
    code, _ = await desk.hand_in(f"From: {CUSTOMER} (x@evil.example)\r\nTo: {SERVICE}\r\nSubject: \r\n\r\nHELP\r\n".encode())
    await desk.settle()
    assert code == 550
    assert desk.relay.letters == []


class Login:
    """Lets one user in."""

    def __call__(self, _server: object, _session: object, _envelope: object, _mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"desk", b"opensesame"), handled=False)


def tls_context(pair: Pair) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


async def test_starttls_with_a_verified_certificate_and_a_password(tmp_path: Path, pair: Pair) -> None:
    tls = {"tls_context": tls_context(pair), "require_starttls": True, "auth_required": True, "authenticator": Login()}
    async with running_relay(**tls) as relay:
        way = {"host": "localhost", "tls": "starttls", "ca_file": pair.authority, "username": "desk", "password": "opensesame"}
        async with desk_with_relay(tmp_path, relay, relay=way) as desk:
            assert (await desk.ask("HELP"))["X-Autopro-Template"] == "help/overview"
            await send_secret(desk)
            assert (await relay.next())["X-Autopro-Template"] == "contact/numbers"


@pytest.mark.parametrize("fault", ["authority", "name", "password", "no tls there"])
async def test_nothing_goes_to_a_relay_that_is_not_the_right_one(tmp_path: Path, pair: Pair, fault: str) -> None:
    """The letter waits: the fault may be mended."""
    served = make_pair(tmp_path / "other", host="elsewhere.example") if fault in ("authority", "name") else pair
    tls = {"tls_context": tls_context(served), "auth_required": True, "authenticator": Login()}
    way = {"host": "localhost", "tls": "starttls", "ca_file": pair.authority, "username": "desk", "password": "opensesame"}
    if fault == "name":
        way["ca_file"] = served.authority
    if fault == "password":
        way["password"] = "guess"
    async with running_relay(**({} if fault == "no tls there" else tls)) as relay:
        if fault == "name":
            way["host"] = "127.0.0.2"  # not in the certificate
        async with desk_with_relay(tmp_path / "desk", relay, relay=way) as desk:
            await desk.hand_in(desk.mail("HELP"))
            async with asyncio.timeout(10):
                while not (await rows(desk, "SELECT attempts FROM outbox"))[0]["attempts"]:
                    await asyncio.sleep(0.02)
            [row] = await rows(desk, "SELECT state, attempts, last_error FROM outbox")
            assert row["state"] == "due"
            assert "opensesame" not in row["last_error"]
            assert relay.letters == []


async def test_a_password_does_not_go_out_in_clear_and_is_not_lost(tmp_path: Path) -> None:
    async with running_relay() as relay:
        admins = {"addresses": ["chief@carrier.example"]}
        name = {"host": "127.1"}  # leads to the relay, and is no address that counts as this machine
        async with desk_with_relay(tmp_path, relay, relay=name, admins=admins) as desk:
            await send_secret(desk)
            told = await relay.next()
            assert told["X-Autopro-Template"] == "operator/held"
            await send_secret(desk)
            async with asyncio.timeout(10):
                while not (await rows(desk, "SELECT last_error FROM outbox ORDER BY id DESC"))[0]["last_error"]:
                    await asyncio.sleep(0.02)
            desk.clock.move(days=9)  # for however long
            assert relay.letters == []
            assert [row["state"] for row in await rows(desk, "SELECT state FROM outbox WHERE secret = 1")] == ["due", "due"]
        async with desk_with_relay(tmp_path, relay, relay={**name, "allow_plain_secrets": True}) as desk:
            desk.clock.move(days=9, hours=1)
            await relay.wait(2)
            assert {letter["X-Autopro-Template"] for letter in relay.letters} == {"contact/numbers"}


async def test_a_maildir_counts_as_local(tmp_path: Path) -> None:
    clock = HandClock()
    async with running(settings_for(tmp_path), clock) as app, listening(app) as ports:
        await send_secret(StartedDesk(app, ports, Relay(), clock))
        async with asyncio.timeout(10):
            while not list((tmp_path / "outgoing" / "new").glob("*")):
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("content_type", "body", "wrapper"),
    [
        (
            'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
            "MIAGCSqGSIb3DQEHA6CAMIACAQAxggFLMIIBRwIBADCBrzCB",
            "S/MIME",
        ),
        (
            'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"',
            "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
            "--b\r\nContent-Type: application/octet-stream\r\n\r\n"
            "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n--b--",
            "PGP",
        ),
    ],
)
@pytest.mark.parametrize(("language", "words"), [("en", "without encryption"), ("fr", "sans chiffrement")])
async def test_an_encrypted_mail_gets_a_sentence(
    desk: StartedDesk, content_type: str, body: str, wrapper: str, language: str, words: str
) -> None:
    head = f"From: {CUSTOMER}\r\nTo: {SERVICE}\r\nSubject: hi\r\nContent-Language: {language}\r\nMIME-Version: 1.0\r\n"
    await desk.hand_in(f"{head}Content-Type: {content_type}\r\n\r\n{body}\r\n".encode())
    letter = await desk.relay.next()
    assert letter["X-Autopro-Template"] == "desk/encrypted"
    assert letter["Content-Language"] == language
    assert words in letter.text
    assert wrapper in letter.text
    assert [row["state"] for row in await rows(desk, "SELECT state FROM inbox")] == ["done"]
