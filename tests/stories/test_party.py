"""What opens with the key: MY SHIPMENTS and the party's TRACE beside the open one, over real sockets, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Transaction
from tests.support.house import House
from tests.support.people import nothing_more
from tests.support.speech import ENGLISH, Speech, each_language

KEY = "🔑"  # before what needs an access code; help page: "All the keys before the service's headings should disappear"

_DELIVERED = """
SELECT shipment.pro AS pro, shipper_number, shipper_name, consignee_name, signed_by, shipment_reference.value AS bol
FROM shipment JOIN shipment_event ON shipment_event.shipment_id = shipment.id
JOIN shipment_reference ON shipment_reference.shipment_id = shipment.id AND kind = 'bol'
WHERE signed_by <> '' AND shipper_number <> '' AND consignee_name <> '' ORDER BY pro LIMIT 1
"""


@dataclass(frozen=True)
class Delivered:
    """A delivered sample shipment, with what only a party may read of it."""

    pro: str
    customer: str
    private: tuple[str, ...]


async def delivered(house: House) -> Delivered:
    async def read(tx: Transaction) -> Delivered:
        row = await tx.row(_DELIVERED)
        assert row is not None
        return Delivered(row["pro"], row["shipper_number"], (row["consignee_name"], row["signed_by"], row["bol"]))

    return await house.desk.app.database.read(read)


@each_language
async def test_a_party_sees_all_and_everyone_else_the_open_answer(house: House, speech: Speech) -> None:
    """The same TRACE: names, references, signer and the whole history in Marie's session, and nothing of them anywhere else."""
    shipment = await delivered(house)
    trace = speech.trace.replace("123456789", shipment.pro)
    code = await house.open_account(speech, customers=shipment.customer)
    opened = await house.session(speech, code)
    party = await house.marie.answers_and_gets(opened, trace, "trace/party")
    for private in shipment.private:
        assert private in party.text
    assert len(party.text.splitlines()) > len((await house.marie.asks(trace, "trace/found")).text.splitlines())
    stranger = await house.stranger(speech)
    without = await stranger.asks(trace, "trace/found")
    foreign = await stranger.answers_and_gets(opened, trace, "trace/found")  # the session's letter, forwarded
    for letter in (without, foreign):
        for private in shipment.private:
            assert private not in letter.content.decode()
    # A shipment of others stays open to a member too.
    other = await house.marie.answers_and_gets(opened, speech.trace, "trace/found")
    assert "Zorvalune" not in other.text
    await house.marie.answers_and_gets(opened, speech.logout, "login/logged_out")
    await house.marie.answers_and_gets(opened, trace, "trace/found")
    await nothing_more(house.desk)


@each_language
async def test_my_shipments_by_state_and_dates(house: House, speech: Speech) -> None:
    """A page at a time; the number of a line traces it; without a session it says what it needs and how to get in."""
    code = await house.open_account(speech)
    needed = await house.marie.asks(speech.shipments, "login/needed")
    assert ("access code" if speech is ENGLISH else "code d’accès") in needed.text
    opened = await house.session(speech, code)
    listed = await house.marie.answers_and_gets(opened, speech.shipments, "shipments/list")
    assert "PRO 123456789" in listed.text
    line = next(row.partition(":")[0].strip() for row in listed.text.splitlines() if "PRO 123456789" in row)
    traced = await house.marie.answers_and_gets(listed, line, "trace/party")
    assert "Mirquette" in traced.text
    state, dates = ("DELIVERED", "2020-01") if speech is ENGLISH else ("LIVRÉES", "2020-01")
    done = await house.marie.answers_and_gets(opened, f"{speech.shipments} {state}", "shipments/list")
    assert "PRO 123456789" not in done.text
    none = await house.marie.answers_and_gets(opened, f"{speech.shipments} {dates}", "shipments/list")
    assert "PRO" not in none.text.partition("---")[0].replace("PROFIL", "")
    await house.marie.answers_and_gets(opened, f"{speech.shipments} PAGE 2", "shipments/list")
    await nothing_more(house.desk)


@each_language
async def test_an_account_without_customer_numbers(house: House, speech: Speech) -> None:
    code = await house.open_account(speech, customers=speech.none)
    opened = await house.session(speech, code)
    await house.marie.answers_and_gets(opened, speech.shipments, "shipments/no_numbers")
    await house.marie.answers_and_gets(opened, speech.trace, "trace/found")
    await house.marie.asks("LANGUAGE EN" if speech is ENGLISH else "LANGUE FR", "language/set")
    services = await house.marie.answers_and_gets(opened, "SERVICES", "services/list")
    assert KEY not in services.text
    assert KEY in (await house.marie.asks("SERVICES", "services/list")).text
    await nothing_more(house.desk)
