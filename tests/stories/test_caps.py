"""How much is written to whom: caps that survive a restart, the word that says so, and who is exempt."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.authenticity.dns_server import DnsServer
from tests.stories.rows import outcomes
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, StartedDesk, started_desk

ADMIN = "chief@carrier.example"
PROSE = "Your warehouse is painted in a pleasant colour, number {}"


async def letters_for(desk: StartedDesk, count: int, text: str = PROSE, sender: str = CUSTOMER) -> list[str]:
    """Hands in `count` mails; the templates of what comes back."""
    before = len(desk.relay.letters)
    for number in range(count):
        await desk.hand_in(desk.mail(text.format(number), sender=sender), envelope_sender=sender)
        await desk.settle()
    return [letter["X-Autopro-Template"] for letter in desk.relay.letters[before:]]


@pytest.mark.parametrize(
    ("prose", "until", "number"),
    [
        (PROSE, "November 24, 2026, 10:00 a.m.", "514-856-5559"),
        ("Votre entrepôt est d’une bien belle couleur, dit le voisin {}", "24 novembre 2026, 10\u00a0h", "514\u00a0856-5559"),
    ],
)
async def test_three_unrecognised_a_day_and_the_last_says_until_when(tmp_path: Path, prose: str, until: str, number: str) -> None:
    async with started_desk(tmp_path) as desk:
        found = await letters_for(desk, 5, prose)
        assert found == ["unknown/nearest", "unknown/nearest", "unknown/nearest, limit/reached"]
        assert until in desk.relay.letters[-1].text
        assert number in desk.relay.letters[-1].text
        assert (await outcomes(desk))[3:] == ["silent_limit", "silent_limit"]
        assert await letters_for(desk, 1, "HELP") == ["help/overview"]  # a valid command is answered, and resets
        assert await letters_for(desk, 1, prose + "!") == ["unknown/nearest"]


async def test_a_new_day_begins_anew(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        await letters_for(desk, 4)
        desk.clock.move(hours=24, seconds=1)
        assert await letters_for(desk, 1) == ["unknown/nearest"]


async def test_the_caps_survive_a_restart(tmp_path: Path) -> None:
    clock = HandClock()
    async with started_desk(tmp_path, clock) as desk:
        assert len(await letters_for(desk, 3)) == 3
    async with started_desk(tmp_path, clock) as desk:
        assert await letters_for(desk, 2, "Your door is green, number {}") == []


async def test_answers_an_hour(tmp_path: Path) -> None:
    async with started_desk(tmp_path, limits={"answers_per_hour": 4}) as desk:
        found = await letters_for(desk, 6, "TRACE 12345678{}")
        assert len(found) == 4
        assert found[-1].endswith(", limit/reached")
        assert not any("limit/reached" in template for template in found[:-1])
        assert "11:00 a.m." in desk.relay.letters[-1].text
        desk.clock.move(hours=1, seconds=1)
        assert len(await letters_for(desk, 1, "HELP")) == 1


@pytest.mark.parametrize("text", ["TRACE 123456789", "REPÉRAGE 123456789"])
async def test_mails_of_one_sender_at_the_same_moment_are_counted_one_by_one(tmp_path: Path, text: str) -> None:
    """What was composed ahead while others were being committed counts only where it still holds."""
    senders = (CUSTOMER, "jean@shipper.example")
    async with started_desk(tmp_path, limits={"answers_per_hour": 7}) as desk:
        mails = [(desk.mail(f"{text}\n{number}", sender=sender), sender) for number in range(24) for sender in senders]
        await asyncio.gather(*(desk.hand_in(content, envelope_sender=sender) for content, sender in mails))
        await desk.settle()
        for sender in senders:
            letters = [letter for letter in desk.relay.letters if letter["To"] == sender]
            assert len(letters) == 7
            assert sum("limit/reached" in letter["X-Autopro-Template"] for letter in letters) == 1
            assert sum("Welcome to" in letter.text or "Bienvenue chez" in letter.text for letter in letters) == 1


async def test_an_authentic_administrator_has_no_caps(tmp_path: Path) -> None:
    async with started_desk(tmp_path, limits={"answers_per_hour": 2}, admins={"addresses": [ADMIN]}) as desk:
        assert len(await letters_for(desk, 5, "TRACE 12345678{}", sender=ADMIN)) == 5
        assert len(await letters_for(desk, 4, sender=ADMIN)) == 4


async def test_a_forged_administrator_is_capped_and_does_not_silence_the_real_one(tmp_path: Path) -> None:
    with DnsServer() as dns:
        dns.a("carrier.example")
        limits, admins = {"answers_per_hour": 2}, {"addresses": [ADMIN]}
        async with started_desk(
            tmp_path, limits=limits, admins=admins, mail_trust={"origins": [], "resolver": dns.address}
        ) as desk:
            assert len(await letters_for(desk, 4, "TRACE 12345678{}", sender=ADMIN)) == 2


async def test_unproved_mail_uses_up_a_bucket_of_its_own(tmp_path: Path) -> None:
    clock = HandClock()
    with DnsServer() as dns:
        dns.a("customer.example")
        async with started_desk(tmp_path, clock, mail_trust={"origins": [], "resolver": dns.address}) as desk:
            assert len(await letters_for(desk, 5)) == 3
    async with started_desk(tmp_path, clock) as desk:  # the same address, now from a trusted origin
        assert len(await letters_for(desk, 1, "Your gate is blue, number {}")) == 1


async def test_a_configured_relay_does_not_double_the_caps(tmp_path: Path) -> None:
    with DnsServer() as dns:
        dns.a("customer.example")
        trust = {"origins": [], "relays": ["127.0.0.1"], "authserv_ids": ["mx"], "resolver": dns.address}
        async with started_desk(tmp_path, limits={"answers_per_hour": 3}, mail_trust=trust) as desk:
            head = {"Authentication-Results": "mx; dkim=pass header.d=customer.example"}
            for number in range(6):
                await desk.hand_in(desk.mail(f"TRACE 12345678{number}", headers=head))
                await desk.settle()
            assert len(desk.relay.letters) == 3


@pytest.mark.parametrize("admins", [[ADMIN], []])
async def test_the_whole_desk_has_a_cap_and_tells_the_operators_once(tmp_path: Path, admins: list[str]) -> None:
    async with started_desk(tmp_path, limits={"letters_per_hour": 3}, admins={"addresses": admins}) as desk:
        for number in range(6):
            await desk.hand_in(desk.mail("HELP", sender=f"c{number}@customer.example"))
            await desk.settle()
        found = [letter["X-Autopro-Template"] for letter in desk.relay.letters]
        assert found == ["help/overview"] * 3 + ["operator/limit"] * len(admins)
        assert (await outcomes(desk))[3:] == ["silent_desk_limit"] * 3
        desk.clock.move(hours=1, seconds=1)
        assert await letters_for(desk, 1, "HELP") == ["help/overview"]
