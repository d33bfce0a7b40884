"""Our verifier against dkimpy's, an independent one, on many mails; and on octets that are no mail at all."""

from __future__ import annotations

# mypy: disable-error-code="no-untyped-call"
import asyncio
import time
from collections.abc import Iterator

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from dkim.canonicalization import CanonicalizationPolicy
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.authenticator import Authenticator
from bot.core.authenticity import Reason, Verdict, canonical, keys, signature, verification
from bot.core.authenticity.fields import Mail
from bot.core.authenticity.peers import Peers
from bot.core.authenticity.verdict import Refused
from tests.authenticity.conftest import MAIL, START
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import body_form, pem, record, signed

FORMS = [b"simple", b"relaxed"]
_LINES = st.lists(st.text(alphabet="ab .\t\xe9", max_size=8), max_size=6)


def we_take(raw: bytes, text: str) -> bool:
    """Whether the topmost signature is valid, by our rules for validity alone."""
    try:
        mail = Mail.parse(raw)
        fields = mail.named(b"dkim-signature")
        if not fields:
            return False
        return verification.break_in(mail, signature.parse(fields[0]), keys.choose([text.encode()])) is None
    except Refused:
        return False


def dkimpy_takes(raw: bytes, text: str) -> bool:
    return bool(dkim.verify(raw, dnsfunc=lambda *_, **__: text.encode()))


@settings(max_examples=150, deadline=None)
@given(
    _LINES,
    _LINES,
    st.sampled_from(FORMS),
    st.sampled_from(FORMS),
    st.booleans(),
    st.binary(max_size=3),
    st.integers(min_value=0),
)
def test_both_agree_about_signed_and_damaged_mail(
    key: RSAPrivateKey,
    subject: list[str],
    body: list[str],
    head_form: bytes,
    text_form: bytes,
    length: bool,
    damage: bytes,
    place: int,
) -> None:
    """Signed by dkimpy in every form, then a few octets put somewhere: never one takes it and the other does not."""
    folded = "\r\n ".join(["a", *(line.strip() + "b" for line in subject)])
    mail = f"From: a@example.com\r\nX-Y:\r\n z\r\nSubject:{folded}\r\n\r\n".encode("latin-1")
    mail += "".join(line + "\r\n" for line in body).encode("latin-1")  # SMTP ends every line
    field = dkim.sign(
        mail,
        b"s1",
        b"example.com",
        pem(key),
        canonicalize=(head_form, text_form),
        length=length,
        include_headers=[b"from", b"subject", b"x-y", b"from"],
    )
    raw = field + mail
    assert dkimpy_takes(raw, record(key))
    assert we_take(raw, record(key))
    cut = place % len(raw)
    damaged = raw[:cut] + damage + raw[cut:]
    if we_take(damaged, record(key)):
        assert dkimpy_takes(damaged, record(key))


@settings(deadline=None)
@given(st.text(alphabet="\r\n \tab", max_size=40), st.sampled_from(FORMS))
def test_canonical_bodies(text: str, form: bytes) -> None:
    body = text.replace("\r", "").replace("\n", "\r\n").encode()
    policy = CanonicalizationPolicy.from_c_value(b"simple/" + form)
    ours = canonical.body(body, relaxed=form == b"relaxed")
    assert ours == body_form(body, "simple/" + form.decode())
    if not body.endswith((b" ", b"\t")):  # dkimpy keeps blanks that end a body without a line end (RFC 6376, 3.4.4)
        assert ours == policy.canonicalize_body(body)


@settings(deadline=None)
@given(st.binary(max_size=60), st.sampled_from(FORMS))
def test_canonical_fields(value: bytes, form: bytes) -> None:
    value = value.translate(None, b"\r\n\x00\x0b\x0c")
    theirs = CanonicalizationPolicy.from_c_value(form).canonicalize_headers([[b"X-a", b" " + value + b"\r\n"]])
    expected = theirs[0][0] + b":" + theirs[0][1].removesuffix(b"\r\n")
    ours = canonical.header(b"X-a: " + value, relaxed=form == b"relaxed")
    assert ours == expected or value.strip(b" \t") != value.strip()  # dkimpy also strips other controls


