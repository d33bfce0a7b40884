"""Mail to the postmaster is taken (RFC 5321 section 4.5.1) and handed to a person; the desk neither obeys nor answers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.stories.rows import outcomes
from tests.support.desk import CUSTOMER, SERVICE, started_desk

POSTMASTER = "postmaster@carrier.example"
PERSON = "person@carrier.example"
ADMINISTRATORS = ["ann@carrier.example", "luc@carrier.example"]


@pytest.mark.parametrize(
    ("settings", "readers"),
    [
        ({"desk": {"handoff_address": PERSON}, "admins": {"addresses": ADMINISTRATORS}}, [PERSON]),
        ({"admins": {"addresses": ADMINISTRATORS}}, ADMINISTRATORS),
        ({}, []),
    ],
)
@pytest.mark.parametrize("recipient", [POSTMASTER, "PostMaster@Carrier.Example", "Postmaster"])
async def test_it_goes_to_a_person(tmp_path: Path, settings: dict[str, Any], readers: list[str], recipient: str) -> None:
    async with started_desk(tmp_path, **settings) as desk:
        mail = desk.mail("Your letters reach the wrong person.\n\n> PRO 123456789\n", subject="Wrong address", to=POSTMASTER)
        code, answer = await desk.hand_in(mail, recipients=[recipient])
        assert code == 250, answer
        await desk.settle()
        assert sorted(letter.recipient for letter in desk.relay.letters) == readers
        for letter in desk.relay.letters:
            assert letter["X-Autopro-Template"] == "handoff/postmaster"
            assert letter["Auto-Submitted"] == "auto-generated"
            assert CUSTOMER in letter.text
            assert "Your letters reach the wrong person." in letter.text
            assert "PRO 123456789" in letter.text, "a complaint quotes what it is about"
        assert await outcomes(desk) == ["postmaster" if readers else "postmaster_unread"]


@pytest.mark.parametrize("words", ["TRACE 123456789", "STOP", "LOGIN K7MP4TXR correct-horse-battery", "REQUEST ACCESS", "merci"])
async def test_no_command_is_read_from_it(tmp_path: Path, words: str) -> None:
    async with started_desk(tmp_path, admins={"addresses": [PERSON]}) as desk:
        assert (await desk.hand_in(desk.mail(words, subject=words), recipients=[POSTMASTER]))[0] == 250
        await desk.settle()
        [letter] = desk.relay.letters
        assert letter.recipient == PERSON
        assert letter["X-Autopro-Template"] == "handoff/postmaster"
        assert "correct-horse-battery" not in letter.content.decode(), "a password goes on to nobody"


async def test_an_administrator_who_writes_to_the_postmaster_decides_nothing(tmp_path: Path) -> None:
    async with started_desk(tmp_path, admins={"addresses": [PERSON]}) as desk:
        mail = desk.mail("REQUESTS", sender=PERSON)
        assert (await desk.hand_in(mail, envelope_sender=PERSON, recipients=[POSTMASTER]))[0] == 250
        assert (await desk.relay.next())["X-Autopro-Template"] == "handoff/postmaster"


@pytest.mark.parametrize("together", [True, False])
async def test_what_is_written_to_both_is_two_messages(tmp_path: Path, together: bool) -> None:
    async with started_desk(tmp_path, admins={"addresses": [PERSON]}) as desk:
        mail = desk.mail("CONTACT")
        for _ in range(2):  # and a repetition is one
            for recipients in [[POSTMASTER, SERVICE]] if together else [[POSTMASTER], [SERVICE]]:
                assert (await desk.hand_in(mail, recipients=recipients))[0] == 250
        await desk.settle()
        letters = {letter.recipient: letter["X-Autopro-Template"] for letter in desk.relay.letters}
        assert letters == {CUSTOMER: "contact/numbers", PERSON: "handoff/postmaster"}
        assert len(desk.relay.letters) == 2


@pytest.mark.parametrize(
    ("sender", "envelope_sender", "headers", "read"),
    [
        ("postmaster@other.example", "postmaster@other.example", {}, True),
        ("postmaster@other.example", "", {}, False),
        (CUSTOMER, CUSTOMER, {"Auto-Submitted": "auto-replied"}, False),
        (SERVICE, SERVICE, {}, False),
    ],
)
async def test_machines_do_not_reach_the_person_but_postmasters_do(
    tmp_path: Path, sender: str, envelope_sender: str, headers: dict[str, str], read: bool
) -> None:
    async with started_desk(tmp_path, admins={"addresses": [PERSON]}) as desk:
        mail = desk.mail("Your server is slow today.", sender=sender, headers=headers)
        assert (await desk.hand_in(mail, envelope_sender=envelope_sender, recipients=[POSTMASTER]))[0] == 250
        await desk.settle()
        assert [letter.recipient for letter in desk.relay.letters] == ([PERSON] if read else [])


async def test_a_flood_ends_at_the_cap(tmp_path: Path) -> None:
    async with started_desk(tmp_path, admins={"addresses": [PERSON]}, limits={"answers_per_hour": 2}) as desk:
        for number in range(4):
            mail = desk.mail(f"Complaint {number}", sender=f"c{number}@customer.example")
            assert (await desk.hand_in(mail, recipients=[POSTMASTER]))[0] == 250
        await desk.settle()
        assert len(desk.relay.letters) == 2


async def test_a_desk_that_lives_at_the_postmasters_address_answers(tmp_path: Path) -> None:
    async with started_desk(tmp_path, desk={"address": POSTMASTER}) as desk:
        assert (await desk.hand_in(desk.mail("CONTACT"), recipients=[POSTMASTER]))[0] == 250
        assert (await desk.relay.next())["X-Autopro-Template"] == "contact/numbers"
