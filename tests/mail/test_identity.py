"""Recognising a second arrival: what changes on the way does not count, what a person wrote does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.mail import identity, read_mail, read_with_identity
from tests.mail.samples import CORPUS, PLAIN
from tests.mail.strategies import damaged

SENDER = "marie@client.example"
KNOWN = identity(PLAIN, SENDER)

ON_THE_WAY = [
    b"Received: from mx2.client.example by mx.carrier.example; Wed, 18 Nov 2026 14:31:00 -0500\r\n",
    b"Received: from a\r\n by b;\r\n\tWed, 18 Nov 2026 14:31:00 -0500\r\n",
    b"Return-Path: <marie@client.example>\r\nDelivered-To: service@carrier.example\r\nX-Original-To: service@carrier.example\r\n",
    b"Authentication-Results: mx.carrier.example; dkim=pass header.d=client.example\r\nReceived-SPF: pass\r\n",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=client.example; t=1700000000; b=AbC=\r\n",
    b"ARC-Seal: i=1; a=rsa-sha256\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1; x\r\n",
    b"X-Spam-Status: No, score=-1\r\nX-Spam-Flag: NO\r\nX-Virus-Scanned: clean\r\nX-Rspamd-Queue-Id: 1\r\n",
    b"X-MS-Exchange-Organization-AuthAs: Internal\r\nX-Forefront-Antispam-Report: CIP\r\nX-Microsoft-Antispam: BCL:0\r\n",
    b"Status: RO\r\nX-UID: 7\r\nX-Keywords: \r\nLines: 1\r\nX-Mozilla-Status: 0001\r\n",
]


@pytest.mark.parametrize("fields", ON_THE_WAY)
def test_trace_fields_do_not_count(fields: bytes) -> None:
    assert identity(fields + PLAIN, SENDER) == KNOWN


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN + b"\r\n \r\n",
        PLAIN.replace(b"Subject: ", b"subject:"),
        PLAIN.replace(b"Date: Wed, ", b"Date:\r\n Wed, "),
    ],
)
def test_line_ends_and_empty_lines_do_not_count(other: bytes) -> None:
    assert identity(other, SENDER) == KNOWN


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(b"Subject: TRACE 123456789", b"Subject: TRACE 123456780"),
        PLAIN.replace(b"\r\n\r\nTRACE", b"\r\n\r\nTRACK"),
        PLAIN.replace(b"To: s", b"Cc: s"),
        b"Resent-Date: Wed, 18 Nov 2026 15:00:00 -0500\r\n" + PLAIN,
        b"X-Mailer: y\r\n" + PLAIN,
    ],
)
def test_content_counts(other: bytes) -> None:
    assert identity(other, SENDER).key != KNOWN.key


def test_the_envelope_sender_counts_in_the_key_alone() -> None:
    other = identity(PLAIN, "")
    assert other.key != KNOWN.key
    assert other.twin == KNOWN.twin


def test_the_twin_is_message_id_from_date_and_body() -> None:
    imap = PLAIN.replace(b"Subject: TRACE 123456789", b"X-Folder: INBOX\r\nSubject: [Ext] TRACE 123456789")
    refolded = imap.replace(b"From: Marie ", b"From: Marie\r\n\t")
    assert identity(refolded, "").twin == KNOWN.twin
    assert KNOWN.twin != KNOWN.key
    for old, new in ((b"1234@", b"1235@"), (b"marie@", b"luc@"), (b"14:30:00", b"14:30:01"), (b"789\r\n", b"780\r\n")):
        twin = identity(PLAIN.replace(old, new), SENDER).twin
        assert twin is not None
        assert twin != KNOWN.twin


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.replace(b"Message-ID:", b"X-ID:"),
        PLAIN.replace(b"Message-ID: <", b"Message-ID: "),
        PLAIN.replace(b"Date:", b"X-Date:"),
        PLAIN.replace(b"Date: Wed, 18 Nov 2026 14:30:00 -0500", b"Date:"),
    ],
)
def test_without_message_id_or_date_a_mail_may_come_again(raw: bytes) -> None:
    known = identity(raw, SENDER)
    assert (known.for_ever, known.twin) == (False, None)
    assert KNOWN.for_ever


def test_no_two_splits_of_the_same_octets_are_one() -> None:
    assert identity(b"A: b\r\n\r\nc", "").key != identity(b"\r\nA: b\r\nc", "").key
    assert identity(b"A: b\r\nc: d\r\n\r\n", "").key != identity(b"A: b\r\n\r\nc: d", "").key
    assert identity(b"A: b\r\n\r\n", "x").key != identity(b"A: b\r\n\r\n", "").key


def test_every_mail_of_the_corpus_is_itself_only() -> None:
    known = [identity(raw, SENDER) for raw in CORPUS.values()]
    assert len({each.key for each in known}) == len(CORPUS)
    twins = [each.twin for each in known if each.twin is not None]
    assert len(set(twins)) == len(twins) > 60


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | damaged(), st.text(max_size=20))
def test_any_octets_have_an_identity(raw: bytes, sender: str) -> None:
    known = identity(raw, sender)
    assert len(known.key) == 32
    assert (known.twin is None) == (not known.for_ever)
    assert known.for_ever == (read_mail(raw).message_id is not None and read_mail(raw).has_date)
    assert read_with_identity(raw, sender) == (read_mail(raw), known)


def test_a_lone_surrogate_in_the_envelope_is_no_trouble() -> None:
    assert len(identity(PLAIN, "\udcff@x.example").key) == 32
