"""Facts for the letters about logging in, passwords, profiles, members and objections."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.core.accounts.passwords import Rule
from bot.core.accounts.records import Member, MemberState
from bot.core.values import Language
from handlers.members import MOST, Row
from handlers.telling import Doer

Facts = dict[str, object]

_AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
_COMPANY = "Transports Tremblay & Fils inc."
_CODE = "K7MP4TXR"
_ADDRESS = "julie@tremblay.example"
_UNTIL = date(2027, 2, 23)
_MEMBER = Member(1, 1, "marie@tremblay.example", "Marie Tremblay", "514-555-0100", Language.FR, True, MemberState.ACTIVE, _AT)
_UNNAMED = Member(2, 1, _ADDRESS, "", "", None, False, MemberState.ACTIVE, _AT)
_DOERS = (
    Doer("Marie Tremblay (marie@tremblay.example)", "mail"),
    Doer("", "terminal"),
    Doer("", "telegram"),
    Doer("", "mail", administrator=True),
)
_CHOICE: Facts = {
    "minimum": 15,
    "suggestions": {"en": "amber canoe stone window april field 4071", "fr": "canot ambre pierre avril champ lune 4071"},
}
_REASONS = ("wrong", "locked", "closed", "suspended", "member_suspended", "invited", "temporary_expired", "previous")


def _opened() -> list[Facts]:
    facts: Facts = {"company": _COMPANY, "minutes": 60, "password_until": _UNTIL, "password_mailed": True, "by_mail": True}
    return [facts, {**facts, "password_mailed": False, "by_mail": False, "password_until": None}]


def _refused() -> list[Facts]:
    told: list[Facts] = [{"reason": reason, "until": _AT if reason == "locked" else None, "changed": _AT} for reason in _REASONS]
    return [{"reason": "", "until": None, "changed": None}, *told, {"reason": "locked", "until": None, "changed": None}]


def _attempted() -> list[Facts]:
    facts: Facts = {"attempts": 5, "channel": "mail", "address": "x@elsewhere.example", "at": _AT, "until": None, "changed": _AT}
    told: list[Facts] = [{**facts, "reason": reason} for reason in _REASONS]
    return [*told, {**facts, "reason": "wrong", "attempts": 1, "channel": "terminal", "address": ""}]


def _profile() -> list[Facts]:
    facts: Facts = {
        "code": _CODE,
        "company": _COMPANY,
        "customers": ("0012345", "0012346"),
        "member": _MEMBER,
        "chats": 1,
        "members": 3,
        "password_until": _UNTIL,
    }
    return [
        facts,
        {**facts, "member": _UNNAMED, "customers": (), "chats": 0},
        {**facts, "member": None, "password_until": None},
    ]


def _address(**more: object) -> Facts:
    return {"name": "Julie", "company": _COMPANY, "old": "marie@tremblay.example", "address": _ADDRESS, "at": _AT, **more}


def _told() -> list[Facts]:
    facts: Facts = {"company": _COMPANY, "address": _ADDRESS, "at": _AT}
    return [
        {**facts, "event": event, "name": name, "doer": doer}
        for event in ("invited", "removed")
        for name in ("", "Julie")
        for doer in _DOERS
    ]


_ROWS = (
    Row("Marie Tremblay", "marie@tremblay.example", "active", True, True),
    Row("", _ADDRESS, "invited", False, False),
    Row("Jules", "jules@tremblay.example", "suspended", False, False),
)
_OBJECTION: Facts = {
    "code": _CODE,
    "company": _COMPANY,
    "name": "Jules",
    "address": _ADDRESS,
    "by": "marie@tremblay.example",
    "at": _AT,
}
_BOTH: tuple[bool, bool] = (False, True)

SAMPLES: dict[str, list[Facts]] = {
    "login/opened": _opened(),
    "login/how": [{"by_mail": each} for each in _BOTH],
    "login/refused": _refused(),
    "login/attempted": _attempted(),
    "login/busy": [{}],
    "login/expired": [_CHOICE],
    "login/limited": [{}],
    "login/challenge": [{"company": _COMPANY, "code": _CODE}],
    "login/challenge_sent": [{"address": _ADDRESS, "password_mailed": each} for each in _BOTH],
    "login/not_opened": [{"reason": reason} for reason in ("expired", "closed", "invited", "suspended")],
    "login/needed": [{}],
    "login/session_ended": [{}],
    "login/password_needed": [{"refused_here": each} for each in _BOTH],
    "login/logged_out": [{"everywhere": each, "ended": 3, "company": _COMPANY} for each in _BOTH],
    "yes/nothing": [{"over": over, "used": used} for over, used in ((False, False), (True, False), (True, True))],
    "yes/unclear": [{}],
    "password/choose": [_CHOICE],
    "password/how": [_CHOICE],
    "password/refused": [{**_CHOICE, "rule": rule.value, "length": 9, "limit": 15} for rule in Rule],
    "password/wrong_current": [
        {"temporary": False, "until": None, "changed": None},
        {"temporary": True, "until": None, "changed": None},
        {"temporary": False, "until": _AT, "changed": None},
        {"temporary": False, "until": None, "changed": _AT},
    ],
    "password/temporary_expired": [{}],
    "password/changed": [{"company": _COMPANY, "until": _UNTIL, "told": 2}, {"company": _COMPANY, "until": None, "told": 0}],
    "password/told": [{"company": _COMPANY, "doer": doer, "at": _AT} for doer in _DOERS],
    "profile/show": _profile(),
    "profile/changed": [
        {"field": "language", "value": "fr"},
        {"field": "language", "value": "en"},
        {"field": "telephone", "value": "514-555-0100"},
        {"field": "name", "value": "Julie Côté"},
    ],
    "profile/bad_value": [
        {"field": field, "problem": problem}
        for field in ("name", "telephone", "email", "language")
        for problem in ("missing", "not_a_telephone", "ours")
    ],
    "profile/which_member": [{}],
    "profile/same_address": [{"address": _ADDRESS}],
    "profile/address_taken": [{"address": _ADDRESS}],
    "profile/address_asked": [_address()],
    "profile/confirm_address": [_address(), _address(name="")],
    "profile/address_changed": [_address(), _address(name="")],
    "profile/address_told": [_address(), _address(name="")],
    "members/list": [{"code": _CODE, "company": _COMPANY, "members": _ROWS}],
    "members/invited": [{"address": _ADDRESS, "again": each} for each in _BOTH],
    "members/invitation": [{"company": _COMPANY, "doer": doer} for doer in _DOERS],
    "members/joined": [{"company": _COMPANY, "code": _CODE}],
    "members/new_party": [{"code": _CODE, "name": name, "address": _ADDRESS} for name in ("", "Julie")],
    "members/told": _told(),
    "members/already": [{"address": _ADDRESS, "suspended": each} for each in _BOTH],
    "members/too_many": [{"most": MOST}],
    "members/removed": [{"address": _ADDRESS, "was_you": each} for each in _BOTH],
    "members/removed_you": [{"company": _COMPANY, "at": _AT}],
    "members/unknown": [{"address": _ADDRESS}],
    "members/last": [{"address": _ADDRESS}],
    "members/which_address": [{"action": action, "ours": ours} for action in ("invite", "remove") for ours in _BOTH],
    "members/which_account": [{"action": action} for action in ("invite", "remove")],
    "link/code": [{"code": "K7MP-4TXR", "company": _COMPANY, "minutes": 60}],
    "link/code_sent": [{"address": _ADDRESS, "minutes": 60, "in_chat": each} for each in _BOTH],
    "link/in_chat": [{}],
    "link/which_member": [{}],
    "link/wrong": [{"until": until, "minutes": 60} for until in (None, _AT)],
    "link/already": [{}],
    "link/done": [{"company": _COMPANY}],
    "link/told": [{"company": _COMPANY, "member": f"Julie ({_ADDRESS})", "chat": chat, "at": _AT} for chat in ("", "Julie C.")],
    "link/unlinked": [{"count": 1}],
    "link/unlinked_told": [{"count": 1, "at": _AT, "channel": channel} for channel in ("mail", "telegram")],
    "link/none": [{"in_chat": each} for each in _BOTH],
    "link/expired": [{}],
    "link/no_session": [{}],
    "object/done": [{"name": name, "address": _ADDRESS, "chat": chat} for name in ("", "Jules") for chat in _BOTH],
    "object/nothing": [{"over": over, "used": used} for over, used in ((False, False), (True, False), (True, True))],
    "object/suspended": [{"company": _COMPANY, "chat": each} for each in _BOTH],
    "object/admin": [{**_OBJECTION, "chat": chat} for chat in _BOTH],
}
