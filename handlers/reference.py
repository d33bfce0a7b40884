"""The page about the counter that a carrier hands out: its words, and the help page's questions with their answers.

It is made of the table of commands that is really loaded and of HELP's own letters, so that it says what the desk does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.commands import CommandSpec
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import AccountRules
from handlers.help import ALL_TOPICS, figures_of
from handlers.topic_cues import OF_COMMAND

_ALSO = 2  # further words of a command that are printed; the desk understands them all
_FIRST = ("tracing", "references", "privacy")  # what most people write for, and needs no access code
_ABOUT_LISTS = frozenset({"topics", "services"})  # the page is the list that they tell how to get
_OF_THE_FORM = "field_"  # the form comes with its own explanations


@dataclass(frozen=True, slots=True)
class Row:
    """One command of the page: the word to write in each language, and some that do as well."""

    name: str
    printed: Mapping[Language, str]
    others: Mapping[Language, tuple[str, ...]]


def handout(specs: Sequence[CommandSpec], rules: AccountRules) -> tuple[Reply, ...]:
    """The page as sections: the commands of `specs`, then a letter of HELP for each question, with the figures of `rules`."""
    listed = [spec for spec in specs if spec.listed]
    words = Reply(
        "reference/customer",
        {
            "open": tuple(_row(spec) for spec in listed if not spec.locked),
            "locked": tuple(_row(spec) for spec in listed if spec.locked),
        },
    )
    facts = {"figures": figures_of(rules), "logged_in": False, "all_topics": ALL_TOPICS}
    return (words, *(Reply(f"help/{topic}", facts) for topic in _topics({spec.name for spec in specs})))


def _row(spec: CommandSpec) -> Row:
    return Row(
        spec.name,
        {language: words[0] for language, words in spec.words.items()},
        {language: words[1 : 1 + _ALSO] for language, words in spec.words.items()},
    )


def _topics(loaded: set[str]) -> list[str]:
    """HELP's topics, tracing first, without those about commands of which none is loaded."""
    absent = {topic for command, topic in OF_COMMAND.items() if command not in loaded}
    present = {topic for command, topic in OF_COMMAND.items() if command in loaded}
    left_out = (absent - present) | _ABOUT_LISTS
    ordered = dict.fromkeys((*_FIRST, *ALL_TOPICS))
    return [topic for topic in ordered if topic not in left_out and not topic.startswith(_OF_THE_FORM)]
