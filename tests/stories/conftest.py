"""What the stories of accounts share: a desk with its people, and whoever wants another arrangement opens a house of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """One administrator, two customers."""
    async with open_house(tmp_path) as opened:
        yield opened
