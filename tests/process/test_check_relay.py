"""`autopro check` tries the relay as letters go out to it: with TLS, its own authority and the login."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.commands.check import check_all
from bot.commands.checks.finding import Finding, Ground
from bot.commands.checks.relay import check_relay
from bot.core.clock import SystemClock, SystemMint
from tests.stories.certificates import Pair, make_pair
from tests.support.desk import settings_for
from tests.support.relay import Relay, running_relay


def lets_in(_server: object, _session: object, _envelope: object, _mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"desk", b"opensesame"), handled=False)


async def relay_finding(folder: Path, served: Pair, authority: Path | None) -> Finding:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(served.certificate, served.key)
    async with running_relay(tls_context=context, require_starttls=True, auth_required=True, authenticator=lets_in) as relay:
        way = {"host": "localhost", "tls": "starttls", "ca_file": authority, "username": "desk", "password": "opensesame"}
        findings = await check_all(settings_for(folder, relay.port, relay=way))
    return next(finding for finding in findings if finding.subject == "relay")


async def test_a_relay_with_an_authority_of_its_own_is_well(tmp_path: Path) -> None:
    pair = make_pair(tmp_path / "pair")
    assert (await relay_finding(tmp_path, pair, pair.authority)).well


@pytest.mark.parametrize("fault", ["the system's", "another", "no file", "no certificate"])
async def test_the_wrong_authority_is_named(tmp_path: Path, fault: str) -> None:
    pair, noise = make_pair(tmp_path / "pair"), tmp_path / "noise.pem"
    noise.write_text("nothing")
    authorities = {"another": make_pair(tmp_path / "other").authority, "no file": tmp_path / "none.pem", "no certificate": noise}
    finding = await relay_finding(tmp_path, pair, authorities.get(fault))
    assert not finding.well
    assert "ca_file" in finding.mend


async def findings_of(folder: Path, port: int, **way: object) -> list[Finding]:
    """What the check of the relay alone says."""
    settings = settings_for(folder, port, relay=way)
    return await check_relay(Ground(settings, SystemClock(), SystemMint()))


class Choosy(Relay):
    """Refuses the null sender, or every recipient."""

    refuses: str = ""

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.refuses == "null sender" and address in (None, "", "<>"):
            return "550 5.7.1 null sender not allowed here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 ok"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if self.refuses == "recipients":
            return "554 5.7.1 relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 ok"


@pytest.mark.parametrize(
    ("refuses", "said", "mend"),
    [
        ("null sender", "550 5.7.1 null sender", "[relay] envelope_sender"),
        ("recipients", "relay access denied", "let this machine relay"),
    ],
)
async def test_the_envelope_of_an_answer_is_tried(tmp_path: Path, refuses: str, said: str, mend: str) -> None:
    relay = Choosy()
    relay.refuses = refuses
    async with running_relay(relay=relay):
        (finding,) = await findings_of(tmp_path, relay.port)
        assert (finding.well, relay.letters) == (False, [])
        assert said in finding.found
        assert mend in finding.mend
        if refuses == "null sender":
            assert all(each.well for each in await findings_of(tmp_path, relay.port, envelope_sender="service@carrier.example"))


async def test_a_relay_that_takes_answers_is_well_and_gets_nothing(tmp_path: Path) -> None:
    async with running_relay() as relay:
        assert [finding.well for finding in await findings_of(tmp_path, relay.port)] == [True]
        assert relay.letters == []


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        ("closed", "Nothing listens there"),
        ("no such name", "Nobody knows that name"),
        ("no STARTTLS", "offers no STARTTLS"),
        ("no TLS", "speaks no TLS"),
        ("no login", "offers no login"),
        ("no mail server", "no mail server"),
        ("busy", "does not take mail from this machine"),
    ],
)
async def test_each_failure_says_how_to_mend_it(tmp_path: Path, fault: str, mend: str) -> None:
    greetings = {"no mail server": b"HTTP/1.1 400 Bad Request\r\n", "busy": b"421 4.7.0 too many connections\r\n"}

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greetings[fault])
        writer.close()

    ways: dict[str, dict[str, object]] = {
        "no such name": {"host": "nowhere.invalid"},
        "no STARTTLS": {"tls": "starttls"},
        "no TLS": {"tls": "tls"},
        "no login": {"username": "desk", "password": "opensesame"},
    }
    async with running_relay() as relay:
        port = relay.port
        if fault in greetings:
            listener = await asyncio.start_server(greet, "127.0.0.1", 0)
            port = listener.sockets[0].getsockname()[1]
        if fault == "closed":
            with socket.socket() as unused:  # bound, and nobody listens
                unused.bind(("127.0.0.1", 0))
                (finding,) = await findings_of(tmp_path, unused.getsockname()[1])
        else:
            (finding,) = await findings_of(tmp_path, port, **ways.get(fault, {}))
        if fault in greetings:
            listener.close()
    assert not finding.well
    assert "cannot reach the relay" in finding.found
    assert mend in finding.mend
    assert "opensesame" not in finding.found + finding.mend


@pytest.mark.parametrize(("fault", "mend"), [("name", "write that name as [relay] host"), ("password", "username and password")])
async def test_a_wrong_name_and_a_wrong_password_are_told_apart(tmp_path: Path, fault: str, mend: str) -> None:
    pair = make_pair(tmp_path / "pair", host="elsewhere.example" if fault == "name" else "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    async with running_relay(tls_context=context, require_starttls=True, auth_required=True, authenticator=lets_in) as relay:
        way = {"host": "localhost", "tls": "starttls", "ca_file": pair.authority, "username": "desk", "password": "guess"}
        (finding,) = await findings_of(tmp_path, relay.port, **way)
    assert mend in finding.mend


async def test_letters_that_would_go_out_readable_are_said(tmp_path: Path) -> None:
    async with running_relay() as relay:
        taken, readable = await findings_of(tmp_path, relay.port, host="127.1")
    assert (taken.well, readable.well) == (True, False)
    assert "[relay] tls" in readable.mend
