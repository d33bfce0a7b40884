"""UNDO: voids a credential that nobody has used yet, and what came with it. A request that was undone stays so."""

from __future__ import annotations

from dataclasses import replace

from bot.core.accounts.records import Account, MemberState, Request, RequestKind, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.replies import Reply
from handlers.office import Office
from handlers.request_outcome import told_decider, told_others, told_requester


async def undo(office: Office, request: Request, admin: str) -> Reply:
    """Undoes an approval, or says why it cannot be undone any more."""
    account = await office.files.accounts.by_id(request.account_id) if request.account_id is not None else None
    problem = await _problem(office, request, account)
    if problem or account is None:
        await _audit(office, request, admin, "decision_refused", why=problem or "nothing_to_undo")
        facts = {"number": request.number, "kind": request.kind.value, "why": problem or "nothing_to_undo"}
        return Reply("admin/not_undone", facts)
    await office.files.tokens.revoke_request(request.number, office.now, purposes=(Purpose.CREDENTIALS,))
    if request.kind is RequestKind.ACCESS:
        await _withdraw(office, request, account)
    await office.files.requests.undo(request.number, admin, office.now)
    await _audit(office, request, admin, "request_undone", code=account.code)
    undone = await office.files.requests.get(request.number) or request
    told = told_requester(request, "access/undone", {})
    reply = await told_decider(office, undone, admin)
    return replace(reply, posts=(*told, *await told_others(office, undone)))


async def _problem(office: Office, request: Request, account: Account | None) -> str:
    """Why nothing can be undone, "" when it can; the temporary password is void then."""
    if request.state is not RequestState.APPROVED or account is None:
        return "nothing_to_undo"
    if account.temporary_member != request.member_id or not await office.files.accounts.drop_temporary(account.id):
        return "used"
    return ""


async def _withdraw(office: Office, request: Request, account: Account) -> None:
    """An account made by the approval closes; a member who joined an existing one leaves it."""
    members = await office.files.members.of_account(account.id)
    others = [member for member in members if member.id != request.member_id]
    if account.password_set_at is None and not others:
        await office.files.accounts.close(account.id, "undone", office.now)
        await office.files.tokens.revoke_account(account.id, office.now)
    elif request.member_id is not None and request.decision.get("joined"):
        await office.files.members.set_state(request.member_id, MemberState.REMOVED, office.now)
        await office.files.tokens.revoke_member(request.member_id, office.now)
        await office.files.sessions.end_of_member(request.member_id, office.now)


async def _audit(office: Office, request: Request, admin: str, event: str, **facts: str) -> None:
    await office.files.audit.add(
        event, office.now, actor=admin, account_id=request.account_id, request_number=request.number, facts=facts
    )
