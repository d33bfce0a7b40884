"""TRACE in both languages: what is found, what is not, and what to write instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.shipments import ReferenceKind, Shipment
from bot.core.values import Language
from handlers.trace import CHOICES
from tests.handlers.counter import DESK, SENDER, CounterInMemory, written
from tests.letters.shipments import ALL, DELIVERED, MOVING, OTTAWA, REFUSED, TORONTO, shipment

EN, FR = Language.EN, Language.FR


def numbered(number: int, *references: tuple[ReferenceKind, str]) -> Shipment:
    """A shipment with references."""
    return replace(shipment(number), references=references)


@pytest.mark.parametrize(
    "text", ["TRACE 800120001", "trace 800-120001", "Repérage 80012000-1", "800120001", "Hello,\nWhere is 800120001?"]
)
async def test_one_number_is_found_however_it_is_written(text: str) -> None:
    """The dash, the case and the courtesy make no difference."""
    reply = await CounterInMemory().holds(DELIVERED).reply(text)
    assert reply.template == "trace/found"
    assert "Delivered\n\nPlace: Toronto, Ontario\nDate and local time: November 18, 2026, 10:22 a.m." in written(reply, EN)
    assert "Livrée\n\nEndroit\u00a0: Toronto (Ontario)\nDate et heure locale\u00a0: 18 novembre 2026, 10\u00a0h\u00a022" in written(
        reply, FR
    )


async def test_events_stand_newest_first_below_the_status() -> None:
    """What a person at a dock wants comes first, then the history, then the goods."""
    text = written(await CounterInMemory().holds(DELIVERED).reply("TRACE 800120001"), EN)
    places = [
        text.index(words)
        for words in ("Delivered", "So far", "Out for delivery", "Arrived at terminal", "Picked up", "The shipment")
    ]
    assert places == sorted(places)


async def test_a_refusal_says_who_does_what_before_its_history() -> None:
    """The next step stands above the history where somebody has to act, with the telephone numbers."""
    reply = await CounterInMemory().holds(REFUSED).reply("TRACE 800120006")
    for language, step, history in (
        (EN, "The shipper needs to call us", "So far"),
        (FR, "L’expéditeur doit nous appeler", "Jusqu’à présent"),
    ):
        text = written(reply, language)
        assert text.index(step) < text.index(history)
    assert "Appelez-nous\u00a0: 514\u00a0856-5559, 905\u00a0624-7894 ou 1\u00a0800\u00a0856-5559" in written(reply, FR)


async def test_an_unknown_number_is_told_what_to_check_and_whom_to_call() -> None:
    """Not found: the digits, the bill of lading, the first scan; a search by bill of lading in one tap; a person."""
    reply = await CounterInMemory().reply("TRACE 123456789")
    assert reply.template == "trace/not_found"
    english, french = written(reply, EN), written(reply, FR)
    for words in ("nine digits", "TRACE BOL 123456789", "one or two business days", "514-856-5559", "“CONTACT”"):
        assert words in english
    for words in (
        "neuf chiffres",
        "REPÉRAGE CONNAISSEMENT 123456789",
        "un ou deux jours ouvrables",
        "514\u00a0856-5559",
        "JOINDRE",
    ):
        assert words in french


async def test_several_numbers_keep_their_order_and_unknown_ones_are_marked() -> None:
    """One line a number."""
    counter = CounterInMemory().holds(*ALL)
    reply = await counter.reply("TRACE\n800120006\n999999999\n800120001\n12345678")
    assert reply.template == "trace/several"
    text = written(reply, EN)
    lines = [line.split(":")[0] for line in text.split("\n") if line[:1].isdigit() and ":" in line]
    assert lines == ["800120006", "999999999", "800120001", "12345678"]
    assert "2 numbers out of 4 could not be found" in text
    assert "999999999: Not found" in text
    assert "12345678: A PRO number has nine digits" in text
    assert "999999999\u00a0: Introuvable" in written(reply, FR)


async def test_thirty_numbers_are_answered_and_the_rest_is_left_out() -> None:
    """Thirty numbers a message; the letter says that the others were left out."""
    numbers = "\n".join(f"9000{number:05}" for number in range(33))
    reply = await CounterInMemory().reply(f"TRACE\n{numbers}")
    assert len(reply.facts["lines"]) == 30
    assert "the others were left out" in written(reply, EN)
    assert "les autres ont été laissés de côté" in written(reply, FR)


@pytest.mark.parametrize(("number", "digits"), [("12345678", 8), ("1234567890", 10)])
async def test_a_digit_too_few_or_too_many_is_counted_kindly(number: str, digits: int) -> None:
    """A near miss is told its count, not that nothing was found."""
    reply = await CounterInMemory().reply(f"TRACE {number}")
    assert reply.template == "trace/near_miss"
    assert f"A PRO number has 9 digits; we count {digits} in yours." in written(reply, EN)
    assert f"Un numéro de PRO compte 9 chiffres; le vôtre en a {digits}." in written(reply, FR)


async def test_a_wrong_check_digit_asks_to_read_the_sticker_again() -> None:
    """With the carrier's check switched on, the last digit is doubted before the shipment is."""
    counter = CounterInMemory(desk=replace(DESK, check_digit="xpo_mod7"))
    reply = await counter.reply("TRACE 123456789")
    assert reply.template == "trace/bad_check"
    assert "read our sticker again" in written(reply, EN)
    assert "Relisez notre étiquette" in written(reply, FR)


@pytest.mark.parametrize("text", ["TRACE", "repérage", "Suivi"])
async def test_without_a_number_it_says_how(text: str) -> None:
    """TRACE alone answers with examples."""
    reply = await CounterInMemory().reply(text)
    assert reply.template == "trace/how"
    assert "TRACE 123456789" in written(reply, EN)
    assert "REPÉRAGE CONNAISSEMENT" in written(reply, FR)


