"""OBJECT: a member contests a new party on the account, who is suspended at once until an administrator has looked into it."""

from __future__ import annotations

from bot.core.accounts.records import Account, Member, MemberState, Token
from bot.core.accounts.tokens import Judgement, Purpose
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.replies import Post, Reply
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.linking import unlink
from handlers.office import office_of
from handlers.telling import active_members, local

_ENGLISH = ("OBJECT", "I OBJECT")
_FRENCH = ("CONTESTER", "JE CONTESTE")

SPEC = CommandSpec(
    name="object",
    words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
    effect=Effect.CHANGE,
    follows=Follows.NOTHING,
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),
    listed=False,
)


async def answer(visit: Visit, command: Command) -> Reply:
    """Suspends the party that the answered notice was about. The notice's token names it, whoever else it is sent to."""
    token = visit.access.granted(Purpose.OBJECTION)
    if token is None:
        used = visit.access.judgement is Judgement.USED
        over = used or visit.access.judgement in (Judgement.EXPIRED, Judgement.REVOKED)
        return Reply("object/nothing", {"over": over, "used": used})
    files, now = visit.files, visit.now
    account = await files.accounts.by_id(token.grant.account_id) if token.grant.account_id is not None else None
    party = await files.members.by_id(token.grant.member_id) if token.grant.member_id is not None else None
    if account is None or party is None or not await _may_object(visit, token) or not await files.tokens.use(token.digest, now):
        return Reply("object/nothing", {"over": True, "used": False})
    chat = token.grant.data.get("chat", "")
    if chat:
        await unlink(files, int(chat), now)
    elif party.state not in (MemberState.SUSPENDED, MemberState.REMOVED):
        await files.members.set_state(party.id, MemberState.SUSPENDED, now)
    await files.sessions.end_of_member(party.id, now)
    await files.tokens.revoke_member(party.id, now)
    facts = {"party": party.address, "chat": chat}
    await files.audit.add("party_suspended", now, actor=visit.sender.key, account_id=account.id, facts=facts)
    posts = (*_to_administrators(visit, account, party, bool(chat)), *_to_party(account, party, bool(chat)))
    return Reply("object/done", {"name": party.name, "address": party.address, "chat": bool(chat)}, posts=posts)


async def _may_object(visit: Visit, token: Token) -> bool:
    """Whether who received the notice is a member still, or had the address that was replaced.

    A notice outlives its reader's rights.
    """
    data = token.grant.data
    if data.get("former"):
        return True
    members = await active_members(visit, token.grant.account_id or 0)
    # Who is told of a chat linked in their own name is the first to know that it is not theirs.
    return any(each.person == token.grant.person and (each.id != token.grant.member_id or "chat" in data) for each in members)


def _to_administrators(visit: Visit, account: Account, party: Member, chat: bool) -> tuple[Post, ...]:
    facts = {
        "code": account.code,
        "company": account.company,
        "name": party.name,
        "address": party.address,
        "by": visit.sender.address,
        "at": local(visit, visit.now),
        "chat": chat,
    }
    return tuple(Post(address, Reply("object/admin", facts)) for address in office_of(visit).admins)


def _to_party(account: Account, party: Member, chat: bool) -> tuple[Post, ...]:
    if party.state is not MemberState.ACTIVE:
        return ()
    return (Post(party.address, Reply("object/suspended", {"company": account.company, "chat": chat}), party.language),)


HANDLER = Handler(SPEC, answer)
