"""Accounts in the database: passwords, customer numbers, what ends them, and the notices that went out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from bot.core.accounts.records import Account, NewAccount, SentNotice, SuggestedCustomer
from bot.core.clock import from_micros, to_micros
from bot.core.folding import fold
from storage.database import Row, Transaction, clean, statements
from storage.sealed import micros, moment

_SQL = statements("accounts")
_SUGGESTIONS = 10  # more than that says nothing to the administrator who reads them on a telephone


class AccountStore:
    """The accounts on an open transaction; see `bot.core.accounts.stores.Accounts`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def create(self, new: NewAccount, now: datetime) -> Account | None:
        """Makes an account; None when the code exists."""
        company = clean(new.company)
        values = {"code": new.code, "company": company, "company_folded": fold(company), "now": to_micros(now)}
        row = await self._transaction.row(_SQL["create"], values)
        if row is None:
            return None
        await self.set_customer_numbers(row["id"], new.customer_numbers)
        return await self.by_id(row["id"])

    async def by_id(self, account_id: int) -> Account | None:
        """An account by its id."""
        return await self._whole(await self._transaction.row(_SQL["by_id"], {"id": account_id}))

    async def by_code(self, code: str) -> Account | None:
        """An account by its folded access code."""
        return await self._whole(await self._transaction.row(_SQL["by_code"], {"code": clean(code)}))

    async def by_company(self, company: str) -> list[Account]:
        """Accounts of a company, however its name is written, oldest first."""
        rows = await self._transaction.rows(_SQL["by_company"], {"company_folded": fold(clean(company))})
        return [account for row in rows if (account := await self._whole(row)) is not None]

    async def all(self) -> list[Account]:
        """Every account, oldest first."""
        customers: defaultdict[int, list[str]] = defaultdict(list)
        for row in await self._transaction.rows(_SQL["all_customers"]):
            customers[row["account_id"]].append(row["number"])
        return [_account(row, customers[row["id"]]) for row in await self._transaction.rows(_SQL["all"])]

    async def set_password(self, account_id: int, password_hash: str, now: datetime) -> bool:
        """Sets the password, keeps the one before as the previous one, and consumes the temporary one."""
        return await self._changes("set_password", id=account_id, password_hash=password_hash, now=to_micros(now))

    async def forget_previous(self, account_id: int) -> bool:
        """Forgets the previous password; False when there was none."""
        return await self._changes("forget_previous", id=account_id)

    async def rehash(self, account_id: int, old_hash: str, new_hash: str) -> bool:
        """Replaces a hash of the same password."""
        return await self._changes("rehash", id=account_id, old_hash=old_hash, new_hash=new_hash)

    async def set_temporary(
        self, account_id: int, password_hash: str, member_id: int, expires_at: datetime, new_code_until: datetime | None
    ) -> bool:
        """Sets a temporary password; False when the account is closed."""
        return await self._changes(
            "set_temporary",
            id=account_id,
            password_hash=password_hash,
            member_id=member_id,
            expires_at=to_micros(expires_at),
            new_code_until=micros(new_code_until),
        )

    async def use_temporary(self, account_id: int, now: datetime) -> bool:
        """Notes that the temporary password was presented; True the first time."""
        return await self._changes("use_temporary", id=account_id, now=to_micros(now))

    async def drop_temporary(self, account_id: int) -> bool:
        """Voids a temporary password not yet used."""
        return await self._changes("drop_temporary", id=account_id)

    async def suspend(self, account_id: int, reason: str, now: datetime) -> bool:
        """Suspends an account that is neither suspended nor closed."""
        return await self._changes("suspend", id=account_id, reason=reason, now=to_micros(now))

    async def resume(self, account_id: int) -> bool:
        """Ends a suspension; never opens a closed account."""
        return await self._changes("resume", id=account_id)

    async def close(self, account_id: int, reason: str, now: datetime) -> bool:
        """Closes for good and forgets its passwords."""
        return await self._changes("close", id=account_id, reason=reason, now=to_micros(now))

    async def active(self, account_id: int, now: datetime) -> bool:
        """Moves the last activity forward; False when the account is closed."""
        return await self._changes("active", id=account_id, now=to_micros(now))

    async def set_customer_numbers(self, account_id: int, numbers: Sequence[str]) -> None:
        """Replaces the customer numbers."""
        await self._transaction.run(_SQL["drop_customers"], {"id": account_id})
        for number in dict.fromkeys(numbers):
            await self._transaction.run(_SQL["add_customer"], {"id": account_id, "number": clean(number)})

    async def known_customers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those of `numbers` that a shipment or an account holds."""
        known = [
            number
            for number in dict.fromkeys(numbers)
            if await self._transaction.row(_SQL["known_customer"], {"number": clean(number)}) is not None
        ]
        return frozenset(known)

    async def suggested_customers(self, company: str, domain: str) -> list[SuggestedCustomer]:
        """Customer numbers that may be the requester's, each once, the best reason first."""
        words = clean(company).strip()
        found: dict[str, SuggestedCustomer] = {}
        same = await self._transaction.rows(_SQL["customers_of_company"], {"company_folded": fold(words), "most": _SUGGESTIONS})
        _add(found, same if words else (), "same_company")
        if domain:
            rows = await self._transaction.rows(_SQL["customers_of_domain"], {"domain": clean(domain), "most": _SUGGESTIONS})
            _add(found, rows, "same_domain")
        for name in dict.fromkeys((words, words.upper(), words.title())) if words else ():
            rows = await self._transaction.rows(_SQL["customers_of_name"], {"name": name, "most": _SUGGESTIONS})
            _add(found, rows, "shipment_name")
        return list(found.values())[:_SUGGESTIONS]

    async def sent_notices(self, account_id: int) -> frozenset[SentNotice]:
        """The notices that went out."""
        rows = await self._transaction.rows(_SQL["sent_notices"], {"id": account_id})
        return frozenset(SentNotice(row["kind"], date.fromisoformat(row["deadline"]), row["days"]) for row in rows)

    async def add_notice(self, account_id: int, notice: SentNotice, now: datetime) -> bool:
        """Records a notice; False when it was recorded before."""
        return await self._changes(
            "add_notice",
            id=account_id,
            kind=notice.kind,
            deadline=notice.deadline.isoformat(),
            days=notice.days,
            now=to_micros(now),
        )

    async def _changes(self, name: str, **values: Any) -> bool:
        return await self._transaction.run(_SQL[name], values) == 1

    async def _whole(self, row: Row | None) -> Account | None:
        if row is None:
            return None
        customers = await self._transaction.rows(_SQL["customers"], {"id": row["id"]})
        return _account(row, (one["number"] for one in customers))


def _add(found: dict[str, SuggestedCustomer], rows: Sequence[Row], why: str) -> None:
    for row in rows:
        found.setdefault(row["number"], SuggestedCustomer(row["number"], why, row["name"]))


def _account(row: Row, customers: Iterable[str]) -> Account:
    return Account(
        id=row["id"],
        code=row["code"],
        company=row["company"],
        created_at=from_micros(row["created_at"]),
        last_activity_at=from_micros(row["last_activity_at"]),
        password_hash=row["password_hash"],
        password_set_at=moment(row["password_set_at"]),
        previous_hash=row["previous_hash"],
        temporary_hash=row["temporary_hash"],
        temporary_expires_at=moment(row["temporary_expires_at"]),
        temporary_used_at=moment(row["temporary_used_at"]),
        temporary_member=row["temporary_member"],
        new_code_until=moment(row["new_code_until"]),
        suspended_at=moment(row["suspended_at"]),
        closed_at=moment(row["closed_at"]),
        reason=row["reason"],
        customer_numbers=tuple(customers),
    )
