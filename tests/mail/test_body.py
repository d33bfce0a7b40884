"""Character sets, transfer encodings, flowed lines, and what is left out of a text."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.mail import read_mail
from bot.core.mail.charset import decode
from bot.core.mail.plaintext import clean, unflow, without_files, without_pgp
from bot.core.mail.transfer import decode_base64, decode_transfer
from tests.mail.samples import letter

TEXT = "Repérage à l’œil – 60 €"


def _text(content_type: str, body: bytes, *fields: str) -> str:
    return read_mail(letter(f"Content-Type: {content_type}", *fields, body=body)).text


@pytest.mark.parametrize(
    ("label", "octets"),
    [
        ("utf-8", TEXT.encode()),
        ("UTF8", TEXT.encode()),
        ("windows-1252", TEXT.encode("cp1252")),
        ("iso-8859-1", TEXT.encode("cp1252")),
        ("us-ascii", TEXT.encode("cp1252")),
        ("iso-8859-1", TEXT.encode()),
        ("us-ascii", TEXT.encode()),
        ("", TEXT.encode()),
        ("", TEXT.encode("cp1252")),
        ("utf-8", TEXT.encode("cp1252")),
        ("utf-8", b"\xef\xbb\xbf" + TEXT.encode()),
        ("iso-8859-1", b"\xef\xbb\xbf" + TEXT.encode()),
        ("utf-16", TEXT.encode("utf-16")),
        ("utf-16", TEXT.encode("utf-16-le")),
        ("utf-16", TEXT.encode("utf-16-be")),
        ("utf-16le", TEXT.encode("utf-16-le")),
        ("utf-8", TEXT.encode("utf-16")),
        ("utf-16", TEXT.encode()),
        ("\0utf-8", TEXT.encode()),
        ('"', TEXT.encode()),
        ("x" * 5000, TEXT.encode()),
        ("zlib", TEXT.encode()),
        ("rot13", TEXT.encode()),
        ("rot_13", TEXT.encode()),
        ("idna", TEXT.encode()),
        ("punycode", TEXT.encode()),
        ("unicode_escape", TEXT.encode()),
        ("raw_unicode_escape", TEXT.encode()),
        ("undefined", TEXT.encode()),
        ("mbcs", TEXT.encode()),
        ("hex", TEXT.encode()),
        ("../../etc/passwd", TEXT.encode()),
    ],
)
def test_character_sets_true_lying_unknown_and_hostile(label: str, octets: bytes) -> None:
    assert decode(octets, label) == TEXT


@pytest.mark.parametrize("name", ["unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf_7", "hex"])
def test_codecs_that_are_no_character_sets_do_nothing(name: str) -> None:
    assert decode(b"\\u0041+AEE-xn--a-ecp 6869", name) == "\\u0041+AEE-xn--a-ecp 6869"


def test_a_disclaimer_in_another_character_set_spoils_nothing_else() -> None:
    octets = ("Où est l’envoi ? Réponse espérée.\n" * 3).encode() + "Confidentialité".encode("latin-1")
    assert decode(octets, "utf-8") == "Où est l’envoi ? Réponse espérée.\n" * 3 + "Confidentialit�"


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200), st.text(max_size=20) | st.sampled_from(["utf-8", "utf-16", "gb2312", "iso-2022-jp", "big5", "koi8-r"])
)
def test_decoding_gives_text_whatever_comes(octets: bytes, label: str) -> None:
    decode(octets, label).encode("utf-8")


@pytest.mark.parametrize(
    ("encoding", "octets", "expected"),
    [
        ("base64", b"VFJBQ0U=", b"TRACE"),
        ("BASE64 ", b"VFJBQ0U=\n", b"TRACE"),
        ("base64", b"VFJBQ0UgMTIz\n\n NDU2Nzg5\nIQ", b"TRACE 123456789!"),
        ("base64", b"VFJBQ0U", b"TRACE"),
        ("base64", b"VFJBQ0UA9", b"TRACE\0"),
        ("base64", b"VFJBQ0U=\nVFJBQ0U=", b"TRACE"),
        ("base64", b"", b""),
        ("base64", b"=", b""),
        ("base64", b"TRACE 123456789\n", b"TRACE 123456789\n"),
        ("quoted-printable", b"Rep=E9rage=\n 1=20\n", b"Rep\xe9rage 1 \n"),
        ("Quoted-Printable; x", b"a=3Db", b"a=b"),
        ("quoted-printable", b"50 = 50 =XY =", b"50 = 50 =XY "),
        ('"quoted-printable"', b"a=3Db", b"a=b"),
        ("8bit", b"a=3D\xe9", b"a=3D\xe9"),
        ("x-unknown", b"a", b"a"),
        ("", b"a", b"a"),
    ],
)
def test_transfer_encodings(encoding: str, octets: bytes, expected: bytes) -> None:
    assert decode_transfer(octets, encoding) == expected


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_base64_is_read_back_and_never_raises(octets: bytes) -> None:
    assert decode_base64(base64.encodebytes(octets)) == octets
    decode_base64(octets)
    decode_transfer(octets, "quoted-printable")
    assert decode_transfer(binascii.b2a_qp(octets, istext=False), "quoted-printable") == octets


@pytest.mark.parametrize(
    ("text", "delete_space", "expected"),
    [
        ("a \nb\n", False, "a b\n"),
        ("a \nb\n", True, "ab\n"),
        ("a\nb \nc", False, "a\nb c"),
        (" From x\n >not quoted\n", False, "From x\n>not quoted\n"),
        ("> a \n> b\nc", False, "> a b\nc"),
        ("> a \n>> b\n", False, "> a \n>> b\n"),
        (">a \n> b", False, "> a b"),
        ("text \n-- \nname", False, "text \n-- \nname"),
        ("> -- \n> name ", False, "> -- \n> name "),
        (">\n>>\n", False, ">\n>>\n"),
        ("a ", False, "a "),
        ("", False, ""),
    ],
)
def test_flowed(text: str, delete_space: bool, expected: str) -> None:
    assert unflow(text, delete_space) == expected


def test_flowed_only_where_it_says_so() -> None:
    body = b"TRACE \r\n123456789\r\n"
    assert _text("text/plain; format=flowed", body) == "TRACE 123456789\n"
    assert _text("text/plain; Format=Flowed; DelSp=Yes", body) == "TRACE123456789\n"
    assert _text("text/plain; format=fixed", body) == "TRACE \n123456789\n"
    assert _text("text/plain", body) == "TRACE \n123456789\n"


def test_control_characters_line_ends_and_surrogates() -> None:
    assert clean("a\0b\x1b[31mc\td\r\ne\rf\x0bg\x0ch\x85i\u2028j\ufeffk\ud800l\x7f\x9b") == "ab[31mc\td\ne\nf\ng\nh\ni\njkl"
    assert _text("text/plain", b"a\0\xc2\x85b\rc\x08") == "a\nb\nc"
    html = b"<p>a&#xD800;b&#0;c&#x1b;d</p>"
    text = _text("text/html", html)
    text.encode()
    assert "\0" not in text
    assert "\x1b" not in text


def test_uuencoded_files() -> None:
    data = "begin 644 a b.txt\nM5$A%\n`\nend\n"
    assert without_files(f"one\n{data}two\n{data}three") == ("one\ntwo\nthree", 2)
    assert without_files("one\nbegin 644 x\nM5$A%\n\nend\ntwo") == ("one\ntwo", 1)
    for words in ("begin 644 now\nplease", "we begin 644 x\n`\nend", "begin the end\nend"):
        assert without_files(words) == (words, 0)
    mail = read_mail(letter(body="TRACE 1\r\nbegin 644 x\r\nM5$A%\r\n`\r\nend\r\n"))
    assert (mail.text, mail.attachments, mail.tier) == ("TRACE 1\n", 1, "walk")


def test_pgp_armour() -> None:
    encrypted = "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"
    assert without_pgp(f"a\n{encrypted}\nb") == ("a\n\nb", True)
    assert without_pgp("a\n-----BEGIN PGP MESSAGE-----\n\nabc") == ("a\n", True)
    assert without_pgp("I like -----BEGIN PGP MESSAGE-----") == ("I like -----BEGIN PGP MESSAGE-----", False)
    words = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- --\na\n"
    signed = words + "-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\nb"
    assert without_pgp(signed) == ("--\na\nb", False)
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nx"
    assert without_pgp(key) == (key, False)
