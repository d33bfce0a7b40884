"""`autopro serve` and `autopro demo` (what `make run` starts)."""

from __future__ import annotations

from pathlib import Path

import click

from bot import logs
from bot.commands.common import clear_errors, run, with_settings
from bot.config import Settings, load


def _serve(settings: Settings, guide: str = "") -> None:
    from bot.serving import serve  # loaded once the settings are right: a mistake in them is told in half the time

    def ready() -> None:
        if guide:
            click.echo(guide)
        click.echo("autopro ready")

    run(serve(settings, ready=ready))


@click.command("serve")
@with_settings
def serve_command(settings: Settings) -> None:
    """Run the desk until SIGTERM or Ctrl-C."""
    _serve(settings)


@click.command("demo")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="Where the demo keeps its data."
)
def demo_command(folder: Path) -> None:
    """Run the desk with sample shipments and say what to try."""
    from bot.commands.demo import prepare_demo

    with clear_errors():
        config = folder / "demo.toml"
        guide = run(prepare_demo(config))
        settings = load(config)
        logs.set_up(settings.log.level)
        _serve(settings, guide)
