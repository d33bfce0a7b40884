"""The writer of outgoing mail, proved by reading back what it wrote with Python's own `email` in both its manners."""

from __future__ import annotations

import email
import email.header
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage, Message
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mail_body import html_body, joined, text_body
from bot.core.mail_writer import MailHeaders, ascii_address, mail_address, write_mail

HEADERS = MailHeaders(
    from_address="service@autopro.example",
    from_name="Autopro Transport",
    to="lou@shipper.example",
    reply_to="service+s.abcdefghijklmnopqrstuvwxyz@autopro.example",
    subject="Shipment 123456789: delivered",
    message_id="<abcdefghijklmnopqrstuvwxyz@autopro.example>",
    date=datetime(2026, 11, 23, 5, 19, 56, tzinfo=UTC),
    auto_submitted="auto-replied",
    template="trace/found",
    content_language="fr, en",
    in_reply_to="<b@x.example>",
    references=("<a@x.example>", "<b@x.example>"),
    extra={"List-Id": "none"},
)
TEXT, HTML = "Delivered’s fine\n", "<p>Delivered’s fine</p>\n"


def as_html(body: str) -> str:
    """How HTML is written: what is not ASCII as character references, one each (a browser reads the same), as is the first of two
    hyphens, or a dot, at the beginning of a line."""
    written = "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in body)
    lines = written.split("\n")
    return "\n".join(f"&#{ord(line[0])};{line[1:]}" if line.startswith(("--", ".")) else line for line in lines)


def write(text: str = TEXT, html: str = HTML, **changes: Any) -> bytes:
    return write_mail(replace(HEADERS, **changes), text_body(text), html_body(html))


def read(octets: bytes) -> EmailMessage:
    made = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    assert not made.defects
    return made


def bodies(octets: bytes) -> tuple[str, str]:
    """Plain text and HTML, read leniently (compat32), with LF line ends."""
    made = email.message_from_bytes(octets, policy=email.policy.compat32)
    assert made.get_content_type() == "multipart/alternative"
    assert made.preamble is None
    parts = made.get_payload()
    assert isinstance(parts, list)
    assert [part.get_content_type() for part in parts if isinstance(part, Message)] == ["text/plain", "text/html"]
    plain, html = (part.get_payload(decode=True).decode("utf-8") for part in parts)  # type: ignore[union-attr]
    return plain.replace("\r\n", "\n"), html.replace("\r\n", "\n")


def lenient_header(octets: bytes, name: str) -> str:
    made = email.message_from_bytes(octets, policy=email.policy.compat32)
    value = str(made[name]).replace("\r\n", "").replace("\n", "")
    return str(email.header.make_header(email.header.decode_header(value)))


def assert_well_formed(octets: bytes) -> None:
    """RFC 5322 2.1.1 and RFC 2045: ASCII, CRLF only; 78 a line where nothing single is longer, 998 in HTML."""
    octets.decode("ascii")
    assert b"\0" not in octets
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets)
    assert octets.endswith(b"--\r\n")
    assert b"\n." not in octets  # SMTP would double it
    before_html, _, html = octets.partition(b"Content-Type: text/html")
    assert all(len(line) <= 78 or len(line.split()) == 1 for line in before_html.split(b"\r\n"))
    assert all(len(line) <= 998 for line in html.split(b"\r\n"))
    for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert line.rstrip(b" ") == line


def test_a_whole_letter_word_for_word() -> None:
    made = write(text="Delivered\n", html="<p>Livrée</p>\n")
    assert made.decode("ascii").split("\r\n") == [
        "From: Autopro Transport <service@autopro.example>",
        "To: lou@shipper.example",
        "Reply-To: service+s.abcdefghijklmnopqrstuvwxyz@autopro.example",
        "Subject: Shipment 123456789: delivered",
        "Date: Mon, 23 Nov 2026 05:19:56 +0000",
        "Message-ID: <abcdefghijklmnopqrstuvwxyz@autopro.example>",
        "In-Reply-To: <b@x.example>",
        "References: <a@x.example>",
        " <b@x.example>",
        "Auto-Submitted: auto-replied",
        "Content-Language: fr, en",
        "X-Autopro-Template: trace/found",
        "List-Id: none",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        ' boundary="=_abcdefghijklmnopqrstuvwxyzautoproexample"',
        "",
        "--=_abcdefghijklmnopqrstuvwxyzautoproexample",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "Delivered",
        "",
        "--=_abcdefghijklmnopqrstuvwxyzautoproexample",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "<p>Livr&#233;e</p>",
        "",
        "--=_abcdefghijklmnopqrstuvwxyzautoproexample--",
        "",
    ]


def test_email_reads_the_same_back() -> None:
    octets = write()
    assert_well_formed(octets)
    made = read(octets)
    assert made["from"].addresses[0].display_name == "Autopro Transport"
    assert made["from"].addresses[0].addr_spec == "service@autopro.example"
    assert [address.addr_spec for address in made["to"].addresses] == ["lou@shipper.example"]
    assert made["date"].datetime == HEADERS.date
    assert made["message-id"] == HEADERS.message_id
    assert made["references"].split() == ["<a@x.example>", "<b@x.example>"]
    assert made["auto-submitted"] == "auto-replied"
    assert made["x-autopro-template"] == "trace/found"
    assert bodies(octets) == (TEXT, as_html(HTML))


