"""What the calendar does to open requests when nobody decides: reminders after open hours, and the lapse after fourteen days."""

from __future__ import annotations

from bot.core.accounts.records import Request, RequestState
from bot.core.accounts.reminders import lapses, reminders_due
from bot.core.replies import Post, Reply
from handlers.office import Office
from handlers.request_letters import waiting
from handlers.request_outcome import told_requester


async def reminders(office: Office) -> tuple[Post, ...]:
    """One list to each administrator of the requests that have waited for another threshold of open hours."""
    found = await office.files.requests.in_state(RequestState.OPEN)
    due = [request for request in found if await _is_due(office, request)] if office.admins else []
    if not due:
        return ()
    facts = {"requests": tuple(waiting(office, request) for request in due)}
    return tuple([Post(admin, Reply("admin/reminder", facts), language=await office.language_of(admin)) for admin in office.admins])


async def _is_due(office: Office, request: Request) -> bool:
    """Whether another reminder is due for a request; it is counted."""
    since = request.confirmed_at or request.created_at
    due = reminders_due(since, request.reminders, office.now, office.hours, hours=office.rules.remind_hours)
    return due > 0 and await office.files.requests.remind(request.number, due)


async def lapse(office: Office, number: int) -> tuple[Post, ...] | None:
    """Ends a request that nobody decided in time, and tells the requester; None when it need not end (any more).

    A request whose address was never confirmed ends without a letter: whose address it is nobody knows.
    """
    request = await office.files.requests.get(number)
    if request is None or request.state is not RequestState.OPEN or not has_lapsed(office, request):
        return None
    if not await office.files.requests.decide(number, RequestState.LAPSED, "desk", {}, office.now):
        return None
    facts = {"kind": request.kind.value}
    await office.files.audit.add("request_lapsed", office.now, actor="desk", request_number=number, facts=facts)
    if request.confirmed_at is None:
        return ()
    return told_requester(request, "access/lapsed", {"days": office.rules.lapse_days})


def has_lapsed(office: Office, request: Request) -> bool:
    """Whether a request is older than the settings let an undecided one be."""
    return lapses(request.created_at, office.now, days=office.rules.lapse_days)
