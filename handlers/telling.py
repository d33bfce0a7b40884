"""Letters to the members of an account, each in their own language: what changed, by whom, and how to object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.accounts.records import Account, Grant, Member, MemberState
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Channel
from bot.core.visit import Visit


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did something, as far as it is known: `name` is "" where the code is shared and nothing tells which member it was."""

    name: str
    channel: str
    administrator: bool = False


def doer(visit: Visit) -> Doer:
    """Who acts in this visit, in the words that the members may read."""
    member = visit.access.member
    if member is not None:
        return Doer(f"{member.name} ({member.address})" if member.name else member.address, visit.channel.value)
    if visit.assurance is Assurance.ADMINISTRATOR:
        return Doer("", visit.channel.value, administrator=True)
    return Doer(visit.sender.address, visit.channel.value)


def local(visit: Visit, moment: datetime) -> datetime:
    """A moment as the clock in the desk's office shows it."""
    return moment.astimezone(ZoneInfo(visit.desk.timezone))


async def active_members(visit: Visit, account_id: int) -> list[Member]:
    """The members who may be written to about their account, principal first."""
    return [each for each in await visit.files.members.of_account(account_id) if each.state is MemberState.ACTIVE]


async def tell_members(visit: Visit, account: Account, reply: Reply, *, but: Collection[str] = ()) -> tuple[Post, ...]:
    """One letter to each active member, except to the addresses in `but`."""
    members = await active_members(visit, account.id)
    return tuple(Post(each.address, reply, each.language) for each in members if each.address not in but)


async def tell_of_party(
    visit: Visit, account: Account, reply: Reply, party: Member, *, but: Collection[str] = (), also: Collection[str] = ()
) -> tuple[Post, ...]:
    """The same about a new party on the account (a member, an address): each letter can be answered with OBJECT.

    `also` are further addresses, such as the one that was replaced. The party itself is not asked.
    """
    languages = {each.address: each.language for each in await active_members(visit, account.id)}
    addresses = [address for address in dict.fromkeys((*languages, *also)) if address not in but and address != party.address]
    posts = []
    for address in addresses:
        data = {} if address in languages else {"former": "yes"}
        grant = Grant(Purpose.OBJECTION, f"mail:{address}", Assurance.AUTHENTIC_SENDER, account.id, party.id, data=data)
        token = await visit.files.tokens.issue(grant, visit.now)
        posts.append(Post(address, reply, languages.get(address, party.language), token=token))
    return tuple(posts)


async def tell_of_chat(visit: Visit, account: Account, reply: Reply, member: Member, chat_id: int) -> tuple[Post, ...]:
    """A letter to every active member about a chat that was linked, the member's own address first of all: each can be answered
    with OBJECT, which unlinks it."""
    posts = []
    for each in await active_members(visit, account.id):
        data = {"chat": str(chat_id)}
        grant = Grant(Purpose.OBJECTION, each.person, Assurance.AUTHENTIC_SENDER, account.id, member.id, data=data)
        posts.append(Post(each.address, reply, each.language, token=await visit.files.tokens.issue(grant, visit.now)))
    return tuple(posts)


def at_hand(visit: Visit) -> frozenset[str]:
    """The addresses that read the answer itself, and need no letter besides."""
    member = visit.access.member
    by_mail = visit.channel is Channel.MAIL and member is not None and member.person == visit.sender.key
    return frozenset({member.address}) if by_mail and member is not None else frozenset()
