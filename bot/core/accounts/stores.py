"""What handlers ask of the accounts' stores, in one place to import from."""

from __future__ import annotations

from bot.core.accounts.access_stores import Attempts, PasswordHashing, Sessions, Tokens
from bot.core.accounts.account_stores import Accounts, Members
from bot.core.accounts.probes import Probes
from bot.core.accounts.request_stores import Audit, Drafts, Requests

__all__ = ["Accounts", "Attempts", "Audit", "Drafts", "Members", "PasswordHashing", "Probes", "Requests", "Sessions", "Tokens"]
