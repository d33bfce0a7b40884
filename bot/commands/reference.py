"""`autopro reference`: the page about the counter for customers, with this desk's name, address, numbers and rules."""

from __future__ import annotations

import click

from bot.commands.common import with_settings
from bot.config import Settings
from bot.core.document import DocumentWriter
from bot.core.values import Language
from bot.rules import account_rules, desk_facts
from handlers.reference import handout
from handlers.table import HANDLERS
from templates import FOLDER


@click.command("reference")
@click.option("--language", type=click.Choice([str(one) for one in Language]), required=True, help="The page's language.")
@with_settings
def reference_command(settings: Settings, language: str) -> None:
    """Print the page for customers as HTML, to be put on a web site or printed."""
    replies = handout([handler.spec for handler in HANDLERS], account_rules(settings))
    click.echo(DocumentWriter(FOLDER, desk_facts(settings)).html(replies, Language(language)), nl=False)
