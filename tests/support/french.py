"""The typography of French letters, as a check."""

from __future__ import annotations

import itertools


def check_french(words: str) -> None:
    """Before the colon and inside « » stands U+00A0, also beside a value; none before ; ! ?; no straight apostrophe."""
    words = words.replace("terminal:tty1", "")  # where somebody wrote from: a name, not words
    for before, mark in itertools.pairwise(words):
        if mark in ":»":
            assert before == "\u00a0", words
        if mark in ";!?":
            assert before not in " \u00a0", words
        if before == "«":
            assert mark == "\u00a0", words
    assert "'" not in words
