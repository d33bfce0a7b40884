"""The administrator's answer: what decides, who is told, and that the first decision wins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.accounts.codes import fold_temporary
from bot.core.accounts.records import MemberState, NoteKind, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.values import Language
from tests.support.request_desk import FORM, JULIE, SECOND, RequestDesk, boss, julie, second
from tests.support.visitors import ADMIN, JULES, MARIE, STRANGER, Writer, check_letters, text


async def test_an_approval_makes_an_account_and_one_letter_with_the_credentials(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("APPROVE NONE", boss, token=asked.post(ADMIN).token)
    assert outcome.template == "admin/decided"
    assert outcome.posted() == [(JULIE, "access/credentials"), (SECOND, "admin/decided")]
    letter = outcome.post(JULIE)
    assert letter.reply.secret
    temporary = letter.reply.facts["temporary"]
    request = await desk.request(1)
    assert (request.state, request.decided_by) == (RequestState.APPROVED, ADMIN)
    assert request.account_id is not None
    account = await desk.again(request.account_id)
    assert (account.company, account.customer_numbers) == ("Expéditions Boréal inc.", ())
    assert account.temporary_expires_at == desk.clock.now() + timedelta(hours=24)
    assert account.new_code_until == desk.clock.now() + timedelta(days=7)
    assert await desk.hashing.verify((fold_temporary(temporary) or "", account.temporary_hash)) == 0
    member = await desk.member(account, JULIE)
    assert (member.name, member.telephone, member.principal, member.state) == (
        "Julie Tremblay",
        "514-555-0123",
        True,
        MemberState.ACTIVE,
    )
    token = await desk.read(lambda files: files.tokens.find(letter.token))
    assert token is not None
    assert (token.grant.purpose, token.grant.person, token.grant.request_number) == (Purpose.CREDENTIALS, f"mail:{JULIE}", 1)
    assert f"Access code: {account.code}\n" in text(letter.reply, Language.EN)
    assert f"Temporary password: {temporary}\n" in text(letter.reply, Language.EN)
    assert f"Code d’accès\u00a0: {account.code}\n" in text(letter.reply, Language.FR)
    assert f"Mot de passe temporaire\u00a0: {temporary}\n" in text(letter.reply, Language.FR)
    # Nobody but the requester sees it, and the trail does not hold it.
    for reply in (outcome.reply, outcome.post(SECOND).reply):
        assert temporary not in text(reply, Language.EN)
    entries = await desk.read(lambda files: files.audit.entries())
    assert temporary not in str(entries)
    assert "request_decided" in [entry.event for entry in entries]
    assert "credentials_sent" in [entry.event for entry in entries]
    check_letters(outcome)


async def test_the_others_are_told_in_the_same_thread(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    thread = next(message_id for message_id, post in desk.sent if post.to == SECOND)
    outcome = await desk.says("DENY not a customer of ours", boss, token=asked.post(ADMIN).token)
    told = outcome.post(SECOND)
    assert told.answers == thread
    assert (told.reply.facts["by"], told.reply.facts["you"]) == (ADMIN, False)
    assert ADMIN in text(told.reply, Language.EN)
    assert "November 23, 2026" in text(told.reply, Language.EN)
    denied = outcome.post(JULIE)
    assert "not a customer of ours" in text(denied.reply, Language.FR)
    assert (await desk.request(1)).state is RequestState.DENIED
    check_letters(outcome)


@pytest.mark.parametrize(("first", "other"), [("APPROVE NONE", "DENY"), ("DENY", "APPROVE NONE")])
async def test_two_administrators_decide_opposite_ways_at_once(desk: RequestDesk, first: str, other: str) -> None:
    """Both prepare before either decides; the second transaction is told who decided, and changes nothing."""
    asked = await desk.asked_for_access()
    one = await desk.says(first, boss, token=asked.post(ADMIN).token)
    after = await desk.request(1)
    late = await desk.says(other, second, token=asked.post(SECOND).token)
    assert one.reply.facts["late"] is False
    assert late.template == "admin/decided"
    assert (late.reply.facts["late"], late.reply.facts["by"], late.reply.facts["you"]) == (True, ADMIN, False)
    assert not late.posts
    assert await desk.request(1) == after
    assert await desk.reasons() == ["decided_before"]
    accounts = await desk.read(lambda files: files.accounts.all())
    assert len(accounts) == (1 if first.startswith("APPROVE") else 0)
    check_letters(late)


async def test_the_same_answer_sent_again_decides_nothing(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    await desk.says("APPROVE NONE", boss, token=asked.post(ADMIN).token)
    again = await desk.says("APPROVE NONE", boss, token=asked.post(ADMIN).token)
    assert (again.reply.facts["late"], again.reply.facts["you"]) == (True, True)
    assert not again.posts
    assert len(await desk.read(lambda files: files.accounts.all())) == 1


@pytest.mark.parametrize(
    "words", ["APPROVE 0012345", "Approuver 0012345", "APPROVE 00-12345", "APPROVE 0012345\n\nSent from my iPhone"]
)
async def test_exactly_the_named_customer_numbers(desk: RequestDesk, words: str) -> None:
    await desk.account()  # holds 0012345, which makes it a known number
    asked = await desk.asked_for_access()
    outcome = await desk.says(words, boss, token=asked.post(ADMIN).token)
    assert outcome.template == "admin/decided"
    account = (await desk.read(lambda files: files.accounts.all()))[-1]
    assert account.customer_numbers == ("0012345",)


async def test_an_unknown_customer_number_decides_nothing(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("APPROVE 9999999", boss, token=asked.post(ADMIN).token)
    assert outcome.template == "admin/unclear"
    assert "9999999" in text(outcome.reply, Language.FR)
    assert (await desk.request(1)).state is RequestState.OPEN
    check_letters(outcome)


async def test_a_bare_approve_gives_what_the_letter_said(desk: RequestDesk) -> None:
    """A known claimed number is given; one that becomes known after the letter went out is not."""
    asked = await desk.asked_for_access(FORM + "Customer number: 0012345\n")
    assert "gives no customer number" in text(asked.post(ADMIN).reply, Language.EN)
    await desk.account()
    outcome = await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)
    assert outcome.template == "admin/decided"
    assert (await desk.read(lambda files: files.accounts.all()))[-1].customer_numbers == ()
    other = FORM.replace(JULIE, "paul@other.example") + "Customer number: 0012345\n"
    asked = await desk.asked_for_access(other, Writer("paul@other.example"))
    assert "gives customer number 0012345" in text(asked.post(ADMIN).reply, Language.EN)
    await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)
    assert (await desk.read(lambda files: files.accounts.all()))[-1].customer_numbers == ("0012345",)


async def test_a_request_that_changed_is_shown_again(desk: RequestDesk) -> None:
    """What an administrator has not seen, they have not approved."""
    asked = await desk.asked_for_access()
    await desk.asked_for_access(FORM.replace("Boréal", "Austral"))
    outcome = await desk.says("APPROVE NONE", boss, token=asked.post(ADMIN).token)
    assert outcome.template == "admin/decide"
    assert outcome.reply.facts["why"] == "changed"
    assert "Austral" in text(outcome.reply, Language.EN)
    assert (await desk.request(1)).state is RequestState.OPEN
    assert await desk.reasons() == ["changed_since"]
    decided = await desk.says("APPROVE NONE", boss, token=outcome.token)
    assert decided.template == "admin/decided"


async def test_joining_an_existing_account(desk: RequestDesk) -> None:
    account = await desk.account(members=(MARIE, JULES))
    asked = await desk.asked_for_access()
    outcome = await desk.says(f"APPROVE JOIN {account.code.lower()}", boss, token=asked.post(ADMIN).token)
    assert outcome.posted() == [
        (JULIE, "access/credentials"),
        (MARIE, "members/new_party"),
        (JULES, "members/new_party"),
        (SECOND, "admin/decided"),
    ]
    assert len(await desk.read(lambda files: files.accounts.all())) == 1
    member = await desk.member(account, JULIE)
    assert not member.principal
    token = await desk.read(lambda files: files.tokens.find(outcome.post(MARIE).token))
    assert token is not None
    assert (token.grant.purpose, token.grant.member_id, token.grant.person) == (Purpose.OBJECTION, member.id, f"mail:{MARIE}")
    after = await desk.again(account)
    assert after.password_hash == account.password_hash  # the old password works until a new one is chosen
    assert after.customer_numbers == account.customer_numbers
    assert outcome.post(JULIE).reply.facts["joined"]
    check_letters(outcome)


@pytest.mark.parametrize(
    ("state", "words", "problem"),
    [
        ("", "APPROVE JOIN ZZZZ9999", "unknown_code"),
        ("suspended", "APPROVE JOIN K7MP4TXR", "account_state"),
        ("closed", "APPROVE JOIN K7MP4TXR", "account_state"),
        ("party_suspended", "APPROVE JOIN K7MP4TXR", "member_suspended"),
    ],
)
async def test_what_cannot_be_joined(desk: RequestDesk, state: str, words: str, problem: str) -> None:
    account = await desk.account(members=(MARIE, JULIE) if state == "party_suspended" else (MARIE,))
    now = desk.clock.now()
    if state == "suspended":
        await desk.write(lambda files: files.accounts.suspend(account.id, "test", now))
    if state == "closed":
        await desk.write(lambda files: files.accounts.close(account.id, "test", now))
    if state == "party_suspended":
        member = await desk.member(account, JULIE)
        await desk.write(lambda files: files.members.set_state(member.id, MemberState.SUSPENDED, now))
    asked = await desk.asked_for_access()
    outcome = await desk.says(words, boss, token=asked.post(ADMIN).token)
    assert (outcome.template, outcome.reply.facts["problem"]) == ("admin/unclear", problem)
    assert (await desk.request(1)).state is RequestState.OPEN
    check_letters(outcome)


async def test_joining_where_one_is_a_member_already(desk: RequestDesk) -> None:
    """It is a fresh start for that member; nobody hears of a new party."""
    account = await desk.account(members=(MARIE, JULIE))
    asked = await desk.asked_for_access()
    outcome = await desk.says(f"APPROVE JOIN {account.code}", boss, token=asked.post(ADMIN).token)
    assert outcome.posted() == [(JULIE, "access/credentials"), (SECOND, "admin/decided")]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("APPROVE?", "question"),
        ("APPROVE\nDENY", "contradiction"),
        ("DENY or APPROVE", "contradiction"),
        ("ASK", "arguments"),
        ("UNDO that please now", "arguments"),
        ("Looks fine to me", "no_verb"),
        ("YES", "no_verb"),
        ("> APPROVE", "quoted"),
        ("", "empty"),
    ],
)
async def test_anything_unclear_decides_nothing_and_is_asked_again(desk: RequestDesk, words: str, problem: str) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says(words, boss, token=asked.post(ADMIN).token)
    assert (await desk.request(1)).state is RequestState.OPEN
    if outcome.template == "yes/nothing":
        return
    assert (outcome.template, outcome.reply.facts["problem"]) == ("admin/unclear", problem)
    assert await desk.reasons("decision_unclear") == [problem]
    notes = await desk.read(lambda files: files.requests.notes(1, NoteKind.UNCLEAR))
    assert len(notes) == 1
    check_letters(outcome)
    # The buttons that came again decide.
    assert "APPROVE NONE" in text(outcome.reply, Language.EN)
    decided = await desk.says("APPROVE NONE", boss, token=outcome.token)
    assert decided.template == "admin/decided"


async def test_a_decision_in_the_subject_decides_nothing(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("", boss, token=asked.post(ADMIN).token, subject="APPROVE NONE")
    assert (outcome.template, outcome.reply.facts["problem"]) == ("admin/unclear", "subject")
    assert (await desk.request(1)).state is RequestState.OPEN


async def test_nobody_decides_their_own_request(desk: RequestDesk) -> None:
    """The one that they made for somebody else included."""
    made = await desk.says(f"REQUEST ACCESS\n{FORM}", boss)
    asked = await desk.says("YES", julie, token=made.post(JULIE).token)
    letter = asked.post(ADMIN)
    assert letter.reply.facts["request"].own
    assert "APPROVE" not in text(letter.reply, Language.EN)
    own = await desk.says("APPROVE NONE", boss, token=letter.token)
    assert own.template == "admin/own"
    assert (await desk.request(1)).state is RequestState.OPEN
    assert await desk.reasons() == ["own"]
    check_letters(own)
    other = await desk.says("APPROVE NONE", second, token=asked.post(SECOND).token)
    assert other.template == "admin/decided"


async def test_nobody_decides_about_their_own_account(desk: RequestDesk) -> None:
    account = await desk.account(members=(MARIE, ADMIN))
    asked = await desk.asked_for_access()
    own = await desk.says(f"APPROVE JOIN {account.code}", boss, token=asked.post(ADMIN).token)
    assert own.template == "admin/own"
    assert (await desk.request(1)).state is RequestState.OPEN


async def test_unproved_mail_needs_a_second_letter(desk: RequestDesk) -> None:
    """The second letter goes to the listed address alone; its YES decides, within thirty minutes, once."""
    asked = await desk.asked_for_access()
    unproved = Writer(ADMIN, authentic=False)
    outcome = await desk.says("APPROVE NONE", unproved, token=asked.post(ADMIN).token)
    assert (outcome.template, outcome.reply.quiet) == ("admin/by_letter", True)
    assert not outcome.reply.token
    assert outcome.posted() == [(ADMIN, "admin/confirm")]
    assert (await desk.request(1)).state is RequestState.OPEN
    check_letters(outcome)
    token = outcome.post(ADMIN).token
    stolen = await desk.says("YES", Writer(STRANGER), token=token)
    assert not stolen.posts
    assert (await desk.request(1)).state is RequestState.OPEN
    yes = await desk.says("YES", unproved, token=token)
    assert (JULIE, "access/credentials") in yes.posted()
    assert (ADMIN, "admin/decided") in yes.posted()
    assert (await desk.request(1)).decided_by == ADMIN
    again = await desk.says("YES", unproved, token=token)
    assert JULIE not in [to for to, _ in again.posted()]
    assert len(await desk.read(lambda files: files.accounts.all())) == 1


@pytest.mark.parametrize(("minutes", "decides"), [(29, True), (30, False)])
async def test_the_second_letter_stands_for_thirty_minutes(desk: RequestDesk, minutes: int, decides: bool) -> None:
    asked = await desk.asked_for_access()
    unproved = Writer(ADMIN, authentic=False)
    outcome = await desk.says("DENY", unproved, token=asked.post(ADMIN).token)
    desk.clock.move(minutes=minutes)
    await desk.says("OUI", unproved, token=outcome.post(ADMIN).token)
    assert (await desk.request(1)).state is (RequestState.DENIED if decides else RequestState.OPEN)


async def test_a_yes_to_a_decided_request_comes_too_late(desk: RequestDesk) -> None:
    asked = await desk.asked_for_access()
    outcome = await desk.says("APPROVE NONE", Writer(ADMIN, authentic=False), token=asked.post(ADMIN).token)
    await desk.says("DENY", second, token=asked.post(SECOND).token)
    late = await desk.says("YES", boss, token=outcome.post(ADMIN).token)
    told = late.posts[0].reply if late.posts else late.reply
    assert (told.template, told.facts["late"], told.facts["by"]) == ("admin/decided", True, SECOND)
    assert (await desk.request(1)).state is RequestState.DENIED
