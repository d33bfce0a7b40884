"""The fast tier declines what is unusual; what it reads, the walk reads alike. Nothing raises, whatever the octets."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.mail import Mail, Mailbox, limits, read_mail
from bot.core.mail.reader import read_split
from bot.core.mail.split import split
from tests.mail.samples import PLAIN, letter
from tests.mail.strategies import Known, damaged, header_soups, structured


def check(raw: bytes) -> Mail:
    """Reads by both tiers; whatever comes out is bounded and can be stored."""
    mail, walk = read_mail(raw), read_split(split(raw), fast=False)
    assert replace(mail, tier="walk") == walk
    texts = [
        mail.text,
        mail.subject,
        mail.content_language,
        mail.sender_problem,
        mail.message_id or "",
        *mail.in_reply_to,
        *mail.references,
    ]
    for mailbox in (mail.sender, mail.reply_to):
        if mailbox is not None:
            texts += [getattr(mailbox, field.name) for field in fields(Mailbox)]
    for name, values in mail.headers.items():
        texts += [name, *values]
    together = "".join(texts)
    together.encode("utf-8")
    assert "\0" not in together
    assert "\r" not in mail.text
    assert len(mail.text) <= limits.TEXT_CHARACTERS + limits.PARTS
    assert "\n" not in mail.subject
    assert (mail.sender is None) == bool(mail.sender_problem)
    return mail


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_octets(raw: bytes) -> None:
    check(raw)


@settings(max_examples=400, deadline=None)
@given(header_soups())
def test_header_soups(raw: bytes) -> None:
    check(raw)


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_damaged_mail(raw: bytes) -> None:
    check(raw)


@settings(max_examples=100, deadline=None)
@given(structured())
def test_structured_mail(known: Known) -> None:
    assert check(known.octets).sender == Mailbox("a@b.example", "A", "a@b.example")


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(["", "Content-Type: text/plain; charset=utf-8"])
)
def test_plain_bodies_of_any_octets(body: bytes, kind: str) -> None:
    check(letter("Subject: s", *([kind] if kind else []), body=body))


FAST = [
    (),
    ("Content-Type: text/plain",),
    ("Content-Type: TEXT/PLAIN; Charset=UTF-8",),
    ('Content-Type: text/plain;\r\n charset="us-ascii"',),
    ("Content-Transfer-Encoding: 7bit",),
    ("Content-Transfer-Encoding: 8bit",),
    ("Content-Disposition: inline",),
    ("Received: by a", "Received: by b\r\n\twith SMTP"),
    ("Subject: =?utf-8?q?caf=C3=A9?=",),
]


@pytest.mark.parametrize("lines", FAST)
def test_taken(lines: tuple[str, ...]) -> None:
    mail = check(letter(*lines, body="TRACE 123456789, à Québec\r\n"))
    assert mail.tier == "fast"
    assert mail.text == "TRACE 123456789, à Québec\n"


DECLINED = [
    letter("Content-Type: text/html"),
    letter("Content-Type: text/plain; format=flowed"),
    letter("Content-Type: text/plain; charset=iso-8859-1"),
    letter("Content-Type: text/plain; charset=utf-8; name=x"),
    letter("Content-Type:"),
    letter("Content-Type: text/plain", "content-type: text/plain"),
    letter("Content-Transfer-Encoding: base64"),
    letter("Content-Transfer-Encoding: quoted-printable"),
    letter("Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: 7bit"),
    letter("Content-Disposition: attachment"),
    letter("Subject: a", "Subject: b"),
    letter("To: a", "to: b"),
    letter("Reply-To: a@b.example", "Reply-To: a@b.example"),
    letter("Date: a", "Date: a"),
    letter("Message-ID: <a@b>", "Message-ID: <a@b>"),
    letter("From: a@b.example"),
    letter("From : a@b.example"),
    letter("no field"),
    letter("Subject: é"),
    letter("Subject: a\0"),
    letter("X: \x1b"),
    letter("Subject: a\rb"),
    b"Subject: s\r\n\r\nno From",
    b"From a@b.example Wed Nov 18 11:50:00 2026\r\n" + letter(),
    letter(body=b"\xef\xbb\xbfx"),
    letter(body=b"\xe9"),
    letter(body=b"a\0b"),
    letter(body=b"a\x0cb"),
    letter(body=b"\x1b[31m"),
    letter(body="a\u2028b"),
    letter(body="a\x85b"),
    letter(body="begin 644 x\r\n"),
    letter(body="-----BEGIN PGP MESSAGE-----\r\n"),
    letter(body=b"x" * (limits.FAST_OCTETS + 1)),
    letter(*["X: y"] * 1001),
]


@pytest.mark.parametrize("raw", DECLINED)
def test_declined(raw: bytes) -> None:
    assert check(raw).tier == "walk"


def test_a_lone_cr_in_the_body_is_a_line_end() -> None:
    assert check(letter(body=b"a\rb")).text == "a\nb"


def test_the_plain_mail_is_fast() -> None:
    assert check(PLAIN).tier == "fast"
