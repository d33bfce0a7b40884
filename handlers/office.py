"""What the letters about requests are made with, whoever sets them off: a visit, the calendar sweep, a bounce, the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.accounts.administrators import is_chat
from bot.core.accounts.office_hours import OfficeHours, parse_office_hours
from bot.core.chat import chat_key
from bot.core.clock import Mint
from bot.core.forms.checks import OURS
from bot.core.forms.definition import Field, FieldKind
from bot.core.inbound import OwnAddress
from bot.core.values import Language
from bot.core.visit import AccountRules, DeskFacts, Files, Visit


@dataclass(frozen=True, slots=True)
class Opening:
    """When a person is there: `now`, or else from `at` on (local; None when the settings name no hours within a year)."""

    now: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Office:
    """The stores of an open transaction with the rules and the moment."""

    now: datetime
    files: Files
    rules: AccountRules
    desk: DeskFacts
    mint: Mint

    @property
    def addresses(self) -> tuple[str, ...]:
        """The listed administrators' addresses, as they are compared: lower-case, each once."""
        return tuple(dict.fromkeys(address.strip().lower() for address in self.rules.admin_addresses))

    @property
    def admins(self) -> tuple[str, ...]:
        """To whom requests are put: the addresses, and the administrators' chat where there is one."""
        return (*self.addresses, *([chat_key(self.rules.admin_chat)] if self.rules.admin_chat else []))

    @property
    def hours(self) -> OfficeHours:
        """When a person is there."""
        return parse_office_hours(self.rules.office_hours, self.rules.holidays, ZoneInfo(self.desk.timezone))

    def local(self, moment: datetime) -> datetime:
        """A moment as the office's clock shows it."""
        return moment.astimezone(ZoneInfo(self.desk.timezone))

    def is_desk(self, address: str) -> bool:
        """Whether an address is the desk's own, with whatever subaddress, or its postmaster's."""
        own = OwnAddress(self.desk.address, self.desk.separator)
        return own.token(address) is not None or own.is_postmaster(address)

    def objection(self, field: Field, value: str) -> str:
        """What speaks against a customer's address: the desk's own, or an administrator's, who would decide for themselves."""
        ours = field.kind is FieldKind.EMAIL and (self.is_desk(value) or value.lower() in self.admins)
        return OURS if ours else ""

    def opening(self) -> Opening:
        """When a person will be there, for a receipt."""
        hours = self.hours
        at = hours.next_open(self.now)
        return Opening(hours.is_open(self.now), None if at is None else self.local(at))

    async def language_of(self, address: str) -> Language | None:
        """The language of whoever has that address on record, None when nobody has said."""
        known = [member.language for member in await self.files.members.by_address(address)]
        return next((language for language in known if language is not None), None)


def office_of(visit: Visit) -> Office:
    """The office as a visit brings it."""
    assert visit.rules is not None  # noqa: S101 - no handler about accounts runs without
    assert visit.mint is not None  # noqa: S101
    return Office(visit.now, visit.files, visit.rules, visit.desk, visit.mint)


def person_of(address: str) -> str:
    """Who a token for an address (or for the administrators' chat) is bound to: the key of that conversation."""
    return address if is_chat(address) else f"mail:{address.lower()}"
