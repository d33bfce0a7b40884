"""Letters of ours that came back: the report is tied to the letter by its Message-ID, and the address is marked."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.core.bounce import Bounce
from bot.core.seal import Seal
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.outbox import Outbox

log = structlog.get_logger("returns")


async def record_bounce(tx: Transaction, seal: Seal, bounce: Bounce, now: datetime) -> str:
    """Marks the letter, and for good failures its address; what came of it, for metrics: permanent, delayed, foreign, repeated.

    Anyone can write a report. Only one that names a letter of ours, whose Message-ID nobody can guess, changes anything.
    """
    outbox = Outbox(tx, seal)
    sent = await outbox.answered(bounce.message_ids)
    if sent is None:
        return "foreign"
    if not bounce.permanent:
        log.info("letter_delayed", outbox_id=sent.id, template=sent.template, status=bounce.status)
        return "delayed"
    if not await outbox.bounced(sent.id, bounce.status, now):
        return "repeated"
    await Correspondents(tx, now).mark_bounced(sent.conversation)
    log.warning("letter_bounced", outbox_id=sent.id, template=sent.template, status=bounce.status)
    return "permanent"
