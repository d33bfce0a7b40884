"""What a command is: the words that a handler file declares, and what the grammar reads out of a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.core.immutable import immutable
from bot.core.values import Language

if TYPE_CHECKING:
    from bot.core.anteroom import Anteroom
    from bot.core.replies import Reply
    from bot.core.visit import Visit


class Effect(StrEnum):
    """What a command may do, and so how strictly it is read (DESIGN: guessing may show public facts, and nothing else)."""

    OPEN = "open"  # shows public facts; courtesy and up to three lines of prose may stand before it
    CHANGE = "change"  # changes something or needs a session; must come first after a greeting


class Follows(StrEnum):
    """What belongs to a command besides its own words."""

    NOTHING = "nothing"  # nothing may follow on the line: a line with more words is prose
    OPTIONAL = "optional"  # the rest of the line is its argument, or there is none
    REQUIRED = "required"  # without an argument the handler asks for it
    EVERYTHING = "everything"  # the rest of the line and every further line (forms, free text)


@immutable
class CommandSpec:
    """One command of the counter: the single table row from which grammar, HELP, menus and the reference are made.

    `words` are the accepted phrases a language, the printed one first, written as people write them (accents and case are
    folded by the grammar). `undecided` are those words of it that say nothing about the writer's language. `whole_line` are
    those that are ordinary words or form labels as well: they count only when they fill the line or a valid argument follows.
    `argument` tells whether a folded argument is valid, where that matters for `whole_line`; `written` tells the same of the
    argument as written, for addresses and passwords, which folding takes apart. Either may say yes. `takes_code`: the argument
    begins with an access code, and the writer's own is valid whatever it looks like. `slash` is the phrase that a chat's menu has
    for it in a language, where that is not the printed one.
    """

    name: str
    words: Mapping[Language, tuple[str, ...]]
    effect: Effect = Effect.OPEN
    follows: Follows = Follows.NOTHING
    undecided: frozenset[str] = frozenset()
    whole_line: frozenset[str] = frozenset()
    argument: Callable[[str], bool] | None = None
    locked: bool = False  # needs an access code (the key beside the service)
    listed: bool = True  # HELP lists it
    written: Callable[[str], bool] | None = None
    takes_code: bool = False
    secret: bool = False  # what follows it may be a password: a chat message that holds one is removed
    in_groups: bool = False  # may be said where others read along although it changes something
    enters: bool = False  # opens or ends a session: what follows in the same message is said by whoever that made known
    slash: Mapping[Language, str] = field(default_factory=dict)


@immutable
class Command:
    """One command as read from a message.

    `argument` is the rest of its line as written (never folded: passwords are taken from it). `lines` are the further lines that
    belong to it. `language` is what its word says about the writer's language, None when it says nothing. `in_subject` tells
    that it stood in the subject.
    """

    name: str
    argument: str = ""
    lines: tuple[str, ...] = ()
    language: Language | None = None
    in_subject: bool = False
    word: str = ""  # the folded phrase that matched


@immutable
class Reading:
    """What the grammar made of one message.

    `commands` in order. When there are none: `courtesy` tells that it only thanks or greets, `nearest` are the names of the
    commands that it may have meant, `prose` that it holds words for a person.
    """

    commands: tuple[Command, ...] = ()
    courtesy: bool = False
    nearest: tuple[str, ...] = ()
    empty: bool = False
    switch: Language | None = None  # an explicit wish for a language, wherever it stood ("en français svp")
    barred: tuple[Command, ...] = ()  # commands that may not be said like this: in a group, forwarded, by an edit


@immutable
class Handler:
    """A command with the function that answers it.

    `prepare` does what is slow (hashing a password) before the transaction; `answer` finds its result in `Visit.prepared` and
    rechecks what it was made from: when that has changed meanwhile it raises `Changed`, and both run again.
    """

    spec: CommandSpec
    answer: Callable[[Visit, Command], Awaitable[Reply]] = field(repr=False)
    prepare: Callable[[Anteroom, Command], Awaitable[Any]] | None = field(default=None, repr=False)
