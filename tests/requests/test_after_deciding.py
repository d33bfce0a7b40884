"""Around a decision: questions and their answers, UNDO, and credentials that come back."""

from __future__ import annotations

import pytest

from bot.core.accounts.records import NoteKind, RequestState
from bot.core.values import Assurance, Language
from handlers.returned import reopened
from tests.support.request_desk import JULIE, SECOND, RequestDesk, boss, julie, second
from tests.support.visitors import ADMIN, MARIE, STRANGER, Writer, check_letters, text


async def test_a_question_and_its_answer(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    thread = next(message_id for message_id, post in desk.sent if post.to == SECOND)
    secret = asked.post(ADMIN).token
    outcome = await desk.says(
        f"ASK Which terminal do you ship from? {secret}\n> Name: Julie", boss, token=secret, quoted="> Name: Julie"
    )
    assert outcome.template == "admin/asked"
    question = outcome.post(JULIE)
    assert question.reply.template == "access/question"
    written = text(question.reply, Language.EN)
    assert "Which terminal do you ship from?" in written
    assert secret not in written
    assert "Name: Julie" not in written
    assert ADMIN not in written
    check_letters(outcome)
    answer = await desk.says("TRACE 123456789 was ours.\nWe ship from Laval.", julie, token=question.token)
    assert answer.template == "access/answer_passed"
    assert answer.posted() == [(ADMIN, "admin/decide"), (SECOND, "admin/decide")]
    assert answer.post(SECOND).answers == thread
    for line in ("TRACE 123456789 was ours.", "We ship from Laval.", "Which terminal do you ship from?"):
        assert line in text(answer.post(SECOND).reply, Language.FR)
    check_letters(answer)
    decided = await desk.says("APPROVE NONE", second, token=answer.post(SECOND).token)
    assert decided.template == "admin/decided"
    late = await desk.says("One more thing", julie, token=question.token)
    assert (late.reply.facts["state"], late.posts) == ("approved", ())


async def test_an_answer_that_begins_with_a_commands_words_is_an_answer(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("ASK What do you need?", boss, token=asked.post(ADMIN).token)
    answer = await desk.says("NEW CODE\n\nThat is what I need.", julie, token=outcome.post(JULIE).token)
    assert answer.template == "access/answer_passed"


async def test_the_same_question_goes_out_once(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcomes = [await desk.says("DEMANDER Quel terminal ?", boss, token=asked.post(ADMIN).token) for _ in range(2)]
    assert [len(outcome.posts) for outcome in outcomes] == [1, 0]


async def test_only_the_requester_answers_a_question(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("ASK Who are you?", boss, token=asked.post(ADMIN).token)
    stranger = await desk.says("I am Julie", Writer(STRANGER), token=outcome.post(JULIE).token)
    assert not stranger.posts
    assert not await desk.read(lambda files: files.requests.notes(1, NoteKind.ANSWER))


async def test_a_bare_command_in_answer_to_a_question_is_a_command(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("ASK Who are you?", boss, token=asked.post(ADMIN).token)
    status = await desk.says("MY REQUEST", julie, token=outcome.post(JULIE).token)
    assert status.template == "access/status"
    assert status.reply.facts["requests"][0].question
    check_letters(status)


@pytest.mark.parametrize("join", [False, True])
async def test_undo_voids_a_credential_not_yet_used(desk: RequestDesk, join: bool) -> None:
    account = await desk.account() if join else None
    approved = await desk.approved("APPROVE JOIN K7MP4TXR" if join else "APPROVE NONE")
    letter = approved.post(JULIE)
    undone = await desk.says("UNDO", second, token=approved.post(SECOND).token)
    assert undone.template == "admin/decided"
    assert undone.posted() == [(JULIE, "access/undone"), (ADMIN, "admin/decided")]
    assert (await desk.request(1)).state is RequestState.UNDONE
    token = await desk.read(lambda files: files.tokens.find(letter.token))
    assert token is not None
    assert token.revoked_at is not None
    made = (await desk.read(lambda files: files.accounts.all()))[-1]
    assert (made.temporary_hash, made.new_code_until) == ("", None)
    members = await desk.read(lambda files: files.members.of_account(made.id))
    if account is None:
        assert made.closed_at is not None
    else:
        assert made.closed_at is None
        assert [member.address for member in members] == [MARIE]
    check_letters(undone)
    again = await desk.says("ANNULER", boss, token=approved.token)
    assert (again.template, again.reply.facts["why"]) == ("admin/not_undone", "nothing_to_undo")
    check_letters(again)


async def test_undo_of_a_reset_voids_its_letter_and_leaves_the_account(desk: RequestDesk) -> None:
    account = await desk.account()
    asked = await desk.says("FORGOT PASSWORD", Writer(MARIE))
    approved = await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)
    letter = approved.post(MARIE)
    undone = await desk.says("ANNULER", boss, token=approved.token)
    assert undone.posted() == [(MARIE, "access/undone"), (SECOND, "admin/decided")]
    token = await desk.read(lambda files: files.tokens.find(letter.token))
    assert token is not None
    assert token.revoked_at is not None
    assert await desk.again(account) == account


async def test_undo_comes_too_late_once_the_credential_was_used(desk: RequestDesk) -> None:
    approved = await desk.approved()
    request = await desk.request(1)
    assert request.account_id is not None
    number = request.account_id
    await desk.write(lambda files: files.accounts.use_temporary(number, desk.clock.now()))
    outcome = await desk.says("UNDO", boss, token=approved.token)
    assert (outcome.template, outcome.reply.facts["why"]) == ("admin/not_undone", "used")
    assert (await desk.request(1)).state is RequestState.APPROVED


async def test_returned_credentials_open_the_request_again(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    await desk.says("APPROVE NONE", boss, token=asked.post(ADMIN).token)
    account = (await desk.read(lambda files: files.accounts.all()))[0]
    posts = await desk.office(lambda office: reopened(office, 1))
    assert [(post.to, post.reply.facts["why"]) for post in posts] == [(ADMIN, "bounced"), (SECOND, "bounced")]
    assert (await desk.request(1)).state is RequestState.OPEN
    assert (await desk.again(account)).temporary_hash == ""
    assert (await desk.member(account, JULIE)).bounced_at is not None
    assert "credentials_bounced" in await desk.audit()
    for post in posts:
        assert JULIE in text(post.reply, Language.EN)
        assert text(post.reply, Language.FR)
    assert not await desk.office(lambda office: reopened(office, 1))
    # The same words sent again decide nothing: their token ended with the first decision.
    repeated = await desk.says("APPROVE NONE", boss, token=asked.post(ADMIN).token)
    assert repeated.template == "admin/not_here"
    # A second approval goes to the same account.
    decided = await desk.says("APPROVE NONE", boss, token=posts[0].token)
    assert (JULIE, "access/credentials") in decided.posted()
    assert len(await desk.read(lambda files: files.accounts.all())) == 1


async def test_a_bounce_after_the_credential_was_used_changes_nothing(desk: RequestDesk) -> None:
    await desk.approved()
    account = (await desk.read(lambda files: files.accounts.all()))[0]
    await desk.write(lambda files: files.accounts.use_temporary(account.id, desk.clock.now()))
    assert not await desk.office(lambda office: reopened(office, 1))
    assert (await desk.request(1)).state is RequestState.APPROVED


async def test_an_administrator_taps_in_the_admin_chat(desk: RequestDesk) -> None:
    """A4 that the main path recognised otherwise (`assurance`) decides as well."""
    asked = await desk.asked_for_access()
    outcome = await desk.says("DENY", boss, token=asked.post(ADMIN).token, assurance=Assurance.ADMINISTRATOR)
    assert outcome.template == "admin/decided"
