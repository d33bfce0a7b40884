"""MIME structures: which words are read, what counts as a file, what hides the words."""

from __future__ import annotations

import pytest

from bot.core.mail import Mail, read_mail
from bot.core.mail.body import is_stub
from tests.mail.samples import from_line, letter, multipart

PLAIN = "Content-Type: text/plain\n\nplain"
HTML = "Content-Type: text/html\n\n<p>html</p>"
STUB = "Content-Type: text/plain\n\nYour mail program does not support HTML."
EMPTY = "Content-Type: text/plain\n\n \u200b"
PICTURE = "Content-Type: image/png; name=a.png\nContent-ID: <a@b>\n\nPNG"
FILE = "Content-Type: text/plain\nContent-Disposition: attachment\n\nfile"
NAMED = "Content-Type: text/plain; name*=utf-8''a.txt\n\nnamed"
FORWARD = "Content-Type: message/rfc822\n\nSubject: x\n\nforwarded"
SIGNATURE = "Content-Type: application/pgp-signature\n\nx"
P7M = "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx"
PGP_VERSION = "Content-Type: application/pgp-encrypted\n\nVersion: 1"
OCTETS = "Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----"
CALENDAR = "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"
AMP = "Content-Type: text/x-amp-html\n\n<b>amp</b>"


def nested(kind: str, *parts: str, boundary: str = "in") -> str:
    """A part that is a multipart itself."""
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={boundary}\n\n{body}--{boundary}--"


