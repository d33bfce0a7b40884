"""Folding: what it makes equal, and what it keeps apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.folding import MAX_FOLDED, after_words, fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("trace 123456789", "TRACE 123456789"),
        ("Repérage", "REPERAGE"),
        (unicodedata.normalize("NFD", "Repérage"), "REPERAGE"),
        ("demande d'accès", "DEMANDE D ACCES"),
        ("demande d’accès", "DEMANDE D ACCES"),
        ("demande dʼaccès", "DEMANDE D ACCES"),
        ("demande d´accès", "DEMANDE D ACCES"),
        ("Œuvre œuf Æther", "OEUVRE OEUF AETHER"),
        ("123\u00a0456\u202f789", "123 456 789"),
        ("123‑456–789−0", "123 456 789 0"),
        ("nº 3, n° 4, № 5", "NO 3 N 4 NO 5"),
        ("1²³", "1"),
        ("½ ①", ""),
        ("straße ﬁn", "STRASSE FIN"),
        ("re\u00adpé\u200brage", "REPERAGE"),
        ("\ufeffaide", "AIDE"),
        ("ＴＲＡＣＥ １２３", "TRACE 123"),
        ("٣٤٥ TRACE", "TRACE"),
        ("Привет", "ПРИВЕТ"),
        ("👍 ok !", "OK"),
        ("\x00\x07a\tb\r\n", "A B"),
        ("", ""),
    ],
)
def test_folds(written: str, folded: str) -> None:
    """Case, accents, ligatures, dashes, apostrophes and invisible characters never decide; only ASCII digits are digits."""
    assert fold(written) == folded


def test_looks_at_a_bounded_part() -> None:
    """A long text costs no more than its beginning."""
    assert fold("a" * (MAX_FOLDED + 10)) == "A" * MAX_FOLDED


@given(st.text(max_size=300))
def test_is_plain_and_stable(text: str) -> None:
    """Whatever comes in, what comes out has no accents, no case, single spaces, and folds to itself."""
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert fold(folded) == folded
    assert all(character in " 0123456789" or unicodedata.category(character).startswith("L") for character in folded)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "Z", "M", "Cf"]), max_size=60))
def test_every_form_of_a_text_folds_alike(text: str) -> None:
    """A Macintosh sends NFD, everybody else NFC."""
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


ANYTHING = st.characters(categories=["L", "N", "P", "S", "Z", "M", "Cc", "Cf", "Cs", "Co"])


@given(st.text(ANYTHING, max_size=80), st.integers(min_value=0, max_value=8))
def test_words_after_are_the_other_words(text: str, count: int) -> None:
    """`after_words` cuts exactly where folding counts, also for lone surrogates and invisible characters."""
    rest = after_words(text, count)
    assert text.endswith(rest)
    assert fold(rest).split() == fold(text).split()[count:]


def test_what_follows_is_as_written() -> None:
    """A password keeps its case, its accents, its inner spaces."""
    assert after_words("Nouveau  mot de passe\u00a0Été  à la  Plage! ", 4) == "\u00a0Été  à la  Plage! "
    assert after_words("  login", 1) == ""
    assert after_words("BOL#12345", 1) == "#12345"
