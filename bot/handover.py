"""What goes on to a person: words that no command matched, and mail to the postmaster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.composer import Composer
from bot.core.inbound import Inbound
from bot.core.letters import Letter
from bot.core.replies import Reply
from bot.core.secret_words import may_hold_secret, without_secrets

_LINES = 200  # of one message


@dataclass(frozen=True, slots=True)
class Handover:
    """`address` is the person's, "" where there is none; then the administrators are the postmaster."""

    composer: Composer
    address: str
    administrators: Sequence[str]

    def not_understood(self, inbound: Inbound, now: datetime) -> list[Letter]:
        """The new words of a message, to the person if there is one."""
        return [self._letter(self.address, "handoff/forwarded", inbound, inbound.text, now)] if self.address else []

    def to_postmaster(self, inbound: Inbound, now: datetime) -> list[Letter]:
        """The words of a message with what it quotes, which a complaint is about. Empty where nobody is set to read it."""
        readers = [self.address] if self.address else self.administrators
        words = f"{inbound.text}\n{inbound.quoted}"
        return [self._letter(reader, "handoff/postmaster", inbound, words, now) for reader in readers]

    def _letter(self, to: str, template: str, inbound: Inbound, words: str, now: datetime) -> Letter:
        lines, removed = without_secrets([line for line in words.split("\n")[:_LINES] if line.strip()])
        subject = "" if may_hold_secret(inbound.subject) else inbound.subject
        facts = {"sender": inbound.sender.address, "subject": subject, "lines": tuple(lines), "removed": removed}
        return self.composer.notice(to, Reply(template, facts), None, now)
