"""Fields, subjects, identifiers."""

from __future__ import annotations

import email
import re

import pytest
from hypothesis import given, settings

from bot.core.mail import limits, read_mail
from bot.core.mail.split import split
from tests.mail.samples import letter
from tests.mail.strategies import header_soups


@settings(max_examples=500, deadline=None)
@given(header_soups())
def test_a_header_without_fault_is_split_as_compat32_splits_it(raw: bytes) -> None:
    parted = split(raw)
    if parted.fault:
        assert read_mail(raw).sender is None
        return
    message = email.message_from_bytes(raw)
    theirs = [(name.lower(), _octets(value)) for name, value in message.raw_items()]
    assert parted.fields == theirs
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert parted.data[parted.start : parted.end] == payload.replace(b"\r\n", b"\n")


def _octets(value: object) -> str:
    unfolded = re.sub(r"[\r\n]+", "", str(value)).strip(" \t")
    return unfolded.encode("utf-8", "surrogateescape").decode("latin-1")


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("Subject: TRACE 123456789", "TRACE 123456789"),
        ("SUBJECT:trace", "trace"),
        ("Subject: folded\r\n  twice\r\n\tover", "folded  twice over"),
        ("Subject: a\0b\x07c\u2028d", "abc d"),
        ("Subject: =?utf-8?q?a=0Ab=00c?=", "a bc"),
        ("Subject: =?ISO-8859-1?Q?Rep=E9rage_n=B0?= 5", "Repérage n° 5"),
        ("Subject: =?utf-8?b?UmVww6k=?= =?utf-8?b?cmFnZQ==?=", "Repérage"),
        ("Subject: =?utf-8?q?Rep=C3?= =?utf-8?q?=A9rage?=", "Repérage"),
        ("Subject: =?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("Subject: re: =?utf-8?q?a?=\r\n =?utf-8?q?b?=  c", "re: ab  c"),
        ("Subject: =?utf-8*fr?q?a?=", "a"),
        ("Subject: pre=?utf-8?q?=C3=A9?=post", "preépost"),
        ("Subject: =?utf-8?b?UmVww6k?=", "Repé"),
        ("Subject: =?zlib?b?eJwrAAAACQAI?=", "xœ+"),
        ("Subject: =?unicode_escape?q?=5Cx41?=", "\\x41"),
        ("Subject: =?utf-8?x?a?= =?utf-8?q?open", "=?utf-8?x?a?= =?utf-8?q?open"),
        ("Subject: Œuvre à l’été", "Œuvre à l’été"),
        ("Subject: \u202eevil", "evil"),
    ],
)
def test_subject(field: str, subject: str) -> None:
    assert read_mail(letter(field)).subject == subject


def test_a_raw_latin1_subject() -> None:
    assert read_mail(letter("Subject: Repérage".encode("latin-1"))).subject == "Repérage"


@pytest.mark.parametrize(
    ("field", "identifier"),
    [
        ("Message-ID: <a@b>", "<a@b>"),
        ("Message-Id:\r\n <a.b$c!d@[192.0.2.1]>", "<a.b$c!d@[192.0.2.1]>"),
        ("Message-ID: <a@b@c>", "<a@b@c>"),
        ("Message-ID: <a@b> (added by mx)", "<a@b>"),
        ("Message-ID: a@b", None),
        ("Message-ID: <a>", None),
        ("Message-ID: <[", None),
        ("Message-ID: <a b@c>", None),
        ("Message-ID: <é@c>", None),
        ("Message-ID: <a@b> <c@d>", None),
        ("Message-ID: <a@b>\r\nMESSAGE-ID: <a@b>", None),
        ("X: y", None),
    ],
)
def test_message_id(field: str, identifier: str | None) -> None:
    assert read_mail(letter(field)).message_id == identifier


def test_references_keep_their_order_and_the_nearest() -> None:
    mail = read_mail(letter("References: <a@b> noise <c@d>\r\n <e@f>", "In-Reply-To: Your letter of <e@f>"))
    assert mail.references == ("<a@b>", "<c@d>", "<e@f>")
    assert mail.in_reply_to == ("<e@f>",)
    assert not mail.truncated
    many = read_mail(letter("References: " + " ".join(f"<{number}@b>" for number in range(80))))
    assert many.references == tuple(f"<{number}@b>" for number in range(80 - limits.REFERENCES, 80))
    assert many.truncated == "references"


def test_raw_values_stay_in_order_under_lower_case_names() -> None:
    mail = read_mail(letter("X-A: 1", "Received: by b", "x-a: =?utf-8?q?2?=", "Received: by a", "X-B: é", b"X-C: \xe9\0\x1b"))
    assert mail.headers["x-a"] == ("1", "=?utf-8?q?2?=")
    assert mail.headers["received"] == ("by b", "by a")
    assert (mail.headers["x-b"], mail.headers["x-c"]) == (("é",), ("é",))
    assert mail.received_count == 2


def test_date_must_say_something() -> None:
    assert read_mail(letter("Date: nonsense")).has_date
    assert not read_mail(letter("Date:")).has_date
    assert not read_mail(letter("X: y")).has_date


def test_content_language_is_one_line() -> None:
    assert read_mail(letter("Content-Language: fr-CA,\r\n en")).content_language == "fr-CA, en"
