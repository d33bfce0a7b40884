"""Writes docs/customer.en.md and docs/customer.fr.md from the commands and the letters of HELP: `make docs`.

They show a made-up carrier with the default rules. A carrier's own page, ready to be printed, is what `autopro reference` prints.
"""

from __future__ import annotations

from pathlib import Path

from bot.config import Settings
from bot.core.document import DocumentWriter
from bot.core.output_forms import read_output_form
from bot.core.values import Language
from bot.rules import account_rules, desk_facts
from handlers.reference import handout
from handlers.table import HANDLERS
from templates import FOLDER

DOCS = Path(__file__).resolve().parent.parent / "docs"
_NOTE = "<!-- Written by tools/customer_page.py from the table of commands and the letters of HELP; do not edit. -->"
_CARRIER = {"desk": {"address": "service@carrier.example"}}


def path_of(language: Language) -> Path:
    """Where the page of a language stands."""
    return DOCS / f"customer.{language}.md"


def page(language: Language) -> str:
    """The whole page, in Markdown."""
    settings = Settings.model_validate(_CARRIER)
    form = read_output_form(Path(__file__).with_suffix(".toml"), language, markup=True)
    replies = handout([handler.spec for handler in HANDLERS], account_rules(settings))
    document = DocumentWriter(FOLDER, desk_facts(settings)).write(replies, language, form)
    return f"# {document.title}\n\n{_NOTE}\n{document.content}"


if __name__ == "__main__":
    for language in Language:
        path_of(language).write_text(page(language), encoding="utf-8")
