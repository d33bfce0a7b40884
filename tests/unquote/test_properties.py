"""What must hold for any text at all."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.unquote import Cut, cut_reply
from bot.core.unquote.cut import cut_lines, is_plain
from bot.core.unquote.lines import split_lines

PIECES = st.sampled_from([
    "APPROVE", "APPROUVER 40118", "TRACE 123456789", "Bonjour,", "Merci,", "Thanks", "Regards", "Jean Tremblay", "-- ", "--", "",
    " ", "\t", "> ", ">", "> >", "| ", "» ", "« ", "&gt; ", "JT> ", "On Mon, Nov 23, 2026 at 9:15 AM", "X <a@b.example> wrote:",
    "Le lun. 23 nov. 2026 à 09 h 15, X <a@b.example> a écrit :", "a écrit :", "wrote", "From: X <a@b.example>", "De : X",
    "Envoyé : 23 novembre 2026 09:15", "Sent: Monday", "À : Y", "To", "Subject", "Objet : Z", "Subject: Z",
    "-----Original Message-----", "---------- Forwarded message ---------", "________________________________", "----------",
    "[EXTERNE]", "[EXTERNAL] x", "CAUTION: This email originated from outside of the organization.", "Envoyé de mon iPhone",
    "Get Outlook for iOS", "Ce courriel est confidentiel.", "CONFIDENTIALITY NOTICE", "PS: x", "Name: Jean", "Nom : Jean",
    "Autopro---11/23/2026 09:15:30 AM---x", "\u2028", "\r", "\x85", "\u200b", "\ufeff", "\u00a0", "\x00", "e\u0301", "İ", "ﬁ",
    "\ud800", "🙂", "word " * 20,
])  # fmt: skip
PLAIN_PIECES = st.sampled_from([
    "Merci", "thanks,", "Jean Tremblay", "regards", "to", "subject", "à", "sent from my iPhone", "Get Outlook for iOS",
    "Original Message", "forwarded message", "ce courriel est confidentiel", "If you are not the intended", "he wrote",
    "caution this email originated from outside", "attention", "le 23/11/2026 il a écrit", "--", "- x", "begin forwarded message",
    "objet", "reply above this line", "Bonne journée", "best", "PS", "#", "(x)",
])  # fmt: skip
PLAIN = st.one_of(PLAIN_PIECES, st.text("abeé 19.,-/'#()\n", max_size=20))
LINES = st.lists(st.lists(PIECES, max_size=3).map("".join), max_size=14).map("\n".join)
TEXTS = st.one_of(st.text(), LINES)
OUTLOOK = "\n\nDe : X <a@b.example>\nEnvoyé : 23 novembre 2026 09:15\nÀ : Y\nObjet : Z\n\n"
GMAIL = "\n\nOn Mon, Nov 23, 2026 at 9:15 AM X <a@b.example>\nwrote:\n\n"


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


@settings(deadline=None)
@given(TEXTS)
def test_any_text_is_accepted(text: str):
    cut = cut_reply(text)
    assert isinstance(cut, Cut)
    assert cut.new_text == cut.new_text.strip()


@settings(deadline=None)
@given(TEXTS)
def test_a_quoted_text_has_nothing_new(text: str):
    assert cut_reply(_quote(text)).new_text == ""
    assert cut_reply(_quote(_quote(text))).new_text == ""


@settings(deadline=None)
@given(TEXTS)
def test_whatever_stands_below_an_attribution_with_prefixes_is_quoted(text: str):
    assert cut_reply("APPROVE" + GMAIL + _quote(text)).new_text == "APPROVE"


@settings(deadline=None)
@given(TEXTS)
def test_whatever_stands_below_an_outlook_block_is_quoted(text: str):
    assert cut_reply("APPROVE" + OUTLOOK + text).new_text == "APPROVE"


@settings(deadline=None)
@given(TEXTS)
def test_whatever_stands_below_an_attribution_without_prefixes_is_quoted(text: str):
    assert cut_reply("APPROVE" + GMAIL + "Hello,\n" + text).new_text == "APPROVE"


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_quoting_deeper_changes_nothing(answer: str, quoted: str):
    once = cut_reply(answer + GMAIL + _quote(quoted))
    twice = cut_reply(answer + GMAIL + _quote(_quote(quoted)))
    assert twice.new_text == once.new_text


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_a_quote_below_adds_nothing_to_an_answer(answer: str, quoted: str):
    alone = {line.strip() for line in split_lines(answer).raw}
    for below in (GMAIL + _quote(quoted), OUTLOOK + quoted):
        new = {line.strip() for line in cut_reply(answer + below).new_text.split("\n")}
        assert all(line in alone or any(line in whole for whole in alone) for line in new)


@settings(deadline=None)
@given(TEXTS)
def test_new_text_comes_from_lines_without_prefix(text: str):
    assert not any(line.lstrip().startswith((">", "|")) for line in cut_reply(text).new_text.split("\n"))


@settings(deadline=None)
@given(LINES)
def test_cutting_again_never_adds(text: str):
    new_text = cut_reply(text).new_text
    again = cut_reply(new_text).new_text
    assert all(word in new_text for word in again.split())


@settings(deadline=None)
@given(st.lists(PLAIN, max_size=6).map("\n".join))
def test_the_short_way_for_plain_mail_finds_what_the_long_way_finds(text: str):
    if is_plain(text):
        assert cut_lines(split_lines(text)) == Cut(text.strip(), "", "")


@pytest.mark.parametrize(
    "text",
    [
        "TRACE 123456789\n\nJean Tremblay\n",
        "Bonjour,\n\nREPÉRAGE 123456789 s'il vous plaît\n",
        "Hello,\nplease trace 123456789 for me\nthe client is calling\n",
        "APPROUVER 40118",
        "Le client attend, où est rendu le 123-456789?",
    ],
)
def test_ordinary_mail_takes_the_short_way(text: str):
    assert is_plain(text)


def _megabyte(piece: str) -> str:
    return (piece * (1_000_000 // len(piece) + 1))[:1_000_000]


@pytest.mark.parametrize(
    "text",
    [
        "On On On\n" * 200_000,
        _megabyte("On On On "),
        _megabyte(">"),
        _megabyte("> " * 500 + "\n"),
        _megabyte("X <a@b.example> wrote: "),
        _megabyte("On Mon, Nov 23, 2026\nX <a@b.example> wrote:\n> a\n"),
        _megabyte("From: x\n"),
        _megabyte("From: Sent: "),
        _megabyte("wrote on 1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:x\n"),
        _megabyte("-----original "),
        _megabyte("-"),
        _megabyte(" "),
        _megabyte("> a\u2028"),
        _megabyte("a\r"),
        _megabyte("a:\n\n"),
        _megabyte("b\r" * 20_000 + "\n"),
        _megabyte("This message\n"),
        _megabyte("« x\n» "),
        _megabyte("é"),
        "e" + _megabyte("\u0301"),
        "x\nMerci, jean\n" + _megabyte("1 "),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_a_hostile_megabyte_takes_well_under_a_second(text: str):
    """CPU time of this process alone; the other tests' load does not count."""
    started = time.process_time()
    cut_reply(text)
    assert time.process_time() - started < 0.8
