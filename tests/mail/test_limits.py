"""Bombs: every cap holds, says its name, and keeps the work small.

Each takes 1 to 25 ms on a small machine; the bound of 2 s only fails when work grows faster than the mail.
"""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from time import process_time

import pytest

from bot.core.mail import identity, limits, read_mail
from bot.core.mail.split import split
from bot.core.mail.tree import Part, build_tree
from tests.mail.samples import letter

MIB = 1024 * 1024


def _nested(depth: int, same: bool) -> bytes:
    names = ["b" if same else f"b{number}." for number in range(depth)]
    body = "".join(f"--{name}\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n" for name, inner in pairwise(names))
    return letter(f"Content-Type: multipart/mixed; boundary={names[0]}", body=body + f"--{names[-1]}\r\n\r\nTRACE")


def _parts(count: int, part: bytes) -> bytes:
    return letter("Content-Type: multipart/mixed; boundary=b", body=b"".join(b"--b\r\n" + part + b"\r\n" for _ in range(count)))


def _plain(body: bytes, parameters: str = "") -> bytes:
    return letter("Content-Type: text/plain" + parameters, body=body)


# Name: octets, why there is no sender, which cap was met.
BOMBS: dict[str, tuple[bytes, str, str]] = {
    "a header line of 1 MiB": (letter(b"X: " + b"a" * MIB), "header too large", "header bytes"),
    "1 MiB of header lines": (letter(*[b"X-Y: z"] * (MIB // 8)), "header too large", "header bytes"),
    "1 MiB of continuations": (letter(b"X: y" + b"\r\n z" * (MIB // 4)), "header too large", "header bytes"),
    "200 KiB of blank continuations": (letter(b"X: y" + b"\r\n " * (200 * 1024 // 3)), "", ""),
    "60,000 short fields": (letter(*[b"a:"] * 60_000), "header too large", "header fields"),
    "990 fields of one name": (letter(*[b"a:" + b"b" * 200] * 990), "", ""),
    "40,000 addresses in To": (
        letter("To: " + ",\r\n ".join(f"user{n}@domain{n}.example" for n in range(40_000))),
        "header too large",
        "header bytes",
    ),
    "16,000 encoded words": (letter(b"Subject: " + b"=?utf-8?q?a?=\r\n " * 16_000), "", ""),
    "240 KiB of =?": (letter(b"Subject: " + b"=?" * 120_000), "", ""),
    "1 MiB of =?": (letter(b"Subject: " + b"=?" * (MIB // 2)), "header too large", "header bytes"),
    "240 KiB of open words": (letter(b"Subject: " + b"=?a?q?" * 40_000), "", ""),
    "encoded words in From": (b"From: " + b"=?utf-8?q?a?= " * 16_000 + b"<a@b.example>\r\n\r\nx", "too long", ""),
    "open brackets in From": (b"From: " + b"<" * 1999 + b"\r\n\r\nx", "two addresses", ""),
    "open comments in From": (b"From: " + b"(" * 1999 + b"\r\n\r\nx", "not an address", ""),
    "open quotes in From": (b"From: " + b'"\\' * 999 + b"\r\n\r\nx", "not an address", ""),
    "dots in From": (b"From: " + b"a." * 990 + b"@b\r\n\r\nx", "not an address", ""),
    "letters of the world in From": (("From: a@" + "é" * 900).encode() + b"\r\n\r\nx", "not an address", ""),
    "200 KiB of references": (letter(b"References: " + b"<a@b>" * 40_000), "", "references"),
    "200 KiB of <@": (letter(b"References: " + b"<@" * 100_000), "", "references"),
    "open parameters": (letter(b"Content-Type: text/plain" + b';a="\\' * 40_000), "", ""),
    "3,000 nested parts": (_nested(3000, same=False), "", "depth"),
    "3,000 nested parts of one boundary": (_nested(3000, same=True), "", "parts"),
    "20,000 parts": (_parts(20_000, b"\r\nx"), "", "parts"),
    "99 large parts of HTML": (_parts(99, b"Content-Type: text/html\r\n\r\n" + b"<i>x</i>" * 1200), "", "text"),
    "delimiters that are none": (letter("Content-Type: multipart/mixed; boundary=b", body=b"--bx\r\n" * (MIB // 6)), "", "parts"),
    "a delimiter of 1 MiB": (letter("Content-Type: multipart/mixed; boundary=b", body=b"--b" + b" " * MIB), "", ""),
    "1 MiB of words": (_plain(b"TRACE 123456789\r\n" * (MIB // 17)), "", "text"),
    "1 MiB of line ends": (_plain(b"\r\n" * (MIB // 2)), "", "text"),
    "1 MiB of CR": (_plain(b"\r" * MIB), "", "text"),
    "1 MiB of control characters": (_plain(b"\x01" * MIB), "", "text"),
    "1 MiB of odd line ends": (_plain("\x85".encode() * (MIB // 2)), "", "text"),
    "1 MiB of flowed lines": (_plain(b" \r\n" * (MIB // 3), "; format=flowed"), "", "text"),
    "1 MiB of quote marks": (_plain(b">" * MIB, "; format=flowed"), "", "text"),
    "open signed armour": (_plain(b"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n" * (MIB // 38)), "", "text"),
    "open armour": (_plain(b"-----BEGIN PGP MESSAGE-----\r\n" * (MIB // 29)), "", "text"),
    "open uuencoded files": (_plain(b"begin 644 x\r\nM\r\n" * (MIB // 16)), "", "text"),
    "an open uuencoded file": (_plain(b"begin 644 x\r\n" + b"M\r\n" * (MIB // 3)), "", "text"),
    "damaged UTF-8": (_plain(b"\xff" * MIB, "; charset=utf-8"), "", "text"),
    "damaged UTF-16": (_plain(b"\x00\xd8" * (MIB // 2), "; charset=utf-16"), "", "text"),
    "damaged ISO-2022-JP": (_plain(b"\x1b$B\xff" * (MIB // 4), "; charset=iso-2022-jp"), "", "text"),
    "damaged GB 18030": (_plain(b"\x81" * MIB, "; charset=gb2312"), "", "text"),
    "1 MiB of base64": (letter("Content-Transfer-Encoding: base64", body=b"A" * MIB), "", "text"),
    "1 MiB of padding": (letter("Content-Transfer-Encoding: base64", body=b"=" * MIB), "", ""),
    "1 MiB of soft line ends": (letter("Content-Transfer-Encoding: quoted-printable", body=b"=\r\n" * (MIB // 3)), "", ""),
    "open meta elements": (letter("Content-Type: text/html", body=b"<meta" * (MIB // 5)), "", "text"),
    "9 MiB": (_plain(b"TRACE 123456789\r\n" * (9 * MIB // 17)), "", "size"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name: str) -> None:
    raw, problem, truncated = BOMBS[name]
    start = process_time()
    mail = read_mail(raw, _first_words)
    identity(raw, "a@b.example")
    assert process_time() - start < 2
    assert (mail.sender_problem, mail.truncated) == (problem, truncated)
    assert len(mail.text) <= limits.TEXT_CHARACTERS + limits.PARTS
    assert len(mail.subject) <= limits.SUBJECT_CHARACTERS
    assert sum(map(len, mail.headers.values())) <= limits.HEADER_FIELDS


def _first_words(html: str) -> str:
    """The converter's own work is not measured here."""
    return html[:100]


@pytest.mark.parametrize("name", ["1 MiB of words", "1 MiB of odd line ends", "damaged UTF-16", "3,000 nested parts", "9 MiB"])
def test_memory_stays_within_a_few_times_the_mail(name: str) -> None:
    raw = BOMBS[name][0]
    tracemalloc.start()
    try:
        read_mail(raw, _first_words)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * MIB + 2 * min(len(raw), limits.MESSAGE_OCTETS)


def test_what_the_tree_holds() -> None:
    for name in ("3,000 nested parts", "3,000 nested parts of one boundary", "20,000 parts"):
        root, truncated = build_tree(split(BOMBS[name][0]))
        assert _count(root) <= limits.PARTS
        assert _depth(root) <= limits.DEPTH
        assert truncated in ("parts", "depth")


def _count(part: Part) -> int:
    return 1 + sum(map(_count, part.children))


def _depth(part: Part) -> int:
    return 1 + max(map(_depth, part.children), default=-1)


def test_html_handed_to_the_converter_is_bounded_over_all_parts() -> None:
    handed: list[str] = []

    def converter(html: str) -> str:
        handed.append(html)
        return ""

    assert read_mail(BOMBS["99 large parts of HTML"][0], converter).truncated == "text"
    assert "".join(handed).count("<") == limits.HTML_TAGS
    handed.clear()
    assert read_mail(_parts(5, b"Content-Type: text/html\r\n\r\n" + b"<i>" + b"x" * 100_000), converter).truncated == "text"
    assert sum(map(len, handed)) == limits.HTML_CHARACTERS
    handed.clear()
    assert not read_mail(letter("Content-Type: text/html", body="<i>" * limits.HTML_TAGS), converter).truncated
    assert handed == ["<i>" * limits.HTML_TAGS]


def test_a_sender_survives_what_only_fills_the_body() -> None:
    sender = read_mail(BOMBS["20,000 parts"][0]).sender
    assert sender is not None
    assert sender.address == "a@b.example"


def test_mail_at_the_caps_is_whole() -> None:
    at = letter(*["X: y"] * (limits.HEADER_FIELDS - 1), body="x" * limits.TEXT_CHARACTERS)
    mail = read_mail(at)
    assert (mail.truncated, mail.sender_problem, len(mail.text)) == ("", "", limits.TEXT_CHARACTERS)
    assert read_mail(at + b"x").truncated == "text"
    parts = read_mail(_parts(limits.PARTS - 1, b"\r\nx"))
    assert (parts.truncated, parts.text.count("x")) == ("", limits.PARTS - 1)
    assert read_mail(_parts(limits.PARTS, b"\r\nx")).truncated == "parts"
