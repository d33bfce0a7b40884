"""Check digits of PRO numbers: every carrier has its own rule, or none; a setting says which holds.

Sources: XPO's help centre ("PRO number": first eight digits modulo 7); the YRC Freight sheet of 2012 (the middle six digits modulo
11, ten written X); ISO/IEC 7812-1 annex B for Luhn, which Old Dominion uses. The default is no rule: the help page names none, and
123456789 satisfies none of them. A single check digit finds about nine typing errors in ten, never all.
"""

from __future__ import annotations

from enum import StrEnum


class CheckDigit(StrEnum):
    """The rule of the carrier's check digit."""

    NONE = "none"
    XPO_MOD7 = "xpo_mod7"
    YRC_MOD11 = "yrc_mod11"
    LUHN = "luhn"


def length(rule: CheckDigit) -> int:
    """How many characters a PRO number has under `rule`: nine (the help page), ten with YRC's three parts 999-999999-X."""
    return 10 if rule is CheckDigit.YRC_MOD11 else 9


def valid(pro: str, rule: CheckDigit) -> bool:
    """Whether `pro` (digits without separators, YRC's last may be X) ends in the check digit that `rule` asks for.

    Under NONE everything is valid. What does not have the rule's form is not valid; never raises.
    """
    if rule is CheckDigit.NONE:
        return True
    if not pro.isascii():
        return False
    if rule is CheckDigit.YRC_MOD11:
        return _yrc(pro)
    if not pro.isdigit():
        return False
    return _xpo(pro) if rule is CheckDigit.XPO_MOD7 else _luhn(pro)


def _xpo(pro: str) -> bool:
    return len(pro) == 9 and int(pro[:8]) % 7 == int(pro[8])


def _yrc(pro: str) -> bool:
    if len(pro) != 10 or not pro[:9].isdigit():
        return False
    digit = -int(pro[3:9]) % 11
    return pro[9].upper() == ("X" if digit == 10 else str(digit))


def _luhn(pro: str) -> bool:
    total = 0
    for place, character in enumerate(reversed(pro)):
        digit = int(character) << (place & 1)
        total += digit - 9 if digit > 9 else digit
    return len(pro) > 1 and total % 10 == 0
