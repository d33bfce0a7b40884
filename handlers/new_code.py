"""NEW CODE: a fresh temporary password within seven days of an approval, for the address to which the first one went.

The answer to the writer is the same whatever is on file; the password, and the truth, go to the address on record alone.
"""

from __future__ import annotations

from bot.core.accounts.life import Event, allowed
from bot.core.accounts.records import Account, Member, MemberState, Request, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.anteroom import Anteroom
from bot.core.commands import Command, CommandSpec, Effect, Handler
from bot.core.replies import Post, Reply
from bot.core.values import Channel, Language
from bot.core.visit import Files, Visit
from handlers.credentials import give, prepare_temporary, prepared_or_again, reachable
from handlers.office import Office, office_of


async def answer(visit: Visit, command: Command) -> Reply:
    """The uniform answer, and the letter to the address on record where an approval stands."""
    return Reply("password/new_code_received", posts=await _letters(visit, office_of(visit)))


async def prepare(anteroom: Anteroom, command: Command) -> object:
    """A temporary password for whoever may ask, whether an approval stands or not; others cost no hashing."""
    proved = anteroom.authentic or anteroom.access.granted(Purpose.CREDENTIALS) is not None
    return await prepare_temporary(anteroom) if proved and anteroom.channel is Channel.MAIL else None


async def _letters(visit: Visit, office: Office) -> tuple[Post, ...]:
    member = await _member(visit, visit.files)
    account = await visit.files.accounts.by_id(member.account_id) if member is not None else None
    if member is None or account is None or not _stands(office, account, member):
        await visit.files.audit.add("new_code_refused", visit.now, actor=visit.sender.key)
        return ()
    prepared = prepared_or_again(visit.prepared)
    request = await _approval(office, account)
    return (await give(office, account, member, prepared, request=request, fresh=True),)


def _stands(office: Office, account: Account, member: Member) -> bool:
    """Whether the approval of this member still stands: seven days, not consumed, not undone, the account alive."""
    until = account.new_code_until
    return (
        until is not None
        and office.now < until
        and account.temporary_member == member.id
        and allowed(Event.APPROVE, account.facts, office.now, office.rules.calendar)
    )


async def _member(visit: Visit, files: Files) -> Member | None:
    """Who asks: the member to whose letter this answers, or whose authentic address it comes from."""
    if visit.channel is not Channel.MAIL:
        return None
    token = visit.access.granted(Purpose.CREDENTIALS)
    if token is not None and token.grant.member_id is not None:
        member = await files.members.by_id(token.grant.member_id)
        return member if member is not None and reachable([member]) else None
    if not visit.can_remember:
        return None
    for member in await files.members.by_address(visit.sender.address):
        account = await files.accounts.by_id(member.account_id)
        waits = account is not None and account.temporary_member == member.id and account.new_code_until is not None
        if waits and member.state is MemberState.ACTIVE:
            return member
    return None


async def _approval(office: Office, account: Account) -> Request | None:
    requests = await office.files.requests.of_account(account.id)
    return next((request for request in requests if request.state is RequestState.APPROVED), None)


HANDLER = Handler(
    CommandSpec(name="new_code", words={Language.EN: ("NEW CODE",), Language.FR: ("NOUVEAU CODE",)}, effect=Effect.CHANGE),
    answer,
    prepare,
)
