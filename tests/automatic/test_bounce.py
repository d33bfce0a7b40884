"""read_bounce on the corpus, on mail that is no report, and on mail that is built to break it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.bounce import MOST_BYTES, MOST_IDS, Bounce, read_bounce
from tests.automatic.corpus import Letter, letters

LETTERS = tuple(letters())
REPORTS = tuple(letter for letter in LETTERS if letter.bounce is not None)
OTHERS = tuple(letter for letter in LETTERS if letter.bounce is None)


def in_corpus_form(found: Bounce | None) -> str:
    if found is None:
        return "-"
    fate = "permanent" if found.permanent else "temporary"
    return f"{found.recipient or '-'} {found.status or '-'} {fate} {' '.join(found.message_ids) or '-'}"


def report(fields: str, *, returned: str = "Message-ID: <s1@carrier.example>", kind: str = "text/rfc822-headers") -> bytes:
    lines = (
        "From: MAILER-DAEMON@mx.example\nTo: bounces@carrier.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        "--B\nContent-Type: text/plain\n\nThis is the mail system at host mx.example.\n\n"
        f"--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{fields}\n\n"
        f"--B\nContent-Type: {kind}\n\n{returned}\n\n--B--\n"
    )
    return lines.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("letter", REPORTS, ids=lambda letter: letter.name)
def test_the_corpus(letter: Letter) -> None:
    assert in_corpus_form(read_bounce(letter.raw)) == letter.bounce


@pytest.mark.parametrize("letter", REPORTS, ids=lambda letter: letter.name)
def test_bare_line_feeds_read_the_same(letter: Letter) -> None:
    assert read_bounce(letter.raw.replace(b"\r\n", b"\n")) == read_bounce(letter.raw)


def test_nothing_else_in_the_corpus_is_a_report() -> None:
    taken = [letter.name for letter in OTHERS if read_bounce(letter.raw) is not None]
    assert not taken


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Final-Recipient: rfc822; A@C.example\nAction: failed\nStatus: 5.1.1", "a@c.example 5.1.1 permanent"),
        ("Final-Recipient: rfc822;<a@c.example>\nAction: Failed\nStatus: 5.7.26 (x)", "a@c.example 5.7.26 permanent"),
        ("Final-Recipient: rfc822; a@c.example\nAction: failed\nStatus: 4.4.7", "a@c.example 4.4.7 permanent"),
        ("Final-Recipient: rfc822; a@c.example\nAction: delayed\nStatus: 4.4.1", "a@c.example 4.4.1 temporary"),
        ("Final-Recipient: rfc822; a@c.example\nStatus: 5.1.1", "a@c.example 5.1.1 permanent"),
        (
            "Final-Recipient: rfc822; a@c.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.2.2 full",
            "a@c.example 5.2.2 permanent",
        ),
        ("Original-Recipient: rfc822; a@c.example\nAction: failed\nStatus: 5.1.1", "a@c.example 5.1.1 permanent"),
        (
            "Original-Recipient: rfc822; a@c.example\nFinal-Recipient: x400; /C=CA/\nAction: failed\nStatus: 5.1.1",
            "a@c.example 5.1.1 permanent",
        ),
        ("Final-Recipient: x-unix; /dev/null\nAction: failed\nStatus: 5.3.0", "- 5.3.0 permanent"),
        ("Final-Recipient: rfc822; a@c.example\nAction: delivered\nStatus: 2.1.5", None),
        ("Final-Recipient: rfc822; a@c.example\nAction: relayed\nStatus: 2.1.9", None),
        ("Final-Recipient: rfc822; a@c.example", None),
    ],
)
def test_fields(fields: str, expected: str | None) -> None:
    assert in_corpus_form(read_bounce(report(fields))) == (f"{expected} <s1@carrier.example>" if expected else "-")


FAILED = "Final-Recipient: rfc822; a@c.example\nAction: failed\nStatus: 5.1.1"


def test_only_the_returned_letters_own_message_id_counts() -> None:
    returned = "Message-ID:\n <s1@carrier.example>\nIn-Reply-To: <theirs@client.example>\nReferences: <older@client.example>"
    for kind in ("text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"):
        found = read_bounce(report(FAILED, returned=returned, kind=kind))
        assert found is not None
        assert found.message_ids == ("<s1@carrier.example>",)


def test_without_a_returned_header_the_report_says_what_it_answers() -> None:
    raw = report(FAILED, returned="Subject: x").replace(
        b"From:", b"In-Reply-To: <s2@carrier.example>\r\nReferences: <s1@carrier.example> <s2@carrier.example>\r\nFrom:", 1
    )
    found = read_bounce(raw)
    assert found is not None
    assert found.message_ids == ("<s2@carrier.example>", "<s1@carrier.example>")


def test_message_ids_are_bounded() -> None:
    raw = report(FAILED, returned="Subject: x")
    references = " ".join(f"<s{number}@carrier.example>" for number in range(1_000))
    found = read_bounce(b"References: " + references.encode() + b"\r\n" + raw)
    assert found is not None
    assert len(found.message_ids) == MOST_IDS


def test_an_encoded_subject_is_read() -> None:
    raw = (
        b"From: x@corp.example\r\nTo: bounces@carrier.example\r\n"
        b"Subject: =?utf-8?Q?Non_remis=C2=A0:_Votre_code?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        b"jean@corp.example\r\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\r\n"
    )
    assert in_corpus_form(read_bounce(raw)) == "jean@corp.example 5.1.1 permanent -"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1_000,
        b"\xff" * 1_000,
        b"Subject: Undelivered Mail Returned to Sender",
        b"Content-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: message/delivery-status; charset*99999999999=x\r\n\r\nAction: failed\r\n",
        b"Content-Type: text/plain; charset=no-such\r\nX-Failed-Recipients: a@b.example\r\n\r\nx",
        b"Content-Type: text/plain; charset=\x00\r\nX-Failed-Recipients: a@b.example\r\n\r\nx",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\nX-Failed-Recipients: a@b.example\r\n\r\n=====",
        b"Content-Type: multipart/report\r\n\r\nno boundary",
        report("Final-Recipient: utf-8; a\\x{110000}\\x{D800}@c.example\nAction: failed\nStatus: 5.1.1"),
        report(FAILED, returned="Message-ID: <[", kind="message/rfc822"),
    ],
    ids=range(12),
)
def test_broken_mail_does_not_raise(raw: bytes) -> None:
    read_bounce(raw)


def test_every_cut_of_a_report_is_survived() -> None:
    raw = REPORTS[0].raw
    whole = read_bounce(raw)
    for length in range(0, len(raw), 7):
        read_bounce(raw[:length])
    assert read_bounce(raw[: raw.index(b"--B1.17/mx.client.example--")]) == whole


@given(st.binary(max_size=400), st.integers(0, len(REPORTS) - 1), st.integers(0, 3_000))
@settings(max_examples=200, deadline=None)
def test_noise_in_a_report_is_survived(noise: bytes, which: int, where: int) -> None:
    raw = REPORTS[which].raw
    read_bounce(raw[:where] + noise + raw[where:])
    read_bounce(noise)


def nested(depth: int) -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth))
    return opened + b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        nested(25) + b"\r\nx" * 100_000,
        nested(800) + b"\r\nx" * 100_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 25 + b"\r\nx" * 100_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 800 + b"\r\nx" * 100_000,
        b"X-Failed-Recipients: " + b"a" * 300_000,
        b"X-Failed-Recipients: a@b.example\r\n\r\n" + b"a@" * 200_000,
        b"X-Failed-Recipients: a@b.example\r\n\r\n" + b"Message-ID: <" * 50_000,
        b"Subject: " + b"=?utf-8?Q?" * 20_000 + b"\r\n\r\nx",
        report("\n".join(["Final-Recipient: rfc822; a@c.example"] * 20_000)),
        report("\n\n".join(["Final-Recipient: rfc822; a@c.example\nAction: delivered"] * 5_000)),
        b"a" * (4 * MOST_BYTES),
    ],
    ids=range(11),
)
def test_large_and_deep_mail_costs_little(raw: bytes) -> None:
    started = time.perf_counter()
    read_bounce(raw)
    assert time.perf_counter() - started < 2
