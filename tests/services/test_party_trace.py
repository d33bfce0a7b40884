"""TRACE for a party: who sees names, references, reasons and signer, and who does not, whatever they do."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bot.core.shipments import ReferenceKind
from bot.core.values import Assurance, Language
from handlers import trace
from handlers.open_view import OpenShipment
from tests.letters.shipments import NOW, TIMEZONE
from tests.services.shipments import DELIVERED, OURS, REASONS, THEIRS, keep, of
from tests.support.visits import ADMIN, MARIE, STRANGER, Visits, Writer, check_letters, everything, text

PRIVATE = ("Mirquette", "Zorvalune", "J. DEMO", "BOL-1", "PO-1", OURS, THEIRS)
MARIE_WRITES = Writer(MARIE)
QUESTION = f"TRACE {DELIVERED.pro}"


async def test_a_party_that_is_logged_in_sees_everything(visits: Visits) -> None:
    await keep(visits.database, DELIVERED)
    token = await visits.open_session(await visits.account(customers=[OURS]), MARIE_WRITES)
    outcome = await visits.ask(trace.HANDLER, QUESTION, MARIE_WRITES, token=token)
    assert outcome.template == "trace/party"
    check_letters(outcome)
    english, french = (text(outcome.reply, language) for language in (Language.EN, Language.FR))
    for words in (english, french):
        for private in PRIVATE:
            assert private in words
    assert "Signed by: J. DEMO" in english
    assert ("Kingston, Ontario" in english and "severe weather" in english.lower()) or "weather" in english.lower()
    assert "Signature\u00a0: J. DEMO" in french


async def test_every_reason_and_event_stands_in_the_history(visits: Visits) -> None:
    await keep(visits.database, REASONS)
    token = await visits.open_session(await visits.account(customers=[OURS]), MARIE_WRITES)
    outcome = await visits.ask(trace.HANDLER, f"TRACE {REASONS.pro}", MARIE_WRITES, token=token)
    words = text(outcome.reply, Language.EN)
    assert "Dock 7 closed" in words  # a reason in a partner's own words
    assert "Message ZQ" in words  # a status that has no name here
    assert "the consignee was closed" in words
    assert "Picked up" in words
    shown = outcome.reply.facts["shipment"]
    assert len(shown.history) == len(REASONS.events)
    assert shown.signed_by == ""


@pytest.mark.parametrize(
    ("shipper", "consignee", "billto", "seen"),
    [
        (OURS, THEIRS, "", ("shipper",)),
        (THEIRS, OURS, "", ("consignee",)),
        (THEIRS, THEIRS, OURS, ("billto",)),
        (OURS, THEIRS, OURS, ("shipper", "billto")),
        (THEIRS, THEIRS, THEIRS, ()),
        ("", "", "", ()),
    ],
)
async def test_one_of_three_numbers_makes_a_party(
    visits: Visits, shipper: str, consignee: str, billto: str, seen: tuple[str, ...]
) -> None:
    shipment = of(3, *DELIVERED.events, shipper=shipper, consignee=consignee, billto=billto)
    await keep(visits.database, shipment)
    token = await visits.open_session(await visits.account(customers=[OURS, "77"]), MARIE_WRITES)
    outcome = await visits.ask(trace.HANDLER, f"TRACE {shipment.pro}", MARIE_WRITES, token=token)
    assert outcome.template == ("trace/party" if seen else "trace/found")
    if seen:
        assert outcome.reply.facts["shipment"].roles == seen


@pytest.mark.parametrize("language", Language)
async def test_everybody_else_gets_the_open_answer_and_nothing_private(visits: Visits, language: Language) -> None:
    """No session, another company's session, a limited one, an ended one, an administrator without a session, no numbers."""
    await keep(visits.database, DELIVERED)
    ours = await visits.account(customers=[OURS])
    await visits.account("QQQQ4444", members=[STRANGER], customers=["555"])
    await visits.account("WWWW4444", members=["none@x.example"], customers=[])
    other = await visits.open_session(await visits.again(2), Writer(STRANGER))
    nobody = await visits.open_session(await visits.again(3), Writer("none@x.example"))
    limited = await visits.open_session(ours, MARIE_WRITES, limited=True)
    ended = await visits.open_session(ours, Writer("old@x.example"))
    await visits.write(lambda files: files.sessions.end_of_account(ours.id, NOW, but=None))
    asked = [
        (MARIE_WRITES, "", None),
        (Writer(STRANGER), other, None),
        (Writer("none@x.example"), nobody, None),
        (MARIE_WRITES, limited, None),
        (Writer("old@x.example"), ended, None),
        (Writer(ADMIN), "", Assurance.ADMINISTRATOR),
    ]
    answers = []
    for writer, token, assurance in asked:
        outcome = await visits.ask(trace.HANDLER, QUESTION, writer, token=token, assurance=assurance, language=language)
        assert outcome.template == "trace/found"
        words = everything(outcome.reply, language)
        assert not [private for private in PRIVATE if private in words]
        answers.append(words)
    assert len(set(answers)) == 1  # word for word the same answer


async def test_a_limited_session_sees_no_more_than_a_stranger(visits: Visits) -> None:
    await keep(visits.database, DELIVERED)
    token = await visits.open_session(await visits.account(customers=[OURS]), MARIE_WRITES, limited=True)
    outcome = await visits.ask(trace.HANDLER, QUESTION, MARIE_WRITES, token=token)
    assert outcome.visit.access.session is not None
    assert outcome.template == "trace/found"


async def test_a_party_finds_by_reference_and_by_line_too(visits: Visits) -> None:
    twice = [of(number, *DELIVERED.events, references=((ReferenceKind.BOL, "SHARED-1"),)) for number in (4, 5)]
    await keep(visits.database, DELIVERED, *twice)
    token = await visits.open_session(await visits.account(customers=[OURS]), MARIE_WRITES)
    one = await visits.ask(trace.HANDLER, "TRACE BOL BOL-1", MARIE_WRITES, token=token)
    assert one.template == "trace/party"
    several = await visits.ask(trace.HANDLER, "TRACE BOL SHARED-1", MARIE_WRITES, token=token)
    assert several.template == "trace/choose"
    assert "Zorvalune" not in everything(several.reply, Language.EN)


def test_the_open_types_have_no_field_for_what_is_private() -> None:
    """The party's view stands beside the open one, which stays as it was."""
    names = {each.name for each in fields(OpenShipment)}
    assert not names & {"shipper_name", "consignee_name", "references", "signed_by", "billto_number"}
    assert TIMEZONE == "America/Toronto"
