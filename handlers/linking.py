"""LINK and UNLINK: a private chat that stands for a member, so that the services with a key open there without a login each time.

What has to come together: the current password in a session (A3), a code that went to the member's address on record, and both
from the same private chat, which is known by its number and never by a name. Every member is told, and may contest it.
"""

from __future__ import annotations

from datetime import datetime

from bot.core.accounts.codes import fold_link_code, mint_link_code
from bot.core.accounts.locks import locked_until
from bot.core.accounts.records import Account, Grant, Member, MemberState
from bot.core.accounts.sessions import Action
from bot.core.accounts.tokens import LIFETIMES, Judgement, Purpose, judge
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.forms.checks import check
from bot.core.forms.definition import ACCESS
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import Files, Visit
from handlers.locked import locked
from handlers.telling import active_members, at_hand, local, tell_of_chat

_MINUTES = int(LIFETIMES[Purpose.LINK].total_seconds()) // 60


def _is_link(written: str) -> bool:
    """A code, or the member's address where the access code is shared."""
    return fold_link_code(written) is not None or ("@" in written and len(written.split()) == 1)


def _spec(name: str, english: tuple[str, ...], french: tuple[str, ...], *, takes_code: bool) -> CommandSpec:
    return CommandSpec(
        name=name,
        words={Language.EN: english, Language.FR: french},
        effect=Effect.CHANGE,
        follows=Follows.OPTIONAL if takes_code else Follows.NOTHING,
        whole_line=frozenset({*english, *french}),
        written=_is_link if takes_code else None,
        locked=takes_code,
    )


LINK_SPEC = _spec("link", ("LINK", "LINK CHAT"), ("LIER", "RELIER", "LIER LE CLAVARDAGE"), takes_code=True)
UNLINK_SPEC = _spec("unlink", ("UNLINK", "UNLINK CHAT"), ("DÉLIER", "DÉLIER LE CLAVARDAGE"), takes_code=False)


async def answer_link(visit: Visit, command: Command) -> Reply:
    """Without a code: sends one to the address on record. With it: links the chat in which it was written."""
    code = fold_link_code(command.argument)
    if code is not None and not visit.sender.chat_id:
        return Reply("link/in_chat")
    hindrance, account = locked(visit, Action.LINK), visit.access.account
    if hindrance is not None or account is None:
        return hindrance or Reply("login/needed")
    if visit.sender.chat_id and await visit.files.members.by_chat(visit.sender.chat_id) is not None:
        return Reply("link/already")
    return await (_send_code(visit, account, command.argument) if code is None else _link(visit, account, code))


async def _send_code(visit: Visit, account: Account, written: str) -> Reply:
    member = await _meant(visit, account, written)
    if member is None:
        return Reply("link/which_member")
    assert visit.mint is not None  # noqa: S101
    code = mint_link_code(visit.mint)
    grant = Grant(Purpose.LINK, member.person, Assurance.CURRENT_PASSWORD, account.id, member.id)
    await visit.files.tokens.issue_code(grant, fold_link_code(code) or "", visit.now)
    letter = Reply("link/code", {"code": code, "company": account.company, "minutes": _MINUTES})
    facts = {"address": member.address, "minutes": _MINUTES, "in_chat": bool(visit.sender.chat_id)}
    return Reply("link/code_sent", facts, posts=(Post(member.address, letter, member.language),))


async def _meant(visit: Visit, account: Account, written: str) -> Member | None:
    """The member in whose name the chat is to be linked: who is logged in, else the one whose address stands beside the word."""
    if visit.access.member is not None:
        return visit.access.member
    address = check(ACCESS.field("email"), written).value if written else ""
    return next((each for each in await active_members(visit, account.id) if each.address == address), None)


