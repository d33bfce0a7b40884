"""Suggestions: near misses find their command, everything else stays silent."""

from __future__ import annotations

import pytest

from bot.core.commands import Reading
from bot.core.folding import fold
from bot.core.grammar import Context, read
from bot.core.suggest import MAX_SUGGESTIONS, nearest
from tests.grammar.vocabulary import CUSTOMERS, EVERYBODY


def _read(text: str) -> Reading:
    return read(EVERYBODY, "", text, Context())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TRCAE", "TRACE"),
        ("trac my stuff", "TRACE"),
        ("reperge", "TRACE"),
        ("Repperage svp", "TRACE"),
        ("TRACE the lost one", "TRACE"),
        ("suivie ABC", "TRACE"),
        ("hepl", "HELP"),
        ("aied", "HELP"),
        ("servises", "SERVICES"),
        ("conatct", "CONTACT"),
        ("unsuscribe", "STOP"),
        ("desabonement", "STOP"),
        ("langauge", "LANGUAGE"),
        ("forgot pasword", "FORGOT PASSWORD"),
        ("mot de pase oublie", "FORGOT PASSWORD"),
        ("jé oublié mon mots de passe", "FORGOT PASSWORD"),
        ("Bonjour, j'ai oublié mon mot de passe. Pouvez-vous m'aider à entrer svp?", "FORGOT PASSWORD"),
        ("chagne password", "CHANGE PASSWORD"),
        ("reqeust access", "REQUEST ACCESS"),
        ("demande dacces", "REQUEST ACCESS"),
        ("can you request access for me", "REQUEST ACCESS"),
        ("connection AP4471", "LOGIN"),
        ("deconexion", "LOGOUT"),
        ("my shipmnets", "MY SHIPMENTS"),
        ("BOL 445566", "TRACE"),
        ("connaissement no 445566", "TRACE"),
        ("PRO 12345678", "TRACE"),
    ],
)
def test_near_misses(text: str, name: str) -> None:
    """One slip or two, in either language; nothing is done."""
    reading = _read(text)
    assert reading.commands == ()
    assert reading.nearest[0] == name


@pytest.mark.parametrize(
    "text",
    [
        "We are closed on Friday",
        "Next year we sign a contract",
        "invoice",
        "heap",
        "post",
        "ok but why",
        "The trailer is late again and my people wait since six this morning",
        "2",
        "987 654 321",
        "aprove",
        "Phone: 514-285-9286\nStatus: late\nContact: Julie",
    ],
)
def test_what_is_near_nothing(text: str) -> None:
    """Short words, sentences, forms, and the words of administrators."""
    assert _read(text).nearest == ()


def test_at_most_three_and_listed() -> None:
    """A letter with three buttons."""
    phrases = {f"COMMAND {letter}": letter for letter in "ABCDEF"}
    assert len(nearest([["COMMAND", "X"]], phrases)) == MAX_SUGGESTIONS
    assert {spec.name for spec in EVERYBODY.specs if not spec.listed}.isdisjoint(EVERYBODY.listed.values())
    assert set(CUSTOMERS.listed.values()) <= {spec.name for spec in CUSTOMERS.specs}


def test_closest_first() -> None:
    """And what is much farther away is left out."""
    phrases = {"TRACE": "TRACE", "TRACK": "TRACE", "TRUCE": "PEACE"}
    assert nearest([fold("trace xx").split()], phrases) == ("TRACE",)
    assert nearest([fold("truce").split()], phrases)[0] == "PEACE"
