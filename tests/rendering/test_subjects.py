"""Subjects of answers: one `Re:`, whatever came back and forth."""

from __future__ import annotations

import pytest

from bot.core.subjects import bare_subject, reply_subject


@pytest.mark.parametrize(
    "subject",
    [
        "Where is my freight",
        "Re: Where is my freight",
        "RE : Where is my freight",
        "RÉP : Where is my freight",
        "RÉP: RE: TR : Where is my freight",
        "TR\u00a0: Where is my freight",
        "FW: Fwd: Where is my freight",
        "AW: WG: Where is my freight",
        "Re[2]: Re (3): Where is my freight",
        "  re:re:RE:Where is my freight  ",
        "Re:\r\n Where is\tmy freight",
    ],
)
def test_one_prefix_stands_in_front(subject: str) -> None:
    assert reply_subject(subject) == "Re: Where is my freight"


@pytest.mark.parametrize("subject", ["", "  ", "Re:", "RE : RÉP :", "Fwd: "])
def test_nothing_to_answer_leaves_no_subject(subject: str) -> None:
    assert reply_subject(subject) == ""


@pytest.mark.parametrize(
    "subject", ["Reference: 12", "Trace: 123456789", "Return: 1", "Result : 3", "Ref: 4", "Réf : 4", "Tri: 5", "International: x"]
)
def test_words_that_only_begin_like_a_prefix_stay(subject: str) -> None:
    assert bare_subject(subject) == subject


@pytest.mark.parametrize("subject", ["LOGIN ABC hunter2horse", "login abc HUNTER2HORSE", "Re: hunter2horse"])
def test_a_subject_that_held_a_secret_is_dropped(subject: str) -> None:
    assert reply_subject(subject, ["other", "hunter2horse"]) == ""
    assert reply_subject(subject, ["HUNTER2horse"]) == ""
    assert reply_subject(subject, ["", "other"]) != ""
