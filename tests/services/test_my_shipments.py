"""MY SHIPMENTS: whose, in which state, of which days, page by page, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core.folding import fold
from bot.core.shipment_lists import STATES, Wanted, is_list_argument, read_wanted
from bot.core.shipments import Event, Status
from bot.core.template_store import evaluate_words, find
from bot.core.values import Language
from handlers import my_shipments
from handlers.my_shipments import PAGE
from templates import FOLDER
from tests.handlers.counter import DESK, renderer
from tests.letters.shipments import DELAYED, KINGSTON, LATE_ESTIMATE, MOVING, PICKED_UP, TORONTO, at
from tests.services.shipments import DELIVERED, OURS, REASONS, THEIRS, keep, of
from tests.support.visits import MARIE, Outcome, Visits, Writer, check_letters, text

MARIE_WRITES = Writer(MARIE)
TODAY = date(2026, 11, 18)  # a Wednesday
HERE = of(10, *DELAYED.events, estimated_on=DELAYED.estimated_on)
PASSED = of(11, *LATE_ESTIMATE.events, estimated_on=LATE_ESTIMATE.estimated_on)
ON_TIME = of(12, *MOVING.events, estimated_on=MOVING.estimated_on, consignee=OURS)
FOREIGN = of(13, *DELIVERED.events, shipper=THEIRS)
BOOKED = of(14)


def spoken(**wanted: object) -> Wanted:
    return Wanted(**wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ("", spoken()),
        ("open", spoken(state="OPEN")),
        ("ouvertes", spoken(state="OPEN")),
        ("LIVRÉES", spoken(state="DELIVERED")),
        ("late", spoken(state="LATE")),
        ("en retard", spoken(state="LATE")),
        ("in transit", spoken(state="MOVING")),
        ("en cours de livraison", spoken(state="OUT_FOR_DELIVERY")),
        ("en cours", spoken(state="OPEN")),
        ("retenues aux douanes", spoken(state="CUSTOMS_HOLD")),
        ("2026-11-01", spoken(since=date(2026, 11, 1), until=date(2026, 11, 1))),
        ("20261101", spoken(since=date(2026, 11, 1), until=date(2026, 11, 1))),
        ("2026-11-01 2026-11-15", spoken(since=date(2026, 11, 1), until=date(2026, 11, 15))),
        ("2026-11-15 2026-11-01", spoken(since=date(2026, 11, 1), until=date(2026, 11, 15))),
        ("since 2026-11-01", spoken(since=date(2026, 11, 1))),
        ("depuis le 1er novembre", spoken(since=date(2026, 11, 1))),
        ("until yesterday", spoken(until=date(2026, 11, 17))),
        ("jusqu’au 2026-11-01", spoken(until=date(2026, 11, 1))),
        ("du 1er au 15 novembre", spoken(since=date(2026, 11, 1), until=date(2026, 11, 15))),
        ("from November 1 to 15", spoken(since=date(2026, 11, 1), until=date(2026, 11, 15))),
        ("entre le 3 et le 5 novembre", spoken(since=date(2026, 11, 3), until=date(2026, 11, 5))),
        ("this week", spoken(since=date(2026, 11, 16), until=date(2026, 11, 22))),
        ("cette semaine", spoken(since=date(2026, 11, 16), until=date(2026, 11, 22))),
        ("la semaine dernière", spoken(since=date(2026, 11, 9), until=date(2026, 11, 15))),
        ("last month", spoken(since=date(2026, 10, 1), until=date(2026, 10, 31))),
        ("ce mois-ci", spoken(since=date(2026, 11, 1), until=date(2026, 11, 30))),
        ("november", spoken(since=date(2026, 11, 1), until=date(2026, 11, 30))),
        ("décembre", spoken(since=date(2025, 12, 1), until=date(2025, 12, 31))),
        ("février 2024", spoken(since=date(2024, 2, 1), until=date(2024, 2, 29))),
        ("2026-02", spoken(since=date(2026, 2, 1), until=date(2026, 2, 28))),
        ("3 novembre 2026", spoken(since=date(2026, 11, 3), until=date(2026, 11, 3))),
        ("today", spoken(since=TODAY, until=TODAY)),
        ("hier", spoken(since=date(2026, 11, 17), until=date(2026, 11, 17))),
        ("since monday", spoken(since=date(2026, 11, 16))),
        ("depuis jeudi", spoken(since=date(2026, 11, 12))),
        ("last 30 days", spoken(since=date(2026, 10, 19), until=TODAY)),
        ("les 7 derniers jours", spoken(since=date(2026, 11, 11), until=TODAY)),
        ("delivered this week page 2", spoken(state="DELIVERED", since=date(2026, 11, 16), until=date(2026, 11, 22), page=2)),
        ("cette semaine livrées", spoken(state="DELIVERED", since=date(2026, 11, 16), until=date(2026, 11, 22))),
        ("3", spoken(page=3)),
        ("late 2", spoken(state="LATE", page=2)),
    ],
)
def test_what_follows_is_read(argument: str, wanted: Wanted) -> None:
    assert read_wanted(argument, TODAY) == wanted
    assert is_list_argument(fold(argument))


@pytest.mark.parametrize("argument", ["2026-02-30", "since", "delivered late", "2026-13-01", "page", "du 28 au 31 février", "1999"])
def test_what_cannot_be_read_is_told(argument: str) -> None:
    assert read_wanted(argument, TODAY) is None
    assert is_list_argument(fold(argument)) or argument == "du 28 au 31 février"


@pytest.mark.parametrize("prose", ["are late, where are they", "sont toutes en retard depuis hier, que se passe-t-il"])
def test_prose_is_for_a_person(prose: str) -> None:
    assert not is_list_argument(fold(prose))


@pytest.mark.parametrize("language", Language)
def test_every_status_that_a_letter_prints_may_be_typed(language: Language) -> None:
    """And every list's own words, which its one-tap actions hold."""
    words = evaluate_words(find(FOLDER), language, {"desk": DESK, "lang": str(language)})
    for status, printed in words["statuses"].items():
        wanted = read_wanted(printed, TODAY)
        assert wanted is not None, printed
        assert Status(status) in STATES[wanted.state], printed
    assert set(words["list_words"]) == set(words["list_titles"]) == {"", *STATES}
    for state, typed in words["list_words"].items():
        assert read_wanted(typed, TODAY) == Wanted(state), typed


