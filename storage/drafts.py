"""Half-filled forms and other dialogues, sealed, one a person and form."""

from __future__ import annotations

from datetime import datetime

from bot.core.clock import to_micros
from bot.core.seal import Seal
from storage.database import Transaction, clean, statements

_SQL = statements("drafts")


class DraftStore:
    """The drafts on an open transaction; see `bot.core.accounts.stores.Drafts`."""

    def __init__(self, transaction: Transaction, seal: Seal) -> None:
        self._transaction = transaction
        self._seal = seal

    async def get(self, person: str, form: str) -> str | None:
        """The state as `put` was given it."""
        row = await self._transaction.row(_SQL["get"], {"person": clean(person), "form": form})
        return None if row is None else self._open(bytes(row["sealed"]), person, form)

    async def put(self, person: str, form: str, state: str, now: datetime) -> None:
        """Keeps the state."""
        sealed = self._seal.close(state.encode(), _context(person, form))
        await self._transaction.run(_SQL["put"], {"person": clean(person), "form": form, "sealed": sealed, "now": to_micros(now)})

    async def latest(self, person: str) -> tuple[str, str] | None:
        """The form and state touched last."""
        row = await self._transaction.row(_SQL["latest"], {"person": clean(person)})
        return None if row is None else (row["form"], self._open(bytes(row["sealed"]), person, row["form"]))

    async def drop(self, person: str, form: str) -> None:
        """Forgets it."""
        await self._transaction.run(_SQL["drop"], {"person": clean(person), "form": form})

    async def sweep(self, before: datetime) -> int:
        """Forgets those not touched since."""
        return await self._transaction.run(_SQL["sweep"], {"before": to_micros(before)})

    def _open(self, sealed: bytes, person: str, form: str) -> str:
        return self._seal.open(sealed, _context(person, form)).decode()


def _context(person: str, form: str) -> bytes:
    return f"draft:{form}:{clean(person)}".encode()
