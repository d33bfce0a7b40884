"""What was not understood: a short word of help with the commands that it may have meant. Nothing is ever done by guess."""

from __future__ import annotations

from bot.core.commands import Reading
from bot.core.replies import Reply
from bot.core.values import Channel
from bot.core.visit import Visit
from handlers.listing import row
from handlers.table import HANDLERS

OFFERED = 4  # commands offered to choose from
_USUAL = ("trace", "help", "contact")  # what most people want, where nothing comes near


def answer_unknown(visit: Visit, reading: Reading) -> Reply:
    """The answer to a message in which no command was recognised.

    An empty one is told how to begin. Where a person reads what nobody understood, the answer says so; only mail goes on to one.
    """
    if reading.empty:
        return Reply("unknown/empty", {"quoted": bool(visit.quoted.strip())}, understood=False, language=reading.switch)
    specs = {handler.spec.name: handler.spec for handler in HANDLERS}
    names = [name for name in reading.nearest if name in specs][:OFFERED]
    handoff = visit.desk.handoff and visit.channel is Channel.MAIL
    nearest = tuple(row(specs[name], logged_in=visit.logged_in) for name in names or _USUAL if name in specs)
    return Reply(
        "handoff/told" if handoff else "unknown/nearest",
        {"nearest": nearest, "guessed": bool(names)},
        understood=False,
        language=reading.switch,
    )
