"""Every letter renders in both languages and every format, and has its samples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.rendering import Renderer
from bot.core.replies import Reply
from bot.core.values import Language
from templates import FOLDER
from tests.handlers.counter import DESK, renderer
from tests.letters.samples import SAMPLES
from tests.support.french import check_french

CASES = [(name, number) for name, facts in SAMPLES.items() for number in range(len(facts))]


def test_every_letter_has_samples() -> None:
    """What the tests and the accessibility check do not see, nobody has proofread."""
    names = {path.relative_to(FOLDER).as_posix().split(".")[0] for path in FOLDER.glob("[!_]*/[!_]*.en.j2")}
    assert names - set(SAMPLES) == set()
    assert names


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("handoff", [False, True])
def test_every_letter_renders(language: Language, handoff: bool) -> None:
    """Subject, text, HTML and chat, with all the facts that its templates read."""
    written = Renderer(FOLDER, replace(DESK, handoff=handoff, email_passwords=not handoff, phones=() if handoff else DESK.phones))
    for name, number in CASES:
        reply = Reply(name, SAMPLES[name][number])
        mail = written.mail([reply], (language,), reply_address="service@carrier.example", first_contact=True, subject=None)
        assert mail.subject
        assert mail.html.count("<h1") == 1
        assert "\n\n\n" not in mail.text
        assert "  " not in mail.text
        assert written.chat([reply], (language,), first_contact=False).html


def test_a_letter_in_both_languages_is_short() -> None:
    """Each half fits on a few screens of a telephone; only lists, and a request with all that can be known of it, are longer."""
    for name, number in CASES:
        reply = Reply(name, SAMPLES[name][number])
        mail = renderer().mail([reply], tuple(Language), reply_address="service@carrier.example", first_contact=False, subject=None)
        lines = [line for line in mail.text.split("\n") if line]
        assert len(lines) < (
            110
            if name in ("help/topics", "trace/several", "trace/choose", "trace/party", "admin/decide", "reference/customer")
            else 75
        ), name


@pytest.mark.parametrize(("name", "number"), CASES)
def test_french_letters_hold_their_no_break_spaces(name: str, number: int) -> None:
    """Before the colon and inside « » there is U+00A0, also where a value stands beside it; none before ; ! ?."""
    text = renderer().plain([Reply(name, SAMPLES[name][number])], Language.FR, first_contact=False)
    check_french(text)
