"""What every command line command shares: `--config`, one clear line for an error, JSON for listings."""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import uvloop

from bot import logs
from bot.config import load
from bot.core.errors import AutoproError

Result = TypeVar("Result")


def with_settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--config FILE` and hands the command its settings as first argument. Errors end with exit code 1 and one clear text."""

    @click.option("--config", type=click.Path(path_type=Path), help="Settings file; else autopro.toml here, else the defaults.")
    @functools.wraps(function)
    def command(*arguments: Any, config: Path | None, **options: Any) -> Any:
        with clear_errors():
            settings = load(config)
            logs.set_up(settings.log.level)
            return function(settings, *arguments, **options)

    return command


@contextmanager
def clear_errors() -> Iterator[None]:
    """Ends the command with exit code 1 and one clear text on stderr where it could not do what was asked."""
    try:
        yield
    except AutoproError as error:
        click.echo(f"autopro: {error}", err=True)
        sys.exit(1)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs `work` on a fresh uvloop event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Prints a listing: JSON, or one `key=value` line a row."""
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=str))
        return
    if not rows:
        click.echo(empty)
    for row in rows:
        click.echo("  ".join(f"{key}={value}" for key, value in row.items()))
