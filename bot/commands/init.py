"""`autopro init`: asks a few questions and writes the settings file of a first install."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from bot.commands.common import clear_errors
from bot.commands.init_file import files, sections, write
from bot.commands.init_questions import Question, questions
from bot.config import load
from bot.core.errors import AutoproError, Refused

Ask = Callable[[Question, str, int], str]

_NEXT = """
{config} is written. Next:

  autopro check --config {config}            tries everything and says how to mend each
  autopro serve --config {config}            runs the desk (docs/systemd.md: as a service)
  autopro check --probe --administrators --config {config}   beside it: does mail come through, and do answers prove who writes?
"""


@click.command("init")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), default=Path("autopro.toml"), show_default=True)
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="Ask nothing: a file of lines NAME = ANSWER. --names lists the names.",
)
@click.option("--overwrite", is_flag=True, help="Write over files that exist, without asking.")
@click.option("--names", is_flag=True, help="Print the questions with their names, and end.")
def init_command(config: Path, answers: Path | None, overwrite: bool, names: bool) -> None:
    """Ask a few questions and write a commented settings file. Secrets go to files that only you can read.

    Each question has a default, taken with Enter. Without a terminal the answers are read from stdin, a line each.
    """
    table = questions(config)
    if names:
        for question in table:
            click.echo(f"{question.name} = {question.words}. {question.why}")
        return
    with clear_errors():
        ask = _from_file(answers, {question.name for question in table}) if answers is not None else _from_person
        _write(config, _answers(table, ask), overwrite=overwrite, asks=answers is None and sys.stdin.isatty())
    click.echo(_NEXT.format(config=config))


def _answers(table: tuple[Question, ...], ask: Ask) -> dict[str, str]:
    given: dict[str, str] = {}
    for question in table:
        if question.asked(given):
            given[question.name] = ask(question, question.default(given), len(given) + 1)
    return given


def _write(config: Path, given: dict[str, str], *, overwrite: bool, asks: bool) -> None:
    """Writes every file, the settings last; reads them back as the desk will."""
    made = files(sections(given), config)
    existing = [str(path) for path in made if path.exists()]
    if existing and not overwrite:
        what = f"{', '.join(existing)} {'exist' if len(existing) > 1 else 'exists'} already"
        if not asks:
            raise Refused(f"{what}; nothing was written. Name another file with --config, or add --overwrite")
        if not click.confirm(f"{what}. Write over {'them' if len(existing) > 1 else 'it'}?", default=False):
            raise Refused("nothing was written; name another file with --config")
    for path, content in made.items():
        write(path, content)
    load(config, {})


def _from_person(question: Question, default: str, number: int) -> str:
    """Asks until the answer can be taken."""
    click.echo(f"\n{number}. {question.why}")
    while True:
        shown = f" [{default}]" if default else ""
        answer = _line(f"   {question.words}{shown}: ", question) or default
        mistake = _mistake(question, answer)
        if not mistake:
            return answer
        click.echo(f"   That cannot be: {mistake}")


def _line(prompt: str, question: Question) -> str:
    if question.secret and sys.stdin.isatty():
        return str(click.prompt(prompt.rstrip(": "), hide_input=True, default="", show_default=False)).strip()
    click.echo(prompt, nl=False)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        click.echo()
    if not line:
        raise Refused(f"the answers ended before {question.name} ({question.words.lower()}); nothing was written")
    return line.strip()


def _from_file(path: Path, known: set[str]) -> Ask:
    """Takes answers by name; what is not there takes its default."""
    lines = [line.partition("=") for line in _read(path).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    given = {name.strip(): answer.strip() for name, _, answer in lines}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise Refused(f"{path} answers what is not asked: {', '.join(unknown)}; 'autopro init --names' lists the names")

    def ask(question: Question, default: str, _number: int) -> str:
        answer = given.get(question.name) or default
        mistake = _mistake(question, answer)
        if mistake:
            raise Refused(f"{path}: {question.name}: {mistake}")
        return answer

    return ask


def _read(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AutoproError(f"{path} cannot be read ({error}); it is a text file of lines NAME = ANSWER") from error


def _mistake(question: Question, answer: str) -> str:
    """Why an answer cannot be taken, "" when it can."""
    if not answer.isprintable():
        return "there is a character in it that cannot be printed"
    try:
        question.check(answer)
    except ValueError as error:
        return str(error)
    return ""
