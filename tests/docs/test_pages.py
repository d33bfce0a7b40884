"""The documentation names only what exists, and every page is found from the index."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.config import Settings, load
from tests.docs.pages import DOCS, INDEX, PAGES, ROOT, anchors_of, links_of, quoted_in, text_of

_SUFFIXES = ("py", "sql", "toml", "md", "yml", "html", "db")  # "accounts.sql" is a file
_NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
every_page = pytest.mark.parametrize("page", PAGES, ids=_NAMES)
KEYS = {section: set(getattr(field.annotation, "model_fields", {})) for section, field in Settings.model_fields.items()}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_page_is_found_from_the_index() -> None:
    found, new = {INDEX}, [INDEX]
    while new:
        page = new.pop()
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links_of(page)}
        pages = {each for target in targets for each in ([target] if target.suffix == ".md" else target.glob("*.md"))} - found
        found |= pages
        new += pages
    assert set(DOCS.rglob("*.md")) - found == set()


def test_four_readers_have_their_page() -> None:
    for reader, start in (
        ("a customer", "customer.en.md"),
        ("a customer", "customer.fr.md"),
        ("an administrator", "administrator.md"),
        ("an operator", "operator.md"),
        ("a developer", "architecture.md"),
    ):
        (row,) = re.findall(rf"^\| \*\*{reader}\*\*.*$", text_of(INDEX), re.MULTILINE)
        assert f"({start})" in row, reader


@every_page
def test_commands_exist(page: Path) -> None:
    """`autopro WORD`, and the word after it where the command has parts."""
    for words in quoted_in(page):
        for name, part in re.findall(r"(?:^|[\s/])autopro ([a-z]+)(?: ([a-z]+))?(?=[\s`]|$)", words):
            if name in ("ready", "-"):
                continue
            command = main.get_command(click.Context(main), name)
            assert command is not None, words
            if isinstance(command, click.Group) and part:
                assert part in command.commands, words


@every_page
def test_options_exist(page: Path) -> None:
    for words in quoted_in(page):
        found = re.search(r"(?:^|[\s/])autopro ([a-z]+)(?: ([a-z]+))?((?: .*)?)", words)
        command = main.get_command(click.Context(main), found[1]) if found is not None else None
        if found is None or command is None:
            continue
        parts = command.commands.values() if isinstance(command, click.Group) else ()
        known = {option for one in (command, *parts) for parameter in one.params for option in parameter.opts} | {"--help"}
        for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", found[0].partition("#")[0]):
            assert option in known, words


@every_page
def test_settings_exist(page: Path) -> None:
    """`[section] key` and `section.key`, each in backticks."""
    for words in quoted_in(page):
        named = re.findall(r"^\[([a-z_]+)\] ([a-z_]+)(?= |$)", words)
        named += [
            (section, key)
            for section, key in re.findall(r"^([a-z_]+)\.([a-z_]+)$", words)
            if section in KEYS and key not in _SUFFIXES
        ]
        for section, key in named:
            assert section in KEYS, words
            assert key in KEYS[section] or key.removesuffix("_file") in KEYS[section], words


@every_page
def test_examples_of_settings_are_settings(page: Path, tmp_path: Path) -> None:
    """Each block of TOML loads by itself; files of secrets that it names are made here."""
    secret, token = tmp_path / "secret", tmp_path / "token"
    secret.write_text("secret\n", encoding="utf-8")
    token.write_text("123456789:AAHsecretsecretsecret\n", encoding="utf-8")
    for number, block in enumerate(re.findall(r"^```toml\n(.*?)^```", text_of(page), re.MULTILINE | re.DOTALL)):
        example = tmp_path / f"{number}.toml"
        block = re.sub(r'(_file = )"[^"]*"', rf'\1"{secret}"', block)
        example.write_text(block.replace(f'\ntoken_file = "{secret}"', f'\ntoken_file = "{token}"'), encoding="utf-8")
        load(example, {})


@every_page
def test_files_exist(page: Path) -> None:
    for words in quoted_in(page):
        for path in re.findall(
            r"(?:^|(?<=[\s(]))((?:bot|handlers|storage|templates|tools|tests|docs|deploy|bench)/[\w./-]*\w)", words
        ):
            assert (ROOT / path).exists() or list(ROOT.glob(f"{path}*")), words


@every_page
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in quoted_in(page):
        for target in re.findall(r"(?:^|&& )make ([a-z]+)", words):
            assert target in targets, words
