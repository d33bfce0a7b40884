"""Authentication-Results by the grammar of RFC 8601: its own examples, and what breaks it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.authenticity.results import AuthenticationResults, parse

Items = list[tuple[str, str, dict[str, str]]]


def items(text: str, *, microsoft: bool = False) -> Items | None:
    found = parse(text, microsoft=microsoft)
    return None if found is None else [(i.method, i.result, dict(i.properties)) for i in found.results]


GOOD: dict[str, tuple[str, Items]] = {
    # RFC 8601, appendix B, examples 2 to 6.
    "example.org 1; none": ("example.org", []),
    "example.com; spf=pass smtp.mailfrom=example.net": (
        "example.com",
        [("spf", "pass", {"smtp.mailfrom": "example.net"})],
    ),
    "example.com;  auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net": (
        "example.com",
        [("auth", "pass", {"smtp.auth": "sender@example.net"}), ("spf", "pass", {"smtp.mailfrom": "example.net"})],
    ),
    'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net; dkim=fail reason="bad '
    'signature" header.i=@newyork.example.com': (
        "example.com",
        [
            ("dkim", "pass", {"reason": "good signature", "header.i": "@mail-router.example.net"}),
            ("dkim", "fail", {"reason": "bad signature", "header.i": "@newyork.example.com"}),
        ],
    ),
    "example.net; dkim=pass (good signature) header.d=example.com": (
        "example.net",
        [("dkim", "pass", {"header.d": "example.com"})],
    ),
    # RFC 8601, appendix B.7: comments in every place.
    "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can "
    "go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462": (
        "foo.example.net",
        [("dkim", "fail", {"policy.expired": "1362471462"})],
    ),
    # Gmail, rspamd, OpenDKIM as they are seen.
    "mx.google.com; dkim=pass header.i=@gmail.com header.s=20230601 header.b=Ax3/+=; arc=none; dmarc=pass (p=NONE "
    "sp=QUARANTINE dis=NONE) header.from=gmail.com": (
        "mx.google.com",
        [
            ("dkim", "pass", {"header.i": "@gmail.com", "header.s": "20230601", "header.b": "Ax3/+="}),
            ("arc", "none", {}),
            ("dmarc", "pass", {"header.from": "gmail.com"}),
        ],
    ),
    'mx.example; dkim=pass (2048-bit key; unprotected) header.d=a.b header.i=@a.b header.b="x y"': (
        "mx.example",
        [("dkim", "pass", {"header.d": "a.b", "header.i": "@a.b", "header.b": "x y"})],
    ),
    'mx.example; spf=pass smtp.mailfrom="a; dkim=pass \\" header.d=b"@c.d': (
        "mx.example",
        [("spf", "pass", {"smtp.mailfrom": 'a; dkim=pass " header.d=b@c.d'})],
    ),
    '"quoted id";DKIM = Pass HEADER.D = Example.Com ': ("quoted id", [("dkim", "pass", {"header.d": "Example.Com"})]),
    "a.b;dkim=pass (nested (very (deep) \\) ) ok) header.d=c.d (end)": (
        "a.b",
        [("dkim", "pass", {"header.d": "c.d"})],
    ),
}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_grammatical(text: str) -> None:
    authserv_id, expected = GOOD[text]
    found = parse(text)
    assert found is not None
    assert (found.authserv_id, items(text)) == (authserv_id, expected)


BAD = [
    "",
    "a.b",
    "a.b;",
    "a.b 2; none",
    "a.b 1x; none",
    "a.b; none; dkim=pass",
    "a.b; dkim",
    "a.b; dkim=",
    "a.b; dkim=pass;",
    "a.b; dkim=pass; ;",
    "a.b; dkim=pass header.d",
    "a.b; dkim=pass header.d=",
    "a.b; dkim=pass headerd=x.y",
    "a.b; dkim=pass header.d=x.y, header.d=z",
    "a.b; dkim=pass header.d=x.y)",
    "a.b; dkim=pass (header.d=x.y",
    'a.b; dkim=pass header.d="x.y',
    "a.b; dkim=pass_it header.d=x.y",
    "a.b; dkim=pass/1 header.d=x.y",
    "a.b; dkim=passheader.d=x.y; spf",
    "a.b dkim=pass header.d=x.y",
    "a.b; dkim=pass <header.d=x.y>",
    "a.b; dkim=pass action=none",
    "dkim=pass header.d=x.y",
    "a.b; dkim=pass \x00 header.d=x.y",
    "a.b; dkim=pass é.d=x.y",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_not(text: str) -> None:
    assert parse(text) is None


def test_the_form_of_microsoft_365() -> None:
    text = (
        "spf=none (sender IP is 192.0.2.1) smtp.mailfrom=x.example; carrier.example; dkim=pass (signature was verified)"
        " header.d=example.com;carrier.example; dmarc=bestguesspass action=none header.from=;compauth=pass reason=109;"
    )
    assert parse(text) is None
    assert items(text, microsoft=True) == [
        ("spf", "none", {"smtp.mailfrom": "x.example"}),
        ("dkim", "pass", {"header.d": "example.com"}),
        ("dmarc", "bestguesspass", {"action": "none", "header.from": ""}),
        ("compauth", "pass", {"reason": "109"}),
    ]
    sealed = (
        " mx.microsoft.com 1; spf=pass (sender ip is 4.158.2.129) smtp.rcpttodomain=lists.example smtp.mailfrom=arm.com;"
        " dmarc=pass (p=none sp=none pct=100) action=none header.from=arm.com; dkim=pass (signature was verified)"
        " header.d=arm.com; arc=pass (0 oda=1 ltdi=1 spf=[1,1,smtp.mailfrom=arm.com] dkim=[1,1,header.d=arm.com])"
    )
    found = parse(sealed, microsoft=True)
    assert found is not None
    assert (found.authserv_id, found.dkim_domains) == ("mx.microsoft.com", ("arm.com",))


@pytest.mark.parametrize(
    "text",
    ["a.b; dkim=pass header.d=", "dkim=pass other=x", "spf=pass; dkim=pass header.d=a.b)", "spf=pass a=b c; dkim=pass"],
)
def test_what_not_even_microsoft_365_may_say(text: str) -> None:
    found = parse(text, microsoft=True)
    assert found is None or found.dkim_domains == ()


def test_only_domains_are_taken_for_domains() -> None:
    found = parse("a.b; dkim=pass header.d=X.Y.; dkim=pass header.d=@x.z; dkim=fail header.d=w; dkim=pass header.d=..")
    assert found is not None
    assert found.dkim_domains == ("x.y",)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list('ab1.;=()"\\ \t@/-,<é\x00')), max_size=60), st.booleans())
def test_any_text_is_read_or_refused(text: str, microsoft: bool) -> None:
    found = parse(text, microsoft=microsoft)
    assert found is None or isinstance(found, AuthenticationResults)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40))
def test_nothing_quoted_or_commented_gets_out(text: str) -> None:
    """Whatever a sender brings a relay to write down inside quotes or a comment, rightly escaped, stays there."""
    escaped = "".join("\\" + c if c in '"\\()' else c for c in text)
    field = f'a.b; dkim=fail ({escaped}) reason="{escaped}" header.d=c.d; spf=pass smtp.mailfrom="{escaped}"@e.f'
    found = parse(field)
    assert found is not None
    assert [(item.method, item.result) for item in found.results] == [("dkim", "fail"), ("spf", "pass")]
    assert found.results[0].only("header.d") == "c.d"


@pytest.mark.parametrize("filler", ["(", "(a", "a.", "; a", ";a=b", ' "', "\\", "a=", " ", "-", "();", "a-"])
def test_time_grows_with_length_only(filler: str) -> None:
    started = time.perf_counter()
    for prefix in ("", "a.b; dkim=pass ", "a.b; dkim=pass header.d=", "a.b (", 'a.b; x=y reason="'):
        parse(prefix + filler * (100_000 // len(filler)), microsoft=True)
    assert time.perf_counter() - started < 2
