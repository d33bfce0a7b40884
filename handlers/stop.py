"""STOP: no more notices to this address, at once and without a question (CASL asks for ten business days; nobody should wait)."""

from __future__ import annotations

from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit

SPEC = CommandSpec(
    name="stop",
    words={
        Language.EN: ("STOP", "UNSUBSCRIBE", "STOP NOTICES"),
        Language.FR: ("ARRÊT", "ARRÊTER", "ARRÊT DES AVIS", "DÉSABONNER", "ME DÉSABONNER", "DÉSABONNEMENT", "STOP"),
    },
    effect=Effect.CHANGE,
    follows=Follows.NOTHING,
    undecided=frozenset({"STOP"}),
    whole_line=frozenset({"ARRÊT", "ARRÊTER"}),
)


async def answer(visit: Visit, command: Command) -> Reply:
    """Stops the notices; anybody may stop them for an address, since silence harms nobody and a proof would delay it."""
    await visit.stores.correspondents.stop_notices(visit.sender.key)
    return Reply("stop/done")


HANDLER = Handler(SPEC, answer)
