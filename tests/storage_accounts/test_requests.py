"""Requests in the database: one decision, whoever comes first, and nothing of a person in clear."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.core.accounts.records import (
    Grant,
    NewRequest,
    Note,
    NoteKind,
    Request,
    RequestKind,
    RequestLetter,
    RequestState,
)
from bot.core.accounts.tokens import Purpose
from bot.core.values import Assurance, Language
from storage.sqlite import open_sqlite
from tests.storage_accounts.conftest import NOW, Desk, Shelf

ADDRESS = "julie@acme.example"
CLAIMED = {"name": "Julie Canari", "company": "Acme", "telephone": "514-555-0199"}


def request(*, confirmed: bool = True, kind: RequestKind = RequestKind.ACCESS, address: str = ADDRESS) -> NewRequest:
    return NewRequest(kind, f"mail:{address}", address, Language.FR, CLAIMED, {"code": "K7"}, "dkim", confirmed)


async def opened(desk: Desk, new: NewRequest | None = None) -> Request:
    made = await desk.do(lambda on: on.requests.open(new or request(), NOW))
    assert made is not None
    return made


async def test_a_request_comes_back_as_it_was_made(desk: Desk) -> None:
    made = await opened(desk)
    assert (made.claimed, made.on_file, made.state, made.confirmed_at) == (CLAIMED, {"code": "K7"}, RequestState.OPEN, NOW)
    assert (made.language, made.authenticity, made.kind) == (Language.FR, "dkim", RequestKind.ACCESS)
    assert await desk.look(lambda on: on.requests.get(made.number)) == made
    assert await desk.look(lambda on: on.requests.all()) == [made]
    assert await desk.look(lambda on: on.requests.get(999)) is None


async def test_two_administrators_decide_opposite_ways_at_once(desk: Desk) -> None:
    made = await opened(desk)

    def decide(state: RequestState, by: str):  # type: ignore[no-untyped-def]
        return desk.do(lambda on: on.requests.decide(made.number, state, by, {"reason": "r"}, NOW))

    first, second = await asyncio.gather(decide(RequestState.APPROVED, "ann"), decide(RequestState.DENIED, "bob"))
    assert {first, second} == {True, False}
    found = await desk.look(lambda on: on.requests.get(made.number))
    assert found is not None
    assert (found.state, found.decided_by) == ((RequestState.APPROVED, "ann") if first else (RequestState.DENIED, "bob"))
    assert (found.decided_at, found.decision) == (NOW, {"reason": "r"})


async def test_undo_and_reopen(desk: Desk) -> None:
    made = await opened(desk)
    assert not await desk.do(lambda on: on.requests.undo(made.number, "ann", NOW))
    await desk.do(lambda on: on.requests.decide(made.number, RequestState.APPROVED, "ann", {}, NOW))
    assert await desk.do(lambda on: on.requests.reopen(made.number)), "its credentials came back"
    assert not await desk.do(lambda on: on.requests.reopen(made.number))
    await desk.do(lambda on: on.requests.decide(made.number, RequestState.APPROVED, "ann", {}, NOW))
    assert await desk.do(lambda on: on.requests.undo(made.number, "bob", NOW))
    assert not await desk.do(lambda on: on.requests.undo(made.number, "bob", NOW))
    await opened(desk)
    assert not await desk.do(lambda on: on.requests.reopen(made.number)), "the address asked again meanwhile"


async def test_only_a_confirmed_address_is_a_duplicate(desk: Desk) -> None:
    stranger = await opened(desk, request(confirmed=False))
    assert await desk.look(lambda on: on.requests.open_of(RequestKind.ACCESS, ADDRESS)) is None
    second = await opened(desk, request(confirmed=False))
    assert await desk.look(lambda on: on.requests.in_state(RequestState.OPEN)) == [], "nobody is asked before it is confirmed"
    assert len(await desk.look(lambda on: on.requests.in_state(RequestState.OPEN, confirmed_only=False))) == 2
    assert await desk.do(lambda on: on.requests.confirm(second.number, NOW))
    assert not await desk.do(lambda on: on.requests.confirm(second.number, NOW))
    assert not await desk.do(lambda on: on.requests.confirm(stranger.number, NOW)), "one open request an address"
    assert await desk.do(lambda on: on.requests.open(request(), NOW)) is None
    assert await desk.do(lambda on: on.requests.merge(second.number, {"remarks": "please", "name": ""}))
    found = await desk.look(lambda on: on.requests.open_of(RequestKind.ACCESS, ADDRESS.upper()))
    assert found is not None
    assert (found.number, found.merged, found.claimed) == (second.number, 1, {**CLAIMED, "remarks": "please"})
    other = await opened(desk, request(kind=RequestKind.PASSWORD))
    assert [one.number for one in await desk.look(lambda on: on.requests.of_address(ADDRESS))] == [
        other.number,
        second.number,
        stranger.number,
    ]


async def test_a_decided_request_is_not_merged_into(desk: Desk) -> None:
    made = await opened(desk)
    await desk.do(lambda on: on.requests.decide(made.number, RequestState.DENIED, "ann", {}, NOW))
    assert not await desk.do(lambda on: on.requests.merge(made.number, {"name": "x"}))
    assert await desk.do(lambda on: on.requests.open(request(), NOW)) is not None


async def test_reminders_letters_and_digests(desk: Desk) -> None:
    first, second = await opened(desk), await opened(desk, request(address="bob@acme.example"))

    async def write(on: Shelf) -> None:
        for minute, message_id in ((0, "<a@x>"), (1, "<b@x>")):
            await on.requests.add_letter(RequestLetter(first.number, "ann@c.example", message_id, NOW + timedelta(minutes=minute)))

    await desk.do(write)
    assert [one.message_id for one in await desk.look(lambda on: on.requests.letters(first.number))] == ["<a@x>", "<b@x>"]
    assert await desk.look(lambda on: on.requests.letters_since("ann@c.example", NOW)) == 1, "one thread a request"
    assert await desk.look(lambda on: on.requests.letters_since("ann@c.example", NOW + timedelta(hours=1))) == 0
    waiting = await desk.look(lambda on: on.requests.without_letter("ann@c.example"))
    assert [one.number for one in waiting] == [second.number]
    assert len(await desk.look(lambda on: on.requests.without_letter("bob@c.example"))) == 2
    assert await desk.do(lambda on: on.requests.remind(first.number, 1))
    assert not await desk.do(lambda on: on.requests.remind(first.number, 1))
    assert await desk.do(lambda on: on.requests.remind(first.number, 2))


async def test_notes_and_what_a_request_led_to(desk: Desk) -> None:
    made = await opened(desk)
    notes = [Note(NoteKind.QUESTION, "ann", "Which BOL?", NOW), Note(NoteKind.ANSWER, ADDRESS, "B-1", NOW + timedelta(hours=1))]
    for note in notes:
        await desk.do(lambda on, note=note: on.requests.add_note(made.number, note))
    assert await desk.look(lambda on: on.requests.notes(made.number)) == notes
    assert await desk.look(lambda on: on.requests.notes(made.number, NoteKind.ANSWER)) == notes[1:]
    await desk.do(lambda on: on.requests.concerns(made.number, 5, 6))
    found = await desk.look(lambda on: on.requests.of_account(5))
    assert [(one.number, one.member_id) for one in found] == [(made.number, 6)]


async def test_nothing_of_a_person_is_kept_in_clear(tmp_path: Path) -> None:
    database = await open_sqlite(tmp_path / "desk.db")
    desk = Desk(database)
    made = await opened(desk)

    async def write(on: Shelf) -> str:
        account = await on.account()
        await on.member(account)
        await on.requests.add_note(made.number, Note(NoteKind.ANSWER, ADDRESS, "Mon Canari chante", NOW))
        await on.requests.decide(made.number, RequestState.DENIED, "ann", {"reason": "Canari inconnu"}, NOW)
        await on.drafts.put("mail:x", "access", "Canari draft", NOW)
        await on.audit.add("login_failed", NOW, actor="Canari", facts={"where": "Canari"})
        await on.attempts.count("Canari-password-as-code", "x", NOW, trusted=True)
        grant = Grant(Purpose.NEW_ADDRESS, "mail:x", Assurance.ANYONE, data={"address": "canari@acme.example"})
        return await on.tokens.issue(grant, NOW)

    token = await desk.do(write)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"acme.example" in kept, "the files were looked at"
    for secret in (b"anari", b"514-555-01", b"Tremblay", token.encode()):
        assert secret not in kept
    await database.close()
