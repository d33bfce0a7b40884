"""Requests in the database: the first decision wins, and what people wrote is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.accounts.records import NewRequest, Note, NoteKind, Request, RequestKind, RequestLetter, RequestState
from bot.core.clock import from_micros, to_micros
from bot.core.seal import Seal
from bot.core.values import Language
from storage.database import Row, Transaction, clean, statements
from storage.sealed import close_words, moment, open_words

_SQL = statements("requests")


class RequestStore:
    """The requests on an open transaction; see `bot.core.accounts.stores.Requests`."""

    def __init__(self, transaction: Transaction, seal: Seal) -> None:
        self._transaction = transaction
        self._seal = seal

    async def open(self, new: NewRequest, now: datetime) -> Request | None:
        """Keeps a new request; None when it is confirmed and the same address has such a request open already."""
        at = to_micros(now)
        row = await self._transaction.row(
            _SQL["open"],
            {
                "kind": new.kind,
                "conversation": clean(new.conversation),
                "address": _address(new.address),
                "language": new.language or "",
                "authenticity": new.authenticity,
                "now": at,
                "confirmed_at": at if new.confirmed else None,
                "account_id": new.account_id,
                "member_id": new.member_id,
            },
        )
        if row is None:
            return None
        number = row["number"]
        words = {
            "number": number,
            "claimed": self._close(new.claimed, "claimed", number),
            "on_file": self._close(new.on_file, "on_file", number),
        }
        await self._transaction.run(_SQL["set_words"], words)
        return await self.get(number)

    async def get(self, number: int) -> Request | None:
        """A request by its number."""
        return self._one(await self._transaction.row(_SQL["get"], {"number": number}))

    async def open_of(self, kind: RequestKind, address: str) -> Request | None:
        """The open request of a confirmed address."""
        return self._one(await self._transaction.row(_SQL["open_of"], {"kind": kind, "address": _address(address)}))

    async def of_address(self, address: str) -> list[Request]:
        """Every request of an address, newest first."""
        return self._many(await self._transaction.rows(_SQL["of_address"], {"address": _address(address)}))

    async def of_account(self, account_id: int) -> list[Request]:
        """Every request about an account, newest first."""
        return self._many(await self._transaction.rows(_SQL["of_account"], {"account_id": account_id}))

    async def in_state(self, state: RequestState, *, confirmed_only: bool = True) -> list[Request]:
        """Requests in a state, oldest first."""
        name = "confirmed_in_state" if confirmed_only else "in_state"
        return self._many(await self._transaction.rows(_SQL[name], {"state": state}))

    async def all(self) -> list[Request]:
        """Every request, oldest first."""
        return self._many(await self._transaction.rows(_SQL["all"]))

    async def merge(self, number: int, claimed: Mapping[str, str]) -> bool:
        """Takes over what a second request says: its values win, those that it leaves out stay."""
        known = await self.get(number)
        if known is None:
            return False
        words = self._close({**known.claimed, **{key: value for key, value in claimed.items() if value}}, "claimed", number)
        return await self._transaction.run(_SQL["merge"], {"number": number, "claimed": words}) == 1

    async def confirm(self, number: int, now: datetime) -> bool:
        """The address was confirmed."""
        return await self._transaction.run(_SQL["confirm"], {"number": number, "now": to_micros(now)}) == 1

    async def decide(self, number: int, state: RequestState, by: str, decision: Mapping[str, str], now: datetime) -> bool:
        """Approves, denies or lets lapse; True for the first who decides."""
        values = {
            "number": number,
            "state": state,
            "by": clean(by),
            "decision": self._close(decision, "decision", number),
            "now": to_micros(now),
        }
        return await self._transaction.run(_SQL["decide"], values) == 1

    async def undo(self, number: int, by: str, now: datetime) -> bool:
        """Marks an approved request as undone."""
        return await self._transaction.run(_SQL["undo"], {"number": number, "by": clean(by), "now": to_micros(now)}) == 1

    async def reopen(self, number: int) -> bool:
        """Opens a decided request again, unless the address has another one open."""
        return await self._transaction.run(_SQL["reopen"], {"number": number}) == 1

    async def concerns(self, number: int, account_id: int, member_id: int | None) -> None:
        """Says which account and member the request is about."""
        await self._transaction.run(_SQL["concerns"], {"number": number, "account_id": account_id, "member_id": member_id})

    async def remind(self, number: int, reminders: int) -> bool:
        """Notes that this many reminders have gone out; False when another did."""
        return await self._transaction.run(_SQL["remind"], {"number": number, "reminders": reminders}) == 1

    async def add_note(self, number: int, note: Note) -> None:
        """Keeps what was said in the thread, sealed."""
        words = self._close({"who": note.who, "text": clean(note.text)}, "note", number)
        await self._transaction.run(
            _SQL["add_note"], {"number": number, "kind": note.kind, "at": to_micros(note.at), "sealed": words}
        )

    async def notes(self, number: int, kind: NoteKind | None = None) -> list[Note]:
        """The notes, oldest first."""
        notes = [self._note(row, number) for row in await self._transaction.rows(_SQL["notes"], {"number": number})]
        return [note for note in notes if kind is None or note.kind is kind]

    async def add_letter(self, letter: RequestLetter) -> None:
        """Notes that an administrator received a letter about a request."""
        values = {
            "number": letter.request_number,
            "admin": clean(letter.admin),
            "message_id": letter.message_id,
            "at": to_micros(letter.sent_at),
        }
        await self._transaction.run(_SQL["add_letter"], values)

    async def letters(self, number: int) -> list[RequestLetter]:
        """Who received which letter about a request, oldest first."""
        rows = await self._transaction.rows(_SQL["letters"], {"number": number})
        return [RequestLetter(number, row["admin"], row["message_id"], from_micros(row["sent_at"])) for row in rows]

    async def letters_since(self, admin: str, since: datetime) -> int:
        """How many requests' letters an administrator received since then."""
        row = await self._transaction.row(_SQL["letters_since"], {"admin": clean(admin), "since": to_micros(since)})
        return 0 if row is None else int(row["letters"])

    async def without_letter(self, admin: str) -> list[Request]:
        """Open, confirmed requests of which an administrator has received no letter."""
        return self._many(await self._transaction.rows(_SQL["without_letter"], {"admin": clean(admin)}))

    def _close(self, words: Mapping[str, str], column: str, number: int) -> bytes:
        return close_words(self._seal, {key: clean(value) for key, value in words.items()}, f"request.{column}", number)

    def _open(self, sealed: bytes | None, column: str, number: int) -> dict[str, str]:
        return open_words(self._seal, sealed, f"request.{column}", number)

    def _note(self, row: Row, number: int) -> Note:
        words = self._open(row["sealed"], "note", number)
        return Note(NoteKind(row["kind"]), words["who"], words["text"], from_micros(row["noted_at"]))

    def _many(self, rows: Sequence[Row]) -> list[Request]:
        return [request for row in rows if (request := self._one(row)) is not None]

    def _one(self, row: Row | None) -> Request | None:
        if row is None:
            return None
        number = row["number"]
        return Request(
            number=number,
            kind=RequestKind(row["kind"]),
            conversation=row["conversation"],
            address=row["address"],
            language=Language(row["language"]) if row["language"] else None,
            claimed=self._open(row["claimed"], "claimed", number),
            on_file=self._open(row["on_file"], "on_file", number),
            authenticity=row["authenticity"],
            created_at=from_micros(row["created_at"]),
            state=RequestState(row["state"]),
            confirmed_at=moment(row["confirmed_at"]),
            account_id=row["account_id"],
            member_id=row["member_id"],
            decided_by=row["decided_by"],
            decided_at=moment(row["decided_at"]),
            decision=self._open(row["decision"], "decision", number),
            reminders=row["reminders"],
            merged=row["merged"],
        )


def _address(address: str) -> str:
    return clean(address).strip().lower()
