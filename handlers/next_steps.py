"""What to do next about a shipment: who does what, by its status, a delay and the reason. Pure tables.

Reasons are X12 1651 codes. The keys are those of `templates/_words/next_steps`.
"""

from __future__ import annotations

from bot.core.shipments import UNDER_WAY, Status

# The next step that a status asks for, and what a reason (X12 1651) makes of it.
_BY_STATUS = {
    Status.BOOKED: "booked",
    Status.PICKUP_SCHEDULED: "pickup_scheduled",
    Status.PICKED_UP: "moving",
    Status.IN_TRANSIT: "moving",
    Status.AT_TERMINAL: "moving",
    Status.WITH_PARTNER: "partner",
    Status.CUSTOMS_HOLD: "customs",
    Status.READY_FOR_DELIVERY: "ready",
    Status.OUT_FOR_DELIVERY: "out",
    Status.DELIVERED: "delivered",
    Status.DELIVERY_ATTEMPTED: "try_again",
    Status.REFUSED: "refused",
    Status.ON_HOLD: "held",
    Status.RETURNED: "returned",
    Status.CANCELLED: "cancelled",
}
_ADDRESS_OR_DATE = {
    "A2": "new_address",
    "A5": "new_address",
    "AD": "future_date",
    "B8": "unloading",
    "B9": "appointment",
    "BK": "appointment",
}
_CUSTOMS_PAPERS = {"AR": "customs_papers", "AS": "customs_papers", "BC": "customs_papers"}
_BY_REASON: dict[Status, dict[str, str]] = {
    Status.CUSTOMS_HOLD: _CUSTOMS_PAPERS,
    Status.READY_FOR_DELIVERY: {"C1": "collect"},
    Status.DELIVERY_ATTEMPTED: {**_ADDRESS_OR_DATE, "B1": "closed", "AN": "closed", "BC": "papers"},
    Status.ON_HOLD: {
        **_ADDRESS_OR_DATE,
        **dict.fromkeys(("AR", "AS"), "customs_papers"),
        "BC": "papers",
        "B4": "payment",
        "C1": "collect",
        "B5": "asked_hold",
        "BB": "asked_hold",
    },
}
_OF_DELAY = {**_ADDRESS_OR_DATE, **dict.fromkeys(("AR", "AS"), "customs_papers"), "BC": "papers", "BD": "customs", "CA": "customs"}
_SETTLED_BY_APPOINTMENT = frozenset({"appointment", "ready", "try_again", "closed", "future_date"})
_OVERTAKEN_BY_TIME = frozenset({"moving", "partner", "delayed"})
_CALL = frozenset(
    {
        "customs",
        "customs_papers",
        "papers",
        "payment",
        "asked_hold",
        "held",
        "ready",
        "collect",
        "new_address",
        "appointment",
        "refused",
        "overdue",
        "damaged",
    }
)


def next_step(status: Status, reason: str, *, delayed: bool, appointment: bool, overdue: bool) -> str:
    """The key of what to do next.

    `reason` is the X12 1651 code that explains the present state, or "". `delayed` tells of a delay that still holds, `appointment`
    of a delivery appointment that lies ahead: then nobody is asked to make one; `overdue` of an estimated day that is over.
    """
    if delayed and (status in UNDER_WAY or status is Status.OUT_FOR_DELIVERY):
        step = _OF_DELAY.get(reason, "delayed")
    else:
        step = _BY_REASON.get(status, {}).get(reason, _BY_STATUS[status])
    if appointment and step in _SETTLED_BY_APPOINTMENT:
        return "appointment_set"
    return "overdue" if overdue and step in _OVERTAKEN_BY_TIME else step


def asks_for_call(step: str) -> bool:
    """Whether the step asks for a telephone call, so that the numbers belong beside it."""
    return step in _CALL


def all_steps() -> frozenset[str]:
    """Every key that the word list must hold."""
    reasons = (step for steps in _BY_REASON.values() for step in steps.values())
    return frozenset({*_BY_STATUS.values(), *reasons, *_OF_DELAY.values(), "delayed", "damaged", "appointment_set", "overdue"})
