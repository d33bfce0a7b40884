"""Reads the words of templates as a proofreader does. French: OQLF, Le français au bureau (fact sheet, 4.4)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.values import Language


@dataclass(frozen=True, slots=True)
class _Rule:
    """What must not be found in words, and what to write instead."""

    wrong: re.Pattern[str]
    advice: str


def _rule(pattern: str, advice: str) -> _Rule:
    return _Rule(re.compile(pattern), advice)


_BOTH: Final = (
    _rule(r"'", "write the apostrophe ’"),
    _rule(r"\.\.\.", "write …"),
    _rule("\u202f", "write U+00A0: several mail programs have no U+202F in their fonts"),
    _rule(r" {2}", "write one space"),
    _rule(r"(?i)\bclick|\bcliqu|\bclics?\b", "say what happens: people answer, tap, or use a keyboard"),
)
_ENGLISH: Final = (
    _rule(r'"', "write “ and ”"),
    _rule(r"[\s\u00a0][:;!?]", "write no space before : ; ! ?"),
    _rule(r"[«»]", "write “ and ”"),
)
_FRENCH: Final = (
    _rule(r'["“”]', "write « and »"),
    _rule(r"(?<!\u00a0):(?!//)", "write U+00A0 before :"),
    _rule(r"[\s\u00a0][;!?]", "write no space before ; ! ?"),
    _rule(r"«(?!\u00a0)", "write U+00A0 after «"),
    _rule(r"(?<!\u00a0)»", "write U+00A0 before »"),
    _rule(r"\d (?:h|lb|kg|\$|%)(?![\w’])|\bh \d", "write U+00A0 between a number and its unit"),
    _rule(r"(?i)\be-?mails?\b", "write courriel"),
)
# Capitals keep their accents (OQLF: leaving them out is a fault). As they are to be written.
_ACCENTED: Final = """
ACCÈS ARRÊT ARRÊTER DÉCONNEXION DÉLIER DÉSABONNER EXPÉDITION EXPÉDITIONS FRANÇAIS LIVRÉE NUMÉRO OUBLIÉ REÇU REPÉRAGE REPÉRER
RÉFÉRENCE TÉLÉPHONE Ça Décrivez Délai Déjà Écart Échange Échéance Échec Échu Écrire Écrivez Édition Égal Également Élément Émis
Émise Équipe Établissement Étape État États Été Êtes Étiquette Étranger Être Évaluer Événement Événements Éviter Évitez Expédition
Français Île Même Numéro Pièce Pièces Prête Québec Reçu Référence Repérage Répondez Réponse Téléphone
"""


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


# Each as people leave its accents out: all of them, or the capital's alone (Evénement).
_ACCENTS: Final = {wrong: word for word in _ACCENTED.split() for wrong in (_bare(word), _bare(word[0]) + word[1:]) if wrong != word}
_UNACCENTED: Final = re.compile(r"\b(" + "|".join(_ACCENTS) + r")\b")
_BARE_A: Final = re.compile(r"(?:^|[.!?:…]\s|\u00a0:\s)A (?=[a-zà-ÿ])")


def faults(language: Language, words: str) -> Iterator[str]:
    """What a proofreader would mark in a piece of prose, each with what to write instead."""
    for rule in (*_BOTH, *(_FRENCH if language is Language.FR else _ENGLISH)):
        if found := rule.wrong.search(words):
            yield f"{rule.advice} (in “{_around(words, found)}”)"
    if language is Language.FR:
        yield from faults_of_command(language, words)
        if found := _BARE_A.search(words):
            yield f"write À (in “{_around(words, found)}”)"


def faults_of_command(language: Language, words: str) -> Iterator[str]:
    """What a proofreader would mark in words to type: the accents of French; their spaces and marks are the command's own."""
    if language is Language.FR:
        for found in _UNACCENTED.finditer(words):
            yield f"write {_ACCENTS[found[1]]} for {found[1]}: capitals keep their accents"


def _around(words: str, found: re.Match[str]) -> str:
    return words[max(0, found.start() - 15) : found.end() + 15].strip()
