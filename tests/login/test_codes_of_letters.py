"""Access codes of letters only, in capitals or small letters: read where they are plausible, while sentences stay sentences."""

from __future__ import annotations

import pytest

from bot.core.accounts.codes import fold_code
from bot.core.grammar import Context, Vocabulary, read
from handlers.table import HANDLERS

VOCABULARY = Vocabulary([handler.spec for handler in HANDLERS])
SENTENCES = [
    "Login problem",
    "Login page",
    "login impossible",
    "login PROBLEM 123456789",
    "Login issue PRO123456789a",
    "login issue ticket-12345",
    "login help marie@Customer2.example",
    "login does not work since 2026",
    "Connexion impossible",
    "connexion internet perdue hier",
    "Connexion Tremblay",
    "login tremblay",
    "sign in page Broken2day again",
]


def _login(words: str, own_code: str = "") -> str | None:
    """The argument of LOGIN as read, None when the words are no LOGIN."""
    commands = read(VOCABULARY, "", words, Context(own_code=own_code)).commands
    return commands[0].argument if commands and commands[0].name == "login" else None


@pytest.mark.parametrize("code", ["autop1", "AUTOP1", "Autop1", "k7mp4txr", "k7mp-4txr", "K7MP4TXR", "KMPRTXWY"])
def test_a_code_alone_is_read(code: str) -> None:
    """With a digit in whatever case; of letters only as it is printed."""
    assert _login(f"LOGIN {code}") == code
    assert _login(f"Bonjour, connexion {code}") == code


@pytest.mark.parametrize("code", ["tremblay", "TREMBLAY", "Tremblay", "kmprtxwy"])
@pytest.mark.parametrize("password", ["Hiver-Boreal2026!x", "eEraBlaise99sucre"])
def test_any_letters_with_a_word_that_only_a_password_is(code: str, password: str) -> None:
    assert _login(f"login {code} {password}") == f"{code} {password}"


@pytest.mark.parametrize("words", SENTENCES)
def test_a_sentence_is_no_login(words: str) -> None:
    """From anybody, whatever accounts there are: the grammar does not ask."""
    assert _login(words) is None


@pytest.mark.parametrize("code", ["tremblay", "TREMBLAY", "Trémblay"])
@pytest.mark.parametrize("password", ["", " correct horse battery staple", " été à la plage"])
def test_the_writers_own_code_is_read_whatever_it_looks_like(code: str, password: str) -> None:
    assert _login(f"Login {code}{password}", own_code="TREMBLAY") == f"{code}{password}"


@pytest.mark.parametrize("words", [words for words in SENTENCES if "remblay" not in words])
def test_a_members_sentences_stay_sentences(words: str) -> None:
    assert _login(words, own_code="TREMBLAY") is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("autop1", "AUTOP1"),
        ("AuToP1", "AUTOP1"),
        ("tremblay", "TREMBLAY"),
        ("k7mp-4txr", "K7MP4TXR"),
        ("\u212a7mp4txr", "K7MP4TXR"),  # the Kelvin sign is a K to the eye
        ("tr\u00e9mblay", "TREMBLAY"),
        ("tremblay\u0430", None),  # a Cyrillic a is none of ours
        ("\u0442remblay", None),
        ("7autop", None),
        ("abc", None),
    ],
)
def test_folding_gives_one_code_or_none(written: str, code: str | None) -> None:
    """It only finds the account: what opens it is a password, or the mailbox on record."""
    assert fold_code(written) == code
