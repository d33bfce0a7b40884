"""Sessions, tokens, wrong passwords and drafts in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.accounts.locks import FORGOTTEN, locked_until
from bot.core.accounts.records import Failures, Grant, NewSession
from bot.core.accounts.tokens import Judgement, Purpose, judge
from bot.core.values import Assurance
from tests.storage_accounts.conftest import NOW, Desk, Shelf

MINUTE = timedelta(minutes=1)
JULIE = "mail:julie@acme.example"


async def test_a_session_belongs_to_its_conversation(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    first = await desk.do(lambda on: on.sessions.open(NewSession("telegram:42", account.id), NOW))
    assert first.assurance is Assurance.SESSION
    second = await desk.do(lambda on: on.sessions.open(NewSession("telegram:42", account.id, password_confirmed=True), NOW))
    assert second.assurance is Assurance.CURRENT_PASSWORD
    ended = await desk.look(lambda on: on.sessions.by_id(first.id))
    assert ended is not None
    assert ended.ended_at == NOW, "one conversation has one session"
    await desk.do(lambda on: on.sessions.touch(second.id, NOW + MINUTE))
    await desk.do(lambda on: on.sessions.touch(second.id, NOW))
    running = await desk.look(lambda on: on.sessions.of_conversation("telegram:42"))
    assert running is not None
    assert (running.id, running.last_used_at) == (second.id, NOW + MINUTE)
    assert await desk.do(lambda on: on.sessions.end(second.id, NOW))
    assert not await desk.do(lambda on: on.sessions.end(second.id, NOW))
    assert await desk.look(lambda on: on.sessions.of_conversation("telegram:42")) is None


async def test_a_limited_session_is_never_confirmed(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    new = NewSession("terminal:1", account.id, limited=True, password_confirmed=True)
    limited = await desk.do(lambda on: on.sessions.open(new, NOW))
    assert limited.assurance is Assurance.SESSION
    assert not await desk.do(lambda on: on.sessions.confirm_password(limited.id, NOW))
    whole = await desk.do(lambda on: on.sessions.open(NewSession("terminal:2", account.id), NOW))
    assert await desk.do(lambda on: on.sessions.confirm_password(whole.id, NOW))
    found = await desk.look(lambda on: on.sessions.by_id(whole.id))
    assert found is not None
    assert found.assurance is Assurance.CURRENT_PASSWORD


async def test_many_sessions_end_at_once(desk: Desk) -> None:
    async def job(on: Shelf) -> tuple[int, int, int]:
        account = await on.account()
        julie = await on.member(account)
        kept = await on.sessions.open(NewSession("a", account.id, julie.id), NOW)
        for conversation in "bcd":
            await on.sessions.open(NewSession(conversation, account.id), NOW)
        but = await on.sessions.end_of_account(account.id, NOW, but=kept.id)
        member = await on.sessions.end_of_member(julie.id, NOW)
        return but, member, await on.sessions.end_of_account(account.id, NOW)

    assert await desk.do(job) == (3, 1, 0)


async def test_a_token_is_found_by_itself_and_by_its_letter(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    grant = Grant(Purpose.NEW_ADDRESS, JULIE, Assurance.CURRENT_PASSWORD, account.id, 3, 4, 5, {"address": "new@acme.example"})
    token = await desk.do(lambda on: on.tokens.issue(grant, NOW, message_id="<one@carrier.example>"))
    found = await desk.look(lambda on: on.tokens.find(token))
    assert found is not None
    assert found.grant == grant
    assert found.expires_at == NOW + timedelta(days=7)
    assert judge(found, JULIE, NOW) is Judgement.VALID
    by_letter = await desk.look(lambda on: on.tokens.find_by_message(["<other@x.example>", "<one@carrier.example>", ""]))
    assert by_letter == found
    for text in ("", "billing", token.upper(), "a" * 26, "'; DROP TABLE token --"):
        assert await desk.look(lambda on, text=text: on.tokens.find(text)) is None
    await desk.do(lambda on: on.tokens.carried_by(token, "<two@carrier.example>"))
    assert await desk.look(lambda on: on.tokens.find_by_message(["<one@carrier.example>"])) is None


async def test_a_token_is_used_up_once(desk: Desk) -> None:
    token = await desk.do(lambda on: on.tokens.issue(Grant(Purpose.CHALLENGE, JULIE, Assurance.AUTHENTIC_SENDER), NOW))
    found = await desk.look(lambda on: on.tokens.find(token))
    assert found is not None
    assert await desk.do(lambda on: on.tokens.use(found.digest, NOW))
    assert not await desk.do(lambda on: on.tokens.use(found.digest, NOW))
    assert judge(await desk.look(lambda on: on.tokens.find(token)), JULIE, NOW) is Judgement.USED


async def test_tokens_are_revoked_by_what_they_are_about(desk: Desk) -> None:
    async def job(on: Shelf) -> list[str]:
        account = await on.account()
        about = [
            Grant(Purpose.REQUEST, "mail:admin@carrier.example", Assurance.ADMINISTRATOR, request_number=9),
            Grant(Purpose.ANSWER, JULIE, Assurance.ANYONE, request_number=9),
            Grant(Purpose.CREDENTIALS, JULIE, Assurance.ANYONE, account.id, 3),
            Grant(Purpose.SESSION, JULIE, Assurance.SESSION, account.id, 4),
        ]
        tokens = [await on.tokens.issue(grant, NOW) for grant in about]
        assert await on.tokens.revoke_request(9, NOW, purposes=[Purpose.REQUEST, Purpose.DECISION]) == 1
        assert await on.tokens.revoke_request(9, NOW) == 1
        assert await on.tokens.revoke_account(account.id, NOW, purposes=[Purpose.CREDENTIALS]) == 1
        assert await on.tokens.revoke_member(3, NOW) == 0
        assert await on.tokens.revoke_member(4, NOW) == 1
        return tokens

    for token in await desk.do(job):
        found = await desk.look(lambda on, token=token: on.tokens.find(token))
        assert found is not None
        assert judge(found, found.grant.person, NOW) is Judgement.REVOKED
    assert await desk.do(lambda on: on.tokens.sweep(NOW + timedelta(days=8))) == 2
    assert await desk.do(lambda on: on.tokens.sweep(NOW + timedelta(days=31))) == 2


async def test_failures_are_counted_by_source_and_over_all_strangers(desk: Desk) -> None:
    async def guess(source: str, times: int, *, trusted: bool = False) -> None:
        for _ in range(times):
            await desk.do(lambda on: on.attempts.count("K7MP4TXR", source, NOW, trusted=trusted))

    await guess("peer:192.0.2.1", 5)
    await guess("peer:192.0.2.2", 2)
    await guess(JULIE, 3, trusted=True)
    assert await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "peer:192.0.2.1")) == (Failures(5, NOW), Failures(7, NOW))
    own, strangers = await desk.look(lambda on: on.attempts.failures("K7MP4TXR", JULIE))
    assert own.count == 3
    assert locked_until(own, strangers, NOW, trusted=True) is None
    assert await desk.look(lambda on: on.attempts.failures("OTHER", "peer:192.0.2.1")) == (Failures(), Failures())
    await desk.do(lambda on: on.attempts.forgive("K7MP4TXR", "peer:192.0.2.2", trusted=False))
    assert await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "peer:192.0.2.2")) == (Failures(), Failures(6, NOW))
    assert await desk.do(lambda on: on.attempts.unlock("K7MP4TXR"))
    assert not await desk.do(lambda on: on.attempts.unlock("K7MP4TXR"))


async def test_an_attempt_is_taken_back(desk: Desk) -> None:
    """Earlier failures keep their number and their moment, those of others that came meanwhile as well."""

    async def guess(source: str, at: datetime, *, trusted: bool = False) -> None:
        await desk.do(lambda on: on.attempts.count("K7MP4TXR", source, at, trusted=trusted))

    async def take_back(source: str, at: datetime, before: tuple[Failures, Failures], *, trusted: bool = False) -> None:
        await desk.do(lambda on: on.attempts.take_back("K7MP4TXR", source, at, before, trusted=trusted))

    later, latest = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    await guess("a", NOW)
    before = await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "a"))
    await guess("a", later)
    await take_back("a", later, before)
    assert await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "a")) == (Failures(1, NOW), Failures(1, NOW))
    await guess("a", later)
    await guess("b", latest)
    await take_back("a", later, before)
    assert await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "a")) == (Failures(1, NOW), Failures(2, latest))
    await guess(JULIE, NOW, trusted=True)
    await take_back(JULIE, NOW, (Failures(), Failures()), trusted=True)
    await take_back("unknown", NOW, (Failures(), Failures()))
    own, strangers = await desk.look(lambda on: on.attempts.failures("K7MP4TXR", JULIE))
    assert (own.count, strangers) == (0, Failures(1, latest)), "what was never counted takes the strangers’ one back, and no more"


async def test_old_failures_are_forgotten(desk: Desk) -> None:
    for at in (NOW, NOW, NOW + FORGOTTEN):
        await desk.do(lambda on, at=at: on.attempts.count("K7MP4TXR", "x", at, trusted=True))
    assert (await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "x")))[0] == Failures(1, NOW + FORGOTTEN)
    assert await desk.do(lambda on: on.attempts.sweep(NOW + 2 * FORGOTTEN)) == 1


async def test_failures_under_a_clock_that_was_ahead_are_forgotten(desk: Desk) -> None:
    for at in (NOW + 300 * FORGOTTEN, NOW + 300 * FORGOTTEN, NOW):
        await desk.do(lambda on, at=at: on.attempts.count("K7MP4TXR", "x", at, trusted=True))
    assert (await desk.look(lambda on: on.attempts.failures("K7MP4TXR", "x")))[0] == Failures(1, NOW)


async def test_attempts_of_a_minute(desk: Desk) -> None:
    async def attempt(at: timedelta) -> int:
        return await desk.do(lambda on: on.attempts.in_minute(NOW + at))

    assert [await attempt(timedelta(seconds=second)) for second in (0, 10, 59, 60, 61)] == [1, 2, 3, 1, 2]


async def test_drafts(desk: Desk) -> None:
    assert await desk.look(lambda on: on.drafts.get(JULIE, "access")) is None
    await desk.do(lambda on: on.drafts.put(JULIE, "access", "one", NOW))
    await desk.do(lambda on: on.drafts.put(JULIE, "forgot", "two", NOW - MINUTE))
    await desk.do(lambda on: on.drafts.put(JULIE, "access", "three", NOW + MINUTE))
    assert await desk.look(lambda on: on.drafts.get(JULIE, "access")) == "three"
    assert await desk.look(lambda on: on.drafts.latest(JULIE)) == ("access", "three")
    assert await desk.do(lambda on: on.drafts.sweep(NOW)) == 1
    await desk.do(lambda on: on.drafts.drop(JULIE, "access"))
    assert await desk.look(lambda on: on.drafts.latest(JULIE)) is None
