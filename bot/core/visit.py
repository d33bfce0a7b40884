"""What a handler is given: who writes, when, with what assurance, and the stores of the open transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Any, Protocol

from bot.core.accounts import stores as files
from bot.core.accounts.records import Account, Member, Session, Token
from bot.core.accounts.sessions import Action, permits
from bot.core.accounts.status import Rules, Status
from bot.core.accounts.tokens import Judgement, Purpose
from bot.core.authenticity import Verdict
from bot.core.chat import Chat
from bot.core.clock import Mint
from bot.core.immutable import immutable
from bot.core.shipments import ReferenceKind, Selection, Shipment
from bot.core.values import Assurance, Channel, Language, Sender


class Shipments(Protocol):
    """Shipments in the desk's own database."""

    async def by_pro(self, pro: str) -> Shipment | None:
        """The shipment that a PRO number (nine digits) means now: the newest with it."""
        ...

    async def by_pros(self, pros: Sequence[str]) -> list[Shipment | None]:
        """One result a number, in order."""
        ...

    async def by_reference(self, kind: ReferenceKind, value: str, limit: int) -> list[Shipment]:
        """Shipments with that reference (folded: case and separators do not matter), newest first."""
        ...

    async def by_id(self, shipment_id: int) -> Shipment | None:
        """The shipment behind a line of a list."""
        ...

    async def by_customers(self, numbers: Sequence[str], selection: Selection, limit: int, offset: int = 0) -> list[Shipment]:
        """Shipments of which one of these customer numbers is shipper, consignee or payer, newest status first, each once."""
        ...


class Correspondents(Protocol):
    """What the desk remembers of a conversation."""

    async def set_language(self, key: str, language: Language) -> None:
        """Remember the language for later answers."""
        ...

    async def stop_notices(self, key: str) -> None:
        """STOP: no more notices to this address."""
        ...

    async def choices(self, key: str) -> tuple[int, ...]:
        """The shipments' ids of the list sent last, () when there is none or it is older than seven days."""
        ...


@immutable
class Files:
    """The stores about accounts, on the open transaction."""

    accounts: files.Accounts
    members: files.Members
    sessions: files.Sessions
    tokens: files.Tokens
    requests: files.Requests
    attempts: files.Attempts
    drafts: files.Drafts
    audit: files.Audit
    probes: files.Probes


@immutable
class Stores:
    """The stores of the open transaction."""

    shipments: Shipments
    correspondents: Correspondents
    files: Files | None = None


@immutable
class AccountRules:
    """What the settings say about accounts and requests ([accounts], [requests], [admins])."""

    calendar: Rules
    temporary_password_hours: int = 24
    session_minutes: int = 60
    password_min_length: int = 15
    email_passwords: bool = True
    login_attempts_per_minute: int = 60
    admin_addresses: tuple[str, ...] = ()
    admin_chat: int = 0  # 0 for none
    admin_users: frozenset[int] = frozenset()
    admin_letters_per_hour: int = 10
    remind_hours: tuple[int, ...] = (4, 24)
    lapse_days: int = 14
    office_hours: str = "Mon-Fri 08:00-17:30"
    holidays: tuple[date, ...] = ()

    def lists(self, sender: Sender, chat: Chat | None) -> bool:
        """Whether a message says that it is from an administrator: of a mail its From, which proves nothing yet; in the
        administrators' chat the person's number, which Telegram vouches for."""
        if chat is not None:
            return bool(self.admin_chat) and chat.id == self.admin_chat and chat.user_id in self.admin_users
        return sender.address.lower() in self.admin_addresses


@immutable
class Access:
    """Who the writer turned out to be, beyond an address.

    `token` is the token that came with the message, VALID in this person's hands; `judgement` says so, or why there is none
    (a dead or foreign one means: an ordinary letter without rights). `session` is alive. `listed` tells that the address is an
    administrator's; that alone proves nothing, `Visit.assurance` tells whether the sender is authentic. `linked` tells that it is
    the member's own private chat; it counts while the account is active, and not while the password is expired.
    """

    account: Account | None = None
    member: Member | None = None
    status: Status | None = None
    session: Session | None = None
    token: Token | None = None
    judgement: Judgement = Judgement.NONE
    listed: bool = False
    linked: bool = False

    @property
    def entered(self) -> bool:
        """Whether the services behind the key are open: a session that is not the limited one, or a linked chat."""
        if self.session is not None:
            return not self.session.limited
        return self.linked and self.status is Status.ACTIVE

    def granted(self, purpose: Purpose) -> Token | None:
        """The valid token when it is for this purpose."""
        return self.token if self.token is not None and self.token.grant.purpose is purpose else None


NOBODY = Access()


@immutable
class DeskFacts:
    """What the settings say that customers are told."""

    company: str
    phones: tuple[str, ...]
    address: str
    handoff: bool = False  # prose nobody understood goes on to a person
    email_passwords: bool = True
    check_digit: str = "none"
    timezone: str = "America/Toronto"
    separator: str = "+"  # before a subaddress of the desk's address
    chat: bool = False  # there is a bot to chat with


@immutable
class Visit:
    """One message being answered.

    `verdict` is what is known of the sender's authenticity, None where nobody had to look.
    `language` is None while it is unknown (the answer then speaks both). `answered_pros` are the PRO numbers of the subject and
    of our letter that this message answers: a status question without a number of its own means them.
    """

    now: datetime
    channel: Channel
    sender: Sender
    language: Language | None
    assurance: Assurance
    first_contact: bool
    desk: DeskFacts
    stores: Stores
    answered_pros: tuple[str, ...] = ()
    logged_in: bool = False
    can_remember: bool = False  # the sender is authentic: what it wishes may be remembered
    access: Access = NOBODY
    rules: AccountRules | None = None
    mint: Mint | None = None
    prepared: Any = None  # what the handler's `prepare` made of this command, outside the transaction
    authenticity: str = ""  # how the sender was proved, or why not, in a stable word: for administrators
    text: str = field(default="", repr=False)  # what was written now: decisions are read from it, never from a quote
    quoted: str = field(default="", repr=False)  # what the message quotes: filled forms are read there, commands never
    chat: Chat | None = None  # where it was written, of a chat message

    @property
    def files(self) -> Files:
        """The stores about accounts. A handler that needs them is never run without."""
        assert self.stores.files is not None  # noqa: S101
        return self.stores.files

    def may(self, action: Action) -> bool:
        """Whether the assurance that the message came with allows an action (`accounts.sessions` holds the table)."""
        session = self.access.session
        return permits(self.assurance, action, limited=session is not None and session.limited)

    verdict: Verdict | None = None
