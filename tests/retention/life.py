"""Everything that a desk keeps, written by its own stores: one of each kind, as old as the moment says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.accounts.records import (
    Grant,
    NewAccount,
    NewMember,
    NewRequest,
    NewSession,
    Note,
    NoteKind,
    RequestKind,
    RequestLetter,
    RequestState,
    SentNotice,
)
from bot.core.accounts.records import MemberState as State
from bot.core.accounts.tokens import Purpose
from bot.core.caps import Tally
from bot.core.clock import to_micros
from bot.core.letters import Letter
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import Files
from bot.filing import FilingCabinet
from storage.correspondents import Correspondents
from storage.database import Database, Transaction
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.throttle import Throttle
from tests.storage.test_inbox import known, record

_SHIPMENT = """INSERT INTO shipment (pro, shipper_name, known_at, newest_at) VALUES (:pro, 'Acme', :at, :at) RETURNING id"""
_REFERENCE = "INSERT INTO shipment_reference (shipment_id, kind, value, folded) VALUES (:id, 'BOL', 'B1', 'B1')"
_EVENT = """INSERT INTO shipment_event (shipment_id, occurred_at, sequence, offset_minutes, status)
VALUES (:id, :at, 0, 0, 'DELIVERED')"""


async def live(cabinet: FilingCabinet, now: datetime, name: str) -> None:
    """One of each kind at that moment; `name` keeps two moments apart."""
    await cabinet.database.write(lambda tx: _live(cabinet, tx, now, name))


async def _live(cabinet: FilingCabinet, tx: Transaction, now: datetime, name: str) -> None:
    await _mail(cabinet, tx, now, name)
    await _account(cabinet.on(tx), now, name)
    await _request(cabinet.on(tx), now, name)
    await _remembered(tx, now, name)
    await cabinet.on(tx).attempts.count(name, f"mail:{name}@x.example", now, trusted=False)
    await cabinet.on(tx).attempts.in_minute(now)
    await cabinet.on(tx).drafts.put(f"mail:{name}@x.example", "access", "{}", now)
    shipment = await tx.row(_SHIPMENT, {"pro": name, "at": to_micros(now)})
    assert shipment is not None
    await tx.run(_REFERENCE, {"id": shipment["id"]})
    await tx.run(_EVENT, {"id": shipment["id"], "at": to_micros(now)})


async def _mail(cabinet: FilingCabinet, tx: Transaction, now: datetime, name: str) -> None:
    """A message answered, one parked; a letter sent, one given up, one that nobody fetched."""
    inbox, outbox = Inbox(tx, cabinet.seal), Outbox(tx, cabinet.seal)
    person = f"mail:{name}@x.example"
    answered = await inbox.accept(record(conversation=person), known(f"{name} a", twin=f"{name} a"), "smtp", now, due=now)
    parked = await inbox.accept(record(conversation=person), known(f"{name} p"), "smtp", now, due=now)
    assert answered is not None
    assert parked is not None
    await inbox.finish(answered, "answered", now)
    await inbox.park(parked, "KeyError", now)
    for end in ("sent", "failed", "unsent"):
        channel = Channel.TERMINAL if end == "unsent" else Channel.MAIL
        letter = Letter(channel, person, f"<{end}.{name}@desk>", "trace/found", f"{name}@x.example", b"words")
        queued = await outbox.add(letter, answered if end == "sent" else None, now)
        if end == "sent":
            await outbox.sent(queued.id, now)
        elif end == "failed":
            await outbox.give_up(queued.id, "550 unknown", now)


async def _account(files: Files, now: datetime, name: str) -> None:
    """A closed account with its member and login, and a member removed from it."""
    account = await files.accounts.create(NewAccount(f"CODE{name}", f"{name} inc.", ("0012345",)), now)
    assert account is not None
    member = await files.members.add(account.id, NewMember(f"{name}@x.example", "Marie", principal=True), now)
    other = await files.members.add(account.id, NewMember(f"other.{name}@x.example", "Luc"), now)
    assert member is not None
    assert other is not None
    await files.members.link_chat(member.id, to_micros(now), now)
    await files.members.set_state(other.id, State.REMOVED, now)
    session = await files.sessions.open(NewSession(f"mail:{name}@x.example", account.id, member.id, limited=False), now)
    grant = Grant(Purpose.SESSION, f"mail:{name}@x.example", Assurance.SESSION, account.id, member.id, session.id)
    await files.tokens.issue(grant, now)
    await files.accounts.add_notice(account.id, SentNotice("inactivity", (now + timedelta(days=7)).date(), 7), now)
    await files.audit.add("login_opened", now, actor=f"mail:{name}@x.example", account_id=account.id)
    await files.accounts.close(account.id, "inactive", now)


async def _request(files: Files, now: datetime, name: str) -> None:
    person = f"mail:{name}@x.example"
    claimed = {"name": "Marie", "telephone": "514-555-0100"}
    new = NewRequest(RequestKind.ACCESS, person, f"{name}@x.example", Language.FR, claimed, confirmed=True)
    request = await files.requests.open(new, now)
    assert request is not None
    await files.requests.add_note(request.number, Note(NoteKind.QUESTION, "admin@x.example", "Who?", now))
    await files.requests.add_letter(RequestLetter(request.number, "admin@x.example", f"<r.{name}@desk>", now))
    await files.requests.decide(request.number, RequestState.DENIED, "admin@x.example", {"reason": "no"}, now)


async def _remembered(tx: Transaction, now: datetime, name: str) -> None:
    await Correspondents(tx, now).meet(f"mail:{name}@x.example")
    await Throttle(tx).put(f"mail:{name}@x.example", Tally(1, to_micros(now), 0, to_micros(now)))


async def count_rows(database: Database, tables: Mapping[str, str] | None = None) -> dict[str, int]:
    """How many rows each table has; `tables` names them with a condition."""

    async def count(tx: Transaction) -> dict[str, int]:
        found = {}
        for table, condition in (tables or dict.fromkeys(TABLES, "")).items():
            row = await tx.row(f"SELECT count(*) AS n FROM {table} {condition}")
            found[table] = 0 if row is None else int(row["n"])
        return found

    return await database.read(count)


TABLES = (
    "inbox",
    "outbox",
    "correspondent",
    "throttle",
    "shipment",
    "shipment_reference",
    "shipment_event",
    "account",
    "account_customer",
    "member",
    "member_chat",
    "session",
    "token",
    "request",
    "request_note",
    "request_letter",
    "login_failure",
    "login_minute",
    "account_notice",
    "draft",
    "audit",
)
# One row each, one for each message that lies in a mailbox, one for each administrator.
CONSTANT = ("audit_head", "audit_beginning", "sweep", "schema_version", "mailbox_mark", "probe")
