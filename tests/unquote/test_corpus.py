"""The cutter against the corpus: nothing quoted may come out as new, and almost nothing new may be lost."""

from collections import Counter
from collections.abc import Callable

import pytest

from bot.core.html_text import html_to_text
from bot.core.unquote import Cut, cut_reply
from tests.unquote.reply_corpus import Reply, read_corpus

REPLIES = read_corpus()
LOSS_ALLOWED = 0.03  # of the characters that writers wrote
RESIDUE_ALLOWED = 0.01  # of the lines of signatures, banners and legal notices


def _cut(reply: Reply) -> Cut:
    return cut_reply(html_to_text(reply.source) if reply.html else reply.text)


def _lines(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.split("\n") if line.strip())


def _characters(lines: Counter[str]) -> int:
    return sum(len(line) * times for line, times in lines.items())


def _extra(reply: Reply) -> Counter[str]:
    return _lines(_cut(reply).new_text) - Counter(reply.expected)


def test_corpus_is_large_bilingual_and_has_html():
    french = sum(reply.language == "fr" for reply in REPLIES)
    assert len(REPLIES) >= 150
    assert french >= 0.4 * len(REPLIES)
    assert sum(bool(reply.html) for reply in REPLIES) >= 25
    assert len({reply.name for reply in REPLIES}) == len(REPLIES)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.name)
def test_nothing_quoted_comes_out_as_new(reply: Reply):
    leaked = _extra(reply) - _lines("\n".join(reply.around))
    assert not leaked, f"new text holds {list(leaked)}"


def test_figures_over_the_whole_corpus(record_property: Callable[[str, object], None]):
    """The figures: 0 lines leaked, under 3 % of the new text lost, under 1 % of signatures and banners left over."""
    leaked = residue = lost = written = around = 0
    losing = []
    for reply in REPLIES:
        expected = Counter(reply.expected)
        missing = expected - _lines(_cut(reply).new_text)
        left_over = _extra(reply) & _lines("\n".join(reply.around))
        leaked += (_extra(reply) - left_over).total()
        residue += left_over.total()
        around += _lines("\n".join(reply.around)).total()
        lost += _characters(missing)
        written += _characters(expected)
        if missing:
            losing.append(reply.name)
    record_property("replies", len(REPLIES))
    record_property("quoted lines leaked", leaked)
    record_property("new text lost", f"{lost} of {written} characters, in {losing}")
    record_property("signature lines left", f"{residue} of {around}")
    assert leaked == 0
    assert lost < LOSS_ALLOWED * written, f"{lost} of {written} characters of new text lost, in {losing}"
    assert residue < RESIDUE_ALLOWED * around, f"{residue} of {around} lines of signatures left over"


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if not reply.html], ids=lambda reply: reply.name)
def test_each_line_goes_to_one_place(reply: Reply):
    """What is cut is kept: prefixes and all, so that a form filled in within a quote can still be read."""
    cut = _cut(reply)
    parts = _lines(cut.new_text) + _lines(cut.quoted) + _lines(cut.signature)
    text = reply.text
    for soft in "\r\v\x85\u2028\u2029":
        text = text.replace(soft, "\n")
    banners = [line.strip() for line in reply.around]
    strange = parts - _lines(text)
    assert all(any(line.strip() in whole for whole in _lines(text)) for line in strange)  # two halves of one line
    missing = _lines(text) - parts
    assert all(
        line in banners or not line.strip("-_=*") or any(half in line for half in strange) or line.startswith("[")
        for line in missing
    )


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.name)
def test_cutting_again_changes_nothing(reply: Reply):
    new_text = _cut(reply).new_text
    assert cut_reply(new_text).new_text == new_text


@pytest.mark.parametrize("ends", ["\r\n", "\r\r\n", "\n\n"], ids=["CRLF", "CRCRLF", "double-spaced"])
@pytest.mark.parametrize("reply", [reply for reply in REPLIES if not reply.html], ids=lambda reply: reply.name)
def test_other_line_ends_leak_nothing(reply: Reply, ends: str):
    leaked = _lines(cut_reply(reply.text.replace("\n", ends)).new_text) - Counter(reply.expected)
    leaked -= _lines("\n".join(reply.around))
    assert not leaked


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if not reply.html], ids=lambda reply: reply.name)
def test_a_trailing_quote_of_it_all_leaks_nothing(reply: Reply):
    """The same reply, answered in turn by somebody whose client quotes with prefixes: only their word is new."""
    quoted = "\n".join(f"> {line}" for line in reply.text.split("\n"))
    answer = f"D'accord\n\nLe ven. 20 nov. 2026 à 16 h 02, X <x@autopro.example> a écrit :\n\n{quoted}"
    assert cut_reply(answer).new_text == "D'accord"


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if not reply.html], ids=lambda reply: reply.name)
def test_below_an_outlook_block_everything_is_quoted(reply: Reply):
    block = "From: X <x@autopro.example>\nSent: Friday, November 20, 2026 4:02 PM\nTo: Y\nSubject: Z"
    assert cut_reply(f"Fine\n\n{block}\n\n{reply.text}").new_text == "Fine"
