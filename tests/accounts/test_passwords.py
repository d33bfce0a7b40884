"""Password rules, suggestions, access codes and temporary passwords."""

from __future__ import annotations

import unicodedata
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.accounts.codes import (
    ALPHABET,
    TEMPORARY_GROUP,
    TEMPORARY_GROUPS,
    fold_code,
    fold_temporary,
    mint_code,
    mint_temporary,
    pick,
)
from bot.core.accounts.common_passwords import WORDS as COMMON
from bot.core.accounts.passphrase_words import WORDS
from bot.core.accounts.passwords import LONGEST, Refusal, Rule, normalised, passphrase_bits, refusal, suggest
from bot.core.clock import SystemMint
from bot.core.values import Language

CONTEXT = ("Fictional Shipper Ltd.", "Julie Tremblay", "julie@company.example", "K7MP4TXR")


@pytest.mark.parametrize(
    "password",
    [
        "je mange des crêpes le dimanche",
        "correct horse battery staple",
        "mon chien adore la neige",
        "zxq7 pwm2 vvk9 trh4",
        "8302749105622947",  # no composition rule asks for letters
        "une girafe bleue boit du sirop",
        "Shipper lanes rattle at dawn",  # a word of the company's name in a longer phrase
        "ÉLÉPHANT-grincheux-sous-la-pluie",
        "日本語のとても長いパスフレーズです",
    ],
)
def test_what_may_be_taken(password: str) -> None:
    assert refusal(password, context=CONTEXT) is None


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("password1234567", Rule.COMMON),
        ("motdepasse12345", Rule.COMMON),
        ("Mot de passe 2026!", Rule.COMMON),
        ("P@ssw0rdP@ssw0rd", Rule.COMMON),
        ("azertyuiop123456", Rule.COMMON),
        ("qwertyuiopasdfgh", Rule.COMMON),
        ("Bonjour2026Bonjour", Rule.COMMON),
        ("bienvenue-bienvenue", Rule.COMMON),
        ("Été Hiver Printemps 2026", Rule.COMMON),
        ("letmeinletmein1", Rule.COMMON),
        ("jetaimetoujours", Rule.COMMON),
        ("1234567890123456", Rule.COMMON),
        ("987654321 987654321", Rule.COMMON),
        ("aaaaaaaaaaaaaaaa", Rule.REPEATED),
        ("abcabcabcabcabcabc", Rule.REPEATED),
        ("x1 x1 x1 x1 x1 x1", Rule.REPEATED),
        ("Fictional Shipper 2026", Rule.CONTEXT),
        ("julie.tremblay.1985", Rule.CONTEXT),
        ("K7MP4TXR-K7MP4TXR", Rule.CONTEXT),
        ("a perfectly\x07 good phrase", Rule.UNTYPABLE),
    ],
)
def test_what_is_refused_and_why(password: str, rule: Rule) -> None:
    found = refusal(password, context=CONTEXT)
    assert found is not None
    assert found.rule is rule
    assert found.length == len(password)


def test_lengths_are_counted_in_characters() -> None:
    assert refusal("crêpe à l’eau") == Refusal(Rule.TOO_SHORT, 13, 15)
    assert refusal("crêpe à l’eau", minimum=8) is None
    decomposed = unicodedata.normalize("NFD", "crêpe à l’eau!")
    assert refusal(decomposed) == Refusal(Rule.TOO_SHORT, 14, 15), "an accent is no character of its own"
    long = "the moon is a balloon "
    assert refusal((long * 10)[:LONGEST]) is None
    assert refusal((long * 10)[: LONGEST + 1]) == Refusal(Rule.TOO_LONG, 129, 128)


def test_the_one_in_use_is_asked_in_its_written_form() -> None:
    asked: list[str] = []

    def is_old(password: str) -> bool:
        asked.append(password)
        return True

    assert refusal("mon chien\u00a0adore la neige", is_old=is_old) == Refusal(Rule.OLD, 24)
    assert asked == ["mon chien adore la neige"]
    refusal("motdepasse12345", is_old=is_old)
    assert len(asked) == 1, "what another rule refuses is not hashed"


@given(st.text(max_size=40))
def test_one_form_however_it_is_encoded(text: str) -> None:
    form = normalised(text)
    assert normalised(form) == form
    assert normalised(unicodedata.normalize("NFD", text)) == form


def test_case_and_inner_spaces_stay() -> None:
    assert normalised("Mon  Chien ") == "Mon  Chien "
    assert normalised("e\u0301te\u0301\u00a0\u202fx") == "été  x"


@pytest.mark.parametrize("language", list(Language))
def test_a_suggestion_is_strong_and_would_be_taken(language: Language) -> None:
    assert passphrase_bits(language) >= 64
    mint = SystemMint()
    made = {suggest(mint, language) for _ in range(200)}
    assert len(made) == 200
    for passphrase in made:
        *words, digits = passphrase.split(" ")
        assert len(words) == 6
        assert set(words) <= set(WORDS[language])
        assert len(digits) == 4
        assert digits.isdigit()
        assert refusal(passphrase, context=CONTEXT) is None


@pytest.mark.parametrize("language", list(Language))
def test_the_words_are_different_short_and_plain(language: Language) -> None:
    words = WORDS[language]
    assert len(set(words)) == len(words) >= 350
    assert all(word.isascii() and word.islower() and word.isalpha() and 2 <= len(word) <= 11 for word in words)


def test_the_blocklist_is_written_as_passwords_are_folded() -> None:
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in COMMON)


def test_temporary_passwords() -> None:
    assert TEMPORARY_GROUPS * TEMPORARY_GROUP * log2(len(ALPHABET)) >= 64
    made = [mint_temporary(SystemMint()) for _ in range(300)]
    assert len(set(made)) == 300
    for password in made:
        assert [len(group) for group in password.split("-")] == [4, 4, 4, 4]
        assert not set(password) & set("0O1ILB8S5Z2")
        assert fold_temporary(password) == password
        assert fold_temporary(password.lower().replace("-", " ")) == password
        assert fold_temporary(password.replace("-", "‑")) == password, "a mail program's no-break hyphen"
    assert fold_temporary("mon chien adore la neige") is None
    assert fold_temporary(made[0][:-1]) is None
    assert fold_temporary("x" * 10_000) is None


def test_access_codes() -> None:
    made = [mint_code(SystemMint()) for _ in range(300)]
    assert len(set(made)) == 300
    for code in made:
        assert len(code) == 8
        assert code[0].isalpha()
        assert set(code) <= set(ALPHABET)
        assert fold_code(f" {code[:4].lower()} - {code[4:]} ") == code
    assert fold_code("é7mp-4txr") == "E7MP4TXR"
    for text in ("123456789", "", "a b", "K7MP4TXR" * 4, "K7MP4TXR secret-password-of-mine", "K" * 10_000):
        assert fold_code(text) is None


def test_picking_is_even() -> None:
    mint = SystemMint()
    counts = [0] * 24
    for _ in range(24_000):
        counts[pick(mint, 24)] += 1
    assert all(800 < count < 1200 for count in counts), counts
    assert log2(len(ALPHABET)) > 4.5
