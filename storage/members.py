"""The people on the accounts: addresses in clear because they are searched, names and telephones sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.accounts.records import Member, MemberState, NewMember
from bot.core.clock import from_micros, to_micros
from bot.core.seal import Seal
from bot.core.values import Language
from storage.database import Row, Transaction, clean, statements
from storage.sealed import close_words, micros, moment, open_words

_SQL = statements("members")


class MemberStore:
    """The members on an open transaction; see `bot.core.accounts.stores.Members`."""

    def __init__(self, transaction: Transaction, seal: Seal) -> None:
        self._transaction = transaction
        self._seal = seal

    async def of_account(self, account_id: int) -> list[Member]:
        """The members, principal first, then oldest first."""
        return await self._many(await self._transaction.rows(_SQL["of_account"], {"account_id": account_id}))

    async def by_id(self, member_id: int) -> Member | None:
        """A member, removed or not."""
        return await self._one(await self._transaction.row(_SQL["by_id"], {"id": member_id}))

    async def by_address(self, address: str) -> list[Member]:
        """The members with that address, on whatever account."""
        return await self._many(await self._transaction.rows(_SQL["by_address"], {"address": _address(address)}))

    async def of_domain(self, domain: str) -> list[Member]:
        """The members whose addresses are in a domain."""
        return await self._many(await self._transaction.rows(_SQL["of_domain"], {"domain": clean(domain).lower()}))

    async def by_chat(self, chat_id: int) -> Member | None:
        """The member to whom a private chat is linked."""
        return await self._one(await self._transaction.row(_SQL["by_chat"], {"chat_id": chat_id}))

    async def domains(self) -> frozenset[str]:
        """Every domain that a member's address is in."""
        return frozenset(row["domain"] for row in await self._transaction.rows(_SQL["domains"]))

    async def add(self, account_id: int, new: NewMember, now: datetime) -> Member | None:
        """Adds a member; None when that address is on the account already."""
        address = _address(new.address)
        row = await self._transaction.row(
            _SQL["add"],
            {
                "account_id": account_id,
                "address": address,
                "domain": _domain(address),
                "language": new.language or "",
                "principal": int(new.principal),
                "state": new.state,
                "now": to_micros(now),
            },
        )
        if row is None:
            return None
        await self._seal_words(row["id"], new.name, new.telephone)
        return await self.by_id(row["id"])

    async def set_state(self, member_id: int, state: MemberState, now: datetime, *, only_from: MemberState | None = None) -> bool:
        """Confirms, suspends, resumes or removes (which also unlinks chats)."""
        values = {"id": member_id, "state": state, "now": to_micros(now)}
        if only_from is None:
            changed = await self._transaction.run(_SQL["set_state"], values)
        else:
            changed = await self._transaction.run(_SQL["set_state_from"], {**values, "only_from": only_from})
        if changed and state is MemberState.REMOVED:
            await self._transaction.run(_SQL["unlink_member"], {"id": member_id})
        return changed == 1

    async def set_name(self, member_id: int, name: str) -> None:
        """Changes the name."""
        member = await self.by_id(member_id)
        if member is not None:
            await self._seal_words(member_id, name, member.telephone)

    async def set_telephone(self, member_id: int, telephone: str) -> None:
        """Changes the telephone number."""
        member = await self.by_id(member_id)
        if member is not None:
            await self._seal_words(member_id, member.name, telephone)

    async def set_language(self, member_id: int, language: Language | None) -> None:
        """Changes the preferred language."""
        await self._transaction.run(_SQL["set_language"], {"id": member_id, "language": language or ""})

    async def set_address(self, member_id: int, address: str, now: datetime) -> bool:
        """Changes the default address; False when another member of the account has it."""
        lower = _address(address)
        # The freed row keeps what it was in a form that no mail can come from.
        freed = {"id": member_id, "address": lower, "freed": f"{lower} (until {to_micros(now)})"}
        await self._transaction.run(_SQL["free_address"], freed)
        values = {"id": member_id, "address": lower, "domain": _domain(lower), "now": to_micros(now)}
        return await self._transaction.run(_SQL["set_address"], values) == 1

    async def set_bounced(self, member_id: int, at: datetime | None) -> None:
        """Notes that letters come back, or arrive again."""
        await self._transaction.run(_SQL["set_bounced"], {"id": member_id, "at": micros(at)})

    async def link_chat(self, member_id: int, chat_id: int, now: datetime) -> bool:
        """Links a private chat; False when it is linked already."""
        values = {"member_id": member_id, "chat_id": chat_id, "now": to_micros(now)}
        return await self._transaction.run(_SQL["link_chat"], values) == 1

    async def unlink_chat(self, chat_id: int) -> bool:
        """Unlinks a chat."""
        return await self._transaction.run(_SQL["unlink_chat"], {"chat_id": chat_id}) == 1

    async def unlink_account(self, account_id: int) -> int:
        """Unlinks every chat of an account."""
        return await self._transaction.run(_SQL["unlink_account"], {"account_id": account_id})

    async def _seal_words(self, member_id: int, name: str, telephone: str) -> None:
        words = {"name": clean(name), "telephone": clean(telephone)}
        sealed = close_words(self._seal, words, "member", member_id)
        await self._transaction.run(_SQL["set_sealed"], {"id": member_id, "sealed": sealed})

    async def _many(self, rows: Sequence[Row]) -> list[Member]:
        return [member for row in rows if (member := await self._one(row)) is not None]

    async def _one(self, row: Row | None) -> Member | None:
        if row is None:
            return None
        words = open_words(self._seal, row["sealed"], "member", row["id"])
        chats = await self._transaction.rows(_SQL["chats"], {"id": row["id"]})
        return Member(
            id=row["id"],
            account_id=row["account_id"],
            address=row["address"],
            name=words.get("name", ""),
            telephone=words.get("telephone", ""),
            language=Language(row["language"]) if row["language"] else None,
            principal=row["principal"] == 1,
            state=MemberState(row["state"]),
            created_at=from_micros(row["created_at"]),
            chats=tuple(chat["chat_id"] for chat in chats),
            address_changed_at=moment(row["address_changed_at"]),
            bounced_at=moment(row["bounced_at"]),
        )


def _address(address: str) -> str:
    return clean(address).strip().lower()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
