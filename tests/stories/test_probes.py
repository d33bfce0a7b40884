"""Test letters: the desk writes to itself and sees it come back; an administrator answers one and hears what the answer proved."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.commands.backoffice import open_backoffice
from bot.commands.check import check_all
from bot.commands.checks.finding import Finding
from bot.commands.checks.probes import check_probes
from bot.commands.probe_work import came_back, send_probe, send_tests
from storage.database import Transaction
from tests.authenticity.dns_server import DnsServer
from tests.support.desk import SERVICE, StartedDesk, started_desk
from tests.support.relay import SentLetter

BOSS = "boss@carrier.example"
ADMINS = {"addresses": [BOSS]}


async def found(desk: StartedDesk) -> dict[str, Finding]:
    findings = await check_all(desk.app.settings, desk.clock, [check_probes])
    return {finding.subject: finding for finding in findings}


async def subaddresses(desk: StartedDesk) -> tuple[bool, str]:
    finding = (await found(desk))["subaddresses"]
    return finding.well, finding.found


async def probe(desk: StartedDesk) -> SentLetter:
    """What `autopro check --probe` sends, as the relay got it."""
    async with open_backoffice(desk.app.settings, desk.clock) as backoffice:
        await send_probe(backoffice)
    return await desk.relay.next()


async def waited(desk: StartedDesk, seconds: float = 20) -> bool:
    async with open_backoffice(desk.app.settings, desk.clock) as backoffice:
        return await came_back(backoffice, seconds)


async def hand_back(desk: StartedDesk, letter: SentLetter) -> None:
    """What a mail server in front of the desk does with a letter to a subaddress."""
    code, answer = await desk.hand_in(letter.content, envelope_sender=letter.sender, recipients=[letter.recipient])
    assert code == 250, answer


async def test_the_desk_writes_to_itself_and_sees_it_come_back(url: str, tmp_path: Path) -> None:
    async with started_desk(tmp_path, database={"url": url}) as desk:
        assert (await subaddresses(desk))[0], "not tried is no fault"
        letter = await probe(desk)
        assert letter.recipient.startswith("service+s.")
        assert SERVICE in letter["From"]
        waiting = asyncio.create_task(waited(desk))
        await hand_back(desk, letter)
        assert await waiting
        assert await subaddresses(desk) == (True, "the test letter of 2026-11-23 10:00 came back within 1 s")
        await desk.settle()
        assert desk.relay.letters == [], "nobody is answered"


async def test_the_token_of_a_probe_stands_nowhere_in_the_database(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        letter = await probe(desk)
        token = letter.recipient.partition("+s.")[2].partition("@")[0]

        async def rows(tx: Transaction) -> str:
            tables = ("outbox", "inbox", "token", "probe", "throttle", "correspondent")
            return str([[list(row) for row in await tx.rows(f"SELECT * FROM {table}")] for table in tables])

        assert token not in await desk.app.database.read(rows)


async def test_a_desk_that_does_not_run_is_told_from_mail_that_does_not_come_back(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk:
        letter = await probe(desk)
        await desk.settle()
        assert not await waited(desk, 0.1)
        well, words = await subaddresses(desk)
        assert not well
        assert "left, and has not come back yet" in words
        await hand_back(desk, letter)
        assert await waited(desk)
    async with open_backoffice(desk.app.settings, desk.clock) as backoffice:
        await send_probe(backoffice)
    assert await subaddresses(desk) == (False, "the test letter of 2026-11-23 10:00 still waits")


@pytest.mark.parametrize("verdict", ["550 5.1.1 no such user", "451 4.3.0 later"])
async def test_a_relay_that_refuses_is_named(tmp_path: Path, verdict: str) -> None:
    async with started_desk(tmp_path) as desk:
        desk.relay.verdict = lambda _attempt: verdict
        async with open_backoffice(desk.app.settings, desk.clock) as backoffice:
            await send_probe(backoffice)
        async with asyncio.timeout(20):
            while verdict[4:] not in (await subaddresses(desk))[1]:
                await asyncio.sleep(0.05)
        finding = (await found(desk))["subaddresses"]
        assert not finding.well
        assert verdict[4:] in finding.found
        assert "[relay]" in finding.mend


async def test_a_probe_that_somebody_else_sends_back_is_none(tmp_path: Path) -> None:
    """A person in whose mailbox it landed, or a stranger who saw it: only the desk's own letter counts."""
    async with started_desk(tmp_path) as desk:
        letter = await probe(desk)
        mail = desk.mail("What is this?", sender="person@carrier.example", answers=letter)
        await desk.hand_in(mail, envelope_sender="person@carrier.example", recipients=[letter.recipient])
        await desk.settle()
        assert not (await subaddresses(desk))[0]


