"""REQUEST ACCESS by mail: the form, what is missing in it, the confirmed address, and what merges."""

from __future__ import annotations

import re

import pytest

from bot.core.accounts.records import RequestKind, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.forms import ACCESS
from bot.core.html_text import html_to_text
from bot.core.unquote import cut_reply
from bot.core.values import Language
from tests.handlers.counter import renderer
from tests.support.request_desk import FORM, JULIE, SECOND, RequestDesk, boss, julie
from tests.support.visitors import ADMIN, SERVICE, STRANGER, Writer, check_letters, text


@pytest.mark.parametrize(("words", "language"), [("REQUEST ACCESS", Language.EN), ("Demande d'accès", Language.FR)])
async def test_the_bare_command_brings_the_form(desk: RequestDesk, words: str, language: Language) -> None:
    outcome = await desk.says(words, julie)
    assert outcome.template == "access/form"
    assert not outcome.posts
    written = text(outcome.reply, language)
    labels = {
        Language.EN: ["Name *:", "Telephone *:", "Remarks:"],
        Language.FR: ["Nom *\u00a0:", "Téléphone *\u00a0:", "Remarques\u00a0:"],
    }
    for label in labels[language]:
        assert label in written
    token = await desk.read(lambda files: files.tokens.find(outcome.token))
    assert token is not None
    assert token.grant.purpose is Purpose.FORM
    check_letters(outcome)


@pytest.mark.parametrize("language", Language)
async def test_the_form_is_filled_in_as_a_mail_program_quotes_it(desk: RequestDesk, language: Language) -> None:
    """The letter as it was really written, quoted with `>`, the values typed behind the labels, nothing above the quote."""
    form = await desk.says("REQUEST ACCESS", julie, language=language)
    values = {"Name": "Julie Tremblay", "Company": "Boréal", "E-mail": JULIE, "Telephone": "514 555-0123"}
    french = {"Nom": "Julie Tremblay", "Entreprise": "Boréal", "Courriel": JULIE, "Téléphone": "514 555-0123"}
    lines = []
    for line in text(form.reply, language).splitlines():
        label = line.partition("*")[0].strip()
        known = {**values, **french}.get(label) if line.rstrip().endswith(":") else None
        lines.append(f"> {line.rstrip()} {known}" if known else f"> {line}")
    mail = "On Monday, the desk wrote:\n" + "\n".join(lines)
    cut = cut_reply(mail)
    outcome = await desk.says(cut.new_text, julie, token=form.token, quoted=cut.quoted)
    assert outcome.template == "access/received"
    request = await desk.request(1)
    assert dict(request.claimed) == {"name": "Julie Tremblay", "company": "Boréal", "email": JULIE, "telephone": "514-555-0123"}


@pytest.mark.parametrize("language", Language)
async def test_the_form_is_filled_in_in_an_html_reply(desk: RequestDesk, language: Language) -> None:
    """The HTML letter quoted by a webmail, the values typed into its table."""
    form = await desk.says("REQUEST ACCESS", julie, language=language)
    mail = renderer().mail([form.reply], (language,), reply_address=SERVICE, first_contact=False, subject=None)
    html = mail.html
    for label, value in zip(ACCESS.fields[:4], ("Julie Tremblay", "Boréal", JULIE, "514 555-0123"), strict=True):
        name = re.escape(f"{label.labels[language]} *".encode("ascii", "xmlcharrefreplace").decode())  # as letters are written
        html, count = re.subn(rf"({name}</th><td[^>]*>)(</td>)", rf"\g<1>{value}\g<2>", html, count=1)
        assert count == 1
    reply = f'<div>Bonjour!</div><div class="gmail_quote"><blockquote class="gmail_quote">{html}</blockquote></div>'
    cut = cut_reply(html_to_text(reply))
    outcome = await desk.says(cut.new_text, julie, token=form.token, quoted=cut.quoted)
    assert outcome.template == "access/received"
    assert (await desk.request(1)).claimed["telephone"] == "514-555-0123"


