"""What `autopro export` and `autopro forget` do, on open transactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.commands import account_work
from bot.commands.backoffice import Backoffice
from bot.core.accounts.administrators import is_chat
from bot.core.accounts.records import MemberState
from bot.core.chat import chat_key
from bot.core.clock import from_micros
from bot.core.errors import Refused
from bot.core.letters import unpack_letter
from bot.core.seal import Seal, SealBrokenError, unpack_record
from handlers.office import Office
from storage.database import Row, Transaction
from storage.persons import Persons

_NOT_HERE = (
    "backups of the database, until they are deleted",
    "the desk's log, which names no strangers' addresses and holds no words of messages",
    "mail servers on the way",
    "the shipments themselves, which name enterprises and who signed",
)
STAYS = (
    "two digests of each message, from which nobody can tell whose it was: [retention] duplicate_days",
    "rows of the audit trail without their content, so that its chain stays whole: [retention] audit_days",
    "what others wrote in requests of their own: [retention] request_days",
    *_NOT_HERE,
)
# What nobody needs to read who asks what is held: digests and secrets, and how rows hang together.
_LEFT_OUT = frozenset(
    ("id", "identity", "twin", "sealed", "digest", "account_id", "member_id", "session_id", "inbox_id", "closed_at", "said", "menu")
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went, by kind, and what stays, a line each."""

    gone: Mapping[str, int]
    stays: Sequence[str]


async def export(backoffice: Backoffice, address: str) -> dict[str, Any]:
    """All that is held about an address, to be read by the person; secrets are left out. Raises Refused for what names nobody."""
    _check_named(address)

    async def job(office: Office, tx: Transaction) -> dict[str, Any]:
        persons, seal = Persons(tx), backoffice.cabinet.seal
        person = await persons.find(address)
        held: dict[str, Any] = {"members": [await _member(office, row) for row in person.members]}
        held["linked_chats"] = _plain(person.chats)
        for table, name in _PLAIN.items():
            held[name] = _plain(await persons.rows(person, table))
        held["messages"] = [_message(seal, row) for row in await persons.rows(person, "inbox")]
        held["letters"] = [_letter(seal, row) for row in await persons.rows(person, "outbox")]
        held["forms"] = [await _form(office, row) for row in await persons.rows(person, "draft")]
        held["requests"] = [await _request(office, number) for number in await persons.requests(person)]
        entries = await office.files.audit.naming(person.words)
        held["audit_trail"] = [
            {"at": entry.at.isoformat(), "event": entry.event, "actor": entry.actor, **entry.facts} for entry in entries
        ]
        return {
            "address": person.address,
            "exported_at": office.now.isoformat(),
            "held": {name: rows for name, rows in held.items() if rows},
            "not_in_this_file": list(_NOT_HERE),
        }

    return await backoffice.read(job)


_PLAIN = {
    "correspondent": "remembered",
    "throttle": "counts_against_floods",
    "login_failure": "wrong_passwords",
    "token": "tokens_in_letters",
    "session": "logins",
    "request_letter": "requests_sent_to_this_address",
    "decided": "requests_decided_by_this_address",
    "probe": "test_letters",
}


async def forget(backoffice: Backoffice, address: str, *, close: bool) -> Forgotten:
    """Takes away all that may go. Raises Refused with what must be done before."""
    _check_named(address)
    person = address.strip().lower()
    if person in {one.lower() for one in backoffice.rules.admin_addresses}:
        raise Refused(f"{address} is an administrator's: take it out of [admins] addresses first")
    if person in {chat_key(user) for user in backoffice.rules.admin_users}:
        raise Refused(f"{address} is an administrator's: take its number out of [admins] telegram_ids first")
    await _leave_accounts(backoffice, address, close=close)

    async def job(office: Office, tx: Transaction) -> Forgotten:
        persons = Persons(tx)
        person = await persons.find(address)
        gone = await persons.forget(person)
        audit = office.files.audit
        named = [entry.id for entry in await audit.naming(person.words)]
        gone["audit"] = await audit.erase_rows(named, office.now, actor=backoffice.operator)
        waiting = [row for row in await persons.rows(person, "inbox") if row["state"] == "new"]
        facts = {kind: str(rows) for kind, rows in gone.items() if rows}
        if facts:
            await audit.add("person_forgotten", office.now, actor=backoffice.operator, facts=facts)
        again = [f"{len(waiting)} messages that wait for their answer: run this again later"] if waiting else []
        return Forgotten({kind: rows for kind, rows in gone.items() if rows}, [*again, *STAYS])

    return await backoffice.write(job)


