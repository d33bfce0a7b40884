"""What time does to requests and accounts, by the sweep, over real sockets, in both languages; the clock is in the test's hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.accounts.records import RequestState
from tests.support.house import House, open_house
from tests.support.people import nothing_more, value
from tests.support.speech import ADMIN, ENGLISH, NEXT_PASSWORD, PASSWORD, SECOND, Speech, each_language

TORONTO = ZoneInfo("America/Toronto")


def at(house: House, local: str) -> None:
    """Sets the desk's clock to a moment in Toronto."""
    house.desk.clock.moment = datetime.fromisoformat(local).replace(tzinfo=TORONTO).astimezone(UTC)


@each_language
async def test_above_ten_letters_an_hour_there_is_a_digest(house: House, speech: Speech) -> None:
    """Thirteen requests in an hour: ten letters, one digest at the eleventh, the rest with the sweep; all are decided by number."""
    admin = house.admin
    for number in range(1, 14):
        await house.request(speech, house.person(f"customer{number}@customer.example"))
    for _ in range(10):
        await admin.gets("admin/decide")
    digest = await admin.gets("admin/digest")
    assert "customer11@customer.example" in digest.text
    await nothing_more(house.desk)
    house.desk.clock.move(hours=1, seconds=1)
    await house.sweep()
    rest = await admin.gets("admin/digest")
    assert "customer11@customer.example" not in rest.text
    for number in (12, 13):
        assert f"customer{number}@customer.example" in rest.text
    letter = await admin.asks(f"{speech.requests} 12", "admin/decide")
    await admin.answers_and_gets(letter, speech.deny, "admin/decided")
    await house.person("customer12@customer.example").gets("access/denied")
    await house.sweep()
    await nothing_more(house.desk)
    await house.request(speech, house.person("customer14@customer.example"))
    await admin.gets("admin/decide")


@each_language
async def test_reminders_after_open_hours_and_the_lapse(tmp_path: Path, speech: Speech) -> None:
    """Asked on Monday at ten: after four open hours, and after 24 (Wednesday at three), one list each; after 14 days it lapses."""
    async with open_house(tmp_path, ADMIN, SECOND) as house:
        at(house, "2026-11-23T10:00")
        await house.request(speech)
        for admin in (house.admin, house.second):
            await admin.gets("admin/decide")
        for before, then in (("2026-11-23T13:59", "2026-11-23T14:00"), ("2026-11-25T14:59", "2026-11-25T15:00")):
            at(house, before)
            assert (await house.sweep()).reminders == 0
            at(house, then)
            assert (await house.sweep()).reminders == 2
            for admin in (house.admin, house.second):
                assert house.marie.address in (await admin.gets("admin/reminder")).text
        at(house, "2026-12-07T09:59")
        assert (await house.sweep()).lapsed == 0
        at(house, "2026-12-07T10:01")
        assert (await house.sweep()).lapsed == 1
        told = await house.marie.gets("access/lapsed")
        assert told["Content-Language"] == speech.language
        assert (await house.a_request()).state is RequestState.LAPSED
        await house.marie.asks(speech.my_request, "access/status")
        await nothing_more(house.desk)


@each_language
async def test_the_whole_life_of_an_account(tmp_path: Path, url: str, speech: Speech) -> None:
    """Asked for, used, expiring, forgotten and reset, left alone, closed for good, asked for anew; on both databases."""
    async with open_house(tmp_path, database={"url": url}) as house:
        await _live(house, speech)


