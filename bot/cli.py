"""The command line: `autopro COMMAND`. Exit 0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage."""

from __future__ import annotations

import click

from bot.commands.check import check_command
from bot.commands.import_command import import_command
from bot.commands.parked import parked_command
from bot.commands.serve import demo_command, serve_command
from bot.commands.terminal import terminal_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="autopro-desk")
def main() -> None:
    """Autopro Desk: the service counter of a less-than-truckload carrier."""


for _command in (serve_command, demo_command, terminal_command, import_command, parked_command, check_command):
    main.add_command(_command)
