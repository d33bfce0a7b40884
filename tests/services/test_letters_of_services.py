"""Every letter of the services and the sweep renders in both languages, in every form, with what its samples hold."""

from __future__ import annotations

import pytest

from bot.core.replies import Reply
from bot.core.values import Language
from templates import FOLDER
from tests.handlers.counter import renderer
from tests.letters.samples_services import SAMPLES
from tests.support.french import check_french

CASES = [(name, number) for name, facts in SAMPLES.items() for number in range(len(facts))]


def test_every_letter_of_these_folders_has_samples() -> None:
    folders = ("shipments", "notice")
    names = {path.relative_to(FOLDER).as_posix().split(".")[0] for folder in folders for path in (FOLDER / folder).glob("*.en.j2")}
    assert names
    assert names <= set(SAMPLES)


@pytest.mark.parametrize(("name", "number"), CASES)
@pytest.mark.parametrize("language", Language)
def test_it_renders(name: str, number: int, language: Language) -> None:
    """One heading, no empty stretches, a subject; in chat as well."""
    reply = Reply(name, SAMPLES[name][number])
    mail = renderer().mail([reply], (language,), reply_address="service@carrier.example", first_contact=False, subject=None)
    assert mail.subject
    assert mail.html.count("<h1") == 1
    assert "\n\n\n" not in mail.text
    assert "  " not in mail.text
    assert renderer().chat([reply], (language,), first_contact=False).html


@pytest.mark.parametrize(("name", "number"), CASES)
def test_french_holds_its_no_break_spaces(name: str, number: int) -> None:
    """Where a value stands beside the mark as well. A made-up value with a colon of its own has none."""
    text = renderer().plain([Reply(name, SAMPLES[name][number])], Language.FR, first_contact=False)
    check_french(text)
