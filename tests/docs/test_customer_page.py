"""The page for customers is what tools/customer_page.py writes, names only words that the desk reads, and prints well."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bot.config import Settings
from bot.core.commands import CommandSpec
from bot.core.document import DocumentWriter
from bot.core.folding import fold
from bot.core.forms import dialogue
from bot.core.grammar import Context, Vocabulary, read
from bot.core.values import Language
from bot.rules import account_rules, desk_facts
from handlers.reference import handout
from handlers.table import HANDLERS
from templates import FOLDER
from tests.process.child import place, run
from tests.rendering.test_accessibility import axe, browse, chromium
from tools.customer_page import page, path_of

__all__ = ["axe", "chromium"]  # fixtures
SPECS = [handler.spec for handler in HANDLERS]
VOCABULARY = Vocabulary(SPECS)
OF_A_FORM = dialogue._BACK | dialogue._SKIP | dialogue._CANCEL  # understood while a form is asked
PAGES = 5  # what people still take along, printed on both sides


def html(language: Language, *, specs: list[CommandSpec] = SPECS, **sections: dict[str, object]) -> str:
    settings = Settings.model_validate(sections)
    return DocumentWriter(FOLDER, desk_facts(settings)).html(handout(specs, account_rules(settings)), language)


@pytest.mark.parametrize("language", Language)
def test_the_page_is_current(language: Language) -> None:
    assert path_of(language).read_text(encoding="utf-8") == page(language), "run: make docs"


@pytest.mark.parametrize("language", Language)
def test_every_word_to_write_is_understood(language: Language) -> None:
    """Each stands in backticks; what a customer writes from the page reaches its command."""
    written = re.findall(r"`([^`]+)`", page(language))
    assert len(written) > 50
    for words in written:
        if words == "/" or fold(words) in OF_A_FORM:
            continue
        commands = read(VOCABULARY, "", words, Context()).commands
        assert len(commands) == 1, words
        assert not commands[0].in_subject


def test_both_pages_list_the_same_commands() -> None:
    listed = []
    for language in Language:
        rows = re.findall(r"^\| `([^`]+)` \|", page(language), re.MULTILINE)
        listed.append([read(VOCABULARY, "", words, Context()).commands[0].name for words in rows])
    assert listed[0] == listed[1]
    assert sorted(listed[0]) == sorted(spec.name for spec in SPECS if spec.listed)


@pytest.mark.parametrize("language", Language)
def test_a_carriers_own_page_says_its_name_numbers_and_rules(language: Language) -> None:
    shown = html(
        language,
        desk={"company": "<b>Nord & Sud</b>", "address": "fret@nord.example", "phones": ["418-555-0199"]},
        accounts={"password_months": 7, "password_min_length": 21},
    )
    assert "<b>" not in shown
    assert "&lt;b&gt;Nord &amp; Sud&lt;/b&gt;" in shown
    assert "fret@nord.example" in shown
    assert ("418-555-0199" if language is Language.EN else "418\u00a0555-0199") in shown
    assert re.search(r"\b7.(months|mois)", shown)
    assert re.search(r"\b21.(characters|caractères)", shown)
    assert shown.count("<h1>") == 1
    assert f'<html lang="{language}">' in shown


def test_a_command_that_is_not_loaded_is_not_on_the_page() -> None:
    without = html(Language.EN, specs=[spec for spec in SPECS if spec.name not in ("my_shipments", "object")])
    for title in ("How do I see all my shipments?", "Somebody new on the account?"):
        assert title in html(Language.EN)
        assert title not in without
    assert '<th scope="row"><code>MY SHIPMENTS' not in without


def test_the_command_prints_it(tmp_path: Path) -> None:
    here = place(tmp_path)
    printed = here.run("reference", "--language", "fr")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.startswith("<!doctype html>")
    assert "REPÉRAGE 123456789" in printed.stdout
    assert run("reference").returncode == 2


@pytest.mark.chromium
def test_nothing_stands_in_a_readers_way(chromium: str, axe: str, tmp_path: Path) -> None:
    pages = {
        language.value: html(language, desk={"address": "a-very-long-name-for-a-service@carrier.example"}) for language in Language
    }
    assert browse(chromium, axe, pages, tmp_path, dark=False) == []


@pytest.mark.chromium
@pytest.mark.parametrize("paper", ["letter", "A4"])
@pytest.mark.parametrize("language", Language)
def test_it_prints_on_a_few_pages(language: Language, paper: str, chromium: str, tmp_path: Path) -> None:
    source, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    source.write_text(html(language).replace("@page{", f"@page{{size:{paper};"), encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={printed}", source.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    sheets = re.findall(rb"/Type */Page\b", printed.read_bytes())
    assert 1 < len(sheets) <= PAGES
