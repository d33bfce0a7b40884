"""What a customer writes and reads, over real sockets, in both languages: every open command and the ways to get them wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.import_command import import_samples
from tests.support.desk import CUSTOMER, StartedDesk, started_desk

HANDOFF = "counter@carrier.example"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path) as started:
        await import_samples(started.app.database, started.clock.now())
        yield started


@pytest.mark.parametrize(
    ("words", "template", "language", "holds"),
    [
        ("TRACE 123-456789", "trace/found", None, "123456789"),
        ("Could you please trace 123456789?", "trace/found", "en", "Out for delivery"),
        ("Bonjour,\npouvez-vous repérer 123456789 svp\nMerci\nJean", "trace/found", "fr", "En cours de livraison"),
        ("REPERAGE 12345678-9", "trace/found", "fr", "Toronto (Ontario)"),
        ("repérage 123\u2011456789", "trace/found", "fr", "123456789"),
        ("suivi XQAT123456789", "trace/found", "fr", "123456789"),
        ("Where is 123456789", "trace/found", "en", "123456789"),
        ("Trace 999999990", "trace/not_found", None, "999999990"),
        ("Repérage 999999990", "trace/not_found", "fr", "connaissement"),
        ("Tracing 12345678", "trace/near_miss", "en", "12345678"),
        ("Repérage 1234567890", "trace/near_miss", "fr", "1234567890"),
        ("HELP", "help/overview", "en", "TRACE"),
        ("AIDE", "help/overview", "fr", "REPÉRAGE"),
        ("help password lifetime", "help/password_lifetime", "en", "3 months"),
        ("aide durée du mot de passe", "help/password_lifetime", "fr", "3 mois"),
        ("LANGUAGE FR", "language/set", "fr", "français"),
        ("LANGUE ANGLAIS", "language/set", "en", "English"),
        ("CONTACT", "contact/numbers", None, "514"),
        ("JOINDRE", "contact/numbers", "fr", "514\u00a0856-5559"),
        ("STOP", "stop/done", None, "notices"),
        ("ARRÊT", "stop/done", "fr", "avis"),
    ],
)
async def test_a_command_is_answered(desk: StartedDesk, words: str, template: str, language: str | None, holds: str) -> None:
    letter = await desk.ask(words)
    assert letter["X-Autopro-Template"] == template
    assert letter["Content-Language"] == (language or "fr, en")
    assert holds in letter.text
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter.sender == ""
    assert letter.recipient == CUSTOMER


async def test_an_answer_threads_with_its_question(desk: StartedDesk) -> None:
    mail = desk.mail("TRACE 123456789", subject="Where is my skid")
    await desk.hand_in(mail)
    letter = await desk.relay.next()
    assert letter["In-Reply-To"] == mail["Message-ID"]
    assert mail["Message-ID"] in letter["References"]
    assert letter["Subject"] == "Re: Where is my skid"


async def test_several_numbers_keep_their_order(desk: StartedDesk) -> None:
    letter = await desk.ask("Please trace 800123450, 123456789 and 999999990")
    assert letter["X-Autopro-Template"] == "trace/several"
    places = [letter.text.index(pro) for pro in ("800123450", "123456789", "999999990")]
    assert places == sorted(places)


async def test_five_hundred_numbers_get_the_first_thirty(desk: StartedDesk) -> None:
    numbers = [f"{700000000 + number * 7}" for number in range(500)]
    letter = await desk.ask("TRACE " + "\n".join(numbers))
    assert letter["X-Autopro-Template"] == "trace/several"
    assert numbers[29] in letter.text
    assert numbers[30] not in letter.text


async def test_a_number_in_a_signature_is_nobodys_question(desk: StartedDesk) -> None:
    letter = await desk.ask(
        "Good morning, who can I talk to about a claim?\n\n-- \nMary Doe\nTel. 514 555-0142 x 12\nSIN 046 454 286\n"
    )
    assert not letter["X-Autopro-Template"].startswith("trace/")


async def test_two_commands_in_one_mail_are_answered_in_one_letter(desk: StartedDesk) -> None:
    letter = await desk.ask("TRACE 123456789\nCONTACT\n")
    assert letter["X-Autopro-Template"] == "trace/found, contact/numbers"


async def test_the_choice_from_a_list(desk: StartedDesk) -> None:
    from storage.database import Transaction

    async def shared(tx: Transaction) -> str:
        rows = await tx.rows("SELECT value FROM shipment_reference WHERE kind = 'bol' GROUP BY folded, value HAVING count(*) > 1")
        return str(rows[0]["value"])

    bol = await desk.app.database.read(shared)
    chosen = await desk.ask(f"TRACE BOL {bol}")
    assert chosen["X-Autopro-Template"] == "trace/choose"
    letter = await desk.ask("2", answers=chosen, subject="Re: x")
    assert letter["X-Autopro-Template"] == "trace/found"
    assert (await desk.ask("99", answers=chosen))["X-Autopro-Template"] == "trace/no_choice"


async def test_a_question_in_answer_to_our_letter_means_its_number(desk: StartedDesk) -> None:
    first = await desk.ask("TRACE 123456789")
    letter = await desk.ask(
        "any update?\n\nOn Mon, Nov 23, 2026 at 10:00 AM Essai Transport <service@carrier.example> wrote:\n> PRO 123456789\n",
        answers=first,
        subject=f"Re: {first['Subject']}",
    )
    assert letter["X-Autopro-Template"] == "trace/found"


async def test_thanks_in_answer_to_our_letter_need_no_answer(desk: StartedDesk) -> None:
    first = await desk.ask("TRACE 123456789")
    await desk.hand_in(desk.mail("Merci beaucoup!\n\nJean", answers=first, subject="Re: TRACE"))
    await desk.settle()
    assert desk.relay.letters == []


async def test_a_quoted_command_does_nothing(desk: StartedDesk) -> None:
    letter = await desk.ask("I have a question about my bill.\n\n> LANGUAGE FR\n> STOP\n")
    assert letter["X-Autopro-Template"] == "unknown/nearest"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("I would like to talk about an invoice that seems wrong to me", "en"),
        ("J'aimerais parler de ma facture, elle me semble erronée", "fr"),
    ],
)
async def test_what_is_not_understood_is_handed_to_a_person(tmp_path: Path, words: str, language: str) -> None:
    async with started_desk(tmp_path, desk={"handoff_address": HANDOFF}) as desk:
        await desk.hand_in(desk.mail(words, subject="facture"))
        letters = {letter.recipient: letter for letter in await desk.relay.wait(2)}
        assert letters[CUSTOMER]["X-Autopro-Template"] == "handoff/told"
        assert letters[CUSTOMER]["Content-Language"] == language
        assert letters[HANDOFF]["X-Autopro-Template"] == "handoff/forwarded"
        assert words.replace("'", "’") in letters[HANDOFF].text or words in letters[HANDOFF].text


async def test_an_empty_mail_is_told_how_to_begin(desk: StartedDesk) -> None:
    letter = await desk.ask("\n\n")
    assert letter["X-Autopro-Template"] == "unknown/empty"


@pytest.mark.parametrize(
    ("chosen", "forwarded", "told"),
    [
        (
            "LANGUAGE EN",
            "---------- Forwarded message ---------\nFrom: Ann <ann@customer.example>\nSubject: load",
            "write your request above it",
        ),
        (
            "LANGUE FR",
            "---------- Message transféré ---------\nDe : Ann <ann@customer.example>\nObjet : envoi",
            "écrivez votre demande au-dessus",
        ),
    ],
)
async def test_a_forwarded_mail_without_words_of_its_own(desk: StartedDesk, chosen: str, forwarded: str, told: str) -> None:
    """Of what another wrote nothing is done, and the answer says where the request belongs."""
    await desk.ask(chosen)
    letter = await desk.ask(f"\n{forwarded}\n\nPRO 123456789\n")
    assert letter["X-Autopro-Template"] == "unknown/empty"
    assert told in " ".join(letter.text.split())


async def test_the_language_is_remembered(desk: StartedDesk) -> None:
    await desk.ask("LANGUE FR")
    letter = await desk.ask("TRACE 123456789")
    assert letter["Content-Language"] == "fr"


async def test_a_stranger_is_greeted_once(desk: StartedDesk) -> None:
    first, second = await desk.ask("HELP"), await desk.ask("HELP")
    assert "Welcome" in first.text
    assert "Welcome" not in second.text


async def test_machines_of_no_wit_stop_after_three_letters(desk: StartedDesk) -> None:
    for number in range(6):
        await desk.hand_in(desk.mail(f"Your letter number {number} was noticed by somebody here"))
    await desk.settle()
    assert len(desk.relay.letters) <= 4  # three answers, and at most one that says: no more for now


async def test_an_open_answer_holds_nothing_private(desk: StartedDesk) -> None:
    from storage.database import Transaction

    async def private(tx: Transaction) -> list[str]:
        row = await tx.row("SELECT shipper_name, consignee_name FROM shipment WHERE pro = '123456789'")
        assert row is not None
        return [row["shipper_name"], row["consignee_name"]]

    names = await desk.app.database.read(private)
    letter = await desk.ask("TRACE 123456789")
    assert all(names)
    assert not any(name in letter.text or name in letter.html for name in names)


@pytest.mark.parametrize("words", ["LOGN K7M2P9QX somepassword12345", "Mon mot de passe est chevalcorrectagrafe12345"])
async def test_a_password_goes_on_to_nobody(tmp_path: Path, words: str) -> None:
    async with started_desk(tmp_path, desk={"handoff_address": HANDOFF}) as desk:
        await desk.hand_in(desk.mail(f"Bonjour\n{words}\nMarie", subject=words))
        for letter in await desk.relay.wait(2):
            assert words.split()[-1] not in letter.content.decode()
            assert words.split()[-1] not in letter["Subject"]
