"""What the codes of an X12 214 mean for the desk: the canonical table of the fact sheet, section 3.5.

AT701 is element 1650, AT702 element 1651, AT703 element 1652. Where public lists contradict each other the standard's words hold:
X3 is the arrival at the pick-up, X1 the arrival at the delivery, XB "shipment acknowledged".
"""

from __future__ import annotations

from typing import Final

from bot.core.shipments import Status

_CODES: Final = {
    Status.BOOKED: "XB",
    Status.PICKUP_SCHEDULED: "X3 X8 L1",
    Status.PICKED_UP: "AF CP AM R1",
    Status.IN_TRANSIT: "P1 OA RL CL CT RH",
    Status.AT_TERMINAL: "X4 I1 AR",
    Status.WITH_PARTNER: "J1 BA AN",
    Status.CUSTOMS_HOLD: "K1 PR",
    Status.READY_FOR_DELIVERY: "AV S1 AW",
    Status.OUT_FOR_DELIVERY: "X6 AJ X1 X5",
    Status.DELIVERED: "D1",
    Status.DELIVERY_ATTEMPTED: "AH AP",
    Status.REFUSED: "A7",
    Status.ON_HOLD: "BC BO OO NB",
    Status.RETURNED: "A3",
    Status.CANCELLED: "CA",
}
STATUS_BY_CODE: Final = {code: status for status, codes in _CODES.items() for code in codes.split()}

# AT701 that raise a flag and say no status by themselves.
DELAYED_CODE: Final = "SD"
DAMAGED_CODE: Final = "A9"

# Known codes without a status: AI reconsigned; CD "carrier departed delivery location", which counts as delivered only when D1
# ("completed unloading") was said, and then D1 has said it, with the time of the delivery.
SILENT_CODES: Final = frozenset({"AI", "CD"})

DELIVERY_ESTIMATES: Final = frozenset({"AG", "X2"})
OTHER_ESTIMATES: Final = frozenset({"AA", "B6", "C1"})  # of the pick-up, a terminal, a departure: nothing the desk tells

# AT703: the date and time are those of an appointment.
PICKUP_APPOINTMENTS: Final = frozenset({"AA", "XA", "EP", "LP"})
DELIVERY_APPOINTMENTS: Final = frozenset({"AB", "X9", "AC", "ED", "LD"})

# Where AT701 only says that something went wrong, the reason decides the status. It never undoes a code that says what happened:
# CT with the reason CA is released by customs, not held.
EXCEPTION_CODES: Final = frozenset({DELAYED_CODE, "AH", "AP"})
_REASONS: Final = {
    Status.CUSTOMS_HOLD: "CA AS AR BD",
    Status.READY_FOR_DELIVERY: "C1",
    Status.REFUSED: "BS",
    Status.ON_HOLD: "B4 B5 BB C2 C3",
    Status.RETURNED: "BT",
}
STATUS_BY_REASON: Final = {code: status for status, codes in _REASONS.items() for code in codes.split()}

NORMAL_REASONS: Final = frozenset({"NS", "NA"})
POUNDS_PER_UNIT: Final = {"L": 1.0, "K": 1 / 0.45359237}  # AT802: pounds, kilograms (the international pound, exactly)
