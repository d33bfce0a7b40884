"""Wherever the quick path's deadline falls, a mail is kept once and counts as what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import desk as main_path
from bot.core.values import Channel, RawRecord
from tests.support.desk import CUSTOMER, SERVICE, started_desk

TRIES = 120


async def test_a_deadline_at_any_moment_makes_no_duplicate(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The savepoint of an answer that came too late is undone, also when it was about to be released."""
    receipts = []
    async with started_desk(tmp_path, database={"url": url}) as desk:
        for number in range(TRIES):
            monkeypatch.setattr(main_path, "QUICK_SECONDS", 0.0002 * number)
            mail = desk.mail("HELP", sender=CUSTOMER, subject=f"mail {number}")
            record = RawRecord(Channel.MAIL, mail.as_bytes(), CUSTOMER, (SERVICE,), "127.0.0.1")
            receipts.append((await desk.app.desk.receive(record, "test")).receipt)
    assert receipts == ["accepted"] * TRIES
