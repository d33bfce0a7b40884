"""Test letters that come back where nobody is answered: the desk's own, and an answer that fails its domain's policy."""

from __future__ import annotations

from datetime import datetime

from bot.core.accounts.records import Token
from bot.core.accounts.tokens import Judgement, Purpose, judge
from bot.core.authenticity import Verdict
from bot.core.inbound import Inbound
from bot.core.visit import Files

ARRIVED = "probe_arrived"


async def note_probe(files: Files, token: Token | None, inbound: Inbound, verdict: Verdict | None, now: datetime) -> bool:
    """Notes what a message that will not be answered tells about a test letter; True when it was the desk's own.

    `token` is what came with it, in whosever hands.
    """
    if token is None or judge(token, inbound.sender.key, now) is not Judgement.VALID:
        return False
    address, purpose = token.grant.person.removeprefix("mail:"), token.grant.purpose
    if purpose is Purpose.PROBE:
        await files.tokens.use(token.digest, now)
        await files.probes.answered(address, now, authentic=False, reason=inbound.silence, domain="")
        return True
    if purpose is Purpose.TEST and verdict is not None:
        await files.probes.answered(address, now, authentic=verdict.authentic, reason=verdict.reason, domain=verdict.detail)
    return False
