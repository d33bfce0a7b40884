"""`autopro serve` and `autopro demo` (what `make run` starts)."""

from __future__ import annotations

from pathlib import Path

import click

from bot import logs
from bot.app import serve
from bot.commands.common import run, with_settings
from bot.commands.demo import prepare_demo
from bot.config import Settings, load
from bot.core.errors import AutoproError


def _print_ready() -> None:
    click.echo("autopro ready")


@click.command("serve")
@with_settings
def serve_command(settings: Settings) -> None:
    """Run the desk until SIGTERM or Ctrl-C."""
    run(serve(settings, ready=_print_ready))


@click.command("demo")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="Where the demo keeps its data."
)
def demo_command(folder: Path) -> None:
    """Run the desk with sample shipments and say what to try."""
    try:
        config = folder / "demo.toml"
        guide = run(prepare_demo(config))
        settings = load(config)
        logs.set_up(settings.log.level)

        def ready() -> None:
            click.echo(guide)
            _print_ready()

        run(serve(settings, ready=ready))
    except AutoproError as error:
        raise click.ClickException(str(error)) from error
