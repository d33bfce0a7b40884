"""What the storage tests share."""

from __future__ import annotations

import pytest

from bot.core.clock import SystemMint
from bot.core.seal import Seal


@pytest.fixture
def seal() -> Seal:
    return Seal(b"k" * 32, SystemMint())
