"""Against `email.policy.default`: the same sender and the same words, but for the differences listed here with their reasons."""

from __future__ import annotations

from email.header import Header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.mail import read_mail
from bot.core.mail.addresses import read_mailbox
from bot.core.mail.values import Mailbox
from tests.mail import oracle
from tests.mail.samples import CORPUS, from_line
from tests.mail.strategies import ADDRESS_TOKENS, Known, damaged, structured

# Mails of the corpus whose words the oracle reads differently, and why ours are right.
OTHER_WORDS = {
    "apple_mail_delsp_fr": "the oracle does not join flowed lines (RFC 3676)",
    "thunderbird_flowed_fr": "the same",
    "outlook_express_en": "the same",
    "base64_label_on_words_en": "it decodes words that are not base64 into garbage",
    "empty_plain_en": "it takes a no-break space for the words",
    "stub_plain_en": "it takes the remark that HTML is needed for the words",
    "stub_plain_fr": "the same",
    "exchange_disclaimer_en": "it reads the first text of a mixed part only",
    "iphone_photo_between_en": "the same: the words behind the picture are lost",
    "list_footer_en": "it takes the list's footer for the words because it is plain",
    "horde_no_charset_latin1_fr": "it puts U+FFFD for octets without a declared character set",
    "html_meta_charset_fr": "it does not know HTML's own declaration",
    "outlook_html_cp1252_fr": "it reads Outlook's iso-8859-1 by the letter: ’ and œ become controls",
    "php_lying_utf8_fr": "it believes iso-8859-1 where the octets are UTF-8",
    "pgp_clearsigned_fr": "it keeps the armour",
    "pgp_inline_encrypted_en": "the same",
    "from_space_before_colon_en": "it drops the line and the fields behind it",
    "sap_gateway_en": "it counts an encoded CR before a line end as an empty line",
    "utf7_en": "it decodes UTF-7",
    "no_boundary_en": "it reads nothing of a multipart without boundary",
    "uuencoded_en": "it keeps uuencoded files",
}
ORACLE_RAISES = {"unknown_charset_fr": LookupError}


def _as_it_stands(html: str) -> str:
    """The oracle leaves HTML as it is, so the walk does here."""
    return html


@pytest.mark.parametrize("name", [name for name in CORPUS if name not in ORACLE_RAISES])
def test_the_words_of_the_corpus(name: str) -> None:
    ours, theirs = read_mail(CORPUS[name], _as_it_stands).text.strip(), oracle.text(CORPUS[name]).strip()
    assert (ours != theirs) == (name in OTHER_WORDS), (ours, theirs)


@pytest.mark.parametrize("name", ORACLE_RAISES)
def test_where_the_oracle_raises(name: str) -> None:
    with pytest.raises(ORACLE_RAISES[name]):
        oracle.text(CORPUS[name])


@pytest.mark.parametrize("name", CORPUS)
def test_the_senders_of_the_corpus(name: str) -> None:
    mail = read_mail(CORPUS[name])
    if mail.sender is not None:
        assert oracle.sender(CORPUS[name]) == mail.sender.address
    else:
        assert mail.sender_problem


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_a_sender_named_in_damaged_mail_is_the_oracles(raw: bytes) -> None:
    mail = read_mail(raw, _as_it_stands)
    if mail.sender is None:
        return
    try:
        theirs = oracle.sender(raw)
    except (AttributeError, IndexError, TypeError, ValueError):
        return  # bugs of the standard library on wounded headers
    assert theirs == mail.sender.address


@settings(max_examples=500, deadline=None)
@given(st.lists(ADDRESS_TOKENS, min_size=1, max_size=7).map("".join))
def test_an_address_that_is_accepted_is_the_oracles(value: str) -> None:
    mailbox = read_mailbox(value)
    if isinstance(mailbox, str):
        return
    try:
        theirs = oracle.sender(from_line(value))
    except (AttributeError, IndexError, TypeError):
        return
    assert theirs == mailbox.address


@settings(max_examples=300, deadline=None)
@given(structured())
def test_well_formed_mail_of_any_structure(known: Known) -> None:
    mail = read_mail(known.octets, _as_it_stands)
    assert mail.text.strip() == oracle.text(known.octets).strip()
    assert mail.text.strip() == known.words.strip()
    assert not mail.text_is_html
    assert not mail.truncated


@settings(max_examples=200, deadline=None)
@given(st.text("abc éèœ’🚚?=_ \t,.:()<>@", max_size=120), st.sampled_from(["utf-8", "iso-8859-15"]))
def test_encoded_subjects(subject: str, charset: str) -> None:
    subject = " ".join(subject.encode(charset, "ignore").decode(charset).split())
    encoded = Header(subject, charset, header_name="Subject").encode(linesep="\r\n")
    raw = b"From: a@b.example\r\nSubject: " + encoded.encode() + b"\r\n\r\nx"
    assert read_mail(raw).subject == subject


def test_pythons_admin_trick_is_refused() -> None:
    """The oracle is wrong here, which is why a sender is never read by it."""
    raw = from_line("admin@carrier.example <evil@x.example>")
    assert oracle.sender(raw) == "admin@carrier.example"
    assert read_mail(raw).sender is None
    assert isinstance(read_mailbox("admin@carrier.example <evil@x.example>"), str)
    assert isinstance(read_mailbox('"admin@carrier.example" <evil@x.example>'), Mailbox)
