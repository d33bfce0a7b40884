"""TRACE: where a shipment is, by PRO number or by a reference, open to everybody.

Sources: the help page ("enter the autopro number (The nine digits without the dash)"), the carrier's tracing page (four kinds of
reference, at least three characters, several matches give a list of places, pieces and weight). Only open facts leave this file:
`handlers/open_view.py` has no field for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.check_digits import CheckDigit, length
from bot.core.commands import Command, CommandSpec, Follows, Handler
from bot.core.replies import Reply
from bot.core.shipments import MIN_REFERENCE, Place, ReferenceKind, Shipment, fold_reference
from bot.core.trace_arguments import TraceArguments, is_trace_argument, trace_arguments
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.cards import as_card
from handlers.open_view import OpenShipment, open_view
from handlers.party_view import party_view, roles

CHOICES = 20  # lines of a list: as many as people read before they narrow their search
_ECHO_LIMIT = 40  # characters of a reference that are repeated to its writer

_ENGLISH = ("TRACE", "TRACING", "TRACK", "TRACKING", "STATUS", "STATUS OF", "WHERE IS", "WHERE ARE")
_FRENCH = ("REPÉRAGE", "REPÉRER", "SUIVI", "SUIVRE", "TRACER", "RETRACER", "STATUT", "ÉTAT", "OÙ EST", "OÙ SONT", "OÙ EST RENDU")

SPEC = CommandSpec(
    name="trace",
    words={Language.EN: _ENGLISH, Language.FR: (*_FRENCH, "TRACE")},
    follows=Follows.REQUIRED,
    undecided=frozenset({"TRACE", "TRACKING"}),
    whole_line=frozenset({*_ENGLISH, *_FRENCH}),  # all of them begin ordinary sentences as well: "Suivi de notre appel …"
    argument=is_trace_argument,
    slash={Language.FR: "REPÉRER"},  # a menu's entries say what to do
)


@dataclass(frozen=True, slots=True)
class Line:
    """One number of several: its shipment, or what is wrong with it ("unknown", "digits" or "check_digit"; "" when found)."""

    number: str
    problem: str = ""
    shipment: OpenShipment | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list to choose from: nothing but places, pieces and weight, as the carrier's own list shows."""

    origin: Place
    destination: Place
    pieces: int | None
    weight_lb: int | None


async def answer(visit: Visit, command: Command) -> Reply:
    """Answers a search by what it holds: a line of the list just sent, PRO numbers, a reference, or nothing."""
    wanted = trace_arguments(command, rule=CheckDigit(visit.desk.check_digit))
    if wanted.choice is not None:
        return await _chosen(visit, wanted.choice)
    if wanted.pros or wanted.near or wanted.bad_check:
        return await _by_numbers(visit, wanted)
    if wanted.kind is not None:
        return await _by_reference(visit, wanted.kind, wanted.reference)
    if wanted.reference:
        return Reply("trace/which_kind", {"value": wanted.reference[:_ECHO_LIMIT]})
    if visit.answered_pros:
        return await _by_numbers(visit, TraceArguments(pros=visit.answered_pros))
    return Reply("trace/how")


async def _by_numbers(visit: Visit, wanted: TraceArguments) -> Reply:
    if len(wanted.pros) + len(wanted.near) + len(wanted.bad_check) > 1:
        return await _several(visit, wanted)
    if wanted.near:
        facts = {"number": wanted.near[0], "digits": _digits(wanted.near[0]), "length": length(CheckDigit(visit.desk.check_digit))}
        return Reply("trace/near_miss", facts)
    if wanted.bad_check:
        return Reply("trace/bad_check", {"number": wanted.bad_check[0]})
    (pro,) = wanted.pros
    shipment = await visit.stores.shipments.by_pro(pro)
    return _found(visit, shipment) if shipment is not None else Reply("trace/not_found", {"kind": "pro", "value": pro})


async def _several(visit: Visit, wanted: TraceArguments) -> Reply:
    """One block a number, in the order asked; those that cannot be numbers stand last, each with its reason."""
    shipments = await visit.stores.shipments.by_pros(wanted.pros)
    lines = [_line(visit, pro, shipment) for pro, shipment in zip(wanted.pros, shipments, strict=True)]
    lines += [Line(number, "check_digit") for number in wanted.bad_check]
    lines += [Line(number, "digits") for number in wanted.near]
    missing = sum(1 for line in lines if line.problem)
    return Reply("trace/several", {"lines": tuple(lines), "missing": missing, "more": wanted.more})


def _line(visit: Visit, pro: str, shipment: Shipment | None) -> Line:
    if shipment is None:
        return Line(pro, "unknown")
    return Line(pro, shipment=open_view(shipment, visit.now, visit.desk.timezone))


async def _by_reference(visit: Visit, kind: ReferenceKind, value: str) -> Reply:
    shown = value.strip()[:_ECHO_LIMIT]
    if len(fold_reference(value)) < MIN_REFERENCE:
        return Reply("trace/too_short", {"kind": kind.value, "value": shown, "least": MIN_REFERENCE})
    shipments = await visit.stores.shipments.by_reference(kind, value, CHOICES + 1)
    if not shipments:
        return Reply("trace/not_found", {"kind": kind.value, "value": shown})
    if len(shipments) == 1:
        return _found(visit, shipments[0])
    return _choose(kind, shown, shipments)


def _choose(kind: ReferenceKind, shown: str, shipments: Sequence[Shipment]) -> Reply:
    """The numbered list; its ids go with the reply, so that the next message's number finds its line."""
    listed = shipments[:CHOICES]
    choices = tuple(Choice(each.origin, each.destination, each.pieces, each.weight_lb) for each in listed)
    facts = {"kind": kind.value, "value": shown, "choices": choices, "more": len(shipments) > CHOICES}
    return Reply("trace/choose", facts, choices=tuple(each.id for each in listed))


async def _chosen(visit: Visit, number: int) -> Reply:
    """A line of the list just sent; without a list, beyond it, or when its shipment is gone, what to do instead."""
    choices = await visit.stores.correspondents.choices(visit.sender.key)
    if 1 <= number <= len(choices):
        shipment = await visit.stores.shipments.by_id(choices[number - 1])
        if shipment is not None:
            return _found(visit, shipment)
    outside = bool(choices) and not 1 <= number <= len(choices)
    return Reply("trace/no_choice", {"number": number, "count": len(choices) if outside else 0})


def _found(visit: Visit, shipment: Shipment) -> Reply:
    """The open answer, or all that is on file for a party that is logged in."""
    if visit.access.account is not None and (role := roles(visit, shipment)):
        seen = party_view(shipment, role, visit.now, visit.desk.timezone)
        return as_card(visit, Reply("trace/party", {"shipment": seen}), seen.open)
    public = open_view(shipment, visit.now, visit.desk.timezone)
    return as_card(visit, Reply("trace/found", {"shipment": public}, public=True), public)


def _digits(number: str) -> int:
    return sum(1 for character in number if character.isdigit())


HANDLER = Handler(SPEC, answer)
