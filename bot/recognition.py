"""Who writes, beyond an address: the token that came along, the session, the member and account it belongs to.

A dead or foreign token makes an ordinary letter without rights; it never opens anything and is never refused at the door. A session
whose account was suspended, closed, or whose password has expired opens nothing either: the lazy rules win over the sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.accounts.records import Account, Member, MemberState, Session, Token
from bot.core.accounts.sessions import alive
from bot.core.accounts.status import Status, status_of
from bot.core.accounts.tokens import Judgement, Purpose, judge, looks_issued
from bot.core.chat import Chat
from bot.core.immutable import immutable
from bot.core.values import Assurance, Channel, Sender
from bot.core.visit import Access, AccountRules, Files


@immutable
class Writer:
    """A message's sender as the desk sees it before anything is looked up.

    `token` is the subaddress it was sent to, `answers` the Message-IDs that it answers (for clients that drop Reply-To).
    `authentic` tells that the sender was proved (A1), or writes from a terminal or a chat. In a chat `token` is what a tapped
    button was bound to.
    """

    channel: Channel
    sender: Sender
    token: str
    answers: tuple[str, ...]
    authentic: bool
    chat: Chat | None = None


async def recognise(files: Files, writer: Writer, rules: AccountRules, now: datetime) -> Access:
    """Who the writer is. Reads only."""
    found = await token_of(files, writer.token, writer.answers)
    judgement = judge(found, writer.sender.key, now)
    token = found if judgement is Judgement.VALID else None
    session = await _session(files, writer, token, rules, now)
    member = await _member(files, writer, session, token)
    account = await _account(files, session, token, member)
    status = status_of(account.facts, now, rules.calendar) if account is not None else None
    if session is not None and not _opens(session, status, member):
        session = None
    listed = rules.lists(writer.sender, writer.chat)
    linked = member is not None and writer.sender.chat_id in member.chats
    return Access(account, member, status, session, token, judgement, listed, linked)


def assurance_of(access: Access, writer: Writer) -> Assurance:
    """How sure the desk is of the writer (the table in `accounts.sessions`)."""
    if access.listed and writer.authentic and (access.granted(Purpose.REQUEST) or access.granted(Purpose.DECISION)):
        return Assurance.ADMINISTRATOR
    if access.session is not None:
        # A token may be seen by others (a Cc, a forward). Who is not proved may use the services, but change nothing that decides
        # over the account: for that the sender must be proved as well.
        return access.session.assurance if writer.authentic else min(access.session.assurance, Assurance.SESSION)
    if access.entered:
        return Assurance.SESSION
    return Assurance.AUTHENTIC_SENDER if writer.authentic else Assurance.ANYONE


async def token_of(files: Files, token: str, answers: Sequence[str]) -> Token | None:
    """The token on file that a message carries in its recipient, or by answering the letter that carried it; dead ones too."""
    if looks_issued(token):
        return await files.tokens.find(token)
    return await files.tokens.find_by_message(answers) if answers else None


async def _session(files: Files, writer: Writer, token: Token | None, rules: AccountRules, now: datetime) -> Session | None:
    session = None
    if writer.channel is not Channel.MAIL:
        session = await files.sessions.of_conversation(writer.sender.key)
    elif token is not None and token.grant.session_id is not None:
        session = await files.sessions.by_id(token.grant.session_id)
    idle = timedelta(minutes=rules.session_minutes)
    if session is None or not alive(session.opened_at, session.last_used_at, session.ended_at, now, idle=idle):
        return None
    return session


async def _member(files: Files, writer: Writer, session: Session | None, token: Token | None) -> Member | None:
    member_id = session.member_id if session is not None else token.grant.member_id if token is not None else None
    if member_id is not None:
        member = await files.members.by_id(member_id)
        # A token may be about somebody else than the person who holds it: an objection names the new party.
        theirs = session is not None or (member is not None and member.person == writer.sender.key)
        if member is not None and theirs:
            return member if member.state is MemberState.ACTIVE else None
    if writer.sender.chat_id:
        linked = await files.members.by_chat(writer.sender.chat_id)
        if linked is None or linked.state is not MemberState.ACTIVE:
            return None
        # Logged in with another access code, one is nobody in particular there.
        return linked if session is None or session.account_id == linked.account_id else None
    if not writer.sender.address or not writer.authentic:
        return None
    account_id = session.account_id if session is not None else token.grant.account_id if token is not None else None
    known = [each for each in await files.members.by_address(writer.sender.address) if each.state is MemberState.ACTIVE]
    known = [each for each in known if account_id in (None, each.account_id)]
    return known[0] if len(known) == 1 else None  # one address on several accounts names none of them


async def _account(files: Files, session: Session | None, token: Token | None, member: Member | None) -> Account | None:
    account_id = session.account_id if session is not None else token.grant.account_id if token is not None else None
    if account_id is None and member is not None:
        account_id = member.account_id
    return await files.accounts.by_id(account_id) if account_id is not None else None


def _opens(session: Session, status: Status | None, member: Member | None) -> bool:
    if session.member_id is not None and member is None:
        return False  # the member was removed or suspended meanwhile
    return status is Status.ACTIVE or (session.limited and status in (Status.INVITED, Status.PASSWORD_EXPIRED))