ANSWERS = ["OK", "thanks", "TEST", "ESSAI", "TRACE 123456789", "yes"]


@pytest.mark.parametrize("words", ANSWERS)
async def test_an_administrator_answers_with_any_word_and_hears_that_it_proved_them(tmp_path: Path, words: str) -> None:
    async with started_desk(tmp_path, admins=ADMINS) as desk:
        await sent_tests(desk)
        letter = await desk.relay.next()
        assert (letter.recipient, letter["X-Autopro-Template"]) == (BOSS, "admin/test")
        assert not (await found(desk))[f"administrator {BOSS}"].mend.startswith("let the mail server")
        answer = await answered(desk, letter, words)
        assert answer["X-Autopro-Template"] == "admin/tested"
        assert answer.recipient == BOSS
        assert "proved who you are" in answer.text or "prouvé qui vous êtes" in answer.text
        finding = (await found(desk))[f"administrator {BOSS}"]
        assert finding.well
        assert finding.found.endswith("proved who wrote (origin)")


UNPROVED = {"en": "It did not prove who you are", "fr": "Elle n’a pas prouvé qui vous êtes"}


@pytest.mark.parametrize("language", UNPROVED)
async def test_an_answer_that_proves_nothing_says_what_to_mend(tmp_path: Path, language: str) -> None:
    with DnsServer() as dns:
        async with started_desk(tmp_path, admins=ADMINS, mail_trust={"origins": [], "resolver": dns.address}) as desk:
            await sent_tests(desk)
            spoken = {"en": "TEST, please tell me what this proves", "fr": "ESSAI, dites-moi ce que cela prouve"}[language]
            answer = await answered(desk, await desk.relay.next(), spoken, {"Content-Language": language})
            assert UNPROVED[language] in answer.text
            finding = (await found(desk))[f"administrator {BOSS}"]
            assert not finding.well
            assert finding.found.endswith("did not prove who wrote (no_signature)")
            assert "DKIM" in finding.mend


async def test_an_answer_that_fails_its_domains_policy_is_not_answered_and_yet_shown(tmp_path: Path) -> None:
    with DnsServer() as dns:
        dns.txt("_dmarc.carrier.example", "v=DMARC1; p=reject")
        dns.a("carrier.example")
        async with started_desk(tmp_path, admins=ADMINS, mail_trust={"origins": [], "resolver": dns.address}) as desk:
            await sent_tests(desk)
            letter = await desk.relay.next()
            await hand_in_answer(desk, letter, "TEST")
            await desk.settle()
            assert desk.relay.letters == []
            assert not (await found(desk))[f"administrator {BOSS}"].well


async def test_a_test_letter_without_an_answer_is_a_fault_after_a_day(tmp_path: Path) -> None:
    async with started_desk(tmp_path, admins=ADMINS) as desk:
        assert (await found(desk))[f"administrator {BOSS}"].well, "not tried is no fault"
        await sent_tests(desk)
        letter = await desk.relay.next()
        stranger = desk.mail("TEST", sender="evil@x.example", answers=letter)
        await desk.hand_in(stranger, envelope_sender="evil@x.example", recipients=[letter["Reply-To"]])
        await desk.settle()
        finding = (await found(desk))[f"administrator {BOSS}"]
        assert (finding.well, finding.found) == (True, "the test letter of 2026-11-23 10:00 is not answered yet")
        desk.clock.move(hours=25)
        assert not (await found(desk))[f"administrator {BOSS}"].well


async def sent_tests(desk: StartedDesk) -> None:
    async with open_backoffice(desk.app.settings, desk.clock) as backoffice:
        assert await send_tests(backoffice) == [BOSS]


async def hand_in_answer(desk: StartedDesk, letter: SentLetter, words: str, headers: dict[str, Any] | None = None) -> None:
    mail = desk.mail(words, sender=BOSS, to=letter["Reply-To"], subject=f"Re: {letter['Subject']}", answers=letter, headers=headers)
    code, said = await desk.hand_in(mail, envelope_sender=BOSS, recipients=[letter["Reply-To"]])
    assert code == 250, said


async def answered(desk: StartedDesk, letter: SentLetter, words: str, headers: dict[str, Any] | None = None) -> SentLetter:
    await hand_in_answer(desk, letter, words, headers)
    return await desk.relay.next()
