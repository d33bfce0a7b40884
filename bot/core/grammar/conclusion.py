"""From what was heard to the reading: bare numbers, questions about a letter that is answered, wishes, suggestions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.core.check_digits import CheckDigit
from bot.core.commands import Command, Reading
from bot.core.courtesy import POLITE_START, skip_courtesy
from bot.core.folding import fold
from bot.core.grammar.heard import Context, Heard, Line
from bot.core.grammar.matching import MAX_PROSE
from bot.core.grammar.questions import asks_for_news
from bot.core.grammar.vocabulary import Vocabulary
from bot.core.language import language_named
from bot.core.pro_numbers import find_pros
from bot.core.suggest import MAX_LINES, MAX_SUGGESTIONS, nearest
from bot.core.trace_arguments import is_trace_list
from bot.core.values import Language

_MAYBE_PRO = re.compile(r"[0-9](?:[^0-9\n]?[0-9]){7}")
_LABELLED = re.compile(r"[^:=\n]{1,40}[:=]\s*\S")


def conclude(vocabulary: Vocabulary, context: Context, heard: Heard) -> Reading:
    """What the message says, from what was heard of it."""
    if heard.weak is not None and not heard.prose and not heard.commands:
        heard.commands.append(heard.weak)
    _take_bare_numbers(vocabulary, context, heard)
    _take_question(vocabulary, context, heard)
    _take_wish(vocabulary, heard)
    if heard.commands:
        commands = _without_repeats(heard.commands)
        return Reading(commands=commands, switch=_switch(vocabulary, commands, heard.switch))
    if not heard.left:
        courteous = heard.polite and context.answers_us
        return Reading(courtesy=courteous, empty=not courteous, switch=heard.switch)
    return Reading(nearest=_nearest(vocabulary, heard), switch=heard.switch)


def _take_bare_numbers(vocabulary: Vocabulary, context: Context, heard: Heard) -> None:
    """PRO numbers that no command took are an open TRACE, or belong to the TRACE before them; unless another command matched."""
    trace = vocabulary.trace
    if trace is None or any(command.name != trace.name for command in heard.commands):
        return
    last = heard.commands[-1] if heard.commands else Command(trace.name)
    waits = last.word != "" and not last.argument and not last.lines  # TRACE stood alone: a list further below is what it means
    lines = tuple(
        line.raw for line in heard.left if _holds_pros(line.raw, context.check_digit) or (waits and is_trace_list(line.words))
    )
    if lines:
        heard.commands[-1:] = [replace(last, lines=last.lines + lines)]


def _holds_pros(raw: str, rule: CheckDigit) -> bool:
    if _MAYBE_PRO.search(raw) is None:
        return False
    found = find_pros(raw, rule=rule)
    return bool(found.pros or found.bad_check)


def _take_question(vocabulary: Vocabulary, context: Context, heard: Heard) -> None:
    """A question without a number of its own means the numbers of the letter that it answers."""
    trace = vocabulary.trace
    if trace is None or len(heard.commands) > 1:
        return
    if heard.commands:
        command = heard.commands[0]
        if command.name != trace.name or command.argument or command.lines:
            return
    else:
        asked, language = _asks_for_news(heard.left)
        if not asked:
            return
        command = Command(trace.name, language=language)
    answered = find_pros(context.answered_text, rule=context.check_digit).pros
    heard.commands[:] = [replace(command, argument=" ".join(answered))]


def _asks_for_news(left: Sequence[Line]) -> tuple[bool, Language | None]:
    for line in left[: MAX_PROSE + 1]:
        asked, language = asks_for_news(line.raw)
        if asked:
            return True, language
    return False, None


def _take_wish(vocabulary: Vocabulary, heard: Heard) -> None:
    """A wish for a language and nothing else is the LANGUAGE command."""
    spec = vocabulary.language
    if heard.switch is not None and spec is not None and not heard.commands and not heard.left:
        heard.commands.append(Command(spec.name, argument=heard.switch.value.upper(), language=heard.switch))


def _switch(vocabulary: Vocabulary, commands: Sequence[Command], switch: Language | None) -> Language | None:
    """The wish for a language, also when the LANGUAGE command says it."""
    spec = vocabulary.language
    for command in commands:
        if spec is not None and command.name == spec.name:
            return language_named(fold(command.argument)) or language_named(command.word.rpartition(" ")[2]) or switch
    return switch


def _without_repeats(commands: Sequence[Command]) -> tuple[Command, ...]:
    """The commands once each; one without an argument goes when the same command says more elsewhere."""
    if len(commands) == 1:
        return tuple(commands)
    kept: dict[tuple[str, str, tuple[str, ...]], Command] = {}
    fuller = {command.name for command in commands if command.argument or command.lines}
    said: dict[str, Language] = {}
    for command in commands:
        if command.language is not None:
            said.setdefault(command.name, command.language)
        if command.argument or command.lines or command.name not in fuller:
            kept.setdefault((command.name, command.argument, command.lines), command)
    return tuple(replace(command, language=command.language or said.get(command.name)) for command in kept.values())


def _nearest(vocabulary: Vocabulary, heard: Heard) -> tuple[str, ...]:
    """What the lines may have meant. A form's labels mean nothing; one label alone may be a command with a colon too much."""
    labelled = [line for line in heard.left if _LABELLED.match(line.raw)]
    lines = heard.left if len(labelled) < 2 else [line for line in heard.left if line not in labelled]
    starts = [words for line in lines[:MAX_LINES] for words in _starts(line.words)]
    names = nearest(starts, vocabulary.listed)
    trace = vocabulary.trace
    if trace is not None and any(not words[0].isdigit() and is_trace_list(words) for words in starts):
        names = (trace.name, *(name for name in names if name != trace.name))
    if heard.weak is not None:
        names = (heard.weak.name, *(name for name in names if name != heard.weak.name))
    return names[:MAX_SUGGESTIONS]


def _starts(words: Sequence[str]) -> list[Sequence[str]]:
    """A line without its courtesy, and without its polite beginning."""
    start = skip_courtesy(words)
    asked = skip_courtesy(words, POLITE_START)
    return [words[place:] for place in dict.fromkeys((start, asked)) if place < len(words)] or [words]
