"""The letters about logging in, passwords, profiles, members and objections: each renders everywhere."""

from __future__ import annotations

import pytest

from bot.core.replies import Reply
from bot.core.values import Language
from tests.handlers.counter import renderer
from tests.letters.samples_login import SAMPLES
from tests.support.french import check_french
from tests.support.visitors import SERVICE, everything, text

CASES = [(name, number) for name, facts in SAMPLES.items() for number in range(len(facts))]


@pytest.mark.parametrize(("name", "number"), CASES)
def test_every_letter_renders(name: str, number: int) -> None:
    """Subject, text, HTML and chat in both languages; each half of a bilingual letter is short."""
    reply = Reply(name, SAMPLES[name][number])
    for language in Language:
        assert everything(reply, language)
        assert "  " not in text(reply, language)
    mail = renderer().mail([reply], tuple(Language), reply_address=SERVICE, first_contact=False, subject=None)
    assert mail.html.count("<h1") == 2
    assert len([line for line in mail.text.split("\n") if line]) < 75


@pytest.mark.parametrize(("name", "number"), CASES)
def test_french_letters_hold_their_no_break_spaces(name: str, number: int) -> None:
    """Before the colon and inside « » there is U+00A0; none before ; ! ?."""
    check_french(text(Reply(name, SAMPLES[name][number]), Language.FR))
