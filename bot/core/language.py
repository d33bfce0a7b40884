"""In which language the desk answers: what the writer says, what is on file, and at last what the writing itself shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.core.commands import Command
from bot.core.folding import fold
from bot.core.text_words import ENGLISH, FRENCH, PLAIN_ENGLISH, PLAIN_FRENCH
from bot.core.values import Language

MAX_GUESSED = 2_000  # characters of the text that are looked at
MAX_QUOTED = 20_000  # the same of a quote: a letter of ours in both languages must not pass for its first half
_ENOUGH = 2  # words of one language, where none of them is plain enough by itself

_NAMES = {
    **dict.fromkeys(("EN", "ENG", "ENGLISH", "ANGLAIS", "ANGLAISE", "ANGLISH", "ENGLISCH"), Language.EN),
    **dict.fromkeys(("FR", "FRA", "FRENCH", "FRANCAIS", "FRANCAISE", "FRANCIAS", "FRENSH"), Language.FR),
}
# "RE :" and "TR :" with the French space, RÉP and TR are written by French mail programs; RE: and FW: alone by all of them.
_FRENCH_PREFIX = re.compile(r"\s*(?:(?:re|fwd?)\s*:\s*){0,5}(?:r[eé]p\s*:|tr\s*:|(?:re|fw)\s+:)", re.IGNORECASE)
_ENGLISH_CLIENT = ("SENT FROM MY ", "SENT FROM OUTLOOK", "SENT FROM MAIL", "SENT FROM YAHOO", "SENT VIA ", "GET OUTLOOK FOR ")
_FRENCH_CLIENT = (
    "ENVOYE DE MON ",
    "ENVOYE DEPUIS ",
    "ENVOYE A PARTIR ",
    "ENVOYE DE OUTLOOK",
    "OBTENEZ OUTLOOK",
    "OBTENIR OUTLOOK",
    "TELECHARGER OUTLOOK",
    "PROVENANCE COURRIER",
)


def decide(
    *,
    switch: Language | None,
    profile: Language | None,
    remembered: Language | None,
    command: Language | None,
    hint: Language | None,
    text: str,
    answered: str = "",
) -> Language | None:
    """The language of the answer, None when nothing tells it (the answer then speaks both). `answered` is the quote of our letter.

    In this order: an explicit wish in this message, the profile, what is remembered for this authentic address, an unambiguous
    command word, the channel's hint, the text itself, and where it is a bare number or "OK", the letter of ours that it answers.
    """
    return switch or profile or remembered or command or hint or guess_from_text(text) or guess_from_text(answered, MAX_QUOTED)


def language_named(words: str) -> Language | None:
    """The language that folded words name ("FRANCAIS", "EN"), None when they name none."""
    return _NAMES.get(words)


def said_by(commands: Iterable[Command]) -> Language | None:
    """What the first command word that says anything tells of the writer's language."""
    return next((command.language for command in commands if command.language is not None), None)


def guess_from_text(text: str, most: int = MAX_GUESSED) -> Language | None:
    """The language that running text shows without a doubt, None when it holds both or too little. Accents are not needed."""
    words = set(fold(text[:most]).split())
    english = len(words & ENGLISH)
    french = len(words & FRENCH)
    if english > 3 * french and (english >= _ENOUGH or words & PLAIN_ENGLISH):
        return Language.EN
    if french > 3 * english and (french >= _ENOUGH or words & PLAIN_FRENCH):
        return Language.FR
    return None


def hint_from_headers(content_language: str = "", subject: str = "", text: str = "") -> Language | None:
    """What the mail program shows: Content-Language (RFC 3282), its reply prefix, the line that a telephone adds to `text`.

    None when they tell nothing, name both languages, or disagree.
    """
    hints = {_of_header(content_language), _of_prefix(subject), _of_client(text)} - {None}
    return hints.pop() if len(hints) == 1 else None


def _of_header(value: str) -> Language | None:
    named = {language_named(tag.split("-", 1)[0].strip().upper()) for tag in value[:200].split(",") if tag.strip()}
    return named.pop() if len(named) == 1 else None


def _of_prefix(subject: str) -> Language | None:
    return Language.FR if _FRENCH_PREFIX.match(_composed(subject)) else None


def _composed(subject: str) -> str:
    return unicodedata.normalize("NFC", subject[:100])


def _of_client(text: str) -> Language | None:
    found = set()
    for line in text[-MAX_GUESSED:].splitlines()[-30:]:
        folded = fold(line[:100])
        if folded.startswith(_ENGLISH_CLIENT):
            found.add(Language.EN)
        elif folded.startswith(_FRENCH_CLIENT):
            found.add(Language.FR)
    return found.pop() if len(found) == 1 else None
