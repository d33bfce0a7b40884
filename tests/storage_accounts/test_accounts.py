"""Accounts and members in the database: what may change when, and who is found how."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.accounts.records import Account, MemberState, NewAccount, NewMember, SentNotice
from bot.core.values import Language
from tests.storage_accounts.conftest import NOW, Desk, Shelf

HOUR = timedelta(hours=1)


async def test_an_account_comes_back_as_it_was_made(desk: Desk) -> None:
    made = await desk.do(lambda on: on.account("K7MP4TXR", "Expéditeur fictif inc.", "0012345", "0067890"))
    assert made == Account(made.id, "K7MP4TXR", "Expéditeur fictif inc.", NOW, NOW, customer_numbers=("0012345", "0067890"))
    assert await desk.look(lambda on: on.accounts.by_code("K7MP4TXR")) == made
    assert await desk.look(lambda on: on.accounts.by_company("EXPEDITEUR FICTIF, INC")) == [made]
    assert await desk.look(lambda on: on.accounts.all()) == [made]
    assert await desk.look(lambda on: on.accounts.by_code("OTHER")) is None
    assert await desk.do(lambda on: on.accounts.create(NewAccount("K7MP4TXR", "Another"), NOW)) is None


async def test_the_life_of_a_password(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())

    async def now_is() -> Account:
        found = await desk.look(lambda on: on.accounts.by_id(account.id))
        assert found is not None
        return found

    async def approve(on: Shelf) -> bool:
        return await on.accounts.set_temporary(account.id, "$temp", 7, NOW + 24 * HOUR, NOW + 168 * HOUR)

    assert await desk.do(approve)
    temporary = await now_is()
    assert (temporary.temporary_hash, temporary.temporary_member) == ("$temp", 7)
    assert temporary.facts.temporary_expires_at == NOW + 24 * HOUR
    assert await desk.do(lambda on: on.accounts.drop_temporary(account.id))
    assert (await now_is()).temporary_hash == ""
    assert (await now_is()).new_code_until is None, "an undone approval stands for no NEW CODE"

    await desk.do(approve)
    assert await desk.do(lambda on: on.accounts.use_temporary(account.id, NOW))
    assert not await desk.do(lambda on: on.accounts.use_temporary(account.id, NOW)), "only the first time"
    assert not await desk.do(lambda on: on.accounts.drop_temporary(account.id)), "it was used: too late to undo"
    assert await desk.do(lambda on: on.accounts.set_password(account.id, "$new", NOW + HOUR))
    chosen = await now_is()
    assert (chosen.password_hash, chosen.password_set_at) == ("$new", NOW + HOUR)
    assert (chosen.temporary_hash, chosen.temporary_expires_at, chosen.temporary_used_at, chosen.new_code_until) == (
        "",
        None,
        None,
        None,
    )
    assert chosen.previous_hash == "", "there was none before"
    assert not await desk.do(lambda on: on.accounts.rehash(account.id, "$other", "$x")), "it changed meanwhile"
    assert await desk.do(lambda on: on.accounts.rehash(account.id, "$new", "$stronger"))
    assert (await now_is()).password_set_at == NOW + HOUR
    assert await desk.do(lambda on: on.accounts.set_password(account.id, "$next", NOW + HOUR))
    assert (await now_is()).previous_hash == "$stronger"
    assert await desk.do(lambda on: on.accounts.forget_previous(account.id))
    assert not await desk.do(lambda on: on.accounts.forget_previous(account.id))
    assert ((await now_is()).previous_hash, (await now_is()).password_hash) == ("", "$next")


async def test_new_code_keeps_the_time_of_the_approval(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    until = NOW + 168 * HOUR
    await desk.do(lambda on: on.accounts.set_temporary(account.id, "$a", 1, NOW + 24 * HOUR, until))
    await desk.do(lambda on: on.accounts.set_temporary(account.id, "$b", 1, NOW + 48 * HOUR, None))
    found = await desk.look(lambda on: on.accounts.by_id(account.id))
    assert found is not None
    assert (found.temporary_hash, found.new_code_until) == ("$b", until)


async def test_nothing_opens_a_closed_account(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    await desk.do(lambda on: on.accounts.set_password(account.id, "$p", NOW))
    assert await desk.do(lambda on: on.accounts.suspend(account.id, "asked", NOW))
    assert not await desk.do(lambda on: on.accounts.suspend(account.id, "again", NOW))
    assert await desk.do(lambda on: on.accounts.close(account.id, "inactive", NOW))
    closed = await desk.look(lambda on: on.accounts.by_id(account.id))
    assert closed is not None
    assert (closed.password_hash, closed.reason, closed.closed_at) == ("", "inactive", NOW)

    async def everything(on: Shelf) -> list[bool]:
        store = on.accounts
        return [
            await store.resume(account.id),
            await store.set_password(account.id, "$x", NOW),
            await store.set_temporary(account.id, "$x", 1, NOW, NOW),
            await store.use_temporary(account.id, NOW),
            await store.drop_temporary(account.id),
            await store.suspend(account.id, "", NOW),
            await store.close(account.id, "again", NOW + HOUR),
            await store.active(account.id, NOW + HOUR),
            await store.rehash(account.id, "", "$x"),
        ]

    assert not any(await desk.do(everything))
    assert await desk.look(lambda on: on.accounts.by_id(account.id)) == closed


async def test_resuming_and_activity(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    await desk.do(lambda on: on.accounts.suspend(account.id, "objection", NOW))
    assert await desk.do(lambda on: on.accounts.resume(account.id))
    assert not await desk.do(lambda on: on.accounts.resume(account.id))
    assert await desk.do(lambda on: on.accounts.active(account.id, NOW + HOUR))
    assert await desk.do(lambda on: on.accounts.active(account.id, NOW - HOUR))
    found = await desk.look(lambda on: on.accounts.by_id(account.id))
    assert found is not None
    assert found.last_activity_at == NOW + HOUR, "a clock that went back takes nothing away"
    assert found.suspended_at is None


async def test_notices_are_recorded_once(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    notice = SentNotice("password", date(2027, 2, 23), 14)
    assert await desk.do(lambda on: on.accounts.add_notice(account.id, notice, NOW))
    assert not await desk.do(lambda on: on.accounts.add_notice(account.id, notice, NOW + HOUR))
    assert await desk.look(lambda on: on.accounts.sent_notices(account.id)) == {notice}


SHIPMENT = """INSERT INTO shipment (pro, shipper_number, shipper_name, consignee_number, consignee_name, billto_number)
VALUES (:pro, :a, :b, :c, :d, :e)"""


async def test_customer_numbers_that_are_known_and_suggested(desk: Desk) -> None:
    async def prepare(on: Shelf) -> None:
        account = await on.account("K7MP4TXR", "Acme inc.", "111")
        await on.member(account, "bob@acme.example")
        await on.tx.run(SHIPMENT, {"pro": "123456789", "a": "222", "b": "ACME INC.", "c": "333", "d": "Other", "e": "444"})
        await on.tx.run(SHIPMENT, {"pro": "123456790", "a": "", "b": "ACME INC.", "c": "", "d": "", "e": ""})

    await desk.do(prepare)
    known = await desk.look(lambda on: on.accounts.known_customers(["111", "222", "333", "444", "555", ""]))
    assert known == {"111", "222", "333", "444"}
    found = await desk.look(lambda on: on.accounts.suggested_customers("acme inc.", "acme.example"))
    assert [(one.number, one.why) for one in found] == [("111", "same_company"), ("222", "shipment_name")]
    found = await desk.look(lambda on: on.accounts.suggested_customers("Somebody else", "acme.example"))
    assert [(one.number, one.why, one.name) for one in found] == [("111", "same_domain", "Acme inc.")]
    assert await desk.look(lambda on: on.accounts.suggested_customers("", "")) == []
    await desk.do(lambda on: on.accounts.set_customer_numbers(1, ["999"]))
    assert await desk.look(lambda on: on.accounts.known_customers(["111", "999"])) == {"999"}


async def test_members_are_found_by_address_domain_and_chat(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    second = await desk.do(lambda on: on.member(account, "bob@acme.example", principal=False))
    julie = await desk.do(lambda on: on.member(account, "Julie@ACME.example"))
    assert (julie.address, julie.name, julie.telephone, julie.language) == (
        "julie@acme.example",
        "Julie Tremblay",
        "514-555-0123",
        Language.FR,
    )
    assert julie.person == "mail:julie@acme.example"
    assert await desk.look(lambda on: on.members.of_account(account.id)) == [julie, second], "the principal first"
    assert await desk.look(lambda on: on.members.by_address("JULIE@acme.example ")) == [julie]
    assert await desk.look(lambda on: on.members.of_domain("acme.example")) == [second, julie]
    assert await desk.look(lambda on: on.members.domains()) == {"acme.example"}
    assert await desk.do(lambda on: on.members.add(account.id, NewMember("julie@acme.example"), NOW)) is None
    assert await desk.do(lambda on: on.members.link_chat(julie.id, 42, NOW))
    assert not await desk.do(lambda on: on.members.link_chat(second.id, 42, NOW)), "a chat belongs to one member"
    linked = await desk.look(lambda on: on.members.by_chat(42))
    assert linked is not None
    assert (linked.id, linked.chats) == (julie.id, (42,))
    assert await desk.do(lambda on: on.members.unlink_account(account.id)) == 1
    assert not await desk.do(lambda on: on.members.unlink_chat(42))


async def test_what_a_member_may_change(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    julie = await desk.do(lambda on: on.member(account))
    await desk.do(lambda on: on.member(account, "bob@acme.example", principal=False))
    await desk.do(lambda on: on.members.set_bounced(julie.id, NOW))

    async def change(on: Shelf) -> bool:
        await on.members.set_name(julie.id, "Julie T.")
        await on.members.set_telephone(julie.id, "450-555-0123")
        await on.members.set_language(julie.id, Language.EN)
        assert not await on.members.set_address(julie.id, "bob@acme.example", NOW)
        return await on.members.set_address(julie.id, "julie@new.example", NOW)

    assert await desk.do(change)
    found = await desk.look(lambda on: on.members.by_id(julie.id))
    assert found is not None
    assert (found.name, found.telephone, found.language, found.address) == (
        "Julie T.",
        "450-555-0123",
        Language.EN,
        "julie@new.example",
    )
    assert (found.address_changed_at, found.bounced_at) == (NOW, None)
    assert await desk.look(lambda on: on.members.domains()) == {"acme.example", "new.example"}


async def test_removing_one_leaves_the_others_and_coming_back_begins_anew(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    julie = await desk.do(lambda on: on.member(account))
    bob = await desk.do(lambda on: on.member(account, "bob@acme.example", principal=False))
    await desk.do(lambda on: on.members.link_chat(bob.id, 42, NOW))
    assert await desk.do(lambda on: on.members.set_state(bob.id, MemberState.REMOVED, NOW))
    assert not await desk.do(lambda on: on.members.set_state(bob.id, MemberState.ACTIVE, NOW)), "removed is removed"
    assert await desk.look(lambda on: on.members.of_account(account.id)) == [julie]
    assert await desk.look(lambda on: on.members.by_address("bob@acme.example")) == []
    assert await desk.look(lambda on: on.members.by_chat(42)) is None
    again = await desk.do(
        lambda on: on.members.add(account.id, NewMember("bob@acme.example", state=MemberState.INVITED), NOW + HOUR)
    )
    assert again is not None
    assert (again.id, again.state, again.name, again.chats, again.created_at) == (bob.id, MemberState.INVITED, "", (), NOW + HOUR)
    assert await desk.do(lambda on: on.members.set_state(bob.id, MemberState.ACTIVE, NOW, only_from=MemberState.INVITED))
    assert not await desk.do(lambda on: on.members.set_state(bob.id, MemberState.ACTIVE, NOW, only_from=MemberState.INVITED))


async def test_a_removed_members_address_is_free_for_another(desk: Desk) -> None:
    account = await desk.do(lambda on: on.account())
    julie = await desk.do(lambda on: on.member(account))
    bob = await desk.do(lambda on: on.member(account, "bob@acme.example", principal=False))
    await desk.do(lambda on: on.members.set_state(bob.id, MemberState.REMOVED, NOW))
    assert await desk.do(lambda on: on.members.set_address(julie.id, "bob@acme.example", NOW))
    found = await desk.look(lambda on: on.members.by_address("bob@acme.example"))
    assert [member.id for member in found] == [julie.id]