async def test_a_complete_form_may_come_in_the_first_mail(desk: RequestDesk) -> None:
    """The authentic sender is the address of the form: confirmed at once, and the administrators are asked."""
    outcome = await desk.asked_for_access()
    assert outcome.template == "access/received"
    assert outcome.posted() == [(ADMIN, "admin/decide"), (SECOND, "admin/decide")]
    request = await desk.request(1)
    assert request.confirmed_at is not None
    assert request.state is RequestState.OPEN
    check_letters(outcome)


async def test_missing_and_wrong_lines_are_named_and_the_others_kept(desk: RequestDesk) -> None:
    wrong = "Name: Julie\nTelephone: 12\nE-mail: nobody\nCustomer number: 0012345"
    first = await desk.says(f"REQUEST ACCESS\n{wrong}", julie)
    assert first.template == "access/form"
    problems = {line.key: line.problem for line in first.reply.facts["lines"] if line.problem}
    assert problems == {"company": "missing", "email": "not_an_address", "telephone": "not_a_telephone"}
    written = text(first.reply, Language.EN)
    assert "Company: is still missing" in written
    assert "“12”" in written
    assert "Name *: Julie" in written
    check_letters(first)
    # Only the missing lines, in French, above the quote: the rest is kept.
    second = await desk.says(f"Courriel : {JULIE}\nEntreprise : Boréal\nTéléphone : 514 555-0123 poste 7", julie, token=first.token)
    assert second.template == "access/received"
    claimed = (await desk.request(1)).claimed
    assert (claimed["name"], claimed["customer_number"], claimed["telephone"]) == ("Julie", "0012345", "514-555-0123 ext. 7")


async def test_nobody_else_continues_a_draft(desk: RequestDesk) -> None:
    """A forged From without the form's token starts from nothing."""
    await desk.says("REQUEST ACCESS\nName: Julie\nCompany: Boréal", julie)
    forged = await desk.says(f"REQUEST ACCESS\nE-mail: {STRANGER}\nTelephone: 514-555-0123", Writer(JULIE, authentic=False))
    assert forged.template == "access/form"
    assert {line.key for line in forged.reply.facts["lines"] if line.problem} == {"name", "company"}


async def test_another_address_is_confirmed_first(desk: RequestDesk) -> None:
    outcome = await desk.asked_for_access(writer=Writer("julie@home.example"))
    assert outcome.template == "access/confirm_sent"
    assert not outcome.reply.quiet
    assert outcome.posted() == [(JULIE, "access/confirm_address")]
    assert (await desk.request(1)).confirmed_at is None
    check_letters(outcome)
    yes = await desk.says("YES", julie, token=outcome.post(JULIE).token)
    assert yes.template == "access/received"
    assert yes.posted() == [(ADMIN, "admin/decide"), (SECOND, "admin/decide")]
    assert (await desk.request(1)).confirmed_at is not None
    again = await desk.says("OUI", julie, token=outcome.post(JULIE).token)
    assert not again.posts


async def test_an_unproved_sender_confirms_by_one_letter(desk: RequestDesk) -> None:
    """Whoever writes from the form's own address gets the letter to that address, and no answer besides."""
    unproved = Writer(JULIE, authentic=False)
    outcome = await desk.asked_for_access(writer=unproved)
    assert outcome.reply.quiet
    assert outcome.posted() == [(JULIE, "access/confirm_address")]
    yes = await desk.says("OUI", unproved, token=outcome.post(JULIE).token)
    assert yes.template == "access/received"


async def test_a_stranger_cannot_confirm(desk: RequestDesk) -> None:
    outcome = await desk.asked_for_access(writer=Writer("julie@home.example"))
    stolen = await desk.says("YES", Writer(STRANGER), token=outcome.post(JULIE).token)
    assert not stolen.posts
    assert (await desk.request(1)).confirmed_at is None