def _check_named(address: str) -> None:
    """A slip of the pen must not read like "nothing was held"."""
    if "@" not in address and not is_chat(address.strip().lower()):
        raise Refused(f"{address!r} names nobody: write a mail address, or telegram:NUMBER for somebody known by a chat alone")


async def _leave_accounts(backoffice: Backoffice, address: str, *, close: bool) -> None:
    """Removes the person from open accounts, and closes those of which nobody else is a member."""

    async def look(office: Office, tx: Transaction) -> list[tuple[str, str, bool]]:
        found = []
        for row in (await Persons(tx).find(address)).members:
            if row["closed_at"] is None and row["state"] != "removed":
                members = await office.files.members.of_account(row["account_id"])
                others = [each for each in members if each.id != row["id"] and each.state is MemberState.ACTIVE]
                found.append((row["code"], row["company"], bool(others)))
        return found

    for code, company, others in await backoffice.read(look):
        if not close:
            way = f"autopro account member {code} remove {address}" if others else f"autopro account close {code}"
            raise Refused(f"{address} is a member of account {code} ({company}), which is open: first {way}, or add --close")
        if others:
            await account_work.remove_member(backoffice, code, address)
        else:
            await account_work.close(backoffice, code)


async def _member(office: Office, row: Row) -> dict[str, Any]:
    member = await office.files.members.by_id(row["id"])
    known = {"name": member.name, "telephone": member.telephone} if member is not None else {}
    return {"access_code": row["code"], "company": row["company"], **known, **_readable(row, ("code", "company"))}


async def _request(office: Office, number: int) -> dict[str, Any]:
    request = await office.files.requests.get(number)
    assert request is not None  # noqa: S101 - found on this very snapshot
    notes = await office.files.requests.notes(number)
    return {
        "number": number,
        "kind": request.kind.value,
        "state": request.state.value,
        "asked_at": request.created_at.isoformat(),
        "decided_at": request.decided_at.isoformat() if request.decided_at is not None else None,
        "claimed": dict(request.claimed),
        "on_file": dict(request.on_file),
        "decision": dict(request.decision),
        "notes": [{"at": note.at.isoformat(), "kind": note.kind.value, "text": note.text} for note in notes],
    }


async def _form(office: Office, row: Row) -> dict[str, Any]:
    return {**_readable(row), "filled_in": await office.files.drafts.get(row["person"], row["form"])}


def _message(seal: Seal, row: Row) -> dict[str, Any]:
    return {**_readable(row), **_words(row, lambda: unpack_record(seal.open(bytes(row["sealed"]), bytes(row["identity"]))).content)}


def _letter(seal: Seal, row: Row) -> dict[str, Any]:
    if row["secret"]:  # an access code or a password: it goes to the person by its own way alone
        return _readable(row)
    return {**_readable(row), **_words(row, lambda: unpack_letter(seal.open(bytes(row["sealed"]), row["message_id"].encode()))[2])}


def _words(row: Row, opened: Callable[[], bytes]) -> dict[str, str]:
    if row["sealed"] is None:
        return {}
    try:
        return {"words": opened().decode("utf-8", "replace")}
    except SealBrokenError:
        return {"words": "(cannot be opened)"}


def _plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [_readable(row) for row in rows]


def _readable(row: Row, but: Sequence[str] = ()) -> dict[str, Any]:
    """A row without digests and secrets, its moments as people write them, its empty columns left out."""
    shown = {}
    for column in row.keys():  # noqa: SIM118 - a database's row is no dict
        value = row[column]
        if column in _LEFT_OUT or column in but or value in (None, ""):
            continue
        is_moment = column.endswith(("_at", "_since", "first_seen")) and isinstance(value, int)
        shown[column] = from_micros(value).isoformat() if is_moment else value
    return shown
