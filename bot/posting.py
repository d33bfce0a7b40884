"""Letters that answer nothing, from handlers' posts into the outbox: what the sweep and the command line send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.composer import Composer
from bot.core.accounts.records import RequestLetter
from bot.core.letters import Letter, Queued
from bot.core.replies import Post
from bot.core.seal import Seal
from bot.core.visit import Files
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Posting:
    """Writes posts into the outbox of an open transaction."""

    composer: Composer
    seal: Seal

    async def send(self, tx: Transaction, files: Files, posts: Sequence[Post], now: datetime) -> list[Queued]:
        """One letter a post; which letter carries which token, and which administrator got which request, is noted."""
        outbox = Outbox(tx, self.seal)
        queued = []
        for post in posts:
            letter = await self._letter(tx, post, now)
            if post.token:
                await files.tokens.carried_by(post.token, letter.message_id)
            if post.request is not None:
                await files.requests.add_letter(RequestLetter(post.request, post.to, letter.message_id, now))
            queued.append(await outbox.add(letter, None, now))
        return queued

    async def _letter(self, tx: Transaction, post: Post, now: datetime) -> Letter:
        language = post.language
        if language is None:
            language = (await Correspondents(tx, now).get(f"mail:{post.to.lower()}")).language
        return self.composer.notice(post.to, post.reply, language, now)
