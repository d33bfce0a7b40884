"""The same forms step by step, in chat and at a terminal: progress, back, cancel, validation, and a summary to confirm."""

from __future__ import annotations

import pytest

from bot.core.values import Language
from tests.support.request_desk import JULIE, SECOND, RequestDesk
from tests.support.visitors import ADMIN, Outcome, Writer, check_letters, text

chat = Writer(chat=42)
terminal = Writer(terminal="tty1")
ANSWERS = ("Julie Tremblay", "Boréal inc.", JULIE, "514 555-0123", "0012345", "français", "skip")


async def answered(desk: RequestDesk, writer: Writer, *words: str) -> Outcome:
    outcome = None
    for each in words:
        outcome = await desk.says(each, writer)
        check_letters(outcome)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("writer", [chat, terminal])
async def test_the_whole_form(desk: RequestDesk, writer: Writer) -> None:
    first = await desk.says("REQUEST ACCESS", writer)
    assert first.template == "form/step"
    assert "Line 1 of 7: Name (required)" in text(first.reply, Language.EN)
    assert "Ligne 1 de 7\u00a0: Nom (obligatoire)" in text(first.reply, Language.FR)
    summary = await answered(desk, writer, *ANSWERS)
    assert summary.template == "form/summary"
    assert f"3. E-mail: {JULIE}" in text(summary.reply, Language.EN)
    assert "6. Langue préférée\u00a0: français" in text(summary.reply, Language.FR)
    sent = await desk.says("YES", writer)
    assert sent.template == "access/confirm_sent"
    assert sent.posted() == [(JULIE, "access/confirm_address")]
    assert not sent.reply.quiet
    request = await desk.request(1)
    assert request.authenticity == writer.channel.value
    assert request.language is Language.FR
    status = await desk.says("MY REQUEST", writer)
    assert [each.number for each in status.reply.facts["requests"]] == [1]
    confirmed = await desk.says("OUI", Writer(JULIE, authentic=False), token=sent.post(JULIE).token)
    assert [to for to, _ in confirmed.posted()] == [ADMIN, SECOND]


async def test_wrong_answers_are_asked_again(desk: RequestDesk) -> None:
    await answered(desk, chat, "REQUEST ACCESS", "Julie", "Boréal")
    wrong = await desk.says("julie at shipper", chat)
    assert (wrong.template, wrong.reply.facts["problem"], wrong.reply.facts["number"]) == ("form/step", "not_an_address", 3)
    assert "is not an e-mail address" in text(wrong.reply, Language.EN)
    required = await desk.says("skip", chat)
    assert required.reply.facts["problem"] == "missing"


async def test_back_and_a_line_changed_at_the_summary(desk: RequestDesk) -> None:
    back = await answered(desk, chat, "REQUEST ACCESS", "Julie", "RETOUR")
    assert (back.reply.facts["number"], back.reply.facts["line"].value) == (1, "Julie")
    summary = await answered(desk, chat, *ANSWERS)
    assert summary.template == "form/summary"
    line = await desk.says("2", chat)
    assert line.reply.facts["line"].key == "company"
    again = await desk.says("Austral inc.", chat)
    assert again.template == "form/summary"
    assert "2. Company: Austral inc." in text(again.reply, Language.EN)


@pytest.mark.parametrize("words", ["CANCEL", "annuler"])
async def test_cancel_forgets_it(desk: RequestDesk, words: str) -> None:
    outcome = await answered(desk, chat, "REQUEST ACCESS", "Julie", words)
    assert outcome.template == "form/cancelled"
    assert await desk.read(lambda files: files.drafts.latest("telegram:42")) is None
    assert (await desk.says("Boréal", chat)).template == "unread/none"


async def test_a_command_in_between_is_answered_and_the_form_waits(desk: RequestDesk) -> None:
    await answered(desk, chat, "REQUEST ACCESS", "Julie")
    status = await desk.says("MY REQUEST", chat)
    assert status.template == "access/status"
    step = await desk.says("Boréal", chat)
    assert step.reply.facts["line"].key == "email"


async def test_yesterdays_question_takes_no_answer_but_is_taken_up_again(desk: RequestDesk) -> None:
    await answered(desk, chat, "REQUEST ACCESS", "Julie")
    desk.clock.move(hours=3)
    assert (await desk.says("Boréal", chat)).template == "unread/none"
    resumed = await desk.says("DEMANDE D'ACCÈS", chat)
    assert resumed.reply.facts["resumed"]
    assert resumed.reply.facts["line"].key == "company"


async def test_lines_that_came_with_the_command_are_not_asked_again(desk: RequestDesk) -> None:
    outcome = await desk.says(f"REQUEST ACCESS\nName: Julie\nE-mail: {JULIE}", chat)
    assert outcome.reply.facts["line"].key == "company"


async def test_two_chats_do_not_mix(desk: RequestDesk) -> None:
    await answered(desk, chat, "REQUEST ACCESS", "Julie")
    assert (await desk.says("Boréal", Writer(chat=43))).template == "unread/none"


async def test_forgot_password_step_by_step(desk: RequestDesk) -> None:
    account = await desk.account()
    await desk.says("FORGOT PASSWORD", terminal)
    summary = await answered(desk, terminal, "Marie", "Tremblay inc.", account.code, "passer", "-")
    assert summary.template == "form/summary"
    received = await desk.says("OUI", terminal)
    assert received.template == "password/forgot_received"
    view = received.post(ADMIN).reply.facts["request"]
    assert (view.name, view.company, view.code, view.proof) == ("Marie", "Tremblay inc.", account.code, "terminal")
    assert view.on_file.code == account.code
    # There is no address to write to: a question is not sent, a decision is.
    asked = await desk.says("ASK Who are you?", Writer(ADMIN), token=received.post(ADMIN).token)
    assert (asked.template, asked.reply.facts["sent"], asked.posts) == ("admin/asked", False, ())
    check_letters(asked)
    decided = await desk.says("APPROVE", Writer(ADMIN), token=received.post(ADMIN).token)
    assert [to for to, _ in decided.posted()] == ["marie@tremblay.example", SECOND]


async def test_forgot_password_with_words_at_once(desk: RequestDesk) -> None:
    outcome = await desk.says("FORGOT PASSWORD K7MP4TXR", terminal)
    assert outcome.template == "password/forgot_received"
