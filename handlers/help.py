"""HELP: what the desk can do, and an answer to every question of the help page, one letter a topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.commands import Command, CommandSpec, Follows, Handler
from bot.core.folding import fold
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import AccountRules, Visit
from handlers.listing import listed
from handlers.topic_cues import TOPICS
from handlers.topics import NOTHING_FOUND, find_topic

_QUESTION_WORDS = 20  # the longest question of the help page has 13
_ECHO_LIMIT = 80  # characters of a question that are repeated to its writer

_ENGLISH = ("HELP", "HELP ME", "INFO", "START")
_FRENCH = ("AIDE", "AIDEZ-MOI", "AIDE-MOI", "À L’AIDE", "INFO")


def is_question(folded: str) -> bool:
    """Whether what follows HELP on a folded line asks for a topic: "Help, our driver …" is for a person to read."""
    words = folded.split()
    if len(words) < 2:
        return True
    return len(words) <= _QUESTION_WORDS and find_topic(folded, {}) != NOTHING_FOUND


SPEC = CommandSpec(
    name="help",
    words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
    follows=Follows.OPTIONAL,
    undecided=frozenset({"INFO", "START"}),
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),
    argument=is_question,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The account rules' figures that the topics tell; the defaults are those of the settings' section [accounts]."""

    password_months: int = 3
    inactive_months: int = 6
    temporary_password_hours: int = 24
    session_minutes: int = 60
    password_min_length: int = 15


def figures_of(rules: AccountRules | None) -> Figures:
    """The figures that the settings give; their defaults where a visit knows no rules."""
    if rules is None:
        return Figures()
    return Figures(
        password_months=rules.calendar.password_months,
        inactive_months=rules.calendar.inactive_months,
        temporary_password_hours=rules.temporary_password_hours,
        session_minutes=rules.session_minutes,
        password_min_length=rules.password_min_length,
    )


def handler_for(others: Sequence[CommandSpec]) -> Handler:
    """The command for a table whose other commands are `others`: HELP lists what is really loaded."""
    specs = (SPEC, *others)
    phrases = {fold(word): spec.name for spec in specs for words in spec.words.values() for word in words}

    async def answer(visit: Visit, command: Command) -> Reply:
        """The overview, the letter of a topic, or the topics that a question may mean."""
        if not fold(command.argument):
            return Reply("help/overview", {"commands": listed(specs, logged_in=visit.logged_in), "logged_in": visit.logged_in})
        found = find_topic(command.argument, phrases)
        if found.key is None:
            asked = command.argument.strip()[:_ECHO_LIMIT]
            return Reply("help/which_topic", {"asked": asked, "nearest": found.nearest})
        return Reply(
            f"help/{found.key}", {"figures": figures_of(visit.rules), "logged_in": visit.logged_in, "all_topics": ALL_TOPICS}
        )

    return Handler(SPEC, answer)


ALL_TOPICS = tuple(topic.key for topic in TOPICS)
