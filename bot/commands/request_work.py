"""What `autopro request` does. A decision is carried out by the very function that an administrator's mail comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.commands.backoffice import Backoffice
from bot.core.accounts.codes import mint_temporary
from bot.core.accounts.decisions import Approve, Deny
from bot.core.accounts.records import Request, RequestState
from bot.core.errors import Refused
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit
from bot.hashing import Argon2Hashing
from handlers import settling
from handlers.credentials import Prepared
from handlers.office import Office, office_of
from handlers.request_letters import decide_facts
from handlers.request_view import shown as fingerprint
from handlers.request_view import view_of
from handlers.settling import Case
from storage.database import Transaction

_OBSTACLES: Mapping[str, str] = {
    "unknown_customers": "nobody knows the customer number {words}; check it, or approve with --no-customers",
    "unknown_code": "no account has the access code {words}; 'autopro account list' shows them",
    "account_state": "the account {words} is suspended or closed; 'autopro account show {words}' tells more",
    "no_account": "it names no account on file; deny it, and say what is missing",
    "no_customers_here": "a forgotten password takes no customer numbers; approve it without",
    "member_suspended": "another member of {words} objected to this address; remove or resume that member first",
}


async def rows(backoffice: Backoffice, *, everything: bool) -> list[dict[str, Any]]:
    """A row a request, oldest first."""

    async def job(office: Office, tx: Transaction) -> list[dict[str, Any]]:
        store = office.files.requests
        found = await store.all() if everything else await store.in_state(RequestState.OPEN)
        return [_row(backoffice, request) for request in found]

    return await backoffice.read(job)


def _row(backoffice: Backoffice, request: Request) -> dict[str, Any]:
    return {
        "number": request.number,
        "kind": request.kind.value,
        "state": request.state.value,
        "since": backoffice.local(request.created_at),
        "name": request.claimed.get("name", ""),
        "company": request.claimed.get("company", ""),
        "email": request.address,
        "confirmed": request.confirmed_at is not None,
        "decided_by": request.decided_by,
    }


async def shown(backoffice: Backoffice, number: int) -> tuple[dict[str, Any], str]:
    """One request as JSON, and as the administrator's letter shows it."""

    async def job(office: Office, tx: Transaction) -> tuple[dict[str, Any], str]:
        request = await _request(office, number)
        # The letter's own token stays unused: it is bound to the operator, who is no address.
        facts, _ = await decide_facts(office, request, backoffice.operator)
        letter = Reply("admin/decide", {**facts, "why": "again"})
        text = backoffice.posting.composer.renderer.plain([letter], Language.EN, first_contact=False)
        notes = [
            {"at": backoffice.local(note.at), "kind": note.kind.value, "who": note.who, "text": note.text}
            for note in await office.files.requests.notes(number)
        ]
        said = {"claimed": dict(request.claimed), "on_file": dict(request.on_file), "decision": dict(request.decision)}
        proof = {"authenticity": request.authenticity, "merged": request.merged}
        return {**_row(backoffice, request), **proof, **said, "notes": notes}, text

    return await backoffice.write(job)


async def decide(backoffice: Backoffice, number: int, decision: Approve | Deny) -> str:
    """Approves or denies; what to print. Raises Refused with the reason when nothing was decided."""
    prepared = await _prepared(backoffice) if isinstance(decision, Approve) else None

    async def job(visit: Visit, tx: Transaction) -> Reply:
        office = office_of(visit)
        request = await _request(office, number)
        if request.confirmed_at is None:
            raise Refused(f"request {number} cannot be decided: its address has not been confirmed yet")
        view = await view_of(office, request)
        case = Case(office, request, backoffice.operator, fingerprint(request), view.alone, prepared)
        return _or_refused(number, await settling.decide(case, decision))

    reply = await backoffice.act(job)
    sent_to = reply.facts.get("sent_to") or reply.facts["request"].address
    if isinstance(decision, Deny):
        return f"request {number} is denied; {sent_to} is told"
    return f"request {number} is approved; the credentials go to {sent_to}"


async def _prepared(backoffice: Backoffice) -> Prepared:
    hashing = Argon2Hashing()
    try:
        temporary = mint_temporary(backoffice.mint)
        return Prepared(temporary, await hashing.hash(temporary))
    finally:
        hashing.close()


async def _request(office: Office, number: int) -> Request:
    request = await office.files.requests.get(number)
    if request is None:
        raise Refused(f"there is no request {number}; 'autopro request list --all' shows them")
    return request


def _or_refused(number: int, reply: Reply) -> Reply:
    facts = reply.facts
    if reply.template == "admin/decided" and not facts["late"]:
        return reply
    if reply.template == "admin/decided":
        raise Refused(f"request {number} is {facts['state']} already, by {facts['by'] or 'nobody'}; nothing was changed")
    if reply.template == "admin/call":
        raise Refused(f"request {number} was not approved: no address on record can be reached; telephone them, then deny it")
    words = ", ".join(facts.get("words", ()))
    text = _OBSTACLES.get(facts.get("problem", ""), f"the desk answered {reply.template}")
    raise Refused(f"request {number} was not decided: {text.format(words=words)}")
