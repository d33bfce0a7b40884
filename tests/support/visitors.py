"""Who visits in tests of the handlers about accounts, and what a visit led to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import argon2

from bot.core.accounts.status import Rules
from bot.core.replies import Post, Reply
from bot.core.values import Channel, Language, Sender
from bot.core.visit import AccountRules, Visit
from bot.hashing import CANDIDATES
from tests.handlers.counter import renderer

ZONE = ZoneInfo("America/Toronto")
PASSWORD = "les outardes passent au nord 1988"
MARIE = "marie@tremblay.example"
JULES = "jules@tremblay.example"
ADMIN = "adminne@carrier.example"
STRANGER = "nobody@elsewhere.example"
RULES = AccountRules(calendar=Rules(ZONE), admin_addresses=(ADMIN, "second@carrier.example"))
SERVICE = "service@carrier.example"


class QuickHashing:
    """Argon2id as the desk uses it, with parameters that cost a test next to nothing."""

    def __init__(self, passes: int = 1) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=passes, memory_cost=8, parallelism=1)
        self.hashings = 0  # how many were made: equal for equal timing classes

    async def hash(self, password: str) -> str:
        self.hashings += 1
        return self._hasher.hash(password)

    async def verify(self, *candidates: tuple[str, str]) -> int | None:
        if len(candidates) > CANDIDATES:
            raise ValueError("too many candidates")
        self.hashings += CANDIDATES
        fits = [bool(known) and self._fits(password, known) for password, known in candidates]
        return next((number for number, one in enumerate(fits) if one), None)

    def outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def _fits(self, password: str, known: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except argon2.exceptions.VerifyMismatchError:
            return False


@dataclass(frozen=True)
class Writer:
    """Who writes, and how: by mail from an address, in a chat, or at a terminal."""

    address: str = ""
    chat: int = 0
    terminal: str = ""
    authentic: bool = True
    name: str = ""

    @property
    def channel(self) -> Channel:
        return Channel.TELEGRAM if self.chat else Channel.TERMINAL if self.terminal else Channel.MAIL

    @property
    def sender(self) -> Sender:
        if self.chat:
            return Sender(f"telegram:{self.chat}", chat_id=self.chat, display_name=self.name)
        if self.terminal:
            return Sender(f"terminal:{self.terminal}")
        return Sender(f"mail:{self.address.lower()}", self.address, self.name)


@dataclass(frozen=True)
class Outcome:
    """What a message led to."""

    reply: Reply
    visit: Visit
    prepared: Any = None

    @property
    def template(self) -> str:
        return self.reply.template

    @property
    def token(self) -> str:
        return self.reply.token

    @property
    def posts(self) -> tuple[Post, ...]:
        return self.reply.posts

    def post(self, to: str, template: str = "") -> Post:
        """The one letter to an address (with that template)."""
        found = [post for post in self.posts if post.to == to and template in ("", post.reply.template)]
        assert len(found) == 1, [(post.to, post.reply.template) for post in self.posts]
        return found[0]

    def posted(self) -> list[tuple[str, str]]:
        """Who gets which letter besides the writer."""
        return [(post.to, post.reply.template) for post in self.posts]


def text(reply: Reply, language: Language) -> str:
    """A reply's words in plain text, without the frame."""
    return renderer().plain([replace(reply, language=None)], language, first_contact=False)


def everything(reply: Reply, language: Language) -> str:
    """Subject, text, HTML and chat form of a reply: all that leaves the desk."""
    alone = replace(reply, language=None)
    mail = renderer().mail([alone], (language,), reply_address=SERVICE, first_contact=False, subject=None)
    chat = renderer().chat([alone], (language,), first_contact=False)
    return "\n".join((mail.subject, mail.text, mail.html, chat.html, str(chat.buttons)))


def check_letters(outcome: Outcome, *, never: Iterable[str] = ()) -> None:
    """The answer and every letter to others render in both languages, and hold none of the secrets `never`."""
    for reply in (outcome.reply, *(post.reply for post in outcome.posts)):
        for language in Language:
            words = everything(reply, language)
            for secret in never:
                assert secret not in words, reply.template
