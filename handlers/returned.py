"""A credential came back: its request is open again, and the administrators are told in their threads."""

from __future__ import annotations

from bot.core.accounts.records import Note, NoteKind, Request, RequestState
from bot.core.replies import Post
from handlers.office import Office
from handlers.request_letters import put_to_administrators


async def reopened(office: Office, number: int) -> tuple[Post, ...]:
    """Reopens the approved request whose letter with the credential came back for good; the administrators' letters.

    Nothing happens when the temporary password was used meanwhile (somebody has received it) or the request is not an approved one.
    What the administrators answered before counts no longer: the same words sent again decide nothing.
    """
    request = await office.files.requests.get(number)
    if request is None or request.state is not RequestState.APPROVED or not await _is_void(office, request):
        return ()
    if request.member_id is not None:
        await office.files.members.set_bounced(request.member_id, office.now)
    reopens = await office.files.requests.reopen(number)
    await office.files.tokens.revoke_request(number, office.now)
    facts = {"reopened": str(reopens).lower()}
    await office.files.audit.add(
        "credentials_bounced", office.now, actor="desk", account_id=request.account_id, request_number=number, facts=facts
    )
    if not reopens:
        return ()
    where = await _where(office, request)
    await office.files.requests.add_note(number, Note(NoteKind.BOUNCED, where, "", office.now))
    again = await office.files.requests.get(number)
    return () if again is None else await put_to_administrators(office, again, why="bounced")


async def _is_void(office: Office, request: Request) -> bool:
    """Voids the temporary password; False when it was used or is no longer this request's."""
    account = await office.files.accounts.by_id(request.account_id) if request.account_id is not None else None
    if account is None or account.temporary_member != request.member_id:
        return False
    return await office.files.accounts.drop_temporary(account.id)


async def _where(office: Office, request: Request) -> str:
    member = await office.files.members.by_id(request.member_id) if request.member_id is not None else None
    return member.address if member is not None else request.address
