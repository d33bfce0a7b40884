"""Logins in the database. Whether one still counts is asked of `bot.core.accounts.sessions.alive`."""

from __future__ import annotations

from datetime import datetime

from bot.core.accounts.records import NewSession, Session
from bot.core.clock import from_micros, to_micros
from storage.database import Row, Transaction, clean, statements
from storage.sealed import moment

_SQL = statements("sessions")


class SessionStore:
    """The sessions on an open transaction; see `bot.core.accounts.stores.Sessions`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def open(self, new: NewSession, now: datetime) -> Session:
        """Opens a session; one of the same conversation that still runs is ended."""
        conversation, at = clean(new.conversation), to_micros(now)
        await self._transaction.run(_SQL["end_of_conversation"], {"conversation": conversation, "now": at})
        row = await self._transaction.row(
            _SQL["open"],
            {
                "conversation": conversation,
                "account_id": new.account_id,
                "member_id": new.member_id,
                "limited": int(new.limited),
                "now": at,
                "password_confirmed_at": at if new.password_confirmed and not new.limited else None,
            },
        )
        session = None if row is None else await self.by_id(row["id"])
        assert session is not None  # noqa: S101 - INSERT … RETURNING without a conflict clause gives a row
        return session

    async def by_id(self, session_id: int) -> Session | None:
        """A session, running or not."""
        return _session(await self._transaction.row(_SQL["by_id"], {"id": session_id}))

    async def of_conversation(self, conversation: str) -> Session | None:
        """The session of a conversation that was not ended."""
        return _session(await self._transaction.row(_SQL["of_conversation"], {"conversation": clean(conversation)}))

    async def touch(self, session_id: int, now: datetime) -> None:
        """Moves its last use forward."""
        await self._transaction.run(_SQL["touch"], {"id": session_id, "now": to_micros(now)})

    async def confirm_password(self, session_id: int, now: datetime) -> bool:
        """The current password was given in it."""
        return await self._transaction.run(_SQL["confirm_password"], {"id": session_id, "now": to_micros(now)}) == 1

    async def end(self, session_id: int, now: datetime) -> bool:
        """Ends one session; True the first time."""
        return await self._transaction.run(_SQL["end"], {"id": session_id, "now": to_micros(now)}) == 1

    async def end_of_account(self, account_id: int, now: datetime, *, but: int | None = None) -> int:
        """Ends an account's sessions, except one."""
        values = {"account_id": account_id, "now": to_micros(now), "but": 0 if but is None else but}
        return await self._transaction.run(_SQL["end_of_account"], values)

    async def end_of_member(self, member_id: int, now: datetime) -> int:
        """Ends a member's sessions."""
        return await self._transaction.run(_SQL["end_of_member"], {"member_id": member_id, "now": to_micros(now)})


def _session(row: Row | None) -> Session | None:
    if row is None:
        return None
    return Session(
        id=row["id"],
        conversation=row["conversation"],
        account_id=row["account_id"],
        member_id=row["member_id"],
        limited=row["limited"] == 1,
        opened_at=from_micros(row["opened_at"]),
        last_used_at=from_micros(row["last_used_at"]),
        password_confirmed_at=moment(row["password_confirmed_at"]),
        ended_at=moment(row["ended_at"]),
    )
