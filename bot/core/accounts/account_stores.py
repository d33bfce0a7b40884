"""What handlers ask of the accounts and members on the open transaction.

Methods that answer `bool` tell whether they changed anything: they are conditional updates, so that of two that come at once the
first wins and the second is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.accounts.records import Account, Member, MemberState, NewAccount, NewMember, SentNotice, SuggestedCustomer
from bot.core.values import Language


class Accounts(Protocol):
    """Accounts: their passwords, customer numbers and life."""

    async def create(self, new: NewAccount, now: datetime) -> Account | None:
        """Makes an account; None when the code exists."""
        ...

    async def by_id(self, account_id: int) -> Account | None:
        """An account by its id."""
        ...

    async def by_code(self, code: str) -> Account | None:
        """An account by its folded access code (`codes.fold_code`)."""
        ...

    async def by_company(self, company: str) -> list[Account]:
        """Accounts of a company, however its name is written (folded), oldest first."""
        ...

    async def all(self) -> list[Account]:
        """Every account, oldest first, closed ones too."""
        ...

    async def set_password(self, account_id: int, password_hash: str, now: datetime) -> bool:
        """Sets the password, keeps the one before as the previous one, consumes the temporary one; False: the account is closed."""
        ...

    async def forget_previous(self, account_id: int) -> bool:
        """Forgets the previous password; False when there was none."""
        ...

    async def rehash(self, account_id: int, old_hash: str, new_hash: str) -> bool:
        """Replaces a hash of the same password by one with today's parameters; dates do not move."""
        ...

    async def set_temporary(
        self, account_id: int, password_hash: str, member_id: int, expires_at: datetime, new_code_until: datetime | None
    ) -> bool:
        """Sets a temporary password (an older one ends); None leaves `new_code_until`. False when the account is closed."""
        ...

    async def use_temporary(self, account_id: int, now: datetime) -> bool:
        """Notes that the temporary password was presented; True the first time."""
        ...

    async def drop_temporary(self, account_id: int) -> bool:
        """UNDO: voids a temporary password not yet used, and NEW CODE with it."""
        ...

    async def suspend(self, account_id: int, reason: str, now: datetime) -> bool:
        """Suspends an account that is neither suspended nor closed."""
        ...

    async def resume(self, account_id: int) -> bool:
        """Ends a suspension; never opens a closed account."""
        ...

    async def close(self, account_id: int, reason: str, now: datetime) -> bool:
        """Closes for good and forgets the passwords. Sessions, tokens and links are ended by the caller."""
        ...

    async def active(self, account_id: int, now: datetime) -> bool:
        """Moves the last activity forward (never back); False when the account is closed."""
        ...

    async def set_customer_numbers(self, account_id: int, numbers: Sequence[str]) -> None:
        """Replaces the customer numbers."""
        ...

    async def known_customers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those of `numbers` that a shipment or another account holds."""
        ...

    async def suggested_customers(self, company: str, domain: str) -> list[SuggestedCustomer]:
        """Customer numbers that may be the requester's; `domain` is "" for free-mail addresses, which suggest nothing."""
        ...

    async def sent_notices(self, account_id: int) -> frozenset[SentNotice]:
        """The notices that went out."""
        ...

    async def add_notice(self, account_id: int, notice: SentNotice, now: datetime) -> bool:
        """Records a notice; False when it was recorded before."""
        ...


class Members(Protocol):
    """The people on the accounts. Removed members are found only where it is said."""

    async def of_account(self, account_id: int) -> list[Member]:
        """The members, principal first, then oldest first; without removed ones."""
        ...

    async def by_id(self, member_id: int) -> Member | None:
        """A member, removed or not."""
        ...

    async def by_address(self, address: str) -> list[Member]:
        """The members with that address (case does not matter), on whatever account, oldest first."""
        ...

    async def of_domain(self, domain: str) -> list[Member]:
        """The members whose addresses are in a domain."""
        ...

    async def by_chat(self, chat_id: int) -> Member | None:
        """The member to whom a private chat is linked."""
        ...

    async def domains(self) -> frozenset[str]:
        """Every domain that a member's address is in, to compare look-alikes with."""
        ...

    async def add(self, account_id: int, new: NewMember, now: datetime) -> Member | None:
        """Adds a member; None when that address is on the account already. A removed member's row is used anew."""
        ...

    async def set_state(self, member_id: int, state: MemberState, now: datetime, *, only_from: MemberState | None = None) -> bool:
        """Confirms, suspends, resumes or removes (which also unlinks chats); False when it was not in `only_from`."""
        ...

    async def set_name(self, member_id: int, name: str) -> None:
        """Changes the name."""
        ...

    async def set_telephone(self, member_id: int, telephone: str) -> None:
        """Changes the telephone number."""
        ...

    async def set_language(self, member_id: int, language: Language | None) -> None:
        """Changes the preferred language."""
        ...

    async def set_address(self, member_id: int, address: str, now: datetime) -> bool:
        """Changes the default address; False when another member of the account has it."""
        ...

    async def set_bounced(self, member_id: int, at: datetime | None) -> None:
        """Notes that letters come back (None: that they arrive again)."""
        ...

    async def link_chat(self, member_id: int, chat_id: int, now: datetime) -> bool:
        """Links a private chat; False when it is linked to a member already."""
        ...

    async def unlink_chat(self, chat_id: int) -> bool:
        """Unlinks a chat."""
        ...

    async def unlink_account(self, account_id: int) -> int:
        """Unlinks every chat of an account (it was closed); how many there were."""
        ...
