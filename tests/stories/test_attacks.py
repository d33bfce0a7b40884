"""What strangers have tried, over real sockets: forged senders, seen tokens, quotes without a quote mark, endless letters."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest

from tests.support.desk import CUSTOMER, SERVICE, StartedDesk, started_desk
from tests.support.house import House
from tests.support.people import Person
from tests.support.speech import ADMIN, ENGLISH

FOREIGN = {"Received": "from evil.example by x; Mon, 23 Nov 2026 10:00:00 -0500"}  # not from the trusted origin itself
MALLORY = "mallory@customer.example"  # another user of the same mail domain


@pytest.fixture
def desk(house: House) -> StartedDesk:
    return house.desk


async def forge(desk: StartedDesk, text: str, to: str, **headers: str) -> None:
    mail = desk.mail(text, to=to, headers={**FOREIGN, **headers})
    await desk.hand_in(mail, envelope_sender="evil@evil.example", recipients=[to])
    await desk.settle()


@pytest.mark.parametrize("words", ["MY SHIPMENTS", "PROFILE", "MEMBERS"])
async def test_a_seen_token_does_not_send_account_data_elsewhere(house: House, words: str) -> None:
    desk = house.desk
    opened = await house.session(ENGLISH, await house.open_account(ENGLISH))
    await forge(desk, words, parseaddr(opened["Reply-To"])[1], **{"Reply-To": MALLORY})
    assert {letter.recipient for letter in desk.relay.letters} <= {CUSTOMER}


async def test_a_seen_token_changes_nothing_without_the_proved_sender(house: House) -> None:
    desk = house.desk
    opened = await house.session(ENGLISH, await house.open_account(ENGLISH))
    to = parseaddr(opened["Reply-To"])[1]
    await forge(desk, "INVITE mallory@evil.example", to)
    await forge(desk, "PROFILE EMAIL mallory@evil.example", to)
    assert {letter.recipient for letter in desk.relay.letters} <= {CUSTOMER}


async def test_a_form_is_sent_to_the_sender_alone(desk: StartedDesk) -> None:
    await desk.ask("REQUEST ACCESS")
    await forge(desk, "REQUEST ACCESS", SERVICE, **{"Reply-To": MALLORY})
    assert not any(letter.recipient == MALLORY and letter.mail["Reply-To"] for letter in desk.relay.letters)


async def test_two_robots_stop_although_each_letter_brings_a_token(tmp_path: Path) -> None:
    async with started_desk(tmp_path, limits={"answers_per_hour": 8}) as desk:
        letter = await desk.ask("REQUEST ACCESS")
        answers = 1
        for _ in range(15):
            await Person(desk, CUSTOMER).answers(letter, "REQUEST ACCESS")
            await desk.settle()
            if not desk.relay.letters:
                break
            letter = desk.relay.letters.pop()
            desk.relay.letters.clear()
            answers += 1
        assert answers <= 9


async def test_a_look_alike_letter_makes_no_administrator(tmp_path: Path) -> None:
    """The Kelvin sign is a k in lower case: kim@ written with it must not be taken for kim@."""
    async with started_desk(tmp_path, admins={"addresses": ["kim@carrier.example"]}) as desk:
        mail = desk.mail("REQUESTS", sender="Xim@carrier.example")
        content = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")).replace(b"From: Xim@", "From: \u212aim@".encode())
        code, _ = await desk.hand_in(content, envelope_sender="evil@carrier.example")
        assert code == 550
        await desk.settle()
        assert desk.relay.letters == []


@pytest.mark.parametrize(
    "html",
    [
        '<p>Hello</p><div style="border-left:1px solid #ccc;padding-left:8px"><p>APPROVE NONE</p></div>',
        '<p>Hello</p><div style="border:none;border-left:solid blue 1.5pt;padding:0in 0in 0in 4.0pt"><p>APPROVE NONE</p></div>',
        '<div class="ms-outlook-mobile-reference-message"><p>APPROVE NONE</p></div>',
        "<p><del>APPROVE NONE</del> no, wait</p>",
        '<p><span style="text-decoration:line-through">APPROVE NONE</span></p>',
        '<div style="height:0;overflow:hidden">APPROVE NONE</div><p>Hello</p>',
        '<div style="position:absolute;left:-9999px">APPROVE NONE</div><p>Hello</p>',
        '<span style="font-size:0.1px">APPROVE NONE</span><p>Hello</p>',
        "<details><summary>Hello</summary><p>APPROVE NONE</p></details>",
        '<style>.h{display:none}</style><p class="h">APPROVE NONE</p><p>Hello</p>',
    ],
)
async def test_an_approval_out_of_sight_or_out_of_a_quote_decides_nothing(house: House, html: str) -> None:
    desk = house.desk
    await house.request(ENGLISH)
    decide = await house.admin.gets("admin/decide")
    to = parseaddr(decide["Reply-To"])[1]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADMIN, to, f"Re: {decide['Subject']}"
    mail["Message-ID"], mail["In-Reply-To"] = "<hidden@carrier.example>", decide["Message-ID"]
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 -0500"
    mail.set_content(f"<html><body>{html}</body></html>", subtype="html")
    await desk.hand_in(mail, envelope_sender=ADMIN, recipients=[to])
    await desk.settle()
    assert CUSTOMER not in {letter.recipient for letter in desk.relay.letters}
