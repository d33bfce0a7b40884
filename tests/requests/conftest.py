"""`desk`: a counter for requests on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.request_desk import RequestDesk, open_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[RequestDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened
