"""The words of IMAP: names, sets, and answers to FETCH as aioimaplib hands them on (literals are bytearrays)."""

from __future__ import annotations

import imaplib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.imap_words import Entry, bodies, entries, mailbox_name, quoted, uid_set, uid_validity


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Done", '"Done"'),
        ("Handled mail", '"Handled mail"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("Traités", '"Trait&AOk-s"'),
        ("Ventes & achats", '"Ventes &- achats"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),  # RFC 3501 section 5.1.3
        ("😀", '"&2D3eAA-"'),
    ],
)
def test_a_mailbox_is_named_in_modified_utf_7(name: str, sent: str) -> None:
    assert mailbox_name(name) == sent


@given(st.text(min_size=1))
def test_any_name_can_be_sent(name: str) -> None:
    sent = mailbox_name(name)
    assert sent.isascii()
    assert sent.isprintable()


@pytest.mark.parametrize("text", ["a\r\nb", "\0", "é"])
def test_what_cannot_be_quoted_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        quoted(text)


@given(st.sets(st.integers(1, 2**32 - 1), min_size=1))
def test_a_set_names_each_uid(uids: set[int]) -> None:
    named = set()
    for part in uid_set(uids).split(","):
        first, _, last = part.partition(":")
        named.update(range(int(first), int(last or first) + 1))
    assert named == uids


def test_runs_are_written_short() -> None:
    assert uid_set([9, 4, 5, 6, 7, 4]) == "4:7,9"


def test_the_validity_of_uids() -> None:
    assert uid_validity([b"3 EXISTS", b"OK [UIDVALIDITY 1667] UIDs valid", b"OK [UIDNEXT 9]"]) == 1667
    assert uid_validity([b"3 EXISTS"]) == 0


def test_entries_in_any_order_of_their_items() -> None:
    lines = [
        b"1 FETCH (UID 5 RFC822.SIZE 1234 FLAGS (\\Seen $Label))",
        b"2 FETCH (FLAGS () UID 6 RFC822.SIZE 20)",
        b"3 FETCH (FLAGS (\\Seen))",  # news about another message
        b"4 EXISTS",
        b"5 FETCH (RFC822.SIZE 9 FLAGS (\\DELETED) UID 4294967295)",
        b"Fetch completed.",
    ]
    found = entries(lines)
    assert [(entry.uid, entry.size) for entry in found] == [(5, 1234), (6, 20), (4294967295, 9)]
    assert [entry.seen for entry in found] == [True, False, False]
    assert [entry.deleted for entry in found] == [False, False, True]
    assert found[1] == Entry(6, 20)


def test_bodies_before_and_behind_their_uid() -> None:
    lines: list[bytes | bytearray] = [
        b"1 FETCH (UID 5 BODY[] {5}",
        bytearray(b"first"),
        b")",
        b"2 FETCH (BODY[] {6}",
        bytearray(b"second"),
        b" UID 6)",
        b"Fetch completed.",
    ]
    assert bodies(lines) == {5: b"first", 6: b"second"}


def test_a_mail_that_looks_like_an_answer_is_content() -> None:
    trap = b"1 FETCH (UID 7 BODY[] {3}\r\nabc)\r\n2 FETCH (UID 8 BODY[] NIL)"
    lines: list[bytes | bytearray] = [b"1 FETCH (UID 5 BODY[] {%d}" % len(trap), bytearray(trap), b")", b"done"]
    assert bodies(lines) == {5: trap}


def test_short_contents_may_come_without_a_literal() -> None:
    lines: list[bytes | bytearray] = [
        b'1 FETCH (UID 5 BODY[] "a\\"b")',
        b"2 FETCH (UID 6 BODY[] NIL)",
        b"3 FETCH (UID 7 BODY[] {0}",
        bytearray(),
        b")",
        b"4 FETCH (FLAGS (\\Seen) UID 8)",
    ]
    assert bodies(lines) == {5: b'a"b', 6: b"", 7: b""}


def test_the_standard_library_quotes_alike() -> None:
    assert quoted('p"w\\d') == imaplib.IMAP4._quote(None, 'p"w\\d')  # type: ignore[attr-defined]
