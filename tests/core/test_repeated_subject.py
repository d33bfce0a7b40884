"""Our own subject come back behind a tag is recognised; what a person writes is not."""

from __future__ import annotations

import pytest

from bot.core.repeated_subject import fingerprint, repeats

OURS = fingerprint("Re: TRACE 123456789")


@pytest.mark.parametrize(
    "subject",
    [
        "[Case 12] TRACE 123456789",
        "Ticket 5: Re: TRACE 123456789",
        "[ext] #77 - trace 123456789 (open)",
        "Accusé : TRACE 123456789",
    ],
)
def test_a_tag_and_our_subject(subject: str) -> None:
    assert repeats(subject.replace("Re: ", ""), OURS)


@pytest.mark.parametrize(
    "subject", ["TRACE 123456789", "please TRACE 123456789", "[Case 12] TRACE 123456780", "", "Re: TRACE 123456789"]
)
def test_a_persons_own_words(subject: str) -> None:
    assert not repeats(subject, OURS)


def test_a_blank_subject_is_never_repeated() -> None:
    assert fingerprint("Re: ") == ""
    assert not repeats("[Case 1] anything", "")
