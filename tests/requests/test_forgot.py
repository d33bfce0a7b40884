"""FORGOT PASSWORD, NEW CODE and MY REQUEST: a uniform receipt, the address on record alone, and nothing told to strangers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.accounts.records import MemberState, NoteKind, RequestState
from bot.core.values import Language
from tests.support.request_desk import JULIE, SECOND, RequestDesk, boss, julie, second
from tests.support.visitors import ADMIN, JULES, MARIE, PASSWORD, STRANGER, Writer, check_letters, everything, text

marie = Writer(MARIE)
stranger = Writer(STRANGER, authentic=False)


@pytest.mark.parametrize(
    "words",
    [
        "FORGOT PASSWORD",
        "FORGOT PASSWORD K7MP4TXR",
        "FORGOT PASSWORD ZZZZ9999",
        "MOT DE PASSE OUBLIÉ\nMarie Tremblay, Tremblay inc.\n514 555-0199",
        "I forgot my password\nName: Marie\nCompany: Tremblay inc.\nAccess code: k7mp 4txr",
    ],
)
@pytest.mark.parametrize("writer", [marie, Writer(MARIE, authentic=False), Writer(STRANGER), stranger])
async def test_the_receipt_is_the_same_whether_or_not_an_account_exists(desk: RequestDesk, words: str, writer: Writer) -> None:
    nothing = await desk.says(words, Writer("who@nowhere.example"))
    account = await desk.account()
    outcome = await desk.says(words, writer)
    assert outcome.template == "password/forgot_received"
    for language in Language:
        assert everything(outcome.reply, language) == everything(nothing.reply, language)
    assert [to for to, _ in outcome.posted()] == [to for to, _ in nothing.posted()] == [ADMIN, SECOND]
    assert await desk.again(account) == account  # nothing is locked, and the password works
    check_letters(outcome, never=[PASSWORD])


async def test_claimed_stands_beside_what_is_on_file(desk: RequestDesk) -> None:
    await desk.account()
    outcome = await desk.says("FORGOT PASSWORD K7MP4TXR\nName: M. Tremblai\nCompany: Trembley inc.\nPhone: 514 555-0123", stranger)
    view = outcome.post(ADMIN).reply.facts["request"]
    assert (view.name, view.on_file.name) == ("M. Tremblai", "Marie")
    assert (view.company, view.on_file.company) == ("Trembley inc.", "Tremblay inc.")
    assert (view.address, view.on_file.address, view.on_file.send_to) == (STRANGER, MARIE, MARIE)
    written = text(outcome.post(ADMIN).reply, Language.EN)
    for line in (
        "Name: M. Tremblai",
        "Name on file: Marie",
        "Company on file: Tremblay inc.",
        f"Address on file: {MARIE}",
        "not proved",
        f"Send it to {MARIE}",
    ):
        assert line in written


async def test_an_approval_goes_to_the_asking_members_own_address(desk: RequestDesk) -> None:
    account = await desk.account(members=(MARIE, JULES))
    asked = await desk.says("FORGOT PASSWORD", Writer(JULES))
    outcome = await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)
    assert outcome.posted() == [(JULES, "password/credentials"), (SECOND, "admin/decided")]
    letter = outcome.post(JULES).reply
    assert letter.secret
    assert letter.facts["code"] == account.code
    after = await desk.again(account)
    assert after.password_hash == account.password_hash
    assert after.temporary_hash
    assert (outcome.reply.facts["sent_to"], outcome.reply.facts["code"]) == (JULES, account.code)
    check_letters(outcome, never=[PASSWORD])


async def test_else_to_the_principal_members(desk: RequestDesk) -> None:
    """The asker wrote from elsewhere: the address on record gets the password, the asker only hears that it went there."""
    await desk.account(members=(MARIE, JULES))
    asked = await desk.says("FORGOT PASSWORD K7MP4TXR", Writer(STRANGER))
    outcome = await desk.says("APPROUVER", boss, token=asked.post(ADMIN).token)
    assert outcome.posted() == [
        (MARIE, "password/credentials"),
        (STRANGER, "password/sent_to_record"),
        (SECOND, "admin/decided"),
    ]
    temporary = outcome.post(MARIE).reply.facts["temporary"]
    for language in Language:
        words = everything(outcome.post(STRANGER).reply, language)
        assert temporary not in words
        assert MARIE not in words
        assert "K7MP4TXR" not in words


async def test_nobody_reachable_means_a_call(desk: RequestDesk) -> None:
    account = await desk.account()
    member = await desk.member(account, MARIE)
    await desk.write(lambda files: files.members.set_bounced(member.id, desk.clock.now()))
    await desk.write(lambda files: files.members.set_telephone(member.id, "514-555-0100"))
    asked = await desk.says("FORGOT PASSWORD", marie)
    for language, words in ((Language.EN, "Call them"), (Language.FR, "Téléphonez")):
        assert words in text(asked.post(ADMIN).reply, language)
    outcome = await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)
    assert outcome.template == "admin/call"
    assert not outcome.posts
    assert "514-555-0100" in text(outcome.reply, Language.EN)
    assert (await desk.request(1)).state is RequestState.OPEN
    assert [note.who for note in await desk.read(lambda files: files.requests.notes(1, NoteKind.CALL))] == [ADMIN]
    assert "call_needed" in await desk.audit()
    check_letters(outcome)
    # Once the address on record works again, the same letter's buttons decide.
    await desk.write(lambda files: files.members.set_bounced(member.id, None))
    decided = await desk.says("APPROVE", boss, token=outcome.token)
    assert (MARIE, "password/credentials") in decided.posted()


async def test_an_unknown_asker_without_a_code(desk: RequestDesk) -> None:
    """The accounts that may be meant are offered by company; APPROVE alone has nothing to approve."""
    await desk.account()
    asked = await desk.says("FORGOT PASSWORD\nCompany: TREMBLAY INC", stranger)
    view = asked.post(ADMIN).reply.facts["request"]
    assert [(line.code, line.why) for line in view.accounts] == [("K7MP4TXR", "company")]
    bare = await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)
    assert (bare.template, bare.reply.facts["problem"]) == ("admin/unclear", "no_account")
    numbers = await desk.says("APPROVE 0012345", boss, token=asked.post(ADMIN).token)
    assert numbers.reply.facts["problem"] == "no_customers_here"
    outcome = await desk.says("APPROVE JOIN K7MP4TXR", boss, token=asked.post(ADMIN).token)
    assert (MARIE, "password/credentials") in outcome.posted()


async def test_a_second_message_of_the_same_address_joins_the_first(desk: RequestDesk) -> None:
    await desk.account()
    await desk.says("FORGOT PASSWORD\nIt is Marie", marie)
    same = await desk.says("FORGOT PASSWORD\nIt is Marie", marie)
    assert not same.posts
    more = await desk.says("FORGOT PASSWORD\nMy telephone is 514 555-0199", marie)
    assert [post.reply.facts["why"] for post in more.posts] == ["changed", "changed"]
    assert "It is Marie" in text(more.post(ADMIN).reply, Language.EN)
    assert "514 555-0199" in text(more.post(ADMIN).reply, Language.EN)
    assert (await desk.request(1)).merged == 2
    assert len(await desk.read(lambda files: files.requests.all())) == 1


async def test_a_forger_does_not_change_what_a_proved_sender_asked(desk: RequestDesk) -> None:
    account = await desk.account(members=(MARIE,))
    await desk.account("H4CDEFGJ", members=(JULES,), company="Autre inc.", customers=())
    await desk.says("FORGOT PASSWORD\nName: Marie", marie)
    await desk.says("FORGOT PASSWORD H4CDEFGJ\nName: Mallory", Writer(MARIE, authentic=False))
    request = await desk.request(1)
    assert (request.account_id, request.claimed["name"]) == (account.id, "Marie")


async def test_a_flood_in_somebodys_name_is_no_flood_of_letters(desk: RequestDesk) -> None:
    outcomes = [await desk.says(f"FORGOT PASSWORD\nline {number}", stranger) for number in range(8)]
    assert [len(outcome.posts) for outcome in outcomes] == [2, 2, 2, 2, 0, 0, 0, 0]
    decided = await desk.says("DENY", boss, token=outcomes[0].post(ADMIN).token)
    assert decided.reply.facts["why"] == "changed"


@pytest.mark.parametrize(("asker", "told"), [(marie, [(MARIE, "password/closed")]), (Writer(STRANGER), [])])
async def test_a_closed_accounts_owner_hears_it_at_the_address_on_record(
    desk: RequestDesk, asker: Writer, told: list[tuple[str, str]]
) -> None:
    account = await desk.account()
    await desk.write(lambda files: files.accounts.close(account.id, "test", desk.clock.now()))
    outcome = await desk.says("FORGOT PASSWORD K7MP4TXR", asker)
    assert outcome.template == "password/forgot_received"
    assert outcome.posted()[2:] == told
    blocked = await desk.says("APPROVE", boss, token=outcome.post(ADMIN).token)
    assert blocked.reply.facts["problem"] == "account_state"
    check_letters(outcome)


async def test_a_changed_address_is_flagged_for_seven_days(desk: RequestDesk) -> None:
    account = await desk.account()
    member = await desk.member(account, MARIE)
    await desk.write(lambda files: files.members.set_address(member.id, "marie@new.example", desk.clock.now()))
    outcome = await desk.says("FORGOT PASSWORD", Writer("marie@new.example"))
    assert "was changed on November 23, 2026" in text(outcome.post(ADMIN).reply, Language.EN)
    assert "a été changée le 23 novembre 2026" in text(outcome.post(ADMIN).reply, Language.FR)
    await desk.says("DENY", boss, token=outcome.post(ADMIN).token)
    desk.clock.move(days=8)
    later = await desk.says("FORGOT PASSWORD", Writer("marie@new.example"))
    assert later.post(ADMIN).reply.facts["request"].on_file.address_changed is None


async def test_a_denied_reset_tells_nothing_of_the_account(desk: RequestDesk) -> None:
    await desk.account()
    asked = await desk.says("FORGOT PASSWORD K7MP4TXR", Writer(STRANGER))
    outcome = await desk.says("REFUSER", boss, token=asked.post(ADMIN).token)
    for language in Language:
        words = everything(outcome.post(STRANGER).reply, language)
        assert "K7MP4TXR" not in words
        assert "Tremblay" not in words


async def test_new_code_brings_a_fresh_password_to_the_address_on_record(desk: RequestDesk) -> None:
    approved = await desk.approved()
    before = approved.post(JULIE).reply.facts["temporary"]
    desk.clock.move(days=6)
    for token, writer in (("", julie), (approved.post(JULIE).token, Writer(JULIE, authentic=False))):
        outcome = await desk.says("NEW CODE", writer, token=token)
        assert outcome.template == "password/new_code_received"
        assert outcome.posted() == [(JULIE, "access/credentials")]
        fresh = outcome.post(JULIE).reply
        assert fresh.facts["fresh"]
        assert fresh.facts["temporary"] != before
        account = (await desk.read(lambda files: files.accounts.all()))[0]
        assert account.temporary_expires_at == desk.clock.now() + timedelta(hours=24)
        assert account.new_code_until == desk.clock.now() + timedelta(days=1)  # the approval's seven days run on
        check_letters(outcome, never=[before])


@pytest.mark.parametrize("case", ["stranger", "unproved", "late", "chosen", "undone", "nothing", "suspended", "removed"])
async def test_new_code_says_the_same_to_everybody_else(desk: RequestDesk, case: str) -> None:
    approved = await desk.approved()
    account = (await desk.read(lambda files: files.accounts.all()))[0]
    known = await desk.says("NEW CODE", julie)
    now = desk.clock.now()
    writer = {"stranger": Writer(STRANGER), "unproved": Writer(JULIE, authentic=False), "nothing": Writer(MARIE)}.get(case, julie)
    if case == "late":
        desk.clock.move(days=7)
    if case == "chosen":
        await desk.write(lambda files: files.accounts.set_password(account.id, "hash", now))
    if case == "undone":
        await desk.says("UNDO", boss, token=approved.token)
    if case == "suspended":
        await desk.write(lambda files: files.accounts.suspend(account.id, "test", now))
    if case == "removed":
        member = await desk.member(account, JULIE)
        await desk.write(lambda files: files.members.set_state(member.id, MemberState.REMOVED, now))
    outcome = await desk.says("NOUVEAU CODE", writer)
    assert not outcome.posts
    assert everything(outcome.reply, Language.FR) == everything(known.reply, Language.FR)
    assert "new_code_refused" in await desk.audit()


async def test_my_request_tells_where_it_stands(desk: RequestDesk) -> None:
    none = await desk.says("MY REQUEST", julie)
    assert none.reply.facts["requests"] == ()
    check_letters(none)
    pending = await desk.asked_for_access(writer=Writer("julie@home.example"))
    waits = await desk.says("MY REQUEST", julie)
    assert "answer “YES”" in text(waits.reply, Language.EN) or "YES" in text(waits.reply, Language.EN)
    await desk.says("YES", julie, token=pending.post(JULIE).token)
    assert "waits for our administrator" in text((await desk.says("MY REQUEST", julie)).reply, Language.EN)
    listed = await desk.read(lambda files: files.requests.letters(1))
    assert {letter.admin for letter in listed} == {ADMIN, SECOND}
    letters = [post for _, post in desk.sent if post.to == SECOND]
    await desk.says("APPROVE NONE", second, token=letters[-1].token)
    done = await desk.says("MA DEMANDE", julie)
    assert done.reply.facts["requests"][0].new_code
    assert "approuvée" in text(done.reply, Language.FR).lower()
    check_letters(done)
    desk.clock.move(days=8)
    assert not (await desk.says("MA DEMANDE", julie)).reply.facts["requests"][0].new_code


async def test_my_request_tells_an_unproved_mail_nothing(desk: RequestDesk) -> None:
    await desk.asked_for_access()
    outcome = await desk.says("MY REQUEST", Writer(JULIE, authentic=False))
    assert outcome.template == "access/status_unproved"
    assert not outcome.posts
    assert not outcome.reply.facts
    check_letters(outcome)
