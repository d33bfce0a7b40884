"""MEMBERS, INVITE and REMOVE: who shares an access code. Help page: "several employees of the same enterprise may share the same
access code". INVITE and REMOVE ask for the current password in the session, or are an administrator's; every member is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.accounts.codes import fold_code
from bot.core.accounts.records import Account, Grant, Member, MemberState, NewMember, Token
from bot.core.accounts.sessions import Action
from bot.core.accounts.status import Status, status_of
from bot.core.accounts.tokens import Purpose
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.forms.checks import check
from bot.core.forms.definition import ACCESS
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Language
from bot.core.visit import Visit
from handlers.credentials import new_party
from handlers.locked import locked
from handlers.office import office_of
from handlers.telling import at_hand, doer, local, tell_members, tell_of_party

_ADDRESS = ACCESS.field("email")
MOST = 50  # members of one account: each change is told to all of them


def _has_address(written: str) -> bool:
    """A mail address, for an administrator with an access code beside it."""
    return "@" in written and len(written.split()) <= 3


def _spec(name: str, english: tuple[str, ...], french: tuple[str, ...], *, address: bool) -> CommandSpec:
    return CommandSpec(
        name=name,
        words={Language.EN: english, Language.FR: french},
        effect=Effect.CHANGE,
        follows=Follows.REQUIRED if address else Follows.NOTHING,
        whole_line=frozenset({*english, *french}),
        written=_has_address if address else None,
        locked=True,
    )


LIST_SPEC = _spec("members", ("MEMBERS",), ("MEMBRES",), address=False)
INVITE_SPEC = _spec("invite", ("INVITE",), ("INVITER",), address=True)
REMOVE_SPEC = _spec("remove", ("REMOVE",), ("RETIRER",), address=True)


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the list shows one."""

    name: str
    address: str
    state: str
    principal: bool
    you: bool


async def answer_list(visit: Visit, command: Command) -> Reply:
    """Who shares the access code."""
    hindrance, account = locked(visit, Action.SEE_MEMBERS), visit.access.account
    if hindrance is not None or account is None:
        return hindrance or Reply("login/needed")
    me = visit.access.member
    rows = tuple(
        Row(each.name, each.address, each.state.value, each.principal, me is not None and me.id == each.id)
        for each in await visit.files.members.of_account(account.id)
    )
    return Reply("members/list", {"code": account.code, "company": account.company, "members": rows})


async def answer_invite(visit: Visit, command: Command) -> Reply:
    """Invites an address; it becomes a member when it answers YES."""
    account, address, hindrance = await _asked(visit, command, Action.INVITE)
    if account is None or not address:
        return hindrance
    files = visit.files
    members = await files.members.of_account(account.id)
    known = next((each for each in members if each.address == address), None)
    if known is not None and known.state is not MemberState.INVITED:
        return Reply("members/already", {"address": address, "suspended": known.state is MemberState.SUSPENDED})
    if known is None and len(members) >= MOST:
        return Reply("members/too_many", {"most": MOST})
    guest = known or await files.members.add(account.id, NewMember(address, state=MemberState.INVITED), visit.now)
    if guest is None:
        return Reply("members/already", {"address": address, "suspended": False})
    posts = [await _invitation(visit, account, guest)]
    if known is None:
        await _audit(visit, account, "member_invited", address)
        posts += await tell_of_party(visit, account, _told(visit, account, guest, "invited"), guest, but=at_hand(visit))
    return Reply("members/invited", {"address": address, "again": known is not None}, posts=tuple(posts))


async def _invitation(visit: Visit, account: Account, guest: Member) -> Post:
    grant = Grant(Purpose.INVITATION, guest.person, Assurance.AUTHENTIC_SENDER, account.id, guest.id)
    token = await visit.files.tokens.issue(grant, visit.now)
    facts = {"company": account.company, "doer": doer(visit)}
    return Post(guest.address, Reply("members/invitation", facts), token=token)  # in both languages: theirs is unknown


