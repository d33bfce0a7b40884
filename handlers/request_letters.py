"""Letters to the administrators: one thread a request, each administrator with a token of their own; a digest when there are many.

The token's data hold what the letter showed and what a bare APPROVE gives, so that a decision means what its reader saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.accounts.administrators import is_chat, user_of
from bot.core.accounts.records import Account, Grant, MemberState, Request, RequestLetter
from bot.core.accounts.tokens import Purpose
from bot.core.chat import chat_key
from bot.core.replies import Post, Reply
from bot.core.values import Assurance
from handlers.office import Office, person_of
from handlers.request_view import RequestView, shown, view_of

_HOUR = timedelta(hours=1)
SHOWN_CHANGES = 3  # changes of an open request that send its letter anew; a later one is shown to whoever decides


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as a list shows it."""

    number: int
    kind: str
    name: str
    company: str
    address: str
    since: datetime


def waiting(office: Office, request: Request) -> Waiting:
    """The line of a request."""
    claimed = request.claimed
    name, company = claimed.get("name", ""), claimed.get("company", "")
    return Waiting(request.number, request.kind.value, name, company, request.address, office.local(request.created_at))


async def put_to_administrators(office: Office, request: Request, *, why: str = "new") -> tuple[Post, ...]:
    """Each administrator's letter about a request; above the hourly cap a digest, or nothing until the next one.

    `why` is a word of the letter's: "new", "changed", "answer", "bounced". Only a new request is held back by the cap.
    """
    view = await view_of(office, request)
    posts: list[Post] = []
    for admin in office.admins:
        if why != "new" or await _below_cap(office, admin):
            posts.append(await decide_letter(office, request, admin, view=view, why=why))
        elif await _at_cap(office, admin):
            posts += await digest(office, admin)
    return tuple(posts)


async def decide_letter(office: Office, request: Request, admin: str, *, view: RequestView | None = None, why: str = "new") -> Post:
    """The letter in which one administrator decides a request, in the thread of the letters before."""
    facts, token = await decide_facts(office, request, admin, view=view)
    return Post(
        admin,
        Reply("admin/decide", {**facts, "why": why}),
        language=await office.language_of(admin),
        token=token,
        answers=await thread_of(office, request.number, admin),
        request=request.number,
    )


async def decide_facts(
    office: Office, request: Request, admin: str, *, view: RequestView | None = None
) -> tuple[Mapping[str, Any], str]:
    """What a letter with the decision's buttons shows, and the token that it carries."""
    seen = replace(view or await view_of(office, request), own=await is_own(office, request, admin), in_chat=is_chat(admin))
    return {"request": seen}, await request_token(office, request, admin, alone=seen.alone)


async def request_token(office: Office, request: Request, admin: str, *, alone: tuple[str, ...] | None = None) -> str:
    """A token of one administrator for the thread of one request; without `alone` its bare APPROVE is asked again."""
    data = {} if alone is None else {"shown": shown(request), "alone": ",".join(alone)}
    grant = Grant(Purpose.REQUEST, _holder(office, admin), Assurance.ADMINISTRATOR, request_number=request.number, data=data)
    return await office.files.tokens.issue(grant, office.now)


def _holder(office: Office, admin: str) -> str:
    """Who may use an administrator's token: of a card whoever is listed, in the administrators' chat."""
    return chat_key(office.rules.admin_chat) if is_chat(admin) else person_of(admin)


async def thread_of(office: Office, number: int, admin: str) -> str:
    """The Message-ID of the first letter that an administrator received about a request, "" when there is none."""
    letters = await office.files.requests.letters(number)
    return next((letter.message_id for letter in letters if letter.admin == admin and letter.message_id), "")


async def readers_of(office: Office, number: int) -> list[str]:
    """The administrators still listed who have received a letter about a request."""
    informed = {letter.admin for letter in await office.files.requests.letters(number)}
    return [admin for admin in office.admins if admin in informed]


async def is_own(office: Office, request: Request, admin: str, *, account: Account | None = None) -> bool:
    """Whether a request is for an administrator's own address or account (`account`: one that the decision names)."""
    addresses, user = {request.address.lower(), request.claimed.get("email", "").lower()}, user_of(admin)
    if admin in addresses or request.conversation == (chat_key(user) if user else person_of(admin)):
        return True
    accounts = {number for number in (request.account_id, account.id if account else None) if number is not None}
    for number in accounts:
        members = await office.files.members.of_account(number)
        # An invitation that nobody has answered makes no member: else a customer could invite every administrator out of deciding.
        if any((member.address == admin and member.state is not MemberState.INVITED) or user in member.chats for member in members):
            return True
    return False


async def digest(office: Office, admin: str) -> list[Post]:
    """One letter that lists every open request of which an administrator has received none; nothing when there is none.

    The listed requests count as told: the next digest lists only newer ones.
    """
    untold = await office.files.requests.without_letter(admin)
    if not untold:
        return []
    for request in untold:
        await office.files.requests.add_letter(RequestLetter(request.number, admin, "", office.now))
    facts = {"requests": tuple(waiting(office, request) for request in untold), "cap": office.rules.admin_letters_per_hour}
    return [Post(admin, Reply("admin/digest", facts), language=await office.language_of(admin))]


async def digests(office: Office) -> tuple[Post, ...]:
    """The digests that are due, for the hourly sweep: what came after the last letter that the cap allowed."""
    return tuple([post for admin in office.admins for post in await digest(office, admin)])


async def _below_cap(office: Office, admin: str) -> bool:
    cap = office.rules.admin_letters_per_hour
    return cap == 0 or await office.files.requests.letters_since(admin, office.now - _HOUR) < cap


async def _at_cap(office: Office, admin: str) -> bool:
    sent = await office.files.requests.letters_since(admin, office.now - _HOUR)
    return sent == office.rules.admin_letters_per_hour
