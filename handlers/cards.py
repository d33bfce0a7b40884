"""A shipment's card in a chat: its button brings the latest news into the card itself.

The buttons are bound to what the card shows. Where that is still so, a word over the screen is enough; else the card is replaced in
place, and a short message tells the change to whoever cannot see an edit (a screen reader, a telephone's notice).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from bot.core.chat_buttons import CARD, mark
from bot.core.replies import Reply
from bot.core.visit import Visit
from handlers.open_view import OpenShipment
from handlers.telling import local

_REMEMBERED = 500  # cards, as many as texts of public facts


def as_card(visit: Visit, reply: Reply, shown: OpenShipment) -> Reply:
    """The answer about one shipment: by chat a card, or the word that a tapped card is still true."""
    if visit.chat is None:
        return reply
    bound = _bound(reply.template, shown)
    if visit.chat.mark == bound:
        at = visit.chat.tapped_at
        since = local(visit, datetime.fromtimestamp(at, UTC)) if at else None
        return Reply("trace/unchanged", {"pro": shown.pro, "status": shown.status, "since": since}, toast=True)
    return replace(reply, mark=bound, news=Reply("trace/news", {"shipment": shown}))


@lru_cache(maxsize=_REMEMBERED)
def _bound(template: str, shown: OpenShipment) -> str:
    """The mark of a card: of public facts alone, like the text that is remembered of them."""
    return mark(CARD, template, shown)