STRUCTURES = {
    "alternative": (multipart("alternative", PLAIN, HTML), "plain", False, 0),
    "alternative, HTML first": (multipart("alternative", HTML, PLAIN), "plain", False, 0),
    "alternative with stub": (multipart("alternative", STUB, HTML), "html", True, 0),
    "alternative with nothing plain": (multipart("alternative", EMPTY, HTML), "html", True, 0),
    "alternative of a stub alone": (multipart("alternative", STUB), "Your mail program does not support HTML.", False, 0),
    "alternative with empty HTML": (multipart("alternative", STUB, "Content-Type: text/html\n\n<p></p>"), STUB[26:], False, 0),
    "alternative of HTML alone": (multipart("alternative", HTML), "html", True, 0),
    "alternative, the last HTML is best": (multipart("alternative", HTML.replace("html<", "old<"), HTML), "html", True, 0),
    "alternative with amp": (multipart("alternative", PLAIN, AMP, HTML), "plain", False, 0),
    "alternative with invitation": (multipart("alternative", PLAIN, HTML, CALENDAR), "plain", False, 1),
    "alternative in related in mixed": (
        multipart("mixed", nested("related", nested("alternative", PLAIN, HTML, boundary="x"), PICTURE), FILE),
        "plain",
        False,
        2,
    ),
    "mixed in alternative": (multipart("alternative", STUB, nested("mixed", HTML, PICTURE, HTML)), "html\nhtml", True, 1),
    "mixed": (multipart("mixed", PLAIN, PICTURE, PLAIN), "plain\nplain", False, 1),
    "mixed, empty first": (multipart("mixed", EMPTY, HTML), "html", True, 0),
    "mixed, HTML and footer": (multipart("mixed", HTML, PLAIN), "html", True, 0),
    "mixed, words and HTML again": (multipart("mixed", PLAIN, HTML), "plain", False, 0),
    "mixed, picture first": (multipart("mixed", PICTURE, PLAIN), "plain", False, 1),
    "file first": (multipart("mixed", FILE, PLAIN), "plain", False, 1),
    "named text first": (multipart("mixed", NAMED, PLAIN), "named\nplain", False, 0),
    "named text behind": (multipart("mixed", PLAIN, NAMED), "plain", False, 1),
    "only files": (multipart("mixed", FILE, PICTURE), "", False, 2),
    "related": (multipart("related", HTML, PICTURE), "html", True, 1),
    "related with start": (multipart("related", PICTURE, "Content-ID: <r>\n" + HTML, parameters='; start="<r>"'), "html", True, 1),
    "related with a wrong start": (multipart("related", HTML, PICTURE, parameters='; start="<none>"'), "html", True, 1),
    "signed": (multipart("signed", PLAIN, SIGNATURE), "plain", False, 0),
    "signed, deep": (
        multipart("signed", nested("mixed", nested("alternative", PLAIN, HTML, boundary="x"), FILE), SIGNATURE),
        "plain",
        False,
        1,
    ),
    "report": (multipart("report", PLAIN, "Content-Type: message/delivery-status\n\nAction: failed", FORWARD), "plain", False, 2),
    "forwarded": (multipart("mixed", PLAIN, FORWARD), "plain", False, 1),
    "forwarded alone": (multipart("mixed", FORWARD), "", False, 1),
    "digest": (multipart("digest", "\nSubject: x\n\nin a digest"), "", False, 1),
    "unknown kind of multipart": (multipart("x-new", PLAIN, PICTURE), "plain", False, 1),
    "no header in the part": (multipart("mixed", "\nwords"), "words", False, 0),
    "attached multipart": (
        multipart("mixed", PLAIN, "Content-Disposition: attachment\n" + nested("mixed", PLAIN)),
        "plain",
        False,
        1,
    ),
    "a line like a delimiter": (multipart("mixed", "\na\n--=bx\nc"), "a\n--=bx\nc", False, 0),
    "inner boundary like the outer": (multipart("mixed", nested("alternative", STUB, HTML, boundary="=b2")), "html", True, 0),
    "empty parts": (multipart("mixed", "", PLAIN, ""), "plain", False, 0),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_words(name: str) -> None:
    raw, text, is_html, files = STRUCTURES[name]
    mail = read_mail(raw)
    assert (mail.text.strip(), mail.text_is_html, mail.attachments) == (text.strip(), is_html, files)
    assert not mail.wrapper
    assert not mail.truncated


@pytest.mark.parametrize(
    ("raw", "wrapper"),
    [
        (letter("Content-Type: application/pkcs7-mime; smime-type=enveloped-data"), "smime"),
        (letter("Content-Type: application/x-pkcs7-mime; name=smime.p7m"), "smime"),
        (letter("Content-Type: application/octet-stream; name=SMIME.P7M", "Content-Disposition: attachment"), "smime"),
        (multipart("mixed", P7M, PLAIN), "smime"),
        (multipart("mixed", EMPTY, P7M), "smime"),
        (multipart("mixed", PLAIN, P7M), ""),
        (multipart("encrypted", PGP_VERSION, OCTETS), "pgp"),
        (multipart("mixed", nested("encrypted", PGP_VERSION, OCTETS), PLAIN), "pgp"),
        (multipart("mixed", EMPTY, PGP_VERSION, OCTETS), "pgp"),
        (letter(body="-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----\r\n"), "pgp"),
        (letter(body="words\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----\r\n"), ""),
        (letter("Content-Type: text/html", body="<pre>-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----</pre>"), "pgp"),
        (multipart("signed", PLAIN, SIGNATURE), ""),
    ],
)
def test_wrappers(raw: bytes, wrapper: str) -> None:
    mail = read_mail(raw)
    assert mail.wrapper == wrapper
    assert mail.tier == "walk"
    assert "BEGIN PGP" not in mail.text


def _body(content_type: str, body: str) -> Mail:
    return read_mail(letter(f"Content-Type: {content_type}", body=body))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed; boundary=b", "--b\r\n\r\nx\r\n--b--"),
        ("multipart/mixed; boundary=b", "--b  \r\n\r\nx\r\n--b-- \t\r\nepilogue"),
        ("multipart/mixed; boundary=b", "preamble\r\n--bb\r\n--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\nlate"),
        ("multipart/mixed; boundary=b", "--b\r\n\r\nx"),
        ('multipart/mixed; boundary = "b"', "--b\r\n\r\nx\r\n--b--"),
        ("Multipart/MIXED; BOUNDARY=b", "--b\r\n\r\nx\r\n--b--"),
        ("multipart/mixed (comment); boundary=b", "--b\r\n\r\nx\r\n--b--"),
        ("multipart/mixed; charset=x; boundary='b'", "--b\r\n\r\nx\r\n--b--"),
        ("multipart/mixed; boundary*=us-ascii'en'b%3D", "--b=\r\n\r\nx\r\n--b=--"),
        ('multipart/mixed; boundary*0="b"; boundary*1*=%3D', "--b=\r\n\r\nx\r\n--b=--"),
        ('multipart/mixed; boundary="a.*(\\"b"', '--a.*("b\r\n\r\nx\r\n--a.*("b--'),
        ("multipart/mixed", "x"),
        ("multipart/mixed; boundary=", "x"),
        ("multipart/mixed; boundary=b", "x"),
        ("multipart/mixed; boundary=b", "x\r\n--b--"[:1]),
        ("text", "x"),
        ("text/plain/plain", "x"),
        ("nonsense; ; =;", "x"),
        ("", "x"),
        ("text/plain; charset=", "x"),
        ("text/plain; charset", "x"),
        ("text/html charset=utf-8", "<b>x</b>"),
    ],
)
def test_boundaries_and_types_as_they_come(content_type: str, body: str) -> None:
    assert _body(content_type, body).text.strip() == "x"


