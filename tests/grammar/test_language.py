"""In which language the desk answers."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import Command
from bot.core.language import decide, guess_from_text, hint_from_headers, language_named, said_by
from bot.core.subjects import is_reply_prefix
from bot.core.values import Language

EN, FR = Language.EN, Language.FR


def test_the_order_of_the_design() -> None:
    """Explicit wish, profile, remembered, command word, channel hint, and the text last."""
    text = "Bonjour, avez-vous ma palette?"
    for known in itertools.product([None, EN, FR], repeat=5):
        switch, profile, remembered, command, hint = known
        first = next((language for language in known if language is not None), FR)
        assert decide(switch=switch, profile=profile, remembered=remembered, command=command, hint=hint, text=text) is first


def test_unknown_is_none() -> None:
    """The answer then speaks both."""
    assert decide(switch=None, profile=None, remembered=None, command=None, hint=None, text="TRACE 123456789") is None


@pytest.mark.parametrize(
    "text",
    [
        "bonjour je voudrais savoir ou est rendu ma palette svp",
        "Pouvez vous me dire quand la livraison est prevue",
        "c est pour quand la cueillette",
        "On a toujours rien recu",
        "merci",
        "BESOIN DU SUIVI SVP",
        "salut, peux-tu checker le tracking du load 123456789 ? le client le veut asap",
        "Où est rendue l’expédition ?",
        unicodedata.normalize("NFD", "Numéro d'expédition à vérifier"),
    ],
)
def test_french_without_accents_and_with(text: str) -> None:
    """As it is written here."""
    assert guess_from_text(text) is FR


@pytest.mark.parametrize(
    "text",
    [
        "Hi, where is my shipment?",
        "need this today",
        "please",
        "when will it be delivered to our dock",
        "Can you tell me if it was delivered",
    ],
)
def test_english(text: str) -> None:
    """Short and long."""
    assert guess_from_text(text) is EN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789",
        "TRACE 123456789",
        "STOP",
        "POD 123456789",
        "Bonjour/Hi, please, svp",
        "Bonjour, please advise, merci",
        "Jean-Pierre de La Tour, Trois-Rivières (QC) G9A 1A1",
        "Transport XYZ inc. 14:30 EST",
        "ETA 123456789",
        "the customer is waiting for it depuis hier",
        "Привет, где мой груз",
    ],
)
def test_neither_without_a_doubt(text: str) -> None:
    """Numbers, names, both languages, another one."""
    assert guess_from_text(text) is None


@given(st.text(max_size=300))
def test_guessing_never_raises(text: str) -> None:
    """Whatever a mail holds."""
    assert guess_from_text(text) in (None, EN, FR)
    assert hint_from_headers(text, text, text) in (None, EN, FR)
    assert is_reply_prefix(text) in (True, False)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-CA", FR),
        ("fr", FR),
        ("en-US", EN),
        ("EN", EN),
        ("fr, en", None),
        ("en-CA, en-US", EN),
        ("de", None),
        ("", None),
        (",,", None),
    ],
)
def test_content_language(header: str, language: Language | None) -> None:
    """RFC 3282; two languages tell nothing."""
    assert hint_from_headers(header) is language


@pytest.mark.parametrize(
    "subject", ["RÉP : Suivi", "RÉP: Suivi", "Rép. : x".replace(".", ""), "TR : x", "TR: x", "RE : x", "RE: TR : x", "re\u00a0: x"]
)
def test_french_prefixes(subject: str) -> None:
    """French Outlook and Apple Mail."""
    assert hint_from_headers("", subject) is FR
    assert hint_from_headers("", unicodedata.normalize("NFD", subject)) is FR
    assert is_reply_prefix(subject)


@pytest.mark.parametrize("subject", ["RE: x", "Re: x", "FW: x", "Fwd: x", "RE[2]: x", "Re(3): x", "[EXTERNAL] RE: x", "  re:x"])
def test_prefixes_of_all_programs(subject: str) -> None:
    """They say that it is a reply, not in which language."""
    assert is_reply_prefix(subject)
    assert hint_from_headers("", subject) is None


@pytest.mark.parametrize(
    "subject", ["Ref: 123456789", "Réf. : 12", "Trace: 1", "Retour : x", "Re 123", "Question", "TRACE 123456789", "", "Rep 12"]
)
def test_subjects_that_are_no_replies(subject: str) -> None:
    """REF and the like look close."""
    assert not is_reply_prefix(subject)


def test_mail_programs_show_their_language() -> None:
    """What a telephone adds; two that disagree tell nothing."""
    assert hint_from_headers("", "", "123456789\n\nEnvoyé de mon iPhone") is FR
    assert hint_from_headers("", "", "123456789\n\nEnvoye a partir d'Outlook pour Android") is FR
    assert hint_from_headers("", "", "123456789\n\nSent from my Galaxy") is EN
    assert hint_from_headers("", "", "123456789\n\nGet Outlook for iOS") is EN
    assert hint_from_headers("en-US", "", "123456789\n\nEnvoyé de mon iPhone") is None


def test_names_of_languages() -> None:
    """As LANGUAGE and LANGUE take them, folded."""
    assert [language_named(name) for name in ("EN", "ENGLISH", "ANGLAIS", "FR", "FRENCH", "FRANCAIS", "DE", "")] == [EN] * 3 + [
        FR
    ] * 3 + [None] * 2


def test_the_first_word_that_says_anything() -> None:
    """TRACE says nothing, AIDE does."""
    commands = (Command("TRACE"), Command("HELP", language=FR), Command("HELP", language=EN))
    assert said_by(commands) is FR
    assert said_by(()) is None
