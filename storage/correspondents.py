"""What the desk remembers of a conversation: language, STOP, the list sent last, whether letters to it come back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from bot.core.clock import to_micros
from bot.core.immutable import immutable
from bot.core.values import Language
from storage.database import Transaction, statements

_SQL = statements("correspondents")

CHOICES_LAST = timedelta(days=7)
_SAID = 10  # messages of a chat that are remembered: people edit what they have just written
_SEEN = timedelta(days=30)  # how exact `seen_at` is: whoever writes every day costs no write for it


@immutable
class Correspondent:
    """A conversation as remembered."""

    language: Language | None
    stopped: bool
    choices: tuple[int, ...]
    bounced: bool  # the last word about a letter to it was that it could not be delivered
    subject: str  # fingerprint of the subject that was written last
    known: bool
    menu: str = ""  # digest of the menu of commands that this chat was given
    said: tuple[tuple[int, str], ...] = ()  # the last messages of a chat: number and what it meant, newest last
    silent: bool = False  # has not written for a month: that it lives is worth noting
    paused: bool = False  # Telegram has said that the desk may not write there


STRANGER = Correspondent(None, stopped=False, choices=(), bounced=False, subject="", known=False)


class Correspondents:
    """The correspondents on an open transaction."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now

    async def get(self, key: str) -> Correspondent:
        """What is known of a conversation; STRANGER when nothing."""
        row = await self._transaction.row(_SQL["get"], {"conversation": key})
        if row is None:
            return STRANGER
        fresh = row["choices_at"] is not None and row["choices_at"] >= to_micros(self._now - CHOICES_LAST)
        return Correspondent(
            language=Language(row["language"]) if row["language"] else None,
            stopped=row["stopped_at"] is not None,
            choices=tuple(json.loads(row["choices"])) if fresh and row["choices"] else (),
            bounced=row["bounced_at"] is not None,
            subject=row["subject"],
            known=True,
            menu=row["menu"],
            said=tuple((int(number), meant) for number, meant in json.loads(row["said"])) if row["said"] else (),
            silent=row["seen_at"] < to_micros(self._now - _SEEN),
            paused=row["paused_at"] is not None,
        )

    async def meet(self, key: str) -> None:
        """Remembers that this conversation has begun."""
        await self._transaction.note(_SQL["meet"], {"conversation": key, "now": to_micros(self._now)})

    async def seen(self, key: str) -> None:
        """Remembers that this conversation goes on."""
        await self._transaction.note(_SQL["seen"], {"conversation": key, "now": to_micros(self._now)})

    async def set_language(self, key: str, language: Language) -> None:
        """Remembers the language for later answers."""
        await self._transaction.note(_SQL["set_language"], {"conversation": key, "language": language})

    async def stop_notices(self, key: str) -> None:
        """STOP: no more notices to this conversation."""
        await self._transaction.note(_SQL["stop"], {"conversation": key, "now": to_micros(self._now)})

    async def choices(self, key: str) -> tuple[int, ...]:
        """The shipments' ids of the list sent last, () when there is none or it is older than seven days."""
        return (await self.get(key)).choices

    async def set_choices(self, key: str, choices: tuple[int, ...]) -> None:
        """Remembers the list just sent."""
        await self._transaction.note(
            _SQL["set_choices"], {"conversation": key, "choices": json.dumps(choices), "now": to_micros(self._now)}
        )

    async def mark_bounced(self, key: str) -> None:
        """Remembers that a letter to this conversation could not be delivered."""
        await self.meet(key)
        await self._transaction.note(_SQL["bounced"], {"conversation": key, "moment": to_micros(self._now)})

    async def forget_bounce(self, key: str) -> None:
        """The address lives: its owner has written."""
        await self._transaction.note(_SQL["bounced"], {"conversation": key, "moment": None})

    async def said(self, key: str, before: tuple[tuple[int, str], ...], message: int, meant: str) -> None:
        """Remembers what a message of a chat meant, beside those `before` it; the oldest are forgotten."""
        kept = [pair for pair in before if pair[0] != message][1 - _SAID :]
        await self._transaction.note(_SQL["said"], {"conversation": key, "said": json.dumps([*kept, (message, meant)])})

    async def given_menu(self, key: str, menu: str) -> None:
        """Remembers which menu of commands a chat was given."""
        await self._transaction.note(_SQL["given_menu"], {"conversation": key, "menu": menu})

    async def wrote(self, key: str, subject: str) -> None:
        """Remembers the fingerprint of the subject just written."""
        await self._transaction.note(_SQL["wrote"], {"conversation": key, "subject": subject})

    async def pause(self, key: str) -> None:
        """Remembers that the desk may not write there: it was blocked, or thrown out."""
        await self.meet(key)
        await self._transaction.note(_SQL["pause"], {"conversation": key, "now": to_micros(self._now)})

    async def resume(self, key: str) -> None:
        """The desk may write there again."""
        await self._transaction.note(_SQL["resume"], {"conversation": key})
