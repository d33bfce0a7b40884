"""Every mail of the corpus says what its writer meant."""

from __future__ import annotations

import pytest

from bot.core.commands import Command, Reading
from bot.core.grammar import Context, read
from bot.core.language import decide, hint_from_headers, said_by
from bot.core.subjects import is_reply_prefix
from bot.core.trace_arguments import trace_arguments
from tests.grammar.mails import Mail, corpus
from tests.grammar.vocabulary import CHANGES, CUSTOMERS, EVERYBODY

MAILS = corpus()


def _read(mail: Mail, *, admin: bool) -> Reading:
    context = Context(
        subject_is_reply=is_reply_prefix(mail.subject) or mail.says("answers"),
        has_choices=mail.says("choices"),
        answers_us=mail.says("answers"),
        answered_text=mail.facts.get("answered", "").replace("\\n", "\n"),
    )
    return read(EVERYBODY if admin else CUSTOMERS, mail.subject, mail.text, context)


def _shown(command: Command) -> str:
    """A command in the words of the corpus."""
    if command.name == "TRACE":
        asked = trace_arguments(command)
        parts = [command.name, *asked.pros]
        parts += [f"near={number}" for number in asked.near]
        if asked.reference:
            parts.append(f"{asked.kind.value if asked.kind else 'bare'}={asked.reference}")
        if asked.choice:
            parts.append(f"choice={asked.choice}")
        if asked.more:
            parts.append(f"more={asked.more}")
        return " ".join(parts)
    shown = [command.name]
    if command.argument:
        shown.append(command.argument)
    if written := len([line for line in command.lines if line.strip()]):
        shown.append(f"lines={written}")
    return " | ".join(shown)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: f"{mail.group}: {mail.name}")
def test_mail_means_what_its_writer_meant(mail: Mail) -> None:
    """Commands in order with their arguments; else what is suggested, or that nothing was asked."""
    reading = _read(mail, admin=mail.says("admin"))
    assert [_shown(command) for command in reading.commands] == list(mail.expected)
    assert (reading.switch or "") == mail.facts.get("switch", "")
    outcome = "courtesy" if reading.courtesy else "empty" if reading.empty else ""
    assert outcome == mail.facts.get("outcome", "")
    if (near := mail.facts.get("nearest", "none")) != "any":
        assert ", ".join(reading.nearest) == ("" if near == "none" else near)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: f"{mail.group}: {mail.name}")
def test_mail_shows_its_language(mail: Mail) -> None:
    """The language of the answer when nothing is on file."""
    reading = _read(mail, admin=mail.says("admin"))
    subject = "" if is_reply_prefix(mail.subject) else mail.subject
    language = decide(
        switch=reading.switch,
        profile=None,
        remembered=None,
        command=said_by(reading.commands),
        hint=hint_from_headers("", mail.subject, mail.text),
        text=f"{subject}\n{mail.text}",
    )
    assert (language or "none") == mail.facts["language"]


@pytest.mark.parametrize("mail", [mail for mail in MAILS if mail.group == "prose"], ids=lambda mail: mail.name)
def test_prose_changes_nothing(mail: Mail) -> None:
    """Not even where the words of administrators are known."""
    for admin in (False, True):
        assert not {command.name for command in _read(mail, admin=admin).commands} & CHANGES


def test_corpus_is_large_and_complete() -> None:
    """Each mail states its meaning and its language; the kinds of mail are all there."""
    assert len(MAILS) >= 180
    assert len([mail for mail in MAILS if mail.group == "prose"]) >= 25
    assert len({(mail.group, mail.name) for mail in MAILS}) == len(MAILS)
    for mail in MAILS:
        assert "language" in mail.facts, mail.name
        assert mail.expected or "nearest" in mail.facts or "outcome" in mail.facts, mail.name
