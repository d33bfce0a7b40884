"""`autopro check` tries the relay as letters go out to it: with TLS, its own authority and the login."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from bot.commands.check import check_all
from bot.commands.checks.finding import Finding
from tests.stories.certificates import Pair, make_pair
from tests.support.desk import settings_for
from tests.support.relay import running_relay


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
