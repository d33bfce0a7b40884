"""Open requests: reminders after open hours, once each, as one list; the lapse after fourteen days, and who is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.accounts.records import NewRequest, RequestKind, RequestState
from bot.core.values import Language
from tests.support.visits import ADMIN, RULES, STRANGER
from tests.sweep.desk import SweptDesk, local, swept_desk

MONDAY = local("2026-11-16T09:00")  # the office is open from 8:00 to 17:30 on weekdays
REMINDED = [(address, "admin/reminder") for address in RULES.admin_addresses]
CLAIMED = {"name": "Nora", "company": "Nulle Part inc.", "email": STRANGER}


async def asked(
    desk: SweptDesk,
    address: str = STRANGER,
    *,
    kind: RequestKind = RequestKind.ACCESS,
    confirmed: bool = True,
    language: Language | None = Language.EN,
) -> int:
    """An open request, now."""
    new = NewRequest(kind, f"mail:{address}", address, language, {**CLAIMED, "email": address}, confirmed=confirmed)
    request = await desk.visits.write(lambda files: files.requests.open(new, desk.visits.clock.now()))
    return request.number


@pytest.mark.parametrize(
    ("put", "sweeps"),
    [
        # (when, is a reminder sent)
        ("2026-11-16T09:00", [("2026-11-16T12:59", False), ("2026-11-16T13:00", True), ("2026-11-16T17:00", False)]),
        ("2026-11-20T17:00", [("2026-11-21T12:00", False), ("2026-11-23T11:29", False), ("2026-11-23T11:30", True)]),  # a weekend
        ("2026-11-16T09:00", [("2026-11-16T14:00", True), ("2026-11-18T13:59", False), ("2026-11-18T14:00", True)]),
        ("2026-11-16T09:00", [("2026-11-18T15:00", True), ("2026-11-19T15:00", False)]),  # down across both: one letter
    ],
)
async def test_reminders_count_open_hours_and_come_once_each(tmp_path: Path, put: str, sweeps: list[tuple[str, bool]]) -> None:
    async with swept_desk(tmp_path, local(put)) as desk:
        await asked(desk)
        for moment, reminds in sweeps:
            await desk.run(local(moment))
            letters = [letter for letter in desk.take() if letter[1] == "admin/reminder"]
            assert letters == (REMINDED if reminds else []), moment


async def test_one_list_for_each_administrator(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, MONDAY) as desk:
        first, second = await asked(desk), await asked(desk, "other@elsewhere.example", kind=RequestKind.PASSWORD)
        await asked(desk, "unconfirmed@elsewhere.example", confirmed=False)
        await desk.run(MONDAY + timedelta(hours=5))
        mine = [place for place, queued in enumerate(desk.letters) if queued.letter.template == "admin/reminder"]
        assert len(mine) == len(RULES.admin_addresses)
        mail, text = desk.read(mine[0])
        assert mail["To"] == ADMIN
        assert f"REQUESTS {first}" in text
        assert f"REQUESTS {second}" in text
        assert "unconfirmed@elsewhere.example" not in text


@pytest.mark.parametrize("kind", RequestKind)
@pytest.mark.parametrize("language", Language)
async def test_after_fourteen_days_it_lapses_and_the_requester_is_told(
    tmp_path: Path, kind: RequestKind, language: Language
) -> None:
    async with swept_desk(tmp_path, MONDAY) as desk:
        number = await asked(desk, kind=kind, language=language)
        await desk.run(MONDAY + timedelta(days=14) - timedelta(seconds=1))
        assert "access/lapsed" not in [template for _, template in desk.take()]
        report = await desk.run(MONDAY + timedelta(days=14))
        assert (report.lapsed, report.failed) == (1, 0)
        mail, text = desk.read()
        assert desk.take() == [(STRANGER, "access/lapsed")]
        assert mail["Content-Language"] == language.value
        assert {Language.EN: "has lapsed", Language.FR: "caduque"}[language] in text
        request = await desk.visits.read(lambda files: files.requests.get(number))
        assert request is not None
        assert (request.state, request.decided_by) == (RequestState.LAPSED, "desk")
        assert "request_lapsed" in await desk.visits.audit()
        assert (await desk.run(MONDAY + timedelta(days=15))).lapsed == 0
        assert desk.take() == []


async def test_an_unconfirmed_request_lapses_in_silence(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, MONDAY) as desk:
        await asked(desk, confirmed=False)
        report = await desk.run(MONDAY + timedelta(days=14))
        assert (report.lapsed, desk.take()) == (1, [])


async def test_a_decided_request_neither_reminds_nor_lapses(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, MONDAY) as desk:
        number = await asked(desk)
        await desk.visits.write(lambda files: files.requests.decide(number, RequestState.DENIED, ADMIN, {}, MONDAY))
        report = await desk.run(MONDAY + timedelta(days=20))
        assert (report.lapsed, report.reminders, desk.take()) == (0, 0, [])


async def test_what_has_expired_is_forgotten(tmp_path: Path) -> None:
    """Tokens a month after their end, forms left alone, and counts of wrong passwords."""
    async with swept_desk(tmp_path, MONDAY) as desk:
        visits = desk.visits

        async def leave(files: object) -> None:
            now = visits.clock.now()
            await files.drafts.put(f"mail:{STRANGER}", "access", "{}", now)  # type: ignore[attr-defined]
            await files.attempts.count("K7MP4TXR", "mail:x", now, trusted=False)  # type: ignore[attr-defined]

        await visits.write(leave)
        first = await desk.run(MONDAY + timedelta(hours=1))
        assert first.forgotten == 0
        second = await desk.run(MONDAY + timedelta(days=2))
        assert second.forgotten >= 1
        assert await visits.read(lambda files: files.drafts.get(f"mail:{STRANGER}", "access")) == "{}"
        await desk.run(MONDAY + timedelta(days=31))
        assert await visits.read(lambda files: files.drafts.get(f"mail:{STRANGER}", "access")) is None
