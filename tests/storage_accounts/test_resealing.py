"""After the key was changed nothing opens with the old one, everything with the new one, and the trail is whole."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources

import pytest

from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.accounts.records import AuditHead, Grant, NewRequest, Note, NoteKind, RequestKind, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.clock import SystemMint
from bot.core.errors import Refused
from bot.core.letters import Letter
from bot.core.seal import Seal, SealBrokenError
from bot.core.values import Assurance, Channel, Language, RawRecord
from storage.audit import AuditStore
from storage.database import Transaction
from storage.inbox import Inbox
from storage.key_check import check_key
from storage.outbox import Outbox
from storage.resealing import CHANGED, KEPT, Keys, reseal
from tests.storage_accounts.conftest import KEY, NOW, Desk, Shelf

MINT = SystemMint()
PERSON, ADDRESS = "mail:julie@acme.example", "julie@acme.example"
# Columns of octets that hold nothing sealed: digests, and the chain's codes.
NOT_SEALED = {"inbox.identity", "inbox.twin", "token.digest", "audit.digest", "audit.code", "audit_head.code", "audit_head.seal"}
NOT_SEALED |= {"audit_beginning.code", "audit_beginning.seal", "mailbox_mark.digest"}
WRITTEN = {
    "inbox": "inbox.sealed",
    "outbox": "outbox.sealed",
    "member": "member.sealed",
    "token": "token.sealed",
    "claimed": "request.claimed",
    "on_file": "request.on_file",
    "decision": "request.decision",
    "note": "request_note.sealed",
    "draft": "draft.sealed",
}


@dataclass(frozen=True)
class Known:
    """An identity as the mail reader makes it."""

    key: bytes = hashlib.sha256(b"mail").digest()
    for_ever: bool = True
    twin: bytes | None = None


def keys(key: bytes) -> Keys:
    return Keys(Seal(key, MINT), Chain(audit_key(key)))


OLD, NEW = keys(KEY), keys(bytes(range(32, 64)))


async def fill(on: Shelf) -> str:
    """One of everything that is kept sealed; a token."""
    account = await on.account()
    member = await on.member(account)
    await on.drafts.put(PERSON, "access", "half filled", NOW)
    new = NewRequest(RequestKind.ACCESS, PERSON, ADDRESS, Language.FR, {"name": "Julie"}, {"code": "K7"}, "dkim", True)
    made = await on.requests.open(new, NOW)
    assert made is not None
    await on.requests.add_note(made.number, Note(NoteKind.QUESTION, "ann", "Who are you?", NOW))
    await on.requests.decide(made.number, RequestState.DENIED, "ann", {"reason": "unknown"}, NOW)
    record = RawRecord(Channel.MAIL, b"HELP", ADDRESS, ("service@x",), "192.0.2.1", PERSON)
    await Inbox(on.tx, OLD.seal).accept(record, Known(), "smtp", NOW, due=NOW)
    letter = Letter(Channel.MAIL, PERSON, "<a@carrier.example>", "help/overview", ADDRESS, b"Words", "", secret=False)
    await Outbox(on.tx, OLD.seal).add(letter, None, NOW)
    for number in range(4):
        await on.audit.add("account_made", NOW + timedelta(days=number), account_id=account.id, facts={"number": str(number)})
    await on.audit.erase_rows([2], NOW, actor="law")
    grant = Grant(
        Purpose.NEW_ADDRESS, PERSON, Assurance.CURRENT_PASSWORD, account.id, member.id, data={"address": "new@acme.example"}
    )
    return await on.tokens.issue(grant, NOW)


async def change(desk: Desk) -> int:
    return await desk.database.write(lambda tx: reseal(tx, OLD, NEW, NOW, actor="operator:me"))


async def test_everything_opens_with_the_new_key_alone(desk: Desk) -> None:
    token = await desk.do(fill)
    before = (await desk.look(lambda on: on.audit.verify())).head
    assert await change(desk) == len(KEPT) + 4

    from storage.members import MemberStore
    from storage.requests import RequestStore
    from storage.tokens import TokenStore

    async def look(tx: Transaction) -> None:
        seal = NEW.seal
        found = await TokenStore(tx, seal, MINT).find(token)
        assert found is not None
        assert found.grant.data == {"address": "new@acme.example"}
        (request,) = await RequestStore(tx, seal).all()
        assert (request.claimed, request.on_file, request.decision) == ({"name": "Julie"}, {"code": "K7"}, {"reason": "unknown"})
        assert [note.text for note in await RequestStore(tx, seal).notes(request.number)] == ["Who are you?"]
        assert [member.name for member in await MemberStore(tx, seal).of_account(1)] == ["Julie Tremblay"]
        audit = AuditStore(tx, seal, NEW.chain)
        assert (await audit.verify()).intact
        assert not (await audit.verify(head=before)).intact, "the old head belongs to the old chain"
        last = (await audit.entries())[-1]
        assert (last.event, last.actor, last.facts) == (CHANGED, "operator:me", {"head_before": str(before)})
        assert not (await AuditStore(tx, OLD.seal, OLD.chain).verify()).intact

    await desk.database.read(look)
    await check_key(desk.database, NEW.seal)
    with pytest.raises(SealBrokenError):
        await check_key(desk.database, OLD.seal)
    assert await still_under(desk, OLD.seal) == []
    assert await still_under(desk, NEW.seal) == [kept.name for kept in KEPT]


async def still_under(desk: Desk, seal: Seal) -> list[str]:
    """The columns of which a content opens with a seal."""
    from storage.resealing import _SQL

    async def look(tx: Transaction) -> list[str]:
        found = []
        for kept in KEPT:
            for row in await tx.rows(_SQL[kept.name]):
                context = kept.context(row)
                try:
                    seal.open(bytes(row["sealed"]), context if isinstance(context, bytes) else context.encode())
                except SealBrokenError:
                    continue
                found.append(kept.name)
        return found

    return await desk.database.read(look)


async def test_a_trail_whose_beginning_was_forgotten_stays_whole(desk: Desk) -> None:
    await desk.do(fill)
    await desk.do(lambda on: on.audit.forget_before(NOW + timedelta(hours=1), 100))
    await change(desk)
    verdict = await desk.database.read(lambda tx: AuditStore(tx, NEW.seal, NEW.chain).verify())
    assert verdict.intact
    assert verdict.forgotten > 0
    assert verdict.head != AuditHead(0, "")


async def test_a_trail_that_somebody_changed_is_not_made_good(desk: Desk) -> None:
    await desk.do(fill)
    await desk.do(lambda on: on.tx.run("UPDATE audit SET event = 'other' WHERE id = 3"))
    with pytest.raises(Refused, match="not intact"):
        await change(desk)
    assert await still_under(desk, OLD.seal) == [kept.name for kept in KEPT]


def test_no_sealed_column_is_forgotten() -> None:
    """A column that a migration adds belongs to KEPT, or to those that hold nothing sealed."""
    columns = set()
    for file in sorted(resources.files("storage").joinpath("migrations", "postgresql").iterdir(), key=lambda each: each.name):
        text = file.read_text(encoding="utf-8")
        for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)", text, re.DOTALL):
            columns |= {f"{table}.{name}" for name in re.findall(r"^\s+(\w+) bytea", body, re.MULTILINE | re.IGNORECASE)}
        columns |= {
            f"{table}.{name}" for table, name in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+) bytea", text, re.IGNORECASE)
        }
    assert columns - NOT_SEALED == {*WRITTEN.values(), "audit.content"}
    assert [kept.name for kept in KEPT] == list(WRITTEN)
