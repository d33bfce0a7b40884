"""The command line: `autopro COMMAND`. Exit 0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage."""

from __future__ import annotations

from importlib import import_module

import click

# Command, its module in bot/commands, its name there. Loaded when called: half a second instead of one and a half.
_COMMANDS = {
    "init": ("init", "init_command"),
    "serve": ("serve", "serve_command"),
    "demo": ("serve", "demo_command"),
    "terminal": ("terminal", "terminal_command"),
    "import": ("import_command", "import_command"),
    "account": ("account", "account_command"),
    "request": ("request", "request_command"),
    "parked": ("parked", "parked_command"),
    "audit": ("audit", "audit_command"),
    "sweep": ("sweep", "sweep_command"),
    "backup": ("backup", "backup_command"),
    "export": ("privacy", "export_command"),
    "forget": ("privacy", "forget_command"),
    "key": ("key", "key_command"),
    "check": ("check", "check_command"),
    "reference": ("reference", "reference_command"),
}


class _Commands(click.Group):
    """Loads a command when it is called, or described by --help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"bot.commands.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="autopro-desk")
def main() -> None:
    """Autopro Desk: the service counter of a less-than-truckload carrier."""
