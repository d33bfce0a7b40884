"""What holds for every message, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.commands import Effect
from bot.core.grammar import Context, read
from bot.core.language import decide, hint_from_headers, said_by
from bot.core.trace_arguments import trace_arguments
from tests.grammar.mails import corpus
from tests.grammar.vocabulary import CHANGES, CUSTOMERS, EVERYBODY

ANYTHING = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "M", "Cc", "Cf", "Cs"]), max_size=200)
WORDS = sorted({word for spec in EVERYBODY.specs for words in spec.words.values() for word in words})
ARGUMENTS = [
    "",
    " 123456789",
    " AP4471",
    " AP4471 Secret-Word-2026",
    " a@b.example",
    " please",
    " svp",
    " none",
    ": x",
    " 2",
    " fr",
    "!",
]
COURTESY = ["Bonjour,", "Hi Julie,", "Good morning team", "merci", "Thanks", "svp", "Please", "", "Have a nice day", "OK"]
PROSE = [
    "The truck was late again this morning.",
    "notre client attend depuis lundi",
    "I spoke with your driver about it",
    "Il manque deux palettes sur le voyage",
    "we were told to write here",
    "2 skids are missing",
    "- premier point de la rencontre",
    "I never asked for this",
]
COMMAND_LINES = st.builds(str.__add__, st.sampled_from(WORDS), st.sampled_from(ARGUMENTS))
LINES = st.one_of(COMMAND_LINES, st.sampled_from(COURTESY), st.sampled_from(PROSE), ANYTHING)
CONTEXTS = st.builds(Context, st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["", "Shipment 123456789", "x" * 50]))


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANYTHING, COMMAND_LINES), st.lists(LINES, max_size=8), CONTEXTS)
def test_never_raises(subject: str, lines: list[str], context: Context) -> None:
    """Whatever arrives gives a reading, and its commands are known ones."""
    reading = read(EVERYBODY, subject, "\n".join(lines), context)
    names = {spec.name for spec in EVERYBODY.specs}
    assert {command.name for command in reading.commands} <= names
    assert set(reading.nearest) <= names
    assert len(reading.nearest) <= 3
    assert not (reading.commands and (reading.nearest or reading.courtesy or reading.empty))
    for command in reading.commands:
        if command.name == "TRACE":
            trace_arguments(command)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(COURTESY), st.sampled_from(PROSE), st.lists(LINES, max_size=8), CONTEXTS)
def test_prose_first_means_no_change(greeting: str, prose: str, lines: list[str], context: Context) -> None:
    """Guessing may show public facts, and never does anything else."""
    reading = read(EVERYBODY, "", "\n".join([greeting, prose, *lines]), context)
    assert not {command.name for command in reading.commands} & CHANGES


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(PROSE))
def test_a_command_word_before_a_sentence_changes_nothing(word: str, prose: str) -> None:
    """ "Cancel the truck was late", "retirer notre client attend": only the free words of administrators take a sentence."""
    reading = read(CUSTOMERS, "", f"{word} {prose}", Context())
    changed = {command.name for command in reading.commands} & CHANGES
    assert changed <= {"NEW PASSWORD"}  # a passphrase is any sentence; it counts only in the limited session


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(COURTESY), COMMAND_LINES)
def test_greetings_never_hide_a_command(greeting: str, line: str) -> None:
    """What is read alone is read after a greeting."""
    alone = read(EVERYBODY, "", line, Context()).commands
    greeted = read(EVERYBODY, "", f"{greeting}\n{line}", Context()).commands
    assert alone == greeted


def test_table_of_effects() -> None:
    """What only shows public facts is short and known."""
    assert {spec.name for spec in EVERYBODY.specs if spec.effect is Effect.OPEN} == {"HELP", "SERVICES", "TRACE", "CONTACT"}


def _cpu(work: Callable[[], object], times: int) -> float:
    """The CPU time of one `work` in microseconds, the best of fifteen rounds."""
    best = float("inf")
    for _ in range(15):
        start = time.process_time()
        for _ in range(times):
            work()
        best = min(best, time.process_time() - start)
    return best / times * 1e6


def _slowness() -> float:
    """How much slower this machine is at this moment than the one of the figures, where this takes 45 microseconds; at least 1."""
    words = ["please", "trace", "one", "two", "three", "four", "five", "six"] * 50
    return max(1.0, _cpu(lambda: [" ".join(words[place : place + 2]).upper() for place in range(400)], 20) / 45)


def test_the_usual_mail_is_read_in_thirty_microseconds() -> None:
    """About 10 where the figures were taken."""
    context = Context()
    assert _cpu(lambda: read(CUSTOMERS, "question", "TRACE 123456789", context), 200) < 30 * _slowness()


def test_a_polite_mail_is_read_in_hundred_and_fifty_microseconds() -> None:
    """A greeting, two sentences, a signature: about 75 where the figures were taken."""
    mail = next(mail for mail in corpus() if mail.name == "courteous with accents")
    context = Context()
    assert _cpu(lambda: read(CUSTOMERS, mail.subject, mail.text, context), 50) < 150 * _slowness()


@pytest.mark.parametrize(
    "text",
    [
        "1234567890" * 20_000,
        "123456789 " * 20_000,
        "a@" * 100_000,
        "bonjour " * 25_000,
        "bonjour\n" * 25_000,
        "bonjour, " * 22_000,
        "TRACE 123456789\n" * 12_000,
        "please stop calling me\n" * 9_000,
        "where is it? " * 15_000,
        "é\u0301" * 100_000,
        "\ufdfa" * 200_000,
        "1-" * 100_000,
        "po " * 70_000,
        "en français " * 16_000,
        "a:" * 100_000,
        " " * 200_000,
        "\n" * 200_000,
        "RE: " * 50_000,
        "Jean Tremblay\n" * 15_000,
    ],
    ids=lambda text: repr(text[:14]),
)
def test_hostile_mail_is_read_in_bounded_time(text: str) -> None:
    """200 KB in every place; a generous half second, about 30 ms where the figures were taken."""
    start = time.process_time()
    reading = read(EVERYBODY, text, text, Context(answered_text=text, has_choices=True))
    for command in reading.commands:
        if command.name == "TRACE":
            trace_arguments(command)
    hint = hint_from_headers(text, text, text)
    decide(switch=reading.switch, profile=None, remembered=None, command=said_by(reading.commands), hint=hint, text=text)
    assert time.process_time() - start < 0.5