async def confirmed(visit: Visit, token: Token) -> Reply:
    """YES from the invited address: it is a member from now on, and every other one hears of it. To log in is a step of its own."""
    assert visit.rules is not None  # noqa: S101
    files, grant = visit.files, token.grant
    account = await files.accounts.by_id(grant.account_id) if grant.account_id is not None else None
    guest = await files.members.by_id(grant.member_id) if grant.member_id is not None else None
    over = Reply("yes/nothing", {"over": True, "used": False})
    if account is None or guest is None or guest.state is not MemberState.INVITED:
        return over
    status = status_of(account.facts, visit.now, visit.rules.calendar)
    if status in (Status.CLOSED, Status.SUSPENDED) or not await files.tokens.use(token.digest, visit.now):
        return over
    if not await files.members.set_state(guest.id, MemberState.ACTIVE, visit.now, only_from=MemberState.INVITED):
        return over
    if not guest.name and visit.sender.display_name:
        await files.members.set_name(guest.id, visit.sender.display_name)
    if guest.language is None and visit.language is not None:
        await files.members.set_language(guest.id, visit.language)
    await _audit(visit, account, "member_joined", guest.address)
    newcomer = await files.members.by_id(guest.id) or guest
    posts = await new_party(office_of(visit), account, newcomer)
    return Reply("members/joined", {"company": account.company, "code": account.code}, posts=posts)


async def answer_remove(visit: Visit, command: Command) -> Reply:
    """Takes a member off the access code, with sessions, tokens and chats; the others stay."""
    account, address, hindrance = await _asked(visit, command, Action.REMOVE)
    if account is None or not address:
        return hindrance
    files = visit.files
    members = await files.members.of_account(account.id)
    member = next((each for each in members if each.address == address), None)
    if member is None:
        return Reply("members/unknown", {"address": address})
    others = [each for each in members if each.state is MemberState.ACTIVE and each.id != member.id]
    if not others:
        return Reply("members/last", {"address": address})
    await files.members.set_state(member.id, MemberState.REMOVED, visit.now)
    await files.sessions.end_of_member(member.id, visit.now)
    await files.tokens.revoke_member(member.id, visit.now)
    await _audit(visit, account, "member_removed", address)
    posts = await tell_members(visit, account, _told(visit, account, member, "removed"), but=at_hand(visit))
    if member.state is not MemberState.INVITED and address not in at_hand(visit):
        gone = Reply("members/removed_you", {"company": account.company, "at": local(visit, visit.now)})
        posts += (Post(address, gone, member.language),)
    return Reply("members/removed", {"address": address, "was_you": address in at_hand(visit)}, posts=posts)


async def _asked(visit: Visit, command: Command, action: Action) -> tuple[Account | None, str, Reply]:
    """The account and the address that INVITE or REMOVE mean, or what to answer instead."""
    needed, office = locked(visit, action), office_of(visit)
    words = " ".join((command.argument, *command.lines)).split()
    address = next((check(_ADDRESS, word).value for word in words if "@" in word), "")
    account = visit.access.account
    if visit.assurance is Assurance.ADMINISTRATOR:
        code = next((code for word in words if "@" not in word and (code := fold_code(word))), None)
        account = await visit.files.accounts.by_code(code) if code is not None else account
    if needed is not None:
        return None, "", needed
    if account is None:
        return None, "", Reply("members/which_account", {"action": action.value})
    # Who administers accounts may invite whom they like, but not the desk itself.
    objects = office.is_desk(address) if visit.assurance is Assurance.ADMINISTRATOR else bool(office.objection(_ADDRESS, address))
    ours = action is Action.INVITE and objects
    return account, "" if ours else address, Reply("members/which_address", {"action": action.value, "ours": ours})


def _told(visit: Visit, account: Account, about: Member, event: str) -> Reply:
    facts = {
        "event": event,
        "company": account.company,
        "name": about.name,
        "address": about.address,
        "doer": doer(visit),
        "at": local(visit, visit.now),
    }
    return Reply("members/told", facts)


async def _audit(visit: Visit, account: Account, event: str, address: str) -> None:
    facts = {"address": address}
    await visit.files.audit.add(event, visit.now, actor=visit.sender.key, account_id=account.id, facts=facts)


LIST = Handler(LIST_SPEC, answer_list)
INVITE = Handler(INVITE_SPEC, answer_invite)
REMOVE = Handler(REMOVE_SPEC, answer_remove)
