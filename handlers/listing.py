"""The rows of HELP and SERVICES: commands as a letter lists them, made from the table of commands that is really loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.commands import CommandSpec
from bot.core.values import Language


@dataclass(frozen=True, slots=True)
class Listed:
    """One command in a list.

    `name` is its key in the word lists, `words` what to type in each language, `key` whether it needs an access code that the
    reader has not given yet (the key beside a service disappears after login: help page, "All the keys … should disappear").
    """

    name: str
    words: Mapping[Language, str]
    key: bool


def listed(specs: Iterable[CommandSpec], *, logged_in: bool) -> tuple[Listed, ...]:
    """The commands that are shown to customers, in the table's order."""
    return tuple(row(spec, logged_in=logged_in) for spec in specs if spec.listed)


def row(spec: CommandSpec, *, logged_in: bool) -> Listed:
    """One command as a list shows it."""
    printed = {language: words[0] for language, words in spec.words.items()}
    return Listed(spec.name, printed, spec.locked and not logged_in)