async def _live(house: House, speech: Speech) -> None:
    marie, admin = house.marie, house.admin
    at(house, "2026-11-23T10:00")
    code = await house.open_account(speech)
    opened = await house.session(speech, code)
    await marie.answers_and_gets(opened, speech.shipments, "shipments/list")

    # Three months: the password lives through 23 February. Notices come once each, also after downtime.
    at(house, "2027-02-08T23:00")
    assert (await house.sweep()).notices == 0
    for moment in ("2027-02-09T00:00", "2027-02-16T09:00", "2027-02-22T09:00"):
        at(house, moment)
        assert (await house.sweep()).notices == 1
        notice = await marie.gets("notice/password")
        assert notice["Content-Language"] == speech.language
        assert (await house.sweep()).notices == 0
    at(house, "2027-02-23T23:59:59")
    await house.session(speech, code)
    at(house, "2027-02-24T00:00")
    expired = await marie.asks(speech.login.format(code=code, password=PASSWORD), "login/expired")
    await marie.answers_and_gets(expired, speech.shipments, "login/limited")
    await marie.answers_and_gets(expired, speech.new.format(password=NEXT_PASSWORD), "password/changed")

    # Forgotten, and reset by the administrator; the old one works until then.
    await marie.asks(speech.forgot.format(code=code), "password/forgot_received")
    await admin.answers_and_gets(await admin.gets("admin/decide"), speech.approve, "admin/decided")
    credentials = await marie.gets("password/credentials")
    assert value(credentials, speech.code_label) == code
    await house.session(speech, code, password=NEXT_PASSWORD)
    await marie.answers_and_gets(credentials, speech.new.format(password=PASSWORD), "password/changed")
    await house.session(speech, code)

    # Six months without activity: notices, then closed for good.
    for moment in ("2027-05-10T09:00", "2027-05-17T09:00", "2027-05-23T09:00"):  # the password runs out on the 24th
        at(house, moment)
        assert (await house.sweep()).notices == 1
        await marie.gets("notice/password")
    for moment in ("2027-07-25T09:00", "2027-08-17T09:00", "2027-08-23T09:00"):
        at(house, moment)
        assert (await house.sweep()).notices == 1
        await marie.gets("notice/inactivity")
    at(house, "2027-08-24T23:59:59")
    assert (await house.sweep()).closed == 0
    at(house, "2027-08-25T00:00")
    assert (await house.sweep()).closed == 1
    closed = await marie.gets("notice/closed")
    assert speech.request.replace("'", "’") in closed.text
    refused = await marie.asks(speech.login.format(code=code, password=PASSWORD), "login/refused")
    assert speech.request.replace("'", "’") in refused.text
    await marie.asks(speech.new_code, "password/new_code_received")
    await nothing_more(house.desk)

    # A new account is another code.
    assert await house.open_account(speech) != code
    assert (await house.account(code)).closed_at is not None


@each_language
async def test_the_calendar_holds_without_the_sweep(house: House, speech: Speech) -> None:
    """A desk that was down across both deadlines lets nobody in on the day after, and says why to the address on record."""
    at(house, "2026-08-31T10:00")  # both end with February: 28 February 2027, 30 November 2026
    code = await house.open_account(speech)
    at(house, "2027-03-01T00:00")
    refused = await house.marie.asks(speech.login.format(code=code, password=PASSWORD), "login/refused")
    assert ("was closed" if speech is ENGLISH else "a été fermé") in refused.text
    await house.marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    await house.marie.gets("login/not_opened")
    await nothing_more(house.desk)


async def test_a_clock_that_jumps_stops_the_sweep_and_alerts(house: House) -> None:
    """Two days ahead of the monotonic clock, and back before the last sweep: nothing is closed, the administrators hear of it."""
    at(house, "2026-11-23T10:00")
    code = await house.open_account(ENGLISH)
    await house.sweep()
    steady = house.desk.clock.now().timestamp()
    house.desk.app.sweep.steady = lambda: steady
    for local, why in (("2027-08-23T10:00", "clock_ahead"), ("2026-11-23T09:00", "clock_backward")):
        at(house, local)
        report = await house.desk.app.sweep.run_once(house.desk.clock.now())
        assert report.alarm == why
        await house.admin.gets("operator/sweep_stopped")
        assert (await house.account(code)).closed_at is None
    at(house, "2026-11-23T10:00")
    assert (await house.sweep()).closed == 0
    await nothing_more(house.desk)
