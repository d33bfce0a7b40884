"""Realistic facts for the letters about requests: forms, receipts, credentials, and the administrators' threads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.core.accounts.lookalike import DomainFlags
from bot.core.accounts.records import SuggestedCustomer
from bot.core.forms import ACCESS, FORGOT
from handlers.form_steps import Line, lines_of
from handlers.my_request import Standing
from handlers.office import Opening
from handlers.request_letters import Waiting
from handlers.request_view import AccountLine, Earlier, OnFile, RequestView, Said

Facts = dict[str, object]

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC).astimezone(ZoneInfo("America/Toronto"))
MORNING = NOW.replace(day=24, hour=8)
JULIE = "julie@boreal.example"
_ADMIN = "admin@carrier.example"
_VALUES = {
    "name": "Julie Tremblay",
    "company": "Expéditions Boréal inc.",
    "email": JULIE,
    "telephone": "514-555-0123 ext. 150",
    "customer_number": "0012345",
    "language": "fr",
    "remarks": "Nous expédions de Laval chaque semaine.",
}
_OPENINGS = (Opening(True, NOW), Opening(False, MORNING), Opening(False, None))

ACCESS_REQUEST = RequestView(
    number=12,
    kind="access",
    since=NOW,
    name="Julie Tremblay",
    company="Expéditions Boréal inc.",
    address=JULIE,
    telephone="514-555-0123",
    customer_number="0012345",
    customer_known=True,
    language="fr",
    remarks=("Nous expédions de Laval chaque semaine.", "Mon collègue Marc a déjà un code."),
    code="",
    proof="signed",
    address_confirmed=True,
    flags=DomainFlags("boreal.example", known=True),
    accounts=(AccountLine("K7MP4TXR", "Expéditions Boréal inc.", "active", 3, "marc@boreal.example", "domain"),),
    on_file=None,
    earlier=(Earlier(4, "access", "denied", NOW),),
    suggested=(
        SuggestedCustomer("0012345", "same_domain", "Expéditions Boréal inc."),
        SuggestedCustomer("0055555", "shipment_name", "EXPEDITIONS BOREAL INC"),
    ),
    alone=("0012345",),
    merged=1,
    said=(
        Said("question", _ADMIN, ("De quel terminal expédiez-vous?",)),
        Said("answer", JULIE, ("De Laval.", "Demandez Paul.")),
        Said("bounced", JULIE, ()),
    ),
)
PLAIN_REQUEST = replace(
    ACCESS_REQUEST,
    telephone="",
    customer_number="0099999",
    customer_known=False,
    remarks=(),
    proof="unsigned",
    address_confirmed=False,
    flags=DomainFlags("borea1.example", resembles="boreal.example", foreign_letters=True),
    accounts=(),
    earlier=(),
    suggested=(),
    alone=(),
    merged=0,
    said=(),
)
FORGOTTEN = replace(
    PLAIN_REQUEST,
    number=13,
    kind="password",
    name="J. Tremblai",
    company="Boréal",
    address="julie@gmail.com",
    telephone="514-555-0199",
    customer_number="",
    code="K7MP4TXR",
    flags=DomainFlags("gmail.com", free_mail=True),
    on_file=OnFile(
        code="K7MP4TXR",
        company="Expéditions Boréal inc.",
        status="password_expired",
        name="Julie Tremblay",
        telephone="514-555-0123",
        address=JULIE,
        asked_from_record=False,
        send_to=JULIE,
        last_activity=NOW,
        address_changed=NOW,
    ),
)
assert FORGOTTEN.on_file is not None
UNREACHABLE = replace(FORGOTTEN, on_file=replace(FORGOTTEN.on_file, send_to="", address_changed=None))
UNKNOWN = replace(FORGOTTEN, name="", company="", code="", on_file=None, accounts=ACCESS_REQUEST.accounts)
_VIEWS = (
    ACCESS_REQUEST,
    PLAIN_REQUEST,
    FORGOTTEN,
    UNREACHABLE,
    UNKNOWN,
    replace(ACCESS_REQUEST, own=True),
    replace(ACCESS_REQUEST, in_chat=True),
    replace(FORGOTTEN, in_chat=True),
)
_WHYS = ("new", "changed", "answer", "bounced", "again")
_PROBLEMS = (
    *("empty", "quoted", "subject", "no_verb", "arguments", "question", "contradiction", "account_state", "member_suspended"),
    *("no_account", "no_customers_here"),
)
_WAITING = tuple(
    Waiting(number, kind, name, company, address, NOW)
    for number, kind, name, company, address in (
        (12, "access", "Julie Tremblay", "Expéditions Boréal inc.", JULIE),
        (13, "password", "", "", "terminal:tty1"),
    )
)
_LINES = lines_of(ACCESS, _VALUES)
_WRONG = lines_of(
    ACCESS,
    {"name": "Julie", "language": "en"},
    {"company": "missing", "email": "not_an_address", "telephone": "not_a_telephone", "customer_number": "not_a_customer_number"},
    {"email": "julie chez boreal", "telephone": "12", "customer_number": "12, rue X"},
)


def _decided() -> list[Facts]:
    usual: Facts = {
        "request": _WAITING[0],
        "state": "approved",
        "by": _ADMIN,
        "at": NOW,
        "you": False,
        "late": False,
        "reason": "",
        "customers": ("0012345", "0055555"),
        "joined": "",
        "code": "",
        "sent_to": "",
        "undoable": True,
    }
    return [
        usual,
        {**usual, "you": True, "customers": ()},
        {**usual, "late": True, "state": "denied", "reason": "Aucun client de ce nom", "undoable": False},
        {**usual, "joined": "K7MP4TXR", "customers": ()},
        {**usual, "request": _WAITING[1], "code": "K7MP4TXR", "sent_to": JULIE, "customers": ()},
        {**usual, "state": "undone", "undoable": False},
        {**usual, "state": "lapsed", "by": "desk", "undoable": False},
    ]


def _confirm() -> list[Facts]:
    approve: Facts = {"verb": "approve", "with_numbers": True, "customers": ("0012345",), "join": "", "text": ""}
    decisions: list[Facts] = [
        approve,
        {**approve, "customers": ()},
        {**approve, "with_numbers": False, "customers": (), "join": "K7MP4TXR"},
        {**approve, "verb": "deny", "with_numbers": False, "text": "Aucun client de ce nom"},
        {**approve, "verb": "ask", "with_numbers": False, "text": "De quel terminal?"},
        {**approve, "verb": "undo", "with_numbers": False},
    ]
    views = (ACCESS_REQUEST, UNKNOWN)
    return [{"request": view, "decision": decision, "minutes": 30} for view in views for decision in decisions]


def _unclear() -> list[Facts]:
    found: list[Facts] = [{"request": ACCESS_REQUEST, "problem": each, "words": (), "open": True} for each in _PROBLEMS]
    found.append({"request": ACCESS_REQUEST, "problem": "unknown_customers", "words": ("0099999", "0099998"), "open": True})
    found.append({"request": UNKNOWN, "problem": "unknown_code", "words": ("ZZZZ9999",), "open": True})
    return [*found, {"request": FORGOTTEN, "problem": "no_verb", "words": (), "open": False}]


def _credentials(**changes: object) -> Facts:
    usual: Facts = {
        "code": "K7MP4TXR",
        "company": "Expéditions Boréal inc.",
        "temporary": "K7MP-4TXR-ACDE-9FGH",
        "until": MORNING,
        "joined": False,
        "fresh": False,
        "least": 15,
    }
    return {**usual, **changes}


def _steps() -> list[Facts]:
    found: list[Facts] = []
    for form in (ACCESS, FORGOT):
        for number, one in enumerate(form.fields, 1):
            value = _VALUES.get(one.key, "K7MP4TXR")
            for line in (Line(one.key, one.labels, one.required), Line(one.key, one.labels, one.required, value)):
                facts: Facts = {"form": form.name, "number": number, "total": len(form.fields), "line": line}
                found.append({**facts, "problem": "", "resumed": bool(line.value), "back": number > 1})
    for problem in ("missing", "too_long", "control_characters", "not_an_address", "not_a_language", "not_a_code", "no_letters"):
        found.append({**found[0], "problem": problem})
    return found


def _summaries() -> list[Facts]:
    facts: Facts = {"form": "access", "total": 7, "lines": _LINES}
    found: list[Facts] = [{**facts, "problem": problem, "resumed": bool(problem)} for problem in ("", "which", "confirm")]
    forgot: Facts = {"form": "forgot", "total": 5, "lines": lines_of(FORGOT, {"name": "Julie"})}
    return [*found, {**forgot, "problem": "", "resumed": False}]


def _status() -> list[Facts]:
    usual = Standing(12, "access", "open", NOW, True, None, "", False, False)
    standings = (
        usual,
        replace(usual, confirmed=False),
        replace(usual, question=True, kind="password"),
        replace(usual, state="approved", decided=NOW, new_code=True),
        replace(usual, state="denied", decided=NOW, reason="Aucun client de ce nom"),
        replace(usual, state="lapsed", decided=NOW),
        replace(usual, state="undone", decided=NOW),
    )
    found: list[Facts] = [{"requests": (each,), "opening": opening, "chat": False} for each in standings for opening in _OPENINGS]
    for chat in (False, True):
        found.append({"requests": (), "opening": _OPENINGS[0], "chat": chat})
    return found


_SAID: Facts = {"number": 12, "kind": "access"}
_KINDS: list[Facts] = [_SAID, {"number": 13, "kind": "password"}]

SAMPLES: dict[str, list[Facts]] = {
    "access/form": [{"lines": lines_of(ACCESS, {}), "problems": False}, {"lines": _WRONG, "problems": True}],
    "access/confirm_address": [{"number": 12, "lines": _LINES}],
    "access/confirm_sent": [{"address": JULIE}],
    "access/confirm_over": [{}],
    "access/received": [
        {"number": 12, "opening": opening, "merged": merged, "address": JULIE} for opening in _OPENINGS for merged in (False, True)
    ],
    "access/credentials": [_credentials(), _credentials(joined=True), _credentials(fresh=True)],
    "access/question": [{**each, "question": "De quel terminal expédiez-vous?"} for each in _KINDS],
    "access/answer_passed": [{**_SAID, "state": state} for state in ("open", "approved")],
    "access/denied": [{**each, "reason": reason} for each in _KINDS for reason in ("", "Aucun client de ce nom")],
    "access/undone": _KINDS,
    "access/lapsed": [{**each, "days": 14} for each in _KINDS],
    "access/status": _status(),
    "access/status_unproved": [{}],
    "form/step": _steps(),
    "form/summary": _summaries(),
    "form/cancelled": [{"form": "access"}, {"form": "forgot"}, {"form": "profile"}],
    "password/forgot_received": [{"opening": opening} for opening in _OPENINGS],
    "password/credentials": [_credentials(), _credentials(fresh=True)],
    "password/sent_to_record": [{"number": 13, "kind": "password"}],
    "password/closed": [{"code": "K7MP4TXR", "company": "Expéditions Boréal inc."}],
    "password/new_code_received": [{}],
    "admin/decide": [{"request": view, "why": why} for view in _VIEWS for why in _WHYS],
    "admin/call": [{"request": UNREACHABLE}],
    "admin/unclear": _unclear(),
    "admin/confirm": _confirm(),
    "admin/decided": _decided(),
    "admin/own": _KINDS,
    "admin/test": [{}],
    "admin/tested": [
        {"authentic": authentic, "proof": proof, "domain": "carrier.example"}
        for authentic, proof in ((True, "signed"), (False, "foreign_signature"), (False, "unsigned"))
    ],
    "admin/not_here": [{}],
    "admin/by_letter": [{}],
    "admin/asked": [
        {**each, "question": "De quel terminal?", "address": JULIE, "sent": sent} for each in _KINDS for sent in (True, False)
    ],
    "admin/not_undone": [{**each, "why": why} for each in _KINDS for why in ("used", "nothing_to_undo")],
    "admin/no_request": [{"number": 99}],
    "admin/requests": [{"requests": _WAITING, "more": 3}, {"requests": _WAITING[:1], "more": 1}, {"requests": (), "more": 0}],
    "admin/digest": [{"requests": _WAITING, "cap": 10}, {"requests": _WAITING[:1], "cap": 1}],
    "admin/reminder": [{"requests": _WAITING}, {"requests": _WAITING[:1]}],
}