async def ask(visits: Visits, words: str, *, language: Language = Language.EN, **options: object) -> Outcome:
    account = await visits.read(lambda files: files.accounts.by_code("K7MP4TXR"))
    account = account or await visits.account(customers=[OURS])
    token = await visits.open_session(account, MARIE_WRITES)
    return await visits.ask(my_shipments.HANDLER, words, MARIE_WRITES, token=token, language=language)


def pros(outcome: Outcome) -> list[int]:
    return [int(line.open.pro[-4:]) for line in outcome.reply.facts["lines"]]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("MY SHIPMENTS", [1, 2, 10, 11, 12, 14]),
        ("MES EXPÉDITIONS", [1, 2, 10, 11, 12, 14]),
        ("MY SHIPMENTS DELIVERED", [1]),
        ("MES EXPÉDITIONS LIVRÉES", [1]),
        ("MY SHIPMENTS OPEN", [2, 10, 11, 12, 14]),
        ("MY SHIPMENTS LATE", [10, 11]),
        ("MES EXPÉDITIONS EN RETARD", [10, 11]),
        ("MES ENVOIS RETENUS", None),
        ("MES ENVOIS RETENUES", [2]),
        ("MY SHIPMENTS IN TRANSIT", [10, 11, 12]),
        ("MY SHIPMENTS BOOKED", [14]),
        ("MY SHIPMENTS TODAY", [1, 2, 14]),
        ("MY SHIPMENTS DELIVERED TODAY", [1]),
        ("MY SHIPMENTS 2026-11-16", [10, 11, 12]),
        ("MY SHIPMENTS OPEN SINCE 2026-11-17", [2, 14]),
        ("MY SHIPMENTS OCTOBER", []),
        ("MY SHIPMENTS DELIVERED OCTOBER PAGE 2", []),
    ],
)
async def test_the_list_holds_what_is_asked_for(visits: Visits, words: str, numbers: list[int] | None) -> None:
    """Ours as shipper, consignee or payer, and never somebody else's."""
    await keep(visits.database, DELIVERED, REASONS, HERE, PASSED, ON_TIME, FOREIGN, BOOKED)
    if numbers is None:
        with pytest.raises(AssertionError, match="no single command"):
            await ask(visits, words)
        return
    outcome = await ask(visits, words)
    assert outcome.template == "shipments/list"
    assert sorted(pros(outcome)) == numbers
    assert len(outcome.reply.choices) == len(numbers)
    check_letters(outcome)