async def test_only_the_same_confirmed_address_merges(desk: RequestDesk) -> None:
    await desk.asked_for_access()
    # A stranger who names the address merges with nothing and stands in nobody's way.
    stranger = await desk.asked_for_access(FORM.replace("Julie Tremblay", "Mallory"), Writer(STRANGER))
    assert stranger.template == "access/confirm_sent"
    assert (await desk.request(1)).merged == 0
    again = await desk.asked_for_access(FORM + "Customer number: 0012345\n")
    assert again.template == "access/received"
    assert again.reply.facts["merged"]
    assert again.reply.facts["number"] == 1
    merged = await desk.request(1)
    assert (merged.merged, merged.claimed["customer_number"], merged.claimed["name"]) == (1, "0012345", "Julie Tremblay")
    assert [post.reply.facts["why"] for post in again.posts] == ["changed", "changed"]
    check_letters(again)


async def test_a_second_form_that_says_the_same_sends_no_letter(desk: RequestDesk) -> None:
    await desk.asked_for_access()
    again = await desk.asked_for_access()
    assert again.template == "access/received"
    assert not again.posts


async def test_a_late_confirmation_joins_the_open_request(desk: RequestDesk) -> None:
    first = await desk.asked_for_access(writer=Writer("julie@home.example"))
    await desk.asked_for_access()
    yes = await desk.says("YES", julie, token=first.post(JULIE).token)
    assert yes.template == "access/received"
    assert yes.reply.facts["number"] == 2
    assert (await desk.request(1)).state is RequestState.LAPSED
    opened = await desk.read(lambda files: files.requests.open_of(RequestKind.ACCESS, JULIE))
    assert opened is not None
    assert opened.number == 2
    status = await desk.says("MY REQUEST", julie)
    assert [each.number for each in status.reply.facts["requests"]] == [2]


async def test_a_mailbox_is_not_filled_with_questions(desk: RequestDesk) -> None:
    """Three letters a day ask one address whether it made a request."""
    outcomes = [await desk.asked_for_access(writer=Writer(f"{number}@elsewhere.example")) for number in range(5)]
    assert [len(outcome.posts) for outcome in outcomes] == [1, 1, 1, 0, 0]
    assert {outcome.template for outcome in outcomes} == {"access/confirm_sent"}
    desk.clock.move(hours=25)
    assert (await desk.asked_for_access(writer=Writer(STRANGER))).posts


@pytest.mark.parametrize(
    ("moved", "now", "opens"),
    [({}, True, None), ({"hours": 12}, False, (24, 8, 0)), ({"days": 4, "hours": 12}, False, (30, 8, 0))],
)
async def test_the_receipt_says_when_a_person_is_there(
    desk: RequestDesk, moved: dict[str, float], now: bool, opens: tuple[int, int, int] | None
) -> None:
    """Monday at ten; at night the next morning; on Friday night the Monday after."""
    desk.clock.move(**moved)
    outcome = await desk.asked_for_access()
    opening = outcome.reply.facts["opening"]
    assert opening.now is now
    if opens is not None:
        assert (opening.at.day, opening.at.hour, opening.at.minute) == opens
        assert "8\u00a0h" in text(outcome.reply, Language.FR)
        assert "8:00 a.m." in text(outcome.reply, Language.EN)
    for language in Language:
        written = text(outcome.reply, language)
        assert "856" in written  # the telephone numbers
        assert {Language.EN: "TRACE", Language.FR: "REPÉRAGE"}[language] in written


async def test_the_form_says_that_each_employee_may_have_a_code(desk: RequestDesk) -> None:
    """Help page: "it may be more convenient if each has a different access code"."""
    outcome = await desk.says("REQUEST ACCESS", julie)
    assert "A code for each of you is more convenient" in text(outcome.reply, Language.EN)
    assert "Un code pour chacun est plus commode" in text(outcome.reply, Language.FR)


async def test_thanks_to_the_form_are_no_form(desk: RequestDesk) -> None:
    form = await desk.says("REQUEST ACCESS", julie)
    outcome = await desk.says("Thanks, I will look at it tomorrow", julie, token=form.token)
    assert outcome.template == "unread/none"


async def test_a_no_means_nothing(desk: RequestDesk) -> None:
    """An unconfirmed request is in no list of the administrators."""
    await desk.asked_for_access(writer=Writer("julie@home.example"))
    listed = await desk.says("REQUESTS", boss)
    assert listed.reply.facts["requests"] == ()
