"""MY SHIPMENTS: the shipments to which the account is a party, by state and dates, a page at a time.

A party is the shipper, the consignee or the payer, by the account's customer numbers (the carrier's own service lists the same).
Pages are numbered and every page is asked for by its whole command (`MY SHIPMENTS OPEN PAGE 2`): nothing has to be remembered, and
an old letter's button still works. A page is also a list to choose from: answering `3` traces its third line.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.core.accounts.sessions import Action
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.replies import Reply
from bot.core.shipment_lists import is_list_argument, read_wanted
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.locked import locked
from handlers.party_view import party_view, roles

PAGE = 15  # shipments: what a telephone shows in a few screens

_ENGLISH = ("MY SHIPMENTS", "MY SHIPMENT", "LIST MY SHIPMENTS", "SHOW MY SHIPMENTS")
_FRENCH = ("MES EXPÉDITIONS", "MES ENVOIS", "LISTE DE MES EXPÉDITIONS", "VOIR MES EXPÉDITIONS")

SPEC = CommandSpec(
    name="my_shipments",
    words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
    effect=Effect.CHANGE,
    follows=Follows.OPTIONAL,
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),  # "My shipments are late, what is going on?" is for a person
    argument=is_list_argument,
    locked=True,
)


async def answer(visit: Visit, command: Command) -> Reply:
    """One page of the list; what may follow, where the argument cannot be read."""
    refusal = locked(visit, Action.LOCKED_SERVICE)
    account = visit.access.account
    if refusal is not None or account is None:
        return refusal or Reply("login/needed")
    numbers = account.customer_numbers
    if not numbers:
        return Reply("shipments/no_numbers")
    today = visit.now.astimezone(ZoneInfo(visit.desk.timezone)).date()
    wanted = read_wanted(command.argument, today)
    if wanted is None:
        return Reply("shipments/how")
    offset = (wanted.page - 1) * PAGE
    found = await visit.stores.shipments.by_customers(numbers, wanted.selection(today), PAGE + 1, offset)
    listed = found[:PAGE]
    lines = tuple(party_view(each, roles(visit, each), visit.now, visit.desk.timezone) for each in listed)
    facts = {"wanted": wanted, "lines": lines, "more": len(found) > PAGE}
    return Reply("shipments/list", facts, choices=tuple(each.id for each in listed))


HANDLER = Handler(SPEC, answer)
