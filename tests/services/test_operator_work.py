"""What the operator's commands do to accounts, without the processes around them: who is told, what is refused, what is audited."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands import account_work as work
from bot.commands import request_work
from bot.commands.backoffice import Backoffice, open_backoffice
from bot.config import load
from bot.core.accounts.decisions import Approve, Deny
from bot.core.accounts.records import NewRequest, RequestKind, RequestState
from bot.core.errors import Refused
from bot.core.values import Language
from storage.correspondents import Correspondents
from storage.outbox import Outbox
from tests.process.child import place

MARIE, JULES, NEW = "marie@tremblay.example", "jules@tremblay.example", "new@tremblay.example"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Backoffice]:
    here = place(tmp_path, '[admins]\naddresses = ["admin@carrier.example"]')
    async with open_backoffice(load(here.config, {})) as backoffice:
        yield backoffice


async def an_account(desk: Backoffice) -> str:
    wanted = work.wanted(company="Tremblay inc.", email=MARIE, name="Marie", language="fr", customers=["12345"])
    return str((await work.create(desk, wanted)).row["access_code"])


async def letters(desk: Backoffice, address: str) -> list[str]:
    """The templates of the letters that wait for an address, ready to be sent at once by a running desk."""
    queued = await desk.database.read(lambda tx: Outbox(tx, desk.cabinet.seal).of_conversation(f"mail:{address}"))
    due = await desk.database.read(lambda tx: Outbox(tx, desk.cabinet.seal).any_due(desk.clock.now()))
    assert due or not queued
    return [each.letter.template for each in queued]


async def test_a_member_who_is_added_at_once_is_told_to_the_others(desk: Backoffice) -> None:
    code = await an_account(desk)
    await work.add_member(desk, code, work.new_member(JULES, "Jules", "en"))
    assert await letters(desk, MARIE) == ["members/new_party"]
    with pytest.raises(Refused, match="is a member of that account already"):
        await work.add_member(desk, code, work.new_member(JULES, "", None))
    rows = await work.members(desk, code)
    assert [(row["email"], row["state"], row["language"]) for row in rows] == [(MARIE, "active", "fr"), (JULES, "active", "en")]


async def test_an_invited_member_is_asked_first(desk: Backoffice) -> None:
    code = await an_account(desk)
    await work.invite_member(desk, code, work.new_member(JULES, "Jules", "en"))
    assert await letters(desk, JULES) == ["members/invitation"]
    assert [row["state"] for row in await work.members(desk, code)] == ["active", "invited"]


async def test_members_are_removed_but_never_the_last(desk: Backoffice) -> None:
    code = await an_account(desk)
    with pytest.raises(Refused, match="is the last active member"):
        await work.remove_member(desk, code, MARIE)
    await work.add_member(desk, code, work.new_member(JULES, "", None))
    await work.remove_member(desk, code, JULES)
    assert "members/removed_you" in await letters(desk, JULES)
    with pytest.raises(Refused, match="is no member"):
        await work.remove_member(desk, code, JULES)


async def test_a_new_address_counts_only_when_it_has_answered(desk: Backoffice) -> None:
    code = await an_account(desk)
    done = await work.set_facts(desk, code, NEW.upper(), None)
    assert done.lines == (f"{NEW} is asked to confirm; until it answers YES the old address stays",)
    assert await letters(desk, NEW) == ["profile/confirm_address"]
    assert [row["email"] for row in await work.members(desk, code)] == [MARIE]
    with pytest.raises(Refused, match="is the address on record already"):
        await work.set_facts(desk, code, MARIE, ("999",))
    assert (await work.shown(desk, code))["customers"] == ["12345"], "what was refused changes nothing"


async def test_customer_numbers_are_replaced(desk: Backoffice) -> None:
    code = await an_account(desk)
    done = await work.set_facts(desk, code, None, work.customer_numbers(["a17", "18, 19"]))
    assert done.unknown == ["18", "19", "A17"]
    assert (await work.shown(desk, code))["customers"] == ["18", "19", "A17"]
    await work.set_facts(desk, code, None, ())
    assert (await work.shown(desk, code))["customers"] == []


async def test_closing_ends_it_for_good_and_tells_everyone(desk: Backoffice) -> None:
    code = await an_account(desk)
    await work.close(desk, code)
    assert await letters(desk, MARIE) == ["notice/closed"]
    for change in (work.close, work.suspend, work.resume):
        with pytest.raises(Refused, match="is closed"):
            await change(desk, code)
    with pytest.raises(Refused, match="is closed"):
        await work.set_facts(desk, code, None, ("1",))
    with pytest.raises(Refused, match="is closed"):
        await work.add_member(desk, code, work.new_member(JULES, "", None))


async def test_members_hear_of_a_suspension_and_of_its_end(desk: Backoffice) -> None:
    """Each in their language, except who wrote STOP; what was refused is told to nobody."""
    code = await an_account(desk)
    await work.add_member(desk, code, work.new_member(JULES, "", "en"))
    await desk.database.write(lambda tx: Correspondents(tx, desk.clock.now()).meet(f"mail:{JULES}"))
    await desk.database.write(lambda tx: Correspondents(tx, desk.clock.now()).stop_notices(f"mail:{JULES}"))
    assert "is suspended, its sessions have ended; 1 of its members are told" in await work.suspend(desk, code)
    with pytest.raises(Refused, match="is suspended"):
        await work.suspend(desk, code)
    assert "is open again; 1 of its members are told" in await work.resume(desk, code)
    with pytest.raises(Refused, match="is invited"):
        await work.resume(desk, code)
    assert await letters(desk, MARIE) == ["members/new_party", "notice/suspended", "notice/resumed"]
    assert await letters(desk, JULES) == []
    queued = await desk.database.read(lambda tx: Outbox(tx, desk.cabinet.seal).of_conversation(f"mail:{MARIE}"))
    mails = [email.message_from_bytes(each.letter.content, policy=email.policy.default) for each in queued]
    assert [mail["Content-Language"] for mail in mails] == ["fr", "fr", "fr"]
    assert str(mails[1]["Subject"]) == "Votre code d’accès est suspendu"


async def test_locks_are_ended(desk: Backoffice) -> None:
    code = await an_account(desk)
    assert "was not locked" in await work.unlock(desk, code)
    assert await letters(desk, MARIE) == []
    await desk.write(lambda office, tx: office.files.attempts.count(code, "mail:x", office.now, trusted=False))
    assert "is unlocked; 1 of its members are told" in await work.unlock(desk, code)
    assert await letters(desk, MARIE) == ["notice/unlocked"]


async def test_the_desks_own_address_is_no_members(desk: Backoffice) -> None:
    """Letters to it would come back to the desk. An administrator’s address the operator may give an account, if they insist."""
    code = await an_account(desk)
    own = "service+x@carrier.example"
    with pytest.raises(Refused, match="the desk's own address"):
        await work.create(desk, work.wanted(company="X inc.", email=own, name="", language=None, customers=[]))
    with pytest.raises(Refused, match="the desk's own address"):
        await work.set_facts(desk, code, own, None)
    with pytest.raises(Refused, match="the desk's own address"):
        await work.add_member(desk, code, work.new_member(own, "", None))
    with pytest.raises(Refused, match="not the desk's own"):
        await work.invite_member(desk, code, work.new_member(own, "", None))
    await work.invite_member(desk, code, work.new_member("admin@carrier.example", "", None))
    assert await letters(desk, own) == []


@pytest.mark.parametrize(
    ("email", "customers"), [("no address", []), ("a@b@c.example", []), ("", []), (MARIE, ["---"]), (MARIE, ["1" * 40])]
)
def test_what_cannot_be_is_refused(email: str, customers: list[str]) -> None:
    with pytest.raises(Refused):
        work.wanted(company="X inc.", email=email, name="", language=None, customers=customers)


async def requested(desk: Backoffice, kind: RequestKind = RequestKind.ACCESS, *, confirmed: bool = True) -> int:
    claimed = {"name": "Nora", "company": "Nulle Part inc.", "email": NEW}
    new = NewRequest(kind, f"mail:{NEW}", NEW, Language.EN, claimed, confirmed=confirmed)
    return (await desk.write(lambda office, tx: office.files.requests.open(new, office.now))).number


async def test_a_request_is_denied_with_its_reason(desk: Backoffice) -> None:
    number = await requested(desk)
    assert f"request {number} is denied" in await request_work.decide(desk, number, Deny("we do not know you"))
    assert await letters(desk, NEW) == ["access/denied"]
    with pytest.raises(Refused, match=f"request {number} is denied already"):
        await request_work.decide(desk, number, Approve(()))
    (row,) = await request_work.rows(desk, everything=True)
    assert (row["state"], row["decided_by"]) == (RequestState.DENIED.value, desk.operator)
    assert await request_work.rows(desk, everything=False) == []


async def test_a_requester_can_join_an_account(desk: Backoffice) -> None:
    code, number = await an_account(desk), await requested(desk)
    await request_work.decide(desk, number, Approve(join=code))
    assert [row["email"] for row in await work.members(desk, code)] == [MARIE, NEW]
    assert await letters(desk, NEW) == ["access/credentials"]
    assert await letters(desk, MARIE) == ["members/new_party"]


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (Approve(("777",)), "nobody knows the customer number 777"),
        (Approve(join="NOBODY12"), "no account has the access code NOBODY12"),
    ],
)
async def test_an_approval_that_cannot_be_decides_nothing(desk: Backoffice, decision: Approve, why: str) -> None:
    number = await requested(desk)
    with pytest.raises(Refused, match=why):
        await request_work.decide(desk, number, decision)
    assert [row["state"] for row in await request_work.rows(desk, everything=False)] == ["open"]
    assert await letters(desk, NEW) == []


async def test_a_forgotten_password_without_an_account_is_not_approved(desk: Backoffice) -> None:
    number = await requested(desk, RequestKind.PASSWORD)
    with pytest.raises(Refused, match="it names no account on file"):
        await request_work.decide(desk, number, Approve())


async def test_an_unconfirmed_address_waits(desk: Backoffice) -> None:
    number = await requested(desk, confirmed=False)
    with pytest.raises(Refused, match="has not been confirmed"):
        await request_work.decide(desk, number, Approve(()))