async def _link(visit: Visit, account: Account, code: str) -> Reply:
    files, chat_id = visit.files, visit.sender.chat_id
    until = await _counted(visit, account)
    token = await files.tokens.find_code(Purpose.LINK, account.id, code) if until is None else None
    member = await files.members.by_id(token.grant.member_id) if token is not None and token.grant.member_id is not None else None
    alive = member is not None and member.state is MemberState.ACTIVE and judge(token, member.person, visit.now) is Judgement.VALID
    if token is None or member is None or not alive or not await files.tokens.use(token.digest, visit.now):
        await _note(visit, account, "chat_link_refused", {"why": "locked" if until else "code"})
        return Reply("link/wrong", {"until": local(visit, until) if until is not None else None, "minutes": _MINUTES})
    if not await files.members.link_chat(member.id, chat_id, visit.now):
        return Reply("link/already")
    await files.attempts.forgive(_counter(account), visit.sender.key, trusted=True)
    await _note(visit, account, "chat_linked", {"member": member.address, "chat": str(chat_id)})
    facts = {
        "company": account.company,
        "member": f"{member.name} ({member.address})" if member.name else member.address,
        "chat": visit.sender.display_name,
        "at": local(visit, visit.now),
    }
    posts = await tell_of_chat(visit, account, Reply("link/told", facts), member, chat_id)
    return Reply("link/done", {"company": account.company}, posts=posts)


async def _counted(visit: Visit, account: Account) -> datetime | None:
    """Counts a try; until when no further one is looked at, None when this one is. A code is short: it must not be tried out."""
    attempts, counter = visit.files.attempts, _counter(account)
    own, _ = await attempts.failures(counter, visit.sender.key)
    until = locked_until(own, own, visit.now, trusted=True)
    if until is None:
        await attempts.count(counter, visit.sender.key, visit.now, trusted=True)
    return until


def _counter(account: Account) -> str:
    return f"link {account.code}"


async def answer_unlink(visit: Visit, command: Command) -> Reply:
    """In a linked chat that chat; elsewhere every chat of the member, who may have lost the telephone."""
    members = await _of_writer(visit)
    mine = visit.sender.chat_id
    chats = [(member, chat) for member in members for chat in member.chats if not mine or chat == mine]
    if not chats:
        return locked(visit, Action.UNLINK) or Reply("link/none", {"in_chat": bool(mine)})
    posts = []
    for member, chat in chats:
        await unlink(visit.files, chat, visit.now)
        account = await visit.files.accounts.by_id(member.account_id)
        if account is not None:
            await _note(visit, account, "chat_unlinked", {"member": member.address, "chat": str(chat)})
    facts = {"count": len(chats), "at": local(visit, visit.now), "channel": visit.channel.value}
    for member in {member.address: member for member, _ in chats}.values():
        if member.address not in at_hand(visit):
            posts.append(Post(member.address, Reply("link/unlinked_told", facts), member.language))
    return Reply("link/unlinked", {"count": len(chats)}, posts=tuple(posts))


async def _of_writer(visit: Visit) -> list[Member]:
    """Who asks: the linked chat's member, who is logged in, or every member with this authentic address."""
    if visit.sender.chat_id:
        linked = await visit.files.members.by_chat(visit.sender.chat_id)
        return [linked] if linked is not None else []
    if not visit.may(Action.UNLINK):
        return []
    if visit.access.member is not None:
        return [visit.access.member]
    if visit.channel is not Channel.MAIL or not visit.sender.address:
        return []
    return [each for each in await visit.files.members.by_address(visit.sender.address) if each.state is MemberState.ACTIVE]


async def unlink(files: Files, chat_id: int, now: datetime) -> None:
    """A chat stands for nobody any more: whatever session it has ends as well."""
    await files.members.unlink_chat(chat_id)
    session = await files.sessions.of_conversation(f"telegram:{chat_id}")
    if session is not None:
        await files.sessions.end(session.id, now)


async def _note(visit: Visit, account: Account, event: str, facts: dict[str, str]) -> None:
    await visit.files.audit.add(event, visit.now, actor=visit.sender.key, account_id=account.id, facts=facts)


LINK = Handler(LINK_SPEC, answer_link)
UNLINK = Handler(UNLINK_SPEC, answer_unlink)
