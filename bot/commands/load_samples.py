"""`python -m bot.commands.load_samples --config FILE`: the sample shipments into a database, for benchmarks and trials."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.commands.import_command import import_samples
from bot.config import load
from bot.core.clock import SystemClock
from storage.opening import open_database


async def _load(config: Path) -> None:
    database = await open_database(load(config).database.url)
    try:
        await import_samples(database, SystemClock().now())
    finally:
        await database.close()


def main() -> None:
    """Loads the samples once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    asyncio.run(_load(parser.parse_args().config))


if __name__ == "__main__":
    main()
