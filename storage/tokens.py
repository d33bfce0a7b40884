"""Tokens in letters: their digests, what they stand for, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.accounts.records import Grant, Token
from bot.core.accounts.tokens import LIFETIMES, Purpose, code_digest, digest, looks_issued
from bot.core.clock import Mint, from_micros, to_micros
from bot.core.seal import Seal
from bot.core.values import Assurance
from storage.database import Row, Transaction, clean, statements
from storage.sealed import close_words, moment, open_words

_SQL = statements("tokens")


class TokenStore:
    """The tokens on an open transaction; see `bot.core.accounts.stores.Tokens`."""

    def __init__(self, transaction: Transaction, seal: Seal, mint: Mint) -> None:
        self._transaction = transaction
        self._seal = seal
        self._mint = mint

    async def issue(self, grant: Grant, now: datetime, *, message_id: str = "", expires_at: datetime | None = None) -> str:
        """Makes a token; it lives as long as its purpose says unless `expires_at` is given."""
        token = self._mint.token()
        await self._keep(digest(token), grant, now, message_id, expires_at)
        return token

    async def issue_code(self, grant: Grant, code: str, now: datetime) -> None:
        """Keeps a code that a person will type; the grant names the account."""
        assert grant.account_id is not None  # noqa: S101 - the digest is made of it
        await self._keep(code_digest(grant.purpose, grant.account_id, code), grant, now, "", None)

    async def find_code(self, purpose: Purpose, account_id: int, code: str) -> Token | None:
        """A typed code as on file, dead or alive."""
        return self._token(await self._transaction.row(_SQL["find"], {"digest": code_digest(purpose, account_id, code)}))

    async def _keep(self, key: bytes, grant: Grant, now: datetime, message_id: str, expires_at: datetime | None) -> None:
        await self._transaction.run(
            _SQL["issue"],
            {
                "digest": key,
                "purpose": grant.purpose,
                "person": clean(grant.person),
                "assurance": int(grant.assurance),
                "account_id": grant.account_id,
                "member_id": grant.member_id,
                "session_id": grant.session_id,
                "request_number": grant.request_number,
                "sealed": close_words(self._seal, grant.data, "token", key.hex()) if grant.data else None,
                "message_id": message_id,
                "now": to_micros(now),
                "expires_at": to_micros(expires_at or now + LIFETIMES[grant.purpose]),
            },
        )

    async def find(self, token: str) -> Token | None:
        """A token as on file, dead or alive."""
        if not looks_issued(token):
            return None
        return self._token(await self._transaction.row(_SQL["find"], {"digest": digest(token)}))

    async def find_by_message(self, message_ids: Sequence[str]) -> Token | None:
        """The token that went out in the first of these letters of ours."""
        for message_id in message_ids:
            row = await self._transaction.row(_SQL["find_by_message"], {"message_id": clean(message_id)})
            if row is not None:
                return self._token(row)
        return None

    async def carried_by(self, token: str, message_id: str) -> None:
        """Notes which letter carries a token."""
        await self._transaction.run(_SQL["carried_by"], {"digest": digest(token), "message_id": message_id})

    async def use(self, digest: bytes, now: datetime) -> bool:
        """Uses a token up; True once."""
        return await self._transaction.run(_SQL["use"], {"digest": digest, "now": to_micros(now)}) == 1

    async def revoke_request(self, request_number: int, now: datetime, *, purposes: Sequence[Purpose] = ()) -> int:
        """Ends the tokens of a request."""
        return await self._revoke("revoke_request", "request_number", request_number, now, purposes)

    async def revoke_account(self, account_id: int, now: datetime, *, purposes: Sequence[Purpose] = ()) -> int:
        """Ends the tokens of an account."""
        return await self._revoke("revoke_account", "account_id", account_id, now, purposes)

    async def revoke_member(self, member_id: int, now: datetime) -> int:
        """Ends the tokens of a member."""
        return await self._revoke("revoke_member", "member_id", member_id, now, ())

    async def sweep(self, before: datetime) -> int:
        """Forgets tokens that expired before that moment."""
        return await self._transaction.run(_SQL["sweep"], {"before": to_micros(before)})

    async def _revoke(self, name: str, column: str, value: int, now: datetime, purposes: Sequence[Purpose]) -> int:
        values = {column: value, "now": to_micros(now)}
        if not purposes:
            return await self._transaction.run(_SQL[name], values)
        return sum([await self._transaction.run(_SQL[f"{name}_purpose"], {**values, "purpose": purpose}) for purpose in purposes])

    def _token(self, row: Row | None) -> Token | None:
        if row is None:
            return None
        key = bytes(row["digest"])
        grant = Grant(
            purpose=Purpose(row["purpose"]),
            person=row["person"],
            assurance=Assurance(row["assurance"]),
            account_id=row["account_id"],
            member_id=row["member_id"],
            session_id=row["session_id"],
            request_number=row["request_number"],
            data=open_words(self._seal, row["sealed"], "token", key.hex()),
        )
        issued, expires = from_micros(row["issued_at"]), from_micros(row["expires_at"])
        return Token(key, grant, issued, expires, moment(row["used_at"]), moment(row["revoked_at"]))