async def test_the_list_is_newest_first_and_its_lines_can_be_chosen(visits: Visits) -> None:
    moments = [at(10 + number, 9) for number in range(5)]
    await keep(visits.database, *(of(20 + number, Event(moment, 1, Status.IN_TRANSIT)) for number, moment in enumerate(moments)))
    outcome = await ask(visits, "MY SHIPMENTS")
    assert pros(outcome) == [24, 23, 22, 21, 20]
    first = await visits.database.read(lambda tx: shipment_by_id(tx, outcome.reply.choices[0]))
    assert first == "800120024"


async def shipment_by_id(tx: object, shipment_id: int) -> str:
    from storage.shipments import ShipmentStore

    found = await ShipmentStore(tx).by_id(shipment_id)  # type: ignore[arg-type]
    assert found is not None
    return found.pro


@pytest.mark.parametrize("language", Language)
async def test_pages_follow_one_another_by_their_own_actions(visits: Visits, language: Language) -> None:
    """What the action writes is what the desk reads: the pages hold every shipment once."""
    count = 2 * PAGE + 3
    await keep(visits.database, *(of(100 + number, PICKED_UP, consignee=OURS, billto=OURS) for number in range(count)))
    words = {Language.EN: "MY SHIPMENTS OPEN SINCE 2026-11-01", Language.FR: "MES EXPÉDITIONS OUVERTES DEPUIS 2026-11-01"}[language]
    seen: list[int] = []
    for page in (1, 2, 3):
        outcome = await ask(visits, words, language=language)
        assert outcome.reply.facts["wanted"].page == page
        seen += pros(outcome)
        buttons = dict(renderer().chat([outcome.reply], (language,), first_contact=False).buttons)
        words = buttons.get({Language.EN: "Next page", Language.FR: "Page suivante"}[language], "")
        assert bool(words) == (page < 3)
    assert sorted(seen) == [100 + number for number in range(count)]
    beyond = await ask(visits, "MY SHIPMENTS PAGE 9")
    assert "Nothing on page 9" in text(beyond.reply, Language.EN)


async def test_without_a_session_it_says_how_to_get_in(visits: Visits) -> None:
    await keep(visits.database, DELIVERED)
    account = await visits.account(customers=[OURS])
    for token in ("", await visits.open_session(account, MARIE_WRITES, limited=True)):
        outcome = await visits.ask(my_shipments.HANDLER, "MY SHIPMENTS", MARIE_WRITES, token=token)
        assert outcome.template.startswith("login/")
        assert not outcome.reply.choices


async def test_an_account_without_customer_numbers_is_told_so(visits: Visits) -> None:
    token = await visits.open_session(await visits.account(customers=[]), MARIE_WRITES)
    outcome = await visits.ask(my_shipments.HANDLER, "MY SHIPMENTS", MARIE_WRITES, token=token)
    assert outcome.template == "shipments/no_numbers"
    check_letters(outcome)


async def test_what_cannot_be_read_brings_what_may_follow(visits: Visits) -> None:
    outcome = await ask(visits, "MY SHIPMENTS SINCE 2026-02-30")
    assert outcome.template == "shipments/how"
    check_letters(outcome)


async def test_the_list_goes_with_the_events_that_are_imported_later(visits: Visits) -> None:
    await keep(visits.database, ON_TIME)
    assert pros(await ask(visits, "MY SHIPMENTS DELIVERED")) == []
    await keep(visits.database, of(12, *MOVING.events, Event(at(18, 11), 9, Status.DELIVERED, place=KINGSTON), consignee=OURS))
    assert pros(await ask(visits, "MY SHIPMENTS DELIVERED TODAY")) == [12]
    assert pros(await ask(visits, "MY SHIPMENTS OPEN")) == []
    assert TORONTO
