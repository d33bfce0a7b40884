"""Letters that answer nothing, from handlers' posts into the outbox: what the sweep and the command line send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.composer import Composer
from bot.core.accounts.administrators import chat_of, is_chat
from bot.core.accounts.records import Member, RequestLetter
from bot.core.letters import Letter, Queued
from bot.core.replies import Post
from bot.core.seal import Seal
from bot.core.values import Language
from bot.core.visit import Files
from handlers.office import person_of
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Posting:
    """Writes posts into the outbox of an open transaction.

    `leased` tells that this process sends them itself, from memory; else a running desk takes them at once.
    """

    composer: Composer
    seal: Seal
    leased: bool = True

    async def send(self, tx: Transaction, files: Files, posts: Sequence[Post], now: datetime) -> list[Queued]:
        """Queues one letter a post; see `write_posts`."""
        outbox = Outbox(tx, self.seal)
        letters = await write_posts(self.composer, tx, files, posts, now)
        return [await outbox.add(letter, None, now, leased=self.leased) for letter in letters]


async def write_posts(composer: Composer, tx: Transaction, files: Files, posts: Sequence[Post], now: datetime) -> list[Letter]:
    """One letter a post; which letter carries which token, and which administrator got which request, is noted."""
    letters: list[Letter] = []
    for post in posts:
        language = post.language
        if language is None:
            language = (await Correspondents(tx, now).get(person_of(post.to))).language
        written = _written(composer, post, language, now)
        if post.token:
            await files.tokens.carried_by(post.token, written[-1].message_id)
        if post.request is not None:
            await files.requests.add_letter(RequestLetter(post.request, post.to, written[-1].message_id, now))
        letters += written
    return letters


def _written(composer: Composer, post: Post, language: Language | None, now: datetime) -> list[Letter]:
    if is_chat(post.to):
        return composer.chat.notice(chat_of(post.to), post.reply, language, token=post.token, answers=post.answers, ends=post.ends)
    return [composer.notice(post.to, post.reply, language, now, token=post.token, thread=post.answers)]


def wants_notices(tx: Transaction, now: datetime) -> Callable[[Member], Awaitable[bool]]:
    """Asks whether a member may be sent a notice: nobody said STOP at the address, and letters arrive there."""

    async def wants(member: Member) -> bool:
        known = await Correspondents(tx, now).get(member.person)
        return member.bounced_at is None and not known.stopped and not known.bounced

    return wants
