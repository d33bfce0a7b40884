"""Everything that is held about one person: collected to be read, or taken away. Source: docs/privacy.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.accounts.administrators import is_chat
from bot.core.chat import chat_key
from storage.database import Row, Transaction, clean, statements
from storage.retention import drop_each

_SQL = statements("persons")
_BY_CONVERSATION = ("correspondent", "inbox", "outbox", "throttle", "login_failure", "draft", "token", "session")
_BY_ADDRESS = ("request_letter", "decided", "probe")  # of administrators


@dataclass(frozen=True, slots=True)
class Person:
    """An address with what belongs to it: its member rows, and the keys of its conversations (mail, linked chats)."""

    address: str
    members: Sequence[Row]
    chats: Sequence[Row]
    keys: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """What names the person in words: the address, and the keys of chats."""
        return [self.address, *(key for key in self.keys if is_chat(key) and key != self.address)]


class Persons:
    """Persons on an open transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, address: str) -> Person:
        """Who an address is, or a chat by its key; never fails: it may be nobody."""
        address = clean(address).strip().lower()
        if is_chat(address):  # somebody who has only ever written in a chat
            return Person(address, (), (), (address,))
        members = await self._transaction.rows(_SQL["members"], {"address": address})
        chats = await self._transaction.rows(_SQL["chats"], {"address": address})
        return Person(address, members, chats, (f"mail:{address}", *(chat_key(chat["chat_id"]) for chat in chats)))

    async def rows(self, person: Person, table: str) -> list[Row]:
        """The person's rows of one kind, the names of `storage/queries/persons.sql`."""
        found: list[Row] = []
        if table == "member_session":
            for member in person.members:
                found += await self._transaction.rows(_SQL[table], {"member_id": member["id"]})
        elif table in _BY_CONVERSATION:
            for key in person.keys:
                found += await self._transaction.rows(_SQL[table], _named(key))
        else:
            found += await self._transaction.rows(_SQL[table], {"address": person.address})
        return found

    async def requests(self, person: Person) -> list[int]:
        """The numbers of the requests that the person made."""
        rows = [await self._transaction.rows(_SQL["requests"], {"address": person.address, "key": key}) for key in person.keys]
        return sorted({row["key"] for found in rows for row in found})

    async def forget(self, person: Person) -> dict[str, int]:
        """Takes away what may go; how many rows of each kind.

        Member rows of accounts that live on must have been removed before.
        """
        requests = await self.requests(person)
        gone = {table: await self._forget(table, [_named(key) for key in person.keys]) for table in _BY_CONVERSATION}
        gone |= {table: await self._forget(table, [{"address": person.address}]) for table in _BY_ADDRESS}
        gone["token"] += await self._forget("request_token", [{"number": number} for number in requests])
        await drop_each(self._transaction, "requests", [{"key": number} for number in requests])
        members = [{"member_id": member["id"]} for member in person.members]
        gone["session"] += await self._forget("member_session", members)
        gone["token"] += await self._forget("member_token", members)
        await self._forget("member_request", members)
        await drop_each(self._transaction, "members", [{"key": member["id"]} for member in person.members])
        gone |= {"request": len(requests), "member": len(members), "account": await self._empty_accounts(person)}
        return gone

    async def _empty_accounts(self, person: Person) -> int:
        """Takes away closed accounts of which nobody is left."""
        closed = {member["account_id"] for member in person.members if member["closed_at"] is not None}
        empty = []
        for account_id in sorted(closed):
            row = await self._transaction.row(_SQL["left_members"], {"account_id": account_id})
            if row is not None and row["members"] == 0:
                empty.append(account_id)
        await drop_each(self._transaction, "accounts", [{"key": account_id} for account_id in empty])
        return len(empty)

    async def _forget(self, table: str, values: Sequence[dict[str, Any]]) -> int:
        return sum([await self._transaction.run(_SQL[f"forget_{table}"], each) for each in values])


def _named(key: str) -> dict[str, Any]:
    return {"key": key, "unproved": f"unproved {key}"}
