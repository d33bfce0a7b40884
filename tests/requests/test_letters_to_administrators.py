"""What an administrator sees: claimed beside on file, flags, suggestions, lists, and never too many letters."""

from __future__ import annotations

import pytest

from bot.core.accounts.records import NewMember
from bot.core.values import Language
from handlers import request_lists
from handlers.request_letters import digests
from tests.handlers.counter import renderer
from tests.support.request_desk import FORM, JULIE, SECOND, RequestDesk, boss, julie
from tests.support.visitors import ADMIN, MARIE, SERVICE, STRANGER, Writer, check_letters, text


async def asks(desk: RequestDesk, address: str, company: str = "Boréal inc.") -> str:
    """A request from an authentic address; its letter to the first administrator in English."""
    form = FORM.replace(JULIE, address).replace("Expéditions Boréal inc.", company)
    outcome = await desk.asked_for_access(form, Writer(address))
    check_letters(outcome)
    return text(outcome.post(ADMIN).reply, Language.EN)


async def test_a_domain_that_only_looks_like_a_members(desk: RequestDesk) -> None:
    await desk.account(members=("marie@expeditions-boreal.example",))
    written = await asks(desk, "julie@expeditions-borea1.example")
    assert "Look-alike: the domain expeditions-borea1.example resembles expeditions-boreal.example" in written
    assert "APPROVE JOIN" not in written


async def test_free_mail_says_nothing_of_the_company(desk: RequestDesk) -> None:
    await desk.account(members=("marie@gmail.com",))
    written = await asks(desk, "julie@gmail.com")
    assert "gmail.com is free mail" in written
    assert "APPROVE JOIN" not in written
    assert "0012345" not in written


async def test_suggestions_with_their_reasons(desk: RequestDesk) -> None:
    await desk.account(members=("marie@shipper.example",), company="Expéditions Boréal inc.")
    written = await asks(desk, JULIE, "Expéditions Boréal inc.")
    assert "K7MP4TXR, Expéditions Boréal inc.: same mail domain" in written
    assert "0012345, Expéditions Boréal inc.: an account of a company of that name" in written
    assert "APPROVE 0012345" in written
    assert "APPROVE JOIN K7MP4TXR" in written
    assert "APPROVE NONE" in written


async def test_a_companys_name_alone_gives_nothing_by_a_bare_approve(desk: RequestDesk) -> None:
    """Anybody can claim a name: the number is offered by a button, and APPROVE alone does not give it."""
    await desk.account(company="Boréal inc.")
    written = await asks(desk, JULIE)
    assert "APPROVE 0012345" in written
    assert "alone gives no customer number" in written


async def test_earlier_requests_are_shown(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    await desk.says("DENY", boss, token=asked.post(ADMIN).token)
    again = await desk.asked_for_access()
    assert "Earlier: access request 1 of November 23, 2026, denied." in text(again.post(ADMIN).reply, Language.EN)
    assert "demande d’accès 1 du 23 novembre 2026, refusée" in text(again.post(ADMIN).reply, Language.FR)


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        ("origin", "it came from a network of ours"),
        ("relay_dkim", "signed by the domain"),
        ("dkim_aligned", "signed by the domain"),
        ("no_signature", "anybody can write under this address"),
        ("unaligned", "another domain’s"),
        ("body_changed", "the signature is broken"),
        ("dns_temporary", "could not be checked"),
        ("a word of tomorrow", "anybody can write under this address"),
    ],
)
async def test_how_authentic_the_sender_was(desk: RequestDesk, proof: str, words: str) -> None:
    from bot.core.accounts.records import NewRequest, RequestKind
    from handlers.request_letters import put_to_administrators

    claimed = {"name": "Julie", "company": "Boréal"}
    new = NewRequest(RequestKind.ACCESS, "mail:x", JULIE, None, claimed, authenticity=proof, confirmed=True)
    request = await desk.write(lambda files: files.requests.open(new, desk.clock.now()))
    assert request is not None
    posts = await desk.office(lambda office: put_to_administrators(office, request))
    assert words in text(posts[0].reply, Language.EN)


async def test_a_letter_in_the_administrators_language_if_known(desk: RequestDesk) -> None:
    await desk.account(members=(MARIE, NewMember(ADMIN, language=Language.FR)))
    outcome = await desk.asked_for_access()
    assert outcome.post(ADMIN).language is Language.FR
    assert outcome.post(SECOND).language is None  # both halves