@pytest.mark.parametrize(
    "content_type", ["application/pdf", "image/png", "message/rfc822", "message/partial", "text/calendar", "text/csv"]
)
def test_what_is_no_text_is_a_file(content_type: str) -> None:
    mail = _body(content_type, "TRACE 123456789")
    assert (mail.text, mail.attachments) == ("", 1)


def test_a_text_sent_as_attachment_alone_is_a_file() -> None:
    mail = read_mail(letter("Content-Type: text/plain", 'Content-Disposition: Attachment; filename="x"', body="TRACE 1"))
    assert (mail.text, mail.attachments) == ("", 1)
    inline = read_mail(letter("Content-Type: text/plain; name=x", "Content-Disposition: inline; filename=x", body="TRACE 1"))
    assert (inline.text, inline.attachments) == ("TRACE 1", 0)


def test_html_that_the_converter_cannot_read_leaves_the_mail_readable() -> None:
    def failing(html: str) -> str:
        raise RecursionError(html[:1])

    mail = read_mail(letter("Subject: s", "Content-Type: text/html", body="<p>x"), failing)
    assert (mail.subject, mail.text, mail.truncated) == ("s", "", "text")
    assert mail.sender is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\u00a0\u200b",
        "Your email client does not support HTML messages.",
        "This message requires an HTML capable mail reader",
        "Please view this email in your browser: https://x.example",
        "To view this message, please use an HTML compatible email viewer!",
        "Ce message est au format HTML.",
        "Votre logiciel de messagerie ne prend pas en charge le HTML.",
        "Si vous ne pouvez pas lire ce courriel, voir cette page dans votre navigateur",
        "Your mail client can’t display HTML",
    ],
)
def test_stubs(text: str) -> None:
    assert is_stub(text)


@pytest.mark.parametrize(
    "text",
    ["TRACE 123456789", "Voir le connaissement", "help", "I need help with my account", "x" * 500 + " does not support HTML"],
)
def test_words_that_are_no_stubs(text: str) -> None:
    assert not is_stub(text)


def test_the_body_does_not_change_who_writes() -> None:
    raw = from_line("a@b.example") + b"\r\nFrom: evil@x.example\r\n\r\n"
    sender = read_mail(raw).sender
    assert sender is not None
    assert sender.address == "a@b.example"
