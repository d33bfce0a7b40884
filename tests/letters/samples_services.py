"""Realistic facts for the letters of the services behind the key, of the calendar sweep, and of the operator's command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.core.shipment_lists import STATES, Wanted
from bot.core.shipments import Event, Flag, ReferenceKind, Shipment
from handlers.party_view import PartyShipment, party_view
from tests.letters.shipments import ALL, KINGSTON, NOW, TIMEZONE, TORONTO, at

Facts = dict[str, object]

_ROLES = (("shipper",), ("consignee", "billto"))
_ACCOUNT = {"code": "K7MP4TXR", "company": "Tremblay & Fils inc."}
_DEADLINE = date(2026, 12, 1)


def _named(shipment: Shipment) -> Shipment:
    """With everything that only a party sees."""
    said = Event(at(18, 16), 90, None, Flag.DELAYED, KINGSTON, reason="Dock 7 closed until Monday")
    unknown = Event(at(18, 17), 91, None, raw="ZQ", place=TORONTO)
    return replace(
        shipment,
        shipper_number="0012345",
        shipper_name="Outillage Mirquette ltée",
        consignee_number="0099999",
        consignee_name="Zorvalune Furniture Ltd.",
        billto_number="0099999",
        references=tuple((kind, f"{kind.value.upper()}-4711") for kind in ReferenceKind),
        picked_up_on=date(2026, 11, 16),
        events=(*shipment.events, said, unknown),
    )


def _parties() -> list[PartyShipment]:
    signed = replace(ALL[0], events=(*ALL[0].events[:-1], replace(ALL[0].events[-1], signed_by="J. DEMO")))
    whole = [signed, *map(_named, ALL)]
    return [party_view(each, _ROLES[number % 2], NOW, TIMEZONE) for number, each in enumerate(whole)]


def _lists() -> list[Facts]:
    lines = tuple(_parties())
    shown: list[Facts] = [{"wanted": Wanted(state), "lines": lines[:3], "more": True} for state in ("", *STATES)]
    first, last = date(2026, 11, 1), date(2026, 11, 15)
    shown += [
        {"wanted": Wanted("DELIVERED", first, last, 2), "lines": lines, "more": True},
        {"wanted": Wanted("OPEN", first, first), "lines": lines[:1], "more": False},
        {"wanted": Wanted("LATE", first), "lines": (), "more": False},
        {"wanted": Wanted(until=last), "lines": lines[:1], "more": True},
        {"wanted": Wanted(page=7), "lines": (), "more": False},
        {"wanted": Wanted(), "lines": (), "more": False},
    ]
    return shown


def _notices() -> list[Facts]:
    return [
        {"account": _ACCOUNT, "deadline": _DEADLINE, "left": left, "months": months} for left in (14, 7, 1, 0) for months in (3, 1)
    ]


_STATUSES = ("active", "password_expired", "invited")

SAMPLES: dict[str, list[Facts]] = {
    "trace/party": [{"shipment": view} for view in _parties()],
    "shipments/list": _lists(),
    "shipments/how": [{}],
    "shipments/no_numbers": [{}],
    "notice/password": _notices(),
    "notice/inactivity": [{**facts, "status": status} for facts in _notices() for status in _STATUSES],
    "notice/suspended": [{"account": _ACCOUNT, "at": NOW}],
    "notice/resumed": [{"account": _ACCOUNT, "at": NOW, "status": status} for status in _STATUSES],
    "notice/unlocked": [{"account": _ACCOUNT, "at": NOW}],
    "notice/closed": [
        {"account": _ACCOUNT, "reason": reason, "months": months} for reason in ("inactive", "operator") for months in (6, 1)
    ],
    "access/lapsed": [{"number": 41, "kind": kind, "days": days} for kind in ("access", "password") for days in (14, 1)],
    "operator/sweep_stopped": [
        {"why": why, "closing": closing, "accounts": 40}
        for why in ("clock_backward", "clock_ahead", "too_many")
        for closing in (0, 9)
    ],
}
