"""A desk's stores with one account, at the moment of the sample letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.letters.shipments import NOW
from tests.support.visits import Visits, open_visits


@pytest.fixture
async def visits(tmp_path: Path) -> AsyncIterator[Visits]:
    async with open_visits(tmp_path, now=NOW) as opened:
        yield opened