async def test_without_a_number_it_means_the_letter_that_it_answers() -> None:
    """In answer to our letter, TRACE alone means that letter's number."""
    counter = CounterInMemory(answered_pros=("800120003",)).holds(MOVING)
    assert (await counter.reply("TRACE")).facts["shipment"].pro == "800120003"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ReferenceKind.BOL, "TRACE BOL 77-88"),
        (ReferenceKind.BOL, "REPÉRAGE CONNAISSEMENT 7788"),
        (ReferenceKind.PO, "TRACE PO 77/88"),
        (ReferenceKind.PO, "Repérage bon de commande 7788"),
        (ReferenceKind.CUSTOMER, "TRACE REF 7788"),
        (ReferenceKind.CUSTOMER, "REPÉRAGE RÉFÉRENCE 7788"),
        (ReferenceKind.PARTNER, "TRACE PARTNER 7788"),
        (ReferenceKind.PARTNER, "REPÉRAGE PARTENAIRE 7788"),
    ],
)
async def test_a_reference_of_one_shipment_finds_it(kind: ReferenceKind, text: str) -> None:
    """Each kind of reference has its words in both languages; what separates its characters makes no difference."""
    reply = await CounterInMemory().holds(numbered(3, (kind, "7788")), numbered(4, (kind, "9900"))).reply(text)
    assert reply.facts["shipment"].pro == "800120003"


async def test_a_reference_of_several_shipments_gives_a_list_that_a_number_answers() -> None:
    """The list holds places, pieces and weight, and nothing that identifies; its number opens the shipment."""
    one, two = numbered(21, (ReferenceKind.BOL, "A-100")), numbered(22, (ReferenceKind.BOL, "A100"))
    two = replace(two, origin=OTTAWA, pieces=1, weight_lb=95)
    counter = CounterInMemory().holds(one, two)
    reply = await counter.reply("TRACE BOL A100")
    assert (reply.template, reply.choices) == ("trace/choose", (22, 21))
    assert "1: Ottawa, Ontario to Toronto, Ontario, 1 piece, 95\u00a0lb\n2: Québec, Quebec to" in written(reply, EN)
    assert "1\u00a0: Ottawa (Ontario) vers Toronto (Ontario), 1 pièce, 95\u00a0lb\n" in written(reply, FR)
    assert one.pro not in written(reply, EN)
    for text in ("2", "TRACE 2", "REPÉRAGE 2"):
        assert (await counter.reply(text)).facts["shipment"].pro == one.pro


async def test_a_long_list_is_cut_and_says_how_to_narrow_it() -> None:
    """Twenty lines; the sticker's number finds the exact one."""
    many = [numbered(number, (ReferenceKind.PO, "4500")) for number in range(30)]
    reply = await CounterInMemory().holds(*many).reply("TRACE PO 4500")
    assert len(reply.choices) == len(reply.facts["choices"]) == CHOICES
    assert "More than 20 shipments" in written(reply, EN)
    assert "Plus de 20 expéditions" in written(reply, FR)


@pytest.mark.parametrize(("text", "kind"), [("TRACE BOL ZZ-1", "bol"), ("REPÉRAGE RÉFÉRENCE ZZ1", "customer")])
async def test_an_unknown_reference_has_its_own_advice(text: str, kind: str) -> None:
    """Not found by a reference: what the shipper wrote counts."""
    reply = await CounterInMemory().reply(text)
    assert (reply.template, reply.facts["kind"]) == ("trace/not_found", kind)
    assert "the shipper wrote on the bill of lading" in written(reply, EN)


@pytest.mark.parametrize("text", ["TRACE BOL A1", "TRACE PO", "REPÉRAGE CONNAISSEMENT 12"])
async def test_a_reference_needs_three_characters(text: str) -> None:
    """The tracing service's own rule; nothing is searched."""
    reply = await CounterInMemory().holds(numbered(1, (ReferenceKind.BOL, "A1"))).reply(text)
    assert reply.template == "trace/too_short"


async def test_a_number_without_its_kind_is_asked_for_it() -> None:
    """A short number may be anything: the four kinds are one tap away."""
    reply = await CounterInMemory().reply("TRACE 12345")
    assert reply.template == "trace/which_kind"
    assert "“TRACE PO 12345”" in written(reply, EN)


async def test_a_choice_without_a_list_or_beyond_it_is_answered_kindly() -> None:
    """Neither finds a shipment by accident."""
    counter = CounterInMemory().holds(DELIVERED)
    assert "We have no list open for you" in written(await counter.reply("TRACE 2"), EN)
    counter.correspondents.lists[SENDER.key] = (DELIVERED.id, 404)
    assert "La liste compte 2 lignes" in written(await counter.reply("TRACE 7"), FR)
    assert "Aucune liste ne vous attend" in written(await counter.reply("2"), FR)  # its shipment is gone


async def test_what_is_repeated_to_the_writer_is_cut() -> None:
    """A forged sender cannot make the desk send long texts to somebody else."""
    reply = await CounterInMemory().reply("TRACE BOL " + "9" * 400)
    assert len(reply.facts["value"]) <= 40


async def test_a_place_that_is_not_known_leaves_no_trace_in_the_letter() -> None:
    """No empty heading, no empty label."""
    reply = await CounterInMemory().holds(ALL[-1]).reply(f"TRACE {ALL[-1].pro}")
    for language in Language:
        text = written(reply, language)
        assert "The shipment\n" not in text
        assert "L’expédition\n" not in text
        assert TORONTO.city not in text
