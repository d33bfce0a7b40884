"""The menu of commands that Telegram shows beside the message field, made from the table of commands that is really loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.core.commands import CommandSpec, Effect
from bot.core.folding import fold
from bot.core.grammar import Vocabulary
from bot.core.values import Language

_NAME_LIMIT, _WORDS_LIMIT, _MOST = 32, 256, 100  # Bot API, BotCommand and setMyCommands
_NAME = re.compile(r"[a-z0-9_]+")

Menu = list[dict[str, str]]


def menu(specs: Iterable[CommandSpec], language: Language, vocabulary: Vocabulary, summaries: Mapping[str, str]) -> Menu:
    """The commands in one language, each with the words that HELP says of it."""
    named = [(slash_name(spec, language, vocabulary), summaries[spec.name]) for spec in specs]
    return [{"command": name, "description": words[:_WORDS_LIMIT]} for name, words in named if name][:_MOST]


def for_groups(specs: Iterable[CommandSpec]) -> tuple[CommandSpec, ...]:
    """Those that may be said where others read along."""
    return tuple(spec for spec in specs if spec.effect is Effect.OPEN or spec.in_groups)


def slash_name(spec: CommandSpec, language: Language, vocabulary: Vocabulary) -> str:
    """`demande_acces` for DEMANDE D’ACCÈS: without accents, apart from the little words that the command is known without.

    "" where no word of the command can be written so.
    """
    preferred = [spec.slash[language]] if language in spec.slash else []
    for phrase in (*preferred, *spec.words[language]):
        words = fold(phrase).split()
        for kept in ([word for word in words if len(word) > 1], words):
            name = "_".join(kept).lower()
            if len(name) <= _NAME_LIMIT and _NAME.fullmatch(name) and _means(vocabulary, kept, spec):
                return name
    return ""


def _means(vocabulary: Vocabulary, words: list[str], spec: CommandSpec) -> bool:
    return any(phrase.spec is spec and end == len(words) for phrase, end in vocabulary.at(words, 0))
