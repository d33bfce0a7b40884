"""Notices before a deadline: once each, over a whole year, after downtime, and never to those who do not want them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.accounts.records import NewMember
from bot.core.accounts.tokens import Judgement, Purpose, judge
from bot.core.values import Assurance, Language
from tests.support.visits import JULES, MARIE, PASSWORD, Visits
from tests.sweep.desk import local, swept_desk

SET = "2026-01-15T10:00"  # the password ends on 15 April, the account on 15 July


async def test_a_year_of_hourly_sweeps_tells_each_thing_once(tmp_path: Path) -> None:
    """Swept three times a day from January to August."""
    async with swept_desk(tmp_path, local(SET)) as desk:
        await desk.visits.account()
        told: list[tuple[str, str]] = []
        day = date(2026, 1, 15)
        while day < date(2026, 8, 1):
            for hour in (0, 11, 23):
                moment = local(f"{day}T{hour:02}:30")
                if moment > desk.visits.clock.moment:
                    await desk.run(moment)
                    told += [(day.isoformat(), template) for _, template in desk.take()]
            day += timedelta(days=1)
        assert told == [
            ("2026-04-01", "notice/password"),
            ("2026-04-08", "notice/password"),
            ("2026-04-14", "notice/password"),
            ("2026-06-15", "notice/inactivity"),
            ("2026-07-08", "notice/inactivity"),
            ("2026-07-14", "notice/inactivity"),
            ("2026-07-16", "notice/closed"),
        ]


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [
        ("2026-04-05T09:00", [], "in 10 days"),  # the one of 14 days, ten days before
        ("2026-04-09T09:00", [], "in 6 days"),  # the one of 7 days; that of 14 is not made up for
        ("2026-04-15T09:00", [], "today"),
        ("2026-04-15T23:59", [], "today"),
        ("2026-04-09T09:00", ["2026-04-09T10:00", "2026-04-12T00:00"], "in 6 days"),
    ],
)
async def test_after_downtime_only_the_nearest_goes_out(tmp_path: Path, first: str, then: list[str], left: str) -> None:
    async with swept_desk(tmp_path, local(SET)) as desk:
        await desk.visits.account()
        await desk.run(local(first))
        assert left in desk.read()[0]["Subject"] or left in desk.read()[1]
        assert desk.take() == [(MARIE, "notice/password")]
        for moment in then:
            await desk.run(local(moment))
            assert desk.take() == []


async def test_both_deadlines_on_one_day_are_two_letters(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local("2026-01-15T10:00"), calendar=six_and_six()) as desk:
        await desk.visits.account()
        await desk.run(local("2026-07-08T09:00"))
        assert sorted(desk.take()) == [(MARIE, "notice/inactivity"), (MARIE, "notice/password")]


def six_and_six() -> object:
    from bot.core.accounts.status import Rules
    from tests.sweep.desk import ZONE

    return Rules(ZONE, password_months=6, inactive_months=6)


async def test_after_the_password_has_ended_nothing_more_is_said_of_it(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local(SET)) as desk:
        await desk.visits.account()
        await desk.run(local("2026-04-16T00:00"))
        assert desk.take() == []


async def test_a_new_password_begins_anew(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local(SET)) as desk:
        account = await desk.visits.account()
        await desk.run(local("2026-04-08T09:00"))
        assert desk.take() == [(MARIE, "notice/password")]
        hashed = await desk.visits.hashing.hash(PASSWORD)
        await desk.visits.write(lambda files: files.accounts.set_password(account.id, hashed, desk.visits.clock.now()))
        await desk.visits.write(lambda files: files.accounts.active(account.id, desk.visits.clock.now()))
        for moment, letters in (("2026-04-14T09:00", 0), ("2026-06-24T09:00", 1), ("2026-07-01T09:00", 1)):
            await desk.run(local(moment))
            assert len(desk.take()) == letters, moment


async def test_each_member_is_told_in_their_language_with_a_token_of_their_own(tmp_path: Path) -> None:
    """The token proves nothing; the letter's one tap is a login, and STOP stands beside it."""
    async with swept_desk(tmp_path, local(SET)) as desk:
        visits = desk.visits
        account = await visits.account(members=[NewMember(MARIE, language=Language.EN), NewMember(JULES, language=Language.FR)])
        await desk.run(local("2026-04-01T09:00"))
        (english, english_text), (french, french_text) = desk.read(0), desk.read(1)
        assert (english["Content-Language"], french["Content-Language"]) == ("en", "fr")
        assert "LOGIN K7MP4TXR" in english_text
        assert "STOP" in english_text
        assert "CONNEXION K7MP4TXR" in french_text
        assert "ARRÊT" in french_text
        assert english["Auto-Submitted"] == "auto-generated"
        assert english["Reply-To"] != french["Reply-To"]
        assert "+" in english["Reply-To"]
        found = await visits.read(lambda files: files.tokens.find_by_message([english["Message-ID"]]))
        assert found is not None
        assert (found.grant.purpose, found.grant.assurance) == (Purpose.NOTICE, Assurance.ANYONE)
        assert (found.grant.account_id, found.grant.person) == (account.id, f"mail:{MARIE}")
        assert judge(found, f"mail:{JULES}", visits.clock.now()) is Judgement.FOREIGN