def test_where_dkimpy_is_too_kind(key: RSAPrivateKey) -> None:
    """What it takes and we do not: the reasons for an own verifier. A change here is worth a look, not a worry."""
    text = record(key)
    kind = {
        "key in testing": (signed(MAIL, key, "example.com"), text.replace("p=", "t=y; p=")),
        "key only for SHA-1": (signed(MAIL, key, "example.com"), text.replace("p=", "h=sha1; p=")),
        "rsa-sha1": (signed(MAIL, key, "example.com", algorithm="rsa-sha1"), text),
        "strict identity": (signed(MAIL, key, "example.com", extra="i=@x.example.com; "), text.replace("p=", "t=s; p=")),
    }
    for name, (raw, published) in kind.items():
        assert dkimpy_takes(raw, published), name
    loop = asyncio.new_event_loop()
    try:
        with DnsServer() as server:
            for raw, published in kind.values():
                server.clear()
                server.txt("s1._domainkey.example.com", published)
                assert not loop.run_until_complete(_verdict(server.address, raw)).authentic
    finally:
        loop.close()


def test_time_does_not_grow_with_the_square_of_blanks() -> None:
    """What takes dkimpy a quarter of a second at 16 KiB, and so a quarter of an hour at 1 MiB."""
    started = time.perf_counter()
    canonical.body(b" " * 1_000_000 + b"x", relaxed=True)
    canonical.body(b"\r\n" * 500_000 + b"x" + b"\r\n" * 500_000, relaxed=False)
    canonical.header(b"X:" + b" " * 1_000_000 + b"x", relaxed=True)
    assert time.perf_counter() - started < 1


async def _verdict(address: str, raw: bytes, domain: str | None = "example.com", peer: str | None = "203.0.113.9") -> Verdict:
    authenticator = Authenticator(
        peers=Peers(["203.0.113.0/24"], []),
        authserv_ids=["mx.example"],
        arc_sealers=["example.com"],
        resolver=address,
        timeout_seconds=5.0,
        now=lambda: START,
    )
    return await authenticator.verdict(raw, from_domain=domain, peer=peer, received_count=1)


_FRAGMENTS = st.sampled_from(
    [
        b"From: a@example.com\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from:subject; bh=; b=\r\n",
        b"DKIM-Signature: v=1; a=ed25519-sha256; d=x.example.com; s=s1; h=from; bh=AAAA; b=AAAA; l=1; i=@\r\n",
        b"ARC-Seal: i=1; a=rsa-sha256; d=example.com; s=s1; cv=none; b=AAAA\r\n",
        b"ARC-Message-Signature: i=1; a=rsa-sha256; d=example.com; s=s1; h=from:subject; bh=AAAA; b=AAAA\r\n",
        b"ARC-Authentication-Results: i=1; mx.example; dkim=pass header.d=example.com\r\n",
        b"Authentication-Results: mx.example; dkim=pass header.d=y.example.com\r\n",
        b"Received: from a (b) by mx.example; x\r\n",
        b"\r\n",
        b" ",
        b"\n",
        b"\r",
        b"\x00",
        b"\xff",
        b"d=",
        b";",
    ]
)


@pytest.fixture(scope="module")
def loop_and_server() -> Iterator[tuple[asyncio.AbstractEventLoop, str]]:
    loop = asyncio.new_event_loop()
    with DnsServer() as server:
        server.txt("s1._domainkey.example.com", "v=DKIM1; p=")
        server.txt("_dmarc.example.com", "v=DMARC1; p=reject")
        yield loop, server.address
    loop.close()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.lists(st.one_of(_FRAGMENTS, st.binary(max_size=6)), max_size=8).map(b"".join)),
    st.sampled_from(["203.0.113.9", "198.51.100.1", None, "", "nonsense"]),
    st.one_of(st.none(), st.just("example.com"), st.text(max_size=30)),
)
def test_any_octets_get_a_verdict(
    loop_and_server: tuple[asyncio.AbstractEventLoop, str], raw: bytes, peer: str | None, domain: str | None
) -> None:
    loop, address = loop_and_server
    verdict = loop.run_until_complete(_verdict(address, raw, domain, peer))
    assert isinstance(verdict, Verdict)
    assert verdict.reason != Reason.INTERNAL_ERROR
    assert not verdict.authentic or verdict.reason == Reason.RELAY_DKIM
