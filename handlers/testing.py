"""An administrator's answer to a test letter: whether it proved who they are, in words. Nothing is decided by it."""

from __future__ import annotations

from bot.core.accounts.records import Token
from bot.core.replies import Reply
from bot.core.visit import Visit
from handlers.request_view import proof_of


async def judged(visit: Visit, token: Token) -> Reply:
    """What an answer like this one proves; `autopro check` shows the same afterwards."""
    verdict = visit.verdict
    authentic = verdict is not None and verdict.authentic
    reason, domain = (verdict.reason, verdict.detail) if verdict is not None else ("", "")
    address = token.grant.person.removeprefix("mail:")
    await visit.files.probes.answered(address, visit.now, authentic=authentic, reason=reason, domain=domain)
    facts = {"authentic": authentic, "proof": proof_of(reason), "domain": domain or address.rpartition("@")[2]}
    return Reply("admin/tested", facts)