async def test_only_members_who_want_them_and_can_be_reached(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local(SET)) as desk:
        account = await desk.visits.account(members=[MARIE, JULES, "third@tremblay.example"])
        jules = await desk.visits.member(account, JULES)
        await desk.stop(MARIE)
        await desk.visits.write(lambda files: files.members.set_bounced(jules.id, desk.visits.clock.now()))
        await desk.run(local("2026-04-01T09:00"))
        assert desk.take() == [("third@tremblay.example", "notice/password")]


async def test_what_nobody_could_be_told_counts_as_not_told(tmp_path: Path) -> None:
    """Once letters arrive again, the nearest notice still goes out."""
    async with swept_desk(tmp_path, local(SET)) as desk:
        account = await desk.visits.account()
        marie = await desk.visits.member(account, MARIE)
        await desk.visits.write(lambda files: files.members.set_bounced(marie.id, desk.visits.clock.now()))
        await desk.run(local("2026-04-01T09:00"))
        assert desk.take() == []
        await desk.visits.write(lambda files: files.members.set_bounced(marie.id, None))
        await desk.run(local("2026-04-02T09:00"))
        assert desk.take() == [(MARIE, "notice/password")]


@pytest.mark.parametrize(("password", "says"), [(None, "No password was ever chosen"), (PASSWORD, "Its password has expired")])
async def test_the_remedy_fits_what_the_account_is_good_for(tmp_path: Path, password: str | None, says: str) -> None:
    """An account without a password, and one whose password has expired: a login alone would not help."""
    async with swept_desk(tmp_path, local(SET)) as desk:
        await desk.visits.account(members=[NewMember(MARIE, language=Language.EN)], password=password)
        await desk.run(local("2026-06-15T09:00"))
        text = desk.read()[1]
        assert says in text
        assert "FORGOT PASSWORD K7MP4TXR" in text
        assert desk.take() == [(MARIE, "notice/inactivity")]


async def test_suspended_and_closed_accounts_are_told_nothing(tmp_path: Path) -> None:
    async with swept_desk(tmp_path, local(SET)) as desk:
        account = await desk.visits.account()
        other = await desk.visits.account("QQQQ4444", members=[JULES])
        await suspend_and_close(desk.visits, account.id, other.id)
        await desk.run(local("2026-04-01T09:00"))
        await desk.run(local("2026-06-15T09:00"))
        assert desk.take() == []


async def suspend_and_close(visits: Visits, suspended: int, closed: int) -> None:
    now = visits.clock.now()
    await visits.write(lambda files: files.accounts.suspend(suspended, "objection", now))
    await visits.write(lambda files: files.accounts.close(closed, "operator", now))
