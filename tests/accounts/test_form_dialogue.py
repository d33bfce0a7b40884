"""The form step by step: progress, back, skip, cancel, summary, confirmation; begun in a letter, finished in chat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.forms import ACCESS, FORMS, FormState, Step, advance, begin

ANSWERS = ["Julie Tremblay", "Acme inc.", "julie@acme.example", "514 555-0123", "passer", "français", "-"]


def say(step: Step, *answers: str) -> Step:
    for answer in answers:
        # Between two messages the state is nothing but JSON.
        step = advance(ACCESS, FormState.from_json(step.state.to_json()), answer)
    return step


def key(step: Step) -> str:
    assert step.ask is not None
    return step.ask.key


def test_from_the_first_field_to_the_confirmation() -> None:
    step = begin(ACCESS)
    asked = []
    for number, answer in enumerate(ANSWERS, 1):
        assert (step.number, step.total, step.problem) == (number, 7, "")
        asked.append(key(step))
        step = say(step, answer)
    assert asked == [field.key for field in ACCESS.fields]
    assert step.ask is None
    assert dict(step.summary) == {
        "name": "Julie Tremblay",
        "company": "Acme inc.",
        "email": "julie@acme.example",
        "telephone": "514-555-0123",
        "customer_number": "",
        "language": "fr",
        "remarks": "",
    }
    assert not step.done
    done = say(step, "oui")
    assert done.done
    assert done.state.values["email"] == "julie@acme.example"


def test_a_wrong_answer_is_asked_again_with_its_reason() -> None:
    step = say(begin(ACCESS), "Julie", "Acme", "nonsense")
    assert (key(step), step.number, step.problem) == ("email", 3, "not_an_address")
    step = say(step, "skip")
    assert (key(step), step.problem) == ("email", "missing")
    assert key(say(step, "j@acme.example")) == "telephone"


def test_back_shows_what_is_there() -> None:
    step = say(begin(ACCESS), "Julie", "Acme", "retour")
    assert (key(step), step.current) == ("company", "Acme")
    step = say(step, "BACK")
    assert (key(step), step.current) == ("name", "Julie")
    assert not step.can_go_back
    assert key(say(step, "back")) == "name"


def test_cancel_anywhere() -> None:
    assert say(begin(ACCESS), "annuler").cancelled
    assert say(begin(ACCESS), *ANSWERS, "Cancel").cancelled


def test_the_summary_can_be_mended_by_number_or_label() -> None:
    summary = say(begin(ACCESS), *ANSWERS)
    by_number = say(summary, "2")
    assert (key(by_number), by_number.current) == ("company", "Acme inc.")
    assert dict(say(by_number, "Another Ltd.").summary)["company"] == "Another Ltd."
    by_label = say(summary, "Téléphone")
    assert key(by_label) == "telephone"
    assert say(by_label, "retour").summary == summary.summary
    assert key(say(summary, "retour")) == "remarks"
    assert say(summary, "no").problem == "which"
    assert say(summary, "perhaps").problem == "confirm"
    assert say(summary, "99").problem == "confirm"
    optional = say(summary, "6", "skip")
    assert dict(optional.summary)["language"] == ""


def test_a_form_begun_in_a_letter_asks_for_what_is_missing() -> None:
    step = begin(ACCESS, {"name": "Julie", "telephone": "514-555-0123", "remarks": "hi", "email": "broken"})
    assert key(step) == "company"
    step = say(step, "Acme")
    assert key(step) == "email"
    step = say(step, "j@acme.example")
    assert dict(step.summary)["remarks"] == "hi"
    assert say(step, "yes").done


def test_a_complete_one_goes_to_the_summary_and_an_empty_one_to_the_start() -> None:
    whole = begin(ACCESS, dict(zip(("name", "company", "email", "telephone"), ANSWERS, strict=False)))
    assert whole.ask is None
    assert whole.summary
    assert begin(ACCESS, {}).number == 1


def test_a_state_of_an_unknown_form_says_so() -> None:
    for text in ('["other", 0, {}, false]', '["access", 99, {}, false]'):
        with pytest.raises(ValueError, match="begin it again"):
            FormState.from_json(text)


@given(
    st.lists(
        st.one_of(st.sampled_from([*ANSWERS, "back", "skip", "no", "2", "yes", "6", "Name"]), st.text(max_size=20)), max_size=40
    )
)
def test_whatever_is_said_it_ends_only_complete(answers: list[str]) -> None:
    step = begin(ACCESS)
    for answer in answers:
        if step.done or step.cancelled:
            break
        step = say(step, answer)
        assert 0 <= step.state.at <= step.total == 7
        assert (step.ask is None) == (bool(step.summary) or step.done or step.cancelled)
    if step.done:
        assert {one.key for one in FORMS["access"].fields if one.required} <= set(step.state.values)
