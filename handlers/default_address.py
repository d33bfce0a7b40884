"""The default address of a member: changed once the new one has answered YES, and told to the old one and to every member."""

from __future__ import annotations

from dataclasses import replace

from bot.core.accounts.records import Grant, Member, MemberState, Token
from bot.core.accounts.status import Status, status_of
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Post, Reply
from bot.core.values import Assurance
from bot.core.visit import Visit
from handlers.telling import local, tell_of_party


async def ask_to_confirm(visit: Visit, member: Member, address: str) -> Reply:
    """Writes to the new address; nothing changes before it answers. `address` is checked and lower-case."""
    members = await visit.files.members.of_account(member.account_id)
    if address == member.address:
        return Reply("profile/same_address", {"address": address})
    if any(each.address == address for each in members):
        return Reply("profile/address_taken", {"address": address})
    grant = Grant(
        Purpose.NEW_ADDRESS,
        f"mail:{address}",
        Assurance.AUTHENTIC_SENDER,
        member.account_id,
        member.id,
        data={"address": address, "old": member.address},
    )
    token = await visit.files.tokens.issue(grant, visit.now)
    facts = {"name": member.name, "old": member.address, "address": address}
    post = Post(address, Reply("profile/confirm_address", facts), member.language or visit.language, token=token)
    return Reply("profile/address_asked", {"old": member.address, "address": address}, posts=(post,))


async def confirmed(visit: Visit, token: Token) -> Reply:
    """YES from the new address makes it the default one. Sessions and tokens of the old one end."""
    assert visit.rules is not None  # noqa: S101
    files, grant, now = visit.files, token.grant, visit.now
    account = await files.accounts.by_id(grant.account_id) if grant.account_id is not None else None
    member = await files.members.by_id(grant.member_id) if grant.member_id is not None else None
    old, new = grant.data.get("old", ""), grant.data.get("address", "")
    if account is None or member is None or member.state is not MemberState.ACTIVE or member.address != old:
        return Reply("yes/nothing", {"over": True, "used": False})
    if status_of(account.facts, now, visit.rules.calendar) in (Status.CLOSED, Status.SUSPENDED):
        return Reply("yes/nothing", {"over": True, "used": False})
    if not await files.tokens.use(token.digest, now):
        return Reply("yes/nothing", {"over": True, "used": True})
    if not await files.members.set_address(member.id, new, now):
        return Reply("profile/address_taken", {"address": new})
    await files.sessions.end_of_member(member.id, now)
    await files.tokens.revoke_member(member.id, now)
    await files.audit.add("address_changed", now, actor=visit.sender.key, account_id=account.id, facts={"old": old, "new": new})
    facts = {"name": member.name, "company": account.company, "old": old, "address": new}
    told = Reply("profile/address_told", {**facts, "at": local(visit, now)})
    posts = await tell_of_party(visit, account, told, replace(member, address=new), also=(old,))
    return Reply("profile/address_changed", facts, posts=posts, language=member.language)
