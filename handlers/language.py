"""LANGUAGE: the other language for this answer, and for later ones where the sender is authentic (help page: "Yes, you just have
to click on the sign … to go from one language to the other").
"""

from __future__ import annotations

from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.folding import fold
from bot.core.language import language_named
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit

# Languages that are asked for and that the desk does not speak: the answer says so and offers both of its own.
_OTHERS = frozenset(
    {
        *("SPANISH", "ESPAGNOL", "ESPANOL", "PORTUGUESE", "PORTUGAIS", "ITALIAN", "ITALIEN", "GERMAN", "ALLEMAND", "CREOLE"),
        *("CHINESE", "CHINOIS", "MANDARIN", "ARABIC", "ARABE", "PUNJABI", "PENDJABI", "HINDI", "TAGALOG", "RUSSIAN", "RUSSE"),
    }
)


def language_meant(words: str) -> Language | None:
    """The language that folded words name: `FRANCAIS`, `TO FRENCH`, `EN ANGLAIS`; None when they name none or both."""
    named = words.split()
    if len(named) > 1 and named[0] == "EN":  # the French preposition: « en français », « en anglais »
        named = named[1:]
    meant = {language for word in named if (language := language_named(word)) is not None}
    return meant.pop() if len(meant) == 1 else None


def _valid(argument: str) -> bool:
    return language_meant(argument) is not None or argument in _OTHERS


SPEC = CommandSpec(
    name="language",
    words={
        Language.EN: ("LANGUAGE", "CHANGE LANGUAGE", "ENGLISH", "FRENCH", "EN"),
        Language.FR: ("LANGUE", "CHANGER DE LANGUE", "CHANGER LA LANGUE", "FRANÇAIS", "ANGLAIS", "FR"),
    },
    effect=Effect.CHANGE,  # it is remembered for an authentic sender, whom only a change has verified
    follows=Follows.OPTIONAL,
    undecided=frozenset({"FRENCH", "ANGLAIS"}),
    whole_line=frozenset({"LANGUAGE", "CHANGE LANGUAGE", "ENGLISH", "FRENCH", "EN"})
    | {"LANGUE", "CHANGER DE LANGUE", "CHANGER LA LANGUE", "FRANÇAIS", "ANGLAIS", "FR"},
    argument=_valid,
    in_groups=True,
)


async def answer(visit: Visit, command: Command) -> Reply:
    """The language named by the argument or by the command's own word; without one, or with a third, both are offered."""
    argument = fold(command.argument)
    meant = language_meant(argument) or language_meant(fold(command.word))
    if meant is None:
        return Reply("language/choose", {"unknown": bool(argument)})
    if visit.can_remember:
        await visit.stores.correspondents.set_language(visit.sender.key, meant)
    return Reply("language/set", {"remembered": visit.can_remember}, language=meant)


HANDLER = Handler(SPEC, answer)