subjects = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=250)
# `email` takes white space and controls at edges and folds as it likes: those aside, what was written is what is read.
printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], include_characters=" \u00a0"), max_size=250)


@given(subject=printable.map(str.strip), name=printable.map(str.strip))
def test_any_subject_and_name_are_read_back(subject: str, name: str) -> None:
    octets = write(subject=subject, from_name=name)
    assert_well_formed(octets)
    assert read(octets)["from"].addresses[0].addr_spec == "service@autopro.example"
    if subject:
        assert lenient_header(octets, "subject") == subject
        assert " ".join(str(read(octets)["subject"]).split()) == " ".join(subject.split())
    expected = f"{name} <service@autopro.example>" if name else "service@autopro.example"
    found = lenient_header(octets, "from")
    assert found == expected or found == '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '" <service@autopro.example>'


@given(subject=subjects)
def test_no_subject_can_add_a_header_or_break_a_line(subject: str) -> None:
    octets = write(subject=subject)
    assert_well_formed(octets)
    names = [line.partition(b":")[0] for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n") if not line.startswith(b" ")]
    assert len(names) == (14 if subject else 13)


@pytest.mark.parametrize(
    "subject",
    [
        "plain",
        "Expédition 123456789\u00a0: livrée",
        "é" * 200,
        "a " * 100 + "é",
        "x" * 300,
        "many plain words in a subject that is longer than one line of a header may be " * 3,
        "=?utf-8?q?not_encoded?=",
        "日本語" * 30,
        "🚚" * 40,
        "two  spaces  inside and long enough that the line would have to be folded somewhere near here",
        "tab\there",
        "x" * 66 + "  " + "y" * 30,
    ],
    ids=lambda subject: ascii(subject)[:16],
)
def test_subjects_worth_naming_are_read_back(subject: str) -> None:
    octets = write(subject=subject.strip())
    assert_well_formed(octets)
    assert lenient_header(octets, "subject") == subject.strip()


@given(text=st.text(st.characters(exclude_categories=["Cs"])), html=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_and_html_are_read_back(text: str, html: str) -> None:
    octets = write(text, html)
    assert_well_formed(octets)
    wanted = tuple(body.replace("\r\n", "\n").replace("\r", "\n") for body in (text, as_html(html)))
    assert bodies(octets) == wanted
    plain = read(octets).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == wanted[0]


@pytest.mark.parametrize(
    "text",
    [
        "a line of words " * 200,
        "x" * 5000,
        "é" * 5000,
        "trailing space \nand tab\t\n.\n..\nFrom here\n",
        "--=_abcdefghijklmnopqrstuvwxyzautoproexample--\nnot the end\n",
        ".hidden\n...and é\n" + "." * 200 + "\n" + "x" * 75 + "." * 80,
        ".\nonly ASCII\n",
        "\n\n\n",
        "=\n==\n=3D",
        "nul \0 inside",
        "a\rb\r\nc\n",
    ],
)
def test_texts_worth_naming_are_read_back(text: str) -> None:
    octets = write(text=text, html=text)
    assert_well_formed(octets)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    assert bodies(octets) == (wanted, as_html(wanted))


@pytest.mark.parametrize(
    ("line", "text", "html"),
    [
        ("x" * 78, "7bit", "7bit"),
        ("x" * 79, "quoted-printable", "7bit"),
        ("x" * 990, "quoted-printable", "7bit"),
        ("x" * 991, "quoted-printable", "quoted-printable"),
        ("é", "quoted-printable", "7bit"),
    ],
)
def test_lines_that_may_stay_as_they_are(line: str, text: str, html: str) -> None:
    """Text of 78 ASCII characters a line, HTML of 990 once it is ASCII, go out as they are."""
    made = email.message_from_bytes(write(text=f"{line}\n", html=f"{line}\n"))
    assert [part["Content-Transfer-Encoding"] for part in made.walk() if not part.is_multipart()] == [text, html]


@pytest.mark.parametrize("break_", ["\r\n", "\r", "\n", "\0"])
@pytest.mark.parametrize(
    "field",
    [
        "from_address",
        "from_name",
        "to",
        "reply_to",
        "subject",
        "message_id",
        "auto_submitted",
        "template",
        "content_language",
        "in_reply_to",
    ],
)
def test_no_value_may_hold_a_line_break(field: str, break_: str) -> None:
    value = getattr(HEADERS, field)
    for hostile in (f"{value}{break_}Bcc: x@evil.example", f"{break_}{value}", f"{value}{break_}"):
        with pytest.raises(ValueError):
            write(**{field: hostile})
    for changes in ({"references": (f"<a@b>{break_}",)}, {"extra": {"X-A": f"a{break_}b"}}, {"extra": {f"X-A{break_}": "a"}}):
        with pytest.raises(ValueError):
            write(**changes)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b.example, c@d.example",
        "a@b.example>",
        "<a@b.example>",
        "a@b@c.example",
        "a@b..example",
        "a@-b.example",
        "é b@b.example",
        "a@b example",
        "a\u2028@b.example",
        ".a@b.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        write(to=address)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("lou@shipper.example", "lou@shipper.example"),
        ("o'neil+x@b-c.example", "o'neil+x@b-c.example"),
        ('"lou, of shipping"@b.example', '"lou, of shipping"@b.example'),
        ("lou@société.ca", "lou@xn--socit-esab.ca"),
        ("lou@SOCIÉTÉ.ca", "lou@xn--socit-esab.ca"),
        ("lou@[192.0.2.1]", "lou@[192.0.2.1]"),
        ("lou@localhost", "lou@localhost"),
    ],
)
def test_addresses_are_written_in_ascii(address: str, written: str) -> None:
    assert ascii_address(address) == written
    assert read(write(to=address))["to"].addresses[0].addr_spec == written


