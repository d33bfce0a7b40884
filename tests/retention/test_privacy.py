"""What a person may ask for by law: to read all that is held about them, and to be forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.commands.backoffice import Backoffice, open_backoffice
from bot.commands.privacy_work import export, forget
from bot.core.accounts.administrators import by_tap
from bot.core.accounts.records import MemberState, NewAccount, NewMember, NewRequest, RequestKind, RequestState
from bot.core.errors import Refused
from bot.core.letters import Letter
from bot.core.values import Channel, Language
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.probes import ProbeStore
from tests.retention.life import TABLES, count_rows, live
from tests.storage.test_inbox import known, record
from tests.support.clock import HandClock
from tests.support.desk import settings_for

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MARIE = "marie@x.example"


@pytest.fixture
async def office(url: str, tmp_path: Path) -> AsyncIterator[Backoffice]:
    settings = settings_for(tmp_path, database={"url": url}, admins={"addresses": ["admin@x.example"]})
    async with open_backoffice(settings, HandClock(NOW)) as opened:
        await live(opened.cabinet, NOW, "marie")
        await live(opened.cabinet, NOW.replace(hour=16), "anne.marie")
        yield opened


async def everything(office: Backoffice) -> str:
    """Each row of each table as text, also what is sealed when it opens under the desk's key (in the export's way)."""
    found = []
    for table in TABLES:
        rows = await office.database.read(lambda tx, table=table: tx.rows(f"SELECT * FROM {table}"))  # type: ignore[misc]
        found += [f"{table} {[row[column] for column in row.keys()]}" for row in rows]  # noqa: SIM118
    entries = await office.read(lambda desk, _tx: desk.files.audit.entries())
    found += [f"audit {entry.actor} {dict(entry.facts)}" for entry in entries]
    return "\n".join(found)


def named(text: str) -> list[str]:
    """Where Marie is named, and not somebody whose address ends like hers."""
    return re.findall(r"(?<![\w.])marie@x\.example", text)


async def open_account(office: Backoffice, *addresses: str) -> str:
    async def job(tx: Transaction) -> str:
        files = office.cabinet.on(tx)
        account = await files.accounts.create(NewAccount("K7MP4TXR", "Acme inc.", ("0012345",)), NOW)
        assert account is not None
        for number, address in enumerate(addresses):
            await files.members.add(account.id, NewMember(address, "Marie Tremblay", principal=number == 0), NOW)
        await files.accounts.set_password(account.id, "$argon2id$secret", NOW)
        return account.code

    return await office.database.write(job)


async def test_the_export_holds_one_of_each_kind_and_nothing_of_others(office: Backoffice) -> None:
    found = await export(office, "Marie@X.example")
    assert found["address"] == MARIE
    held: dict[str, list[Any]] = found["held"]
    assert {name: len(rows) for name, rows in held.items()} == {
        "members": 1,
        "linked_chats": 1,
        "remembered": 1,
        "counts_against_floods": 1,
        "wrong_passwords": 1,
        "tokens_in_letters": 1,
        "logins": 1,
        "messages": 2,
        "letters": 3,
        "forms": 1,
        "requests": 1,
        "audit_trail": 1,
    }
    text = json.dumps(found)
    assert "anne.marie" not in text
    assert held["members"][0]["name"] == "Marie"
    assert held["requests"][0]["claimed"]["telephone"] == "514-555-0100"
    assert [message.get("words") for message in held["messages"]] == [None, "HELP"], "of the one that still waits for a person"
    assert held["messages"][0]["received_at"] == NOW.isoformat()


async def test_secrets_are_left_out(office: Backoffice) -> None:
    await open_account(office, MARIE)
    secret = Letter(
        Channel.MAIL, f"mail:{MARIE}", "<s@desk>", "access/credentials", MARIE, b"Temporary password: hunter2", secret=True
    )
    await office.database.write(lambda tx: Outbox(tx, office.cabinet.seal).add(secret, None, NOW))
    text = json.dumps(await export(office, MARIE))
    assert "access/credentials" in text
    assert "argon2" not in text
    assert "hunter2" not in text
    assert "digest" not in text


async def test_after_forgetting_nothing_names_the_person(office: Backoffice) -> None:
    before = await count_rows(office.database)
    done = await forget(office, MARIE, close=False)
    left = await everything(office)
    assert not named(left)
    assert (await export(office, MARIE))["held"] == {}
    after = await count_rows(office.database)
    assert after["inbox"] == before["inbox"], "that messages were here is known again"
    assert {table: before[table] - after[table] for table in ("account", "member", "request", "session", "outbox")} == {
        "account": 0,
        "member": 1,
        "request": 1,
        "session": 1,
        "outbox": 3,
    }
    assert done.gone["request"] == 1
    assert (await office.read(lambda desk, _tx: desk.files.audit.verify())).intact
    again = await forget(office, MARIE, close=False)
    assert again.gone == {}, "nothing is left to forget"


async def test_an_address_that_was_given_up_is_forgotten_as_well(office: Backoffice) -> None:
    """It stands, with a remark, in the row of a removed member whose address another one has now."""
    code = await open_account(office, "boss@x.example", MARIE)

    async def move(tx: Transaction) -> None:
        files = office.cabinet.on(tx)
        account = await files.accounts.by_code(code)
        assert account is not None
        boss, marie = await files.members.of_account(account.id)
        await files.members.set_state(marie.id, MemberState.REMOVED, NOW)
        await files.members.set_address(boss.id, MARIE, NOW)
        await files.members.set_address(boss.id, "boss@x.example", NOW)

    await office.database.write(move)
    assert "(until" in await everything(office)
    await forget(office, MARIE, close=False)
    assert not named(await everything(office))


async def test_others_keep_what_is_theirs(office: Backoffice) -> None:
    async def of_anne() -> dict[str, int]:
        held = (await export(office, "anne.marie@x.example"))["held"]
        return {name: len(rows) for name, rows in held.items()}

    before = await of_anne()
    await forget(office, MARIE, close=False)
    assert await of_anne() == before


async def test_a_closed_account_goes_with_its_last_member(office: Backoffice) -> None:
    before = await count_rows(office.database)
    await forget(office, "other.marie@x.example", close=False)
    await forget(office, MARIE, close=False)
    after = await count_rows(office.database)
    taken = {
        table: before[table] - after[table] for table in ("account", "account_customer", "account_notice", "member", "member_chat")
    }
    assert taken == {"account": 1, "account_customer": 1, "account_notice": 1, "member": 2, "member_chat": 1}


async def test_an_open_account_is_closed_first(office: Backoffice) -> None:
    code = await open_account(office, MARIE)
    before = await everything(office)
    with pytest.raises(Refused, match=f"autopro account close {code}"):
        await forget(office, MARIE, close=False)
    assert await everything(office) == before
    await forget(office, MARIE, close=True)
    assert not named(await everything(office))
    assert code not in [account.code for account in await office.read(lambda desk, _tx: desk.files.accounts.all())]


async def test_an_account_with_other_members_lives_on(office: Backoffice) -> None:
    code = await open_account(office, "boss@x.example", MARIE)
    with pytest.raises(Refused, match=f"autopro account member {code} remove {MARIE}"):
        await forget(office, MARIE, close=False)
    await forget(office, MARIE, close=True)
    account = await office.read(lambda desk, _tx: desk.files.accounts.by_code(code))
    assert account is not None
    assert account.closed_at is None
    members = await office.read(lambda desk, _tx: desk.files.members.of_account(account.id))
    assert [member.address for member in members] == ["boss@x.example"]


async def test_an_administrator_is_taken_off_the_list_first(office: Backoffice) -> None:
    with pytest.raises(Refused, match=r"\[admins\] addresses"):
        await forget(office, "Admin@x.example", close=True)
    found = await export(office, "admin@x.example")
    assert len(found["held"]["requests_sent_to_this_address"]) == 2
    assert len(found["held"]["requests_decided_by_this_address"]) == 2


async def test_an_administrator_in_the_chat_as_well(office: Backoffice) -> None:
    rules = replace(office.rules, admin_users=frozenset({501}))
    with pytest.raises(Refused, match=r"\[admins\] telegram_ids"):
        await forget(replace(office, rules=rules), " Telegram:501", close=True)


@pytest.mark.parametrize("slip", ["marie", "501", "marie at x.example", ""])
async def test_what_names_nobody_is_refused(office: Backoffice, slip: str) -> None:
    """It must not read like "nothing was held"."""
    for work in (export(office, slip), forget(office, slip, close=False)):
        with pytest.raises(Refused, match="telegram:NUMBER"):
            await work


async def test_who_was_an_administrator_is_forgotten_as_one(office: Backoffice) -> None:
    async def write(tx: Transaction) -> None:
        await ProbeStore(tx).sent("former@x.example", "<p@desk>", NOW)

    await office.database.write(write)
    assert len((await export(office, "former@x.example"))["held"]["test_letters"]) == 1
    await forget(office, "former@x.example", close=False)
    assert (await export(office, "former@x.example"))["held"] == {}


async def test_who_decided_by_a_tap_is_forgotten_with_the_name_that_stood_beside_the_number(office: Backoffice) -> None:
    async def decided_by(user_id: int, name: str) -> None:
        async def write(tx: Transaction) -> None:
            requests = office.cabinet.on(tx).requests
            asked = await requests.open(NewRequest(RequestKind.ACCESS, "c", f"{user_id}@x.example", Language.FR, {}), NOW)
            assert asked is not None
            assert await requests.decide(asked.number, RequestState.DENIED, by_tap(user_id, name), {}, NOW)

        await office.database.write(write)

    async def found(user_id: int) -> int:
        held = (await export(office, f"telegram:{user_id}"))["held"]
        return len(held.get("requests_decided_by_this_address", ()))

    await decided_by(501, "Lise Gagnon")
    await decided_by(501, "")
    await decided_by(5012, "Omar")
    assert [await found(501), await found(5012)] == [2, 1]
    await forget(office, "telegram:501", close=False)
    assert [await found(501), await found(5012)] == [0, 1]
    assert "Lise Gagnon" not in await everything(office)


async def test_a_message_that_waits_for_its_answer_is_answered_first(office: Backoffice) -> None:
    seal = office.cabinet.seal
    waiting = record(conversation=f"mail:{MARIE}")
    await office.database.write(lambda tx: Inbox(tx, seal).accept(waiting, known("w"), "smtp", NOW, due=NOW))
    done = await forget(office, MARIE, close=False)
    assert "run this again" in done.stays[0]
    assert [message["state"] for message in (await export(office, MARIE))["held"]["messages"]] == ["new"]


async def test_somebody_known_by_a_chat_alone(office: Backoffice) -> None:
    async def write(tx: Transaction) -> None:
        for chat in ("telegram:42", "telegram:421"):
            await Correspondents(tx, NOW).meet(chat)
            message = record(conversation=chat)
            number = await Inbox(tx, office.cabinet.seal).accept(message, known(chat), "telegram", NOW, due=NOW)
            assert number is not None
            await Inbox(tx, office.cabinet.seal).finish(number, "answered", NOW)
            new = NewRequest(RequestKind.ACCESS, chat, f"{chat[9:]}@x.example", Language.FR, {"name": "Luc"})
            await office.cabinet.on(tx).requests.open(new, NOW)

    await office.database.write(write)
    held = (await export(office, "telegram:42"))["held"]
    assert {name: len(rows) for name, rows in held.items()} == {"remembered": 1, "messages": 1, "requests": 1}
    await forget(office, "telegram:42", close=False)
    assert (await export(office, "telegram:42"))["held"] == {}
    assert len((await export(office, "telegram:421"))["held"]) == 3


def test_the_commands(tmp_path: Path) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(f'[desk]\ndata_dir = "{tmp_path}"\n[database]\nurl = "sqlite:///{tmp_path}/desk.db"\n')
    run = CliRunner()
    made = ["account", "create", "--company", "Acme", "--email", MARIE, "--json", "--config", str(config)]
    assert run.invoke(main, made).exit_code == 0
    found = run.invoke(main, ["export", MARIE, "--config", str(config)])
    assert json.loads(found.stdout)["held"]["members"][0]["company"] == "Acme"
    refused = run.invoke(main, ["forget", MARIE, "--config", str(config)])
    assert (refused.exit_code, "--close" in refused.stderr) == (1, True)
    done = run.invoke(main, ["forget", MARIE, "--close", "--config", str(config)])
    assert done.exit_code == 0, done.stderr
    assert "1 account" in done.stdout
    assert "stays: backups of the database" in done.stdout
    again = run.invoke(main, ["forget", MARIE, "--json", "--config", str(config)])
    assert json.loads(again.stdout)["gone"] == {}
    assert json.loads(run.invoke(main, ["export", MARIE, "--config", str(config)]).stdout)["held"] == {}
