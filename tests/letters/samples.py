"""Realistic facts for every letter: what the tests, the accessibility check and a proofreader render.

`SAMPLES` has a list of facts for each template name; several where what is inside the letter changes.
"""

from __future__ import annotations

from bot.core.shipments import Place, ReferenceKind, Status
from handlers.help import ALL_TOPICS, Figures
from handlers.listing import listed, row
from handlers.open_view import open_view
from handlers.reference import handout
from handlers.services import DIRECTORY
from handlers.table import HANDLERS
from handlers.trace import CHOICES, Choice, Line
from tests.letters import samples_chat, samples_login, samples_requests, samples_services
from tests.letters.account_specs import ACCOUNT_SPECS
from tests.letters.shipments import ALL, NOW, QUEBEC, TIMEZONE, TORONTO, in_status
from tests.support.visitors import RULES

Facts = dict[str, object]

_LOADED = {handler.spec.name: handler.spec for handler in HANDLERS}
_SPECS = {**{spec.name: spec for spec in ACCOUNT_SPECS}, **_LOADED}
_VIEWS = [open_view(each, NOW, TIMEZONE) for each in ALL]
_REFERENCES = [kind.value for kind in ReferenceKind if kind is not ReferenceKind.PRO]
_CHOICES = (Choice(QUEBEC, TORONTO, 3, 1240), Choice(TORONTO, Place("Montréal", "QC"), 1, None), Choice(Place(), Place(), None, 95))
_NAMES = ("trace", "help", "contact")


def _found() -> list[Facts]:
    shown = {view.status for view in _VIEWS}
    others = [open_view(in_status(status), NOW, TIMEZONE) for status in Status if status.value not in shown]
    return [{"shipment": view} for view in [*_VIEWS, *others]]


def _several() -> list[Facts]:
    found = tuple(Line(view.pro, shipment=view) for view in _VIEWS)
    wrong = (Line("999999999", "unknown"), Line("12345678", "digits"), Line("123456780", "check_digit"))
    return [
        {"lines": (*found, *wrong), "missing": 3, "more": 0},
        {"lines": (found[0], wrong[0]), "missing": 1, "more": 1},
        {"lines": found * 2 + wrong, "missing": 3, "more": 12},
        {"lines": found[:2], "missing": 0, "more": 0},
    ]


def _choose() -> list[Facts]:
    short = [{"kind": kind, "value": "BOL-77", "choices": _CHOICES, "more": False} for kind in _REFERENCES[:2]]
    return [*short, {"kind": "po", "value": "4500", "choices": _CHOICES[:1] * CHOICES, "more": True}]


def _topics() -> dict[str, list[Facts]]:
    usual: Facts = {"figures": Figures(), "logged_in": False, "all_topics": ALL_TOPICS}
    topics = {f"help/{key}": [usual] for key in ALL_TOPICS}
    topics["help/locked_services"].append({**usual, "logged_in": True})
    for key in ("login", "change_password", "password_lifetime", "inactive_account", "new_password"):
        topics[f"help/{key}"].append({**usual, "figures": Figures(1, 1, 1, 1, 8)})
    return topics


def _listing() -> dict[str, list[Facts]]:
    services = [_SPECS[name] for name in DIRECTORY if name in _SPECS]
    return {
        "help/overview": [
            {"commands": listed(_SPECS.values(), logged_in=logged_in), "logged_in": logged_in} for logged_in in (False, True)
        ],
        "services/list": [
            {"services": tuple(row(spec, logged_in=logged_in) for spec in services), "logged_in": logged_in}
            for logged_in in (False, True)
        ],
    }


def _nearest() -> list[Facts]:
    rows = tuple(row(_SPECS[name], logged_in=False) for name in _NAMES)
    return [{"nearest": rows, "guessed": False}, {"nearest": rows[:1], "guessed": True}]


SAMPLES: dict[str, list[Facts]] = {
    "trace/found": _found(),
    "trace/several": _several(),
    "trace/choose": _choose(),
    "trace/not_found": [{"kind": kind, "value": "123456789"} for kind in ["pro", *_REFERENCES]],
    "trace/near_miss": [
        {"number": "12345678", "digits": 8, "length": 9},
        {"number": "123-456-7890", "digits": 10, "length": 9},
    ],
    "trace/bad_check": [{"number": "800123451"}],
    "trace/too_short": [{"kind": "bol", "value": "A1", "least": 3}, {"kind": "partner", "value": "", "least": 3}],
    "trace/which_kind": [{"value": "AB-12345"}],
    "trace/no_choice": [{"number": 7, "count": 3}, {"number": 12, "count": 2}, {"number": 2, "count": 0}],
    "trace/how": [{}],
    "language/set": [{"remembered": True}, {"remembered": False}],
    "language/choose": [{"unknown": False}, {"unknown": True}],
    "contact/numbers": [{}],
    "stop/done": [{}],
    "unknown/nearest": _nearest(),
    "unknown/empty": [{"quoted": False}, {"quoted": True}],
    "handoff/told": _nearest(),
    "handoff/forwarded": [
        {
            "sender": "marie@customer.example",
            "subject": "Ma palette",
            "lines": ("Bonjour,", "où est ma palette?", "Marie"),
            "removed": 1,
        },
        {"sender": "jo@customer.example", "subject": "", "lines": ("Where do I send a claim?",), "removed": 1},
    ],
    "handoff/postmaster": [
        {
            "sender": "postmaster@other.example",
            "subject": "Your letters",
            "lines": ("Please look at this.", "> TRACE 123456789"),
            "removed": 1,
        },
        {"sender": "jo@customer.example", "subject": "", "lines": (), "removed": 1},
    ],
    "limit/reached": [{"until": NOW, "all": True}, {"until": NOW, "all": False}],
    "desk/parked": [{"subject": "TRACE 123456789"}, {"subject": ""}],
    "desk/encrypted": [{"wrapper": "smime"}, {"wrapper": "pgp"}],
    "operator/parked": [{"id": 17, "reason": "KeyError"}],
    "operator/given_up": [{"id": 42, "reason": "554 5.7.1 we do not like it"}],
    "operator/held": [{}],
    "operator/mail_failed": [
        {"mailbox": "INBOX", "failed": "Failed", "why": why} for why in ("too_large", "no_sender", "unreadable")
    ],
    "operator/probe": [{}],
    "operator/limit": [{"letters": 1}, {"letters": 5000}],
    "reference/customer": [
        dict(handout(specs, RULES)[0].facts)
        for specs in ([*_SPECS.values()], [spec for spec in _SPECS.values() if not spec.locked])
    ],
    "help/which_topic": [
        {"asked": "password", "nearest": ("forgot_password", "change_password", "password_lifetime")},
        {"asked": "dimensions of a pallet", "nearest": ()},
    ],
    **_listing(),
    **_topics(),
}
for _others in (samples_chat.SAMPLES, samples_login.SAMPLES, samples_requests.SAMPLES, samples_services.SAMPLES):
    SAMPLES |= _others
