"""Who really writes, behind Postfix: signatures survive it, and nothing that a stranger writes or claims is worth more than A0."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import signed
from tests.postfix.carrier import FRENCH_CUSTOMER, Carrier, PostOffice, open_carrier, post_office
from tests.stories.rows import outcomes, rows
from tests.support.desk import CUSTOMER

FORGED = {
    "as Postfix's host": "mail.carrier.example; dkim=pass header.d=quiet.example header.s=s1; dmarc=pass header.from=quiet.example",
    "as the domain": "carrier.example; dkim=pass header.d=quiet.example",
}


@pytest.fixture
async def carrier(office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey) -> AsyncIterator[Carrier]:
    async with open_carrier(office, tmp_path, dns, key) as opened:
        yield opened


async def found(carrier: Carrier) -> str:
    """Why the one mail was believed, or not."""
    await carrier.empty_queue()
    await carrier.desk.settle()
    [row] = await rows(carrier.desk, "SELECT authenticity FROM inbox")
    return str(row["authenticity"])


async def remembered(carrier: Carrier) -> set[str]:
    """The languages that are remembered for anybody: A1 is what that takes."""
    return {row["language"] for row in await rows(carrier.desk, "SELECT language FROM correspondent")} - {""}


@pytest.mark.parametrize(
    ("words", "sender", "language"), [("LANGUAGE EN", CUSTOMER, "en"), ("LANGUE FRANÇAIS", FRENCH_CUSTOMER, "fr")]
)
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
async def test_a_signature_survives_postfix(carrier: Carrier, words: str, sender: str, language: str, encoding: str) -> None:
    """It adds its Received on top and changes nothing: our own check holds, and nobody needs to be believed."""
    mail = carrier.desk.mail("", sender=sender)
    mail.set_content(f"{words}\n\n.merci, à bientôt\n", cte=encoding)
    raw = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
    await carrier.hand_in(signed(raw, carrier.key, sender.rpartition("@")[2]), sender=sender)
    assert (await carrier.letter(sender))["X-Autopro-Template"] == "language/set"
    assert await found(carrier) == "dkim_aligned"
    assert await remembered(carrier) == {language}


@pytest.mark.parametrize("words", ["LANGUAGE EN", "LANGUE FR"])
async def test_a_stranger_gets_an_open_answer_and_no_more(carrier: Carrier, words: str) -> None:
    await carrier.write(words, sender="jo@quiet.example", sign=False)
    assert (await carrier.internet.next())["X-Autopro-Template"] == "language/set"
    assert await found(carrier) == "no_signature"
    assert await remembered(carrier) == set()


@pytest.mark.parametrize("words", ["TRACE 123456789", "REPÉRAGE 123456789"])
async def test_a_forged_customer_gets_silence(carrier: Carrier, words: str) -> None:
    """The customer's domain asks for that (DMARC p=reject); and its owner gets no answer to what they never wrote."""
    await carrier.write(words, sign=False)
    await found(carrier)
    assert await outcomes(carrier.desk) == ["silent_dmarc_reject"]
    assert carrier.office.new_letters(CUSTOMER) == []


@pytest.mark.parametrize("claim", FORGED)
@pytest.mark.parametrize("words", ["LANGUAGE EN", "LANGUE FR"])
async def test_forged_results_are_not_believed(carrier: Carrier, claim: str, words: str) -> None:
    await carrier.write(words, sender="jo@quiet.example", sign=False, headers={"Authentication-Results": FORGED[claim]})
    await carrier.internet.next()
    assert await found(carrier) == "no_signature"
    assert await remembered(carrier) == set()


@pytest.mark.parametrize(
    "trust", [{"origins": ["127.0.0.0/8", "::1"]}, {"relays": ["127.0.0.0/8"], "authserv_ids": ["mail.carrier.example"]}]
)
async def test_loopback_in_the_settings_says_nothing_about_the_socket(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, trust: dict[str, list[str]]
) -> None:
    """All mail behind Postfix comes from this machine: an operator who trusts 127.0.0.1 has trusted nobody by that."""
    async with open_carrier(office, tmp_path, dns, key, mail_trust=trust) as carrier:
        claim = {"Authentication-Results": FORGED["as Postfix's host"]}
        await carrier.write("LANGUE FR", sender="jo@quiet.example", sign=False, headers=claim)
        await carrier.internet.next()
        assert await found(carrier) == "no_signature"
        assert await remembered(carrier) == set()


async def test_a_stranger_whose_hops_postfix_drops_comes_from_nowhere_and_is_no_origin(
    tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    """Some remove Received fields (header_checks): by LMTP that makes no origin of anybody, whatever the settings say."""
    with post_office("header_checks = regexp:{ {/^Received:/ IGNORE} }\n") as office:
        trust = {"origins": ["127.0.0.0/8"]}
        async with open_carrier(office, tmp_path, dns, key, mail_trust=trust) as carrier:
            await carrier.write("LANGUE FR", sender="jo@quiet.example", sign=False)
            letter = await carrier.internet.next()
            assert letter.mail["Received"] is None, "Postfix drops them"
            assert await found(carrier) == "no_signature"