@pytest.mark.parametrize("name", ["", "Autopro", "Autopro, Transport", 'The "Desk"', "back\\slash", "Comptoir d’Autopro", "=?x?="])
def test_names_are_quoted_or_encoded(name: str) -> None:
    octets = write(from_name=name)
    assert_well_formed(octets)
    address = read(octets)["from"].addresses[0]
    assert (address.display_name, address.addr_spec) == (name, "service@autopro.example")


@pytest.mark.parametrize("name", ["a" * 70, "é" * 80], ids=["ascii", "accents"])
def test_a_name_of_several_encoded_words_is_one_name(name: str) -> None:
    """`policy.default` of Python 3.11 puts a space between the encoded words of a name, against RFC 2047 6.2; compat32 does not."""
    octets = write(from_name=name)
    assert_well_formed(octets)
    assert lenient_header(octets, "from") == f"{name} <service@autopro.example>"
    assert read(octets)["from"].addresses[0].addr_spec == "service@autopro.example"


def test_references_keep_the_first_and_the_last() -> None:
    many = tuple(f"<{number}@x.example>" for number in range(100))
    kept = read(write(references=many))["references"].split()
    assert kept == [many[0], *many[-20:]]
    long = tuple(f"<{number}{'x' * 200}@x.example>" for number in range(100))
    octets = write(references=long)
    kept = read(octets)["references"].split()
    assert kept == [long[0], *long[-3:]]
    assert len(" ".join(kept)) <= 900


def test_a_strangers_broken_identifiers_are_left_out() -> None:
    made = read(write(in_reply_to="<a b@c>", references=("junk", "<x@y.example>", "<a@b> <c@d>", "<é@x>", "<x@y.example>")))
    assert made["in-reply-to"] is None
    assert made["references"] == "<x@y.example>"
    assert read(write(in_reply_to="", references=()))["references"] is None


@pytest.mark.parametrize("message_id", ["", "a@b", "<a b@c>", "<a@b>c", "<é@b.example>"])
def test_our_own_identifier_must_be_one(message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        write(message_id=message_id)


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "É", "X\tY"])
def test_a_header_name_must_be_one(name: str) -> None:
    with pytest.raises(ValueError, match="header"):
        write(extra={name: "x"})


def test_a_date_keeps_its_offset() -> None:
    moment = datetime(2026, 7, 1, 14, 30, tzinfo=timezone(timedelta(hours=-4)))
    assert b"\r\nDate: Wed, 01 Jul 2026 14:30:00 -0400\r\n" in write(date=moment)


def test_no_reply_to_leaves_no_header() -> None:
    assert read(write(reply_to=""))["reply-to"] is None


def test_a_local_part_beyond_ascii_stands_in_utf8() -> None:
    """RFC 6532: no encoded word may stand in an address; the domain is ASCII all the same."""
    assert mail_address("zoé@québec.example") == "zoé@xn--qubec-csa.example"
    assert mail_address("zoe@carrier.example") == "zoe@carrier.example"


@pytest.mark.parametrize(
    "address", ["zo é@x.example", "zoé,b@x.example", "<zoé@x.example", "zoé\u202e@x.example", "é..a@x.example"]
)
def test_a_local_part_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not one plain mail address"):
        mail_address(address)


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")).map(lambda text: f"{text}\n")


@given(st.lists(LINES, min_size=1))
def test_pieces_encoded_one_by_one_are_the_whole_encoded(pieces: list[str]) -> None:
    assert joined(map(text_body, pieces)) == text_body("".join(pieces))
    assert b"".join(map(html_body, pieces)) == html_body("".join(pieces))


@given(st.lists(st.sampled_from(["--", "-", "\n", "=_abcdefghijklmnopqrstuvwxyzautoproexample", "x"]).map("".join)))
def test_no_html_is_taken_for_a_boundary(pieces: list[str]) -> None:
    assert bodies(write(html="".join(pieces)))[1] == as_html("".join(pieces))