async def test_a_hostile_company_stays_literal(desk: RequestDesk) -> None:
    outcome = await desk.asked_for_access(FORM.replace("Expéditions Boréal inc.", "Fret **x** <a href='http://x'>y</a>"))
    letter = outcome.post(ADMIN).reply
    assert "Company: Fret **x** <a href='http://x'>y</a>" in text(letter, Language.EN)
    mail = renderer().mail([letter], (Language.EN,), reply_address=SERVICE, first_contact=False, subject=None)
    assert "&lt;a href=" in mail.html
    assert "http://x'>" not in mail.html
    assert "\n" not in mail.subject


async def test_above_ten_letters_an_hour_there_is_a_digest(desk: RequestDesk) -> None:
    outcomes = []
    for number in range(14):
        address = f"user{number}@company{number}.example"
        outcomes.append(await desk.asked_for_access(FORM.replace(JULIE, address), Writer(address)))
    mine = [[post.reply.template for post in outcome.posts if post.to == ADMIN] for outcome in outcomes]
    assert mine[:10] == [["admin/decide"]] * 10
    assert mine[10] == ["admin/digest"]
    assert mine[11:] == [[], [], []]
    check_letters(outcomes[10])
    # The hourly sweep lists what came after, once.
    posts = await desk.office(digests)
    assert [(post.to, len(post.reply.facts["requests"])) for post in posts] == [(ADMIN, 3), (SECOND, 3)]
    assert not await desk.office(digests)
    # An hour later a new request has a letter of its own again.
    desk.clock.move(hours=1, minutes=1)
    later = await desk.asked_for_access()
    assert later.posted() == [(ADMIN, "admin/decide"), (SECOND, "admin/decide")]


async def test_no_cap_means_a_letter_each(desk: RequestDesk) -> None:
    from dataclasses import replace

    desk.rules = replace(desk.rules, admin_letters_per_hour=0)
    for number in range(12):
        address = f"user{number}@company{number}.example"
        outcome = await desk.asked_for_access(FORM.replace(JULIE, address), Writer(address))
        assert outcome.posted()[0] == (ADMIN, "admin/decide")


async def test_requests_lists_what_is_open_and_brings_one(desk: RequestDesk) -> None:
    assert "No request is open" in text((await desk.says("REQUESTS", boss)).reply, Language.EN)
    await desk.asked_for_access()
    await desk.says("FORGOT PASSWORD", Writer(STRANGER))
    listed = await desk.says("DEMANDES", boss)
    assert [each.number for each in listed.reply.facts["requests"]] == [1, 2]
    check_letters(listed)
    one = await desk.says("REQUESTS 1", boss)
    assert (one.template, one.reply.quiet) == ("admin/by_letter", True)
    letter = one.post(ADMIN)
    assert letter.reply.template == "admin/decide"
    thread = next(message_id for message_id, post in desk.sent if post.to == ADMIN)
    assert letter.answers == thread
    check_letters(one)
    decided = await desk.says("DENY", boss, token=letter.token)
    assert decided.template == "admin/decided"
    none = await desk.says("REQUESTS 1", boss)
    assert none.template == "admin/no_request"
    check_letters(none)


async def test_an_unproved_administrator_gets_lists_at_the_listed_address(desk: RequestDesk) -> None:
    await desk.asked_for_access()
    outcome = await desk.says("REQUESTS", Writer(ADMIN, authentic=False))
    assert (outcome.template, outcome.reply.quiet) == ("admin/by_letter", True)
    assert outcome.posted() == [(ADMIN, "admin/requests")]


@pytest.mark.parametrize("words", ["REQUESTS", "REQUESTS 1", "DEMANDES"])
async def test_nobody_else_sees_a_list(desk: RequestDesk, words: str) -> None:
    """Nobody else's mail is read for these words; and the command itself refuses."""
    await desk.asked_for_access()
    assert (await desk.says(words, julie)).template == "unread/none"
    outcome = await desk.ask(request_lists.HANDLER, words, julie)
    assert outcome.template == "admin/not_here"
    assert not outcome.posts
    assert await desk.reasons() == ["not_listed"]
    check_letters(outcome)
