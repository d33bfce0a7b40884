"""An explicit wish for a language, wherever in a message it stands: "en français svp", "in English please", "English only"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.courtesy import only_courtesy, skip_courtesy
from bot.core.phrases import Phrases
from bot.core.values import Language

_NAMED = frozenset({"ENGLISH", "FRENCH", "FRANCAIS", "ANGLAIS"})

# Anywhere in a line: a verb or a "please" makes the wish plain.
_ANYWHERE = {
    Language.EN: Phrases.listed(
        """in english please|in english pls|in english plz|english please|english pls|answer in english
        answer me in english|reply in english|reply to me in english|respond in english|write in english
        write me in english|speak english please|only in english|prefer english|i prefer english|en anglais svp
        en anglais stp|en anglais s'il vous plait|anglais svp|répondez en anglais|répondez-moi en anglais
        répondre en anglais|me répondre en anglais|écrivez-moi en anglais|écrire en anglais|je préfère l'anglais
        i don't speak french|i do not speak french|i don't read french"""
    ),
    Language.FR: Phrases.listed(
        """en français svp|en français stp|en français s'il vous plait|en francais s v p|français svp
        français s'il vous plait|répondez en français|répondez-moi en français|répondre en français
        me répondre en français|répond en français|réponds en français|écrivez-moi en français|écrire en français
        service en français|servi en français|servie en français|je préfère le français|je ne parle pas anglais
        je parle pas anglais|in french please|in french pls|french please|french pls|answer in french
        answer me in french|reply in french|respond in french|write in french|prefer french|i prefer french"""
    ),
}
# Only as a line of their own: in a sentence they may be said of a document.
_ALONE = {
    Language.EN: Phrases.listed(
        "english only|only english|in english|en anglais|en anglais seulement|anglais seulement|anglais uniquement"
    ),
    Language.FR: Phrases.listed(
        """français seulement|français uniquement|seulement en français|en français|en français seulement
        french only|only french|in french"""
    ),
}


def wished_language(words: Sequence[str]) -> tuple[Language | None, bool]:
    """The language that a folded line wishes for, and whether the line says nothing else."""
    if _NAMED.isdisjoint(words):
        return None, False
    start = skip_courtesy(words)
    for language, phrases in _ALONE.items():
        size = phrases.at(words, start)
        if size and only_courtesy(words[start + size :]):
            return language, True
    for language, phrases in _ANYWHERE.items():
        for place in range(len(words)):
            if size := phrases.at(words, place):
                return language, place == start and only_courtesy(words[place + size :])
    return None, False
