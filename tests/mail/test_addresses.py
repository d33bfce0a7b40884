"""The strict From: what is read, and every trick that is refused with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.mail import Mailbox, read_mail
from bot.core.mail.addresses import read_mailbox
from tests.mail.samples import from_line, letter

READ = [
    ("a@b.example", "a@b.example", ""),
    ("<a@b.example>", "a@b.example", ""),
    ("  < a@b.example >\t", "a@b.example", ""),
    ("Marie Tremblay <m.tremblay+x@Client.Example>", "m.tremblay+x@client.example", "Marie Tremblay"),
    ("John Q. Public <j@b.example>", "j@b.example", "John Q. Public"),
    ('"Doe, John" <j@b.example>', "j@b.example", "Doe, John"),
    ('"Doe \\"JJ\\" \\\\ (x)" <j@b.example>', "j@b.example", 'Doe "JJ" \\ (x)'),
    ('Mr "J. Doe" Jr <j@b.example>', "j@b.example", "Mr J. Doe Jr"),
    ("Hélène <h@b.example>", "h@b.example", "Hélène"),
    ("=?utf-8?Q?H=C3=A9l=C3=A8ne?= <h@b.example>", "h@b.example", "Hélène"),
    ('"=?utf-8?Q?H=C3=A9l=C3=A8ne?=" <h@b.example>', "h@b.example", "Hélène"),
    ("root@b.example (Cron Daemon)", "root@b.example", "Cron Daemon"),
    ("John (at (home)) <j@b.example> (x)", "j@b.example", "John"),
    ("j@b.example <j@b.example>", "j@b.example", "j@b.example"),
    ("J@B.example <J@b.example>", "J@b.example", "J@B.example"),
    ("a@localhost", "a@localhost", ""),
    ("!#$%&'*+/=?^_`{|}~-@b.example", "!#$%&'*+/=?^_`{|}~-@b.example", ""),
    # Names that lie: they are only names.
    ('"admin@carrier.example" <evil@x.example>', "evil@x.example", "admin@carrier.example"),
    ("=?utf-8?q?admin=40carrier=2Eexample?= <evil@x.example>", "evil@x.example", "admin@carrier.example"),
    ("=?utf-8?b?YWRtaW5AY2Fycmllci5leGFtcGxlPg==?= <evil@x.example>", "evil@x.example", "admin@carrier.example>"),
    ("=?utf-8?q?a=0D=0AFrom=3A_b?= <evil@x.example>", "evil@x.example", "a  From: b"),
    ("=?utf-8?b?4oCuZWxwbWF4ZS5hQG5pbWRh4oCs?= <evil@x.example>", "evil@x.example", "elpmaxe.a@nimda"),
]

REFUSED = [
    ("", "not an address"),
    ("Marie Tremblay", "not an address"),
    ("<>", "not an address"),
    ("Marie <>", "not an address"),
    ("a@", "not an address"),
    ("@b.example", "not an address"),
    ("a@[", "not an address"),
    ("a @ b.example", "not an address"),
    ("a(c)@b.example", "not an address"),
    ("<a@b.example (c)>", "not an address"),
    ("a..b@c.example", "not an address"),
    (".a@c.example", "not an address"),
    ("a.@c.example", "not an address"),
    ("a@c..example", "not an address"),
    ("a@c.example.", "not an address"),
    ("a@-c.example", "not an address"),
    ("a@" + "c" * 64 + ".example", "not an address"),
    ("a@" + "c." * 130 + "example", "not an address"),
    ("<a@b.example", "not an address"),
    ("a@b.example>", "not an address"),
    ('"a <a@b.example>', "not an address"),
    ("(a <a@b.example>", "not an address"),
    ("a) <a@b.example>", "not an address"),
    ("[x] <a@b.example>", "not an address"),
    ("<a@b.example> trailing", "not an address"),
    ("a@b.example c@d.example", "not an address"),
    ("<@relay.example:a@b.example>", "not an address"),
    ("a@b。example", "not an address"),
    ("a@ｂ.example", "not an address"),
    ("a@\u212aingsway.example", "not an address"),
    ("a\u200bb@c.example", "not an address"),
    ("a\u202eb@c.example", "not an address"),
    ("a\u00a0b@c.example", "not an address"),
    ("<a@b.example>,<c@d.example>", "two addresses"),
    ("a@b.example, c@d.example", "two addresses"),
    ("a@b.example; c@d.example", "two addresses"),
    ("Doe, John <j@b.example>", "two addresses"),
    ("<a@b.example>,", "two addresses"),
    ("a@b.example <c@d.example> <e@f.example>", "two addresses"),
    ("x <a@b.example, c@d.example>", "two addresses"),
    ("undisclosed-recipients:;", "group"),
    ("Desk: a@b.example;", "group"),
    ('"a b"@c.example', "quoted local part"),
    ('x <"a"@c.example>', "quoted local part"),
    ("a@[192.0.2.1]", "address literal"),
    ("x <a@[IPv6:2001:db8::1]>", "address literal"),
    ("admin@carrier.example <evil@x.example>", "address in the display name"),
    ("(admin@carrier.example) <evil@x.example>", "address in a comment"),
    ("evil@x.example (admin@carrier.example)", "address in a comment"),
    ("evil@x.example (=?utf-8?q?admin=40carrier.example?=)", "address in a comment"),
    ("=?utf-8?q?admin=40carrier.example?=", "not an address"),
    ("<=?utf-8?q?admin?=@carrier.example>", "encoded word in the address"),
    ("<admin=?utf-8?q?=40?=@carrier.example>", "encoded word in the address"),
    ("a@b.example\0", "control character"),
    ("a\0@b.example", "control character"),
    ('"a\x07" <a@b.example>', "control character"),
    ("x" * 2000 + " <a@b.example>", "too long"),
]


@pytest.mark.parametrize(("value", "address", "name"), READ)
def test_read(value: str, address: str, name: str) -> None:
    mailbox = read_mailbox(value)
    assert isinstance(mailbox, Mailbox), mailbox
    assert (mailbox.address, mailbox.display_name) == (address, name)


@pytest.mark.parametrize(("value", "problem"), REFUSED)
def test_refused(value: str, problem: str) -> None:
    assert read_mailbox(value) == problem
    mail = read_mail(from_line(value))
    assert mail.sender is None
    assert mail.sender_problem == problem


def test_an_internationalised_domain_is_kept_and_comparable() -> None:
    mailbox = read_mailbox("Zoë <zoë@QUÉBEC.example>")
    assert isinstance(mailbox, Mailbox)
    assert (mailbox.address, mailbox.ascii_address) == ("zoë@québec.example", "zoë@xn--qubec-csa.example")


def test_octets_that_are_no_utf8_may_stand_in_the_name_only() -> None:
    named = read_mail(from_line("Hélène <h@b.example>".encode("latin-1"))).sender
    assert named is not None
    assert named.display_name == "Hélène"
    assert read_mail(from_line("<hélène@b.example>".encode("latin-1"))).sender_problem == "not an address"
    assert read_mail(from_line("<hélène@b.example>")).sender is not None


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"Subject: s\r\n\r\nx", "no From"),
        (b"\r\nFrom: a@b.example\r\n\r\nx", "no From"),
        (b"", "no From"),
        (letter("FROM: c@d.example"), "two From"),
        (letter("from: a@b.example"), "two From"),
        (letter("From:"), "two From"),
        (letter("From : c@d.example"), "a header line that is no field"),
        (letter("From\t: c@d.example"), "a header line that is no field"),
        (b"From : a@b.example\r\nFrom: c@d.example\r\n\r\nx", "a header line that is no field"),
        (b"From : Bob <a@b.example>\r\nFrom: c@d.example\r\n\r\nx", "a header line that is no field"),
        (letter("no field"), "a header line that is no field"),
        (letter("Fr\xf6m: c@d.example"), "a header line that is no field"),
        (letter("From\0: c@d.example"), "a header line that is no field"),
        (letter(": c@d.example"), "a header line that is no field"),
        (b" From: c@d.example\r\nFrom: a@b.example\r\n\r\nx", "the header begins with a continuation"),
        (letter("Subject: x\rFrom: c@d.example"), "lone CR in the header"),
        (letter("Subject: x\r"), "lone CR in the header"),
        (b"From: a@b.example\rFrom: c@d.example\r\n\r\nx", "lone CR in the header"),
        (b"From: a@b.example\r\n" + b"X: y\r\n" * 1000 + b"\r\nx", "header too large"),
        (b"From: a@b.example\r\nX: " + b"y" * 300_000 + b"\r\n\r\nx", "header too large"),
    ],
)
def test_headers_that_name_no_sender(raw: bytes, problem: str) -> None:
    mail = read_mail(raw)
    assert mail.sender is None
    assert mail.sender_problem == problem
    assert mail.tier == "walk"


def test_a_from_folded_into_another_field_is_that_fields_text() -> None:
    mail = read_mail(b"Subject: x\r\n From: evil@x.example\r\nFrom:\r\n  A\r\n\t<a@b.example>\r\n\r\nx")
    assert mail.sender is not None
    assert (mail.sender.address, mail.sender.display_name) == ("a@b.example", "A")
    assert mail.subject == "x From: evil@x.example"


def test_an_mbox_line_is_no_second_from() -> None:
    mail = read_mail(b"From joe@x.example Wed Nov 18 11:50:00 2026\r\n" + letter())
    assert mail.sender is not None
    assert mail.tier == "walk"


def test_reply_to_is_as_strict() -> None:
    assert read_mail(letter("Reply-To: X <c@d.example>")).reply_to == Mailbox("c@d.example", "X", "c@d.example")
    for value in ("c@d.example, e@f.example", "c@d.example <e@f.example>", "nobody", ""):
        assert read_mail(letter(f"Reply-To: {value}")).reply_to is None
    assert read_mail(letter("Reply-To: c@d.example", "reply-to: c@d.example")).reply_to is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text('a@b.<>,:;"()\\=?é。K -', max_size=40))
def test_any_text_is_an_address_or_has_a_reason(value: str) -> None:
    mailbox = read_mailbox(value)
    if isinstance(mailbox, str):
        assert mailbox
        return
    local, _, domain = mailbox.address.rpartition("@")
    assert local
    assert mailbox.ascii_address.rpartition("@")[2].isascii()
    assert domain == domain.lower()
    assert mailbox.display_name.isprintable() or "\u00a0" in mailbox.display_name
