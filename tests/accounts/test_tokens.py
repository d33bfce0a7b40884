"""What a token is worth in whose hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.accounts.records import Grant, Token
from bot.core.accounts.tokens import LIFETIMES, ONCE, Judgement, Purpose, digest, judge, looks_issued
from bot.core.clock import SystemMint
from bot.core.values import Assurance

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JULIE = "mail:julie@company.example"


def token(purpose: Purpose = Purpose.CHALLENGE) -> Token:
    grant = Grant(purpose, JULIE, Assurance.AUTHENTIC_SENDER)
    return Token(b"d", grant, NOON, NOON + LIFETIMES[purpose])


def test_every_purpose_has_a_lifetime_and_what_proves_much_is_short_and_used_up() -> None:
    assert set(LIFETIMES) == set(Purpose)
    for purpose in (Purpose.CHALLENGE, Purpose.DECISION):
        assert LIFETIMES[purpose] == timedelta(minutes=30)
        assert purpose in ONCE


def test_it_counts_for_the_one_person_while_it_lives() -> None:
    one = token()
    assert judge(one, JULIE, NOON) is Judgement.VALID
    assert judge(one, JULIE, one.expires_at - timedelta(microseconds=1)) is Judgement.VALID
    assert judge(one, JULIE, one.expires_at) is Judgement.EXPIRED
    assert judge(None, JULIE, NOON) is Judgement.NONE


@pytest.mark.parametrize("state", ["alive", "expired", "used", "revoked"])
def test_a_stranger_learns_nothing_of_its_state(state: str) -> None:
    one = {
        "alive": token(),
        "expired": replace(token(), expires_at=NOON),
        "used": replace(token(), used_at=NOON),
        "revoked": replace(token(), revoked_at=NOON),
    }[state]
    assert judge(one, "mail:mallory@elsewhere.example", NOON) is Judgement.FOREIGN


def test_used_up_means_something_only_where_the_purpose_says_once() -> None:
    assert judge(replace(token(), used_at=NOON), JULIE, NOON) is Judgement.USED
    assert judge(replace(token(Purpose.REQUEST), used_at=NOON), JULIE, NOON) is Judgement.VALID
    assert judge(replace(token(Purpose.REQUEST), revoked_at=NOON), JULIE, NOON) is Judgement.REVOKED


def test_a_returned_letter_comes_from_nobody() -> None:
    assert judge(token(Purpose.BOUNCE), "mail:?", NOON) is Judgement.VALID


def test_the_shape() -> None:
    made = SystemMint().token()
    assert looks_issued(made)
    assert digest(made) != digest(made.swapcase())
    assert not looks_issued("billing")
    assert not looks_issued(made.upper())
    assert not looks_issued(made + "a")
