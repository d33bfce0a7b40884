"""What opens a session, how long it lasts, what it may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.accounts.sessions import Action, Entry, Proof, alive, entry, needs, permits
from bot.core.accounts.status import Status
from bot.core.values import Assurance

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
A0, A1, A2, A3, A4 = Assurance


@pytest.mark.parametrize(
    ("proof", "status", "opens"),
    [
        (Proof.PASSWORD, Status.ACTIVE, Entry.CONFIRMED),
        (Proof.PASSWORD, Status.PASSWORD_EXPIRED, Entry.LIMITED),
        (Proof.TEMPORARY, Status.INVITED, Entry.LIMITED),
        (Proof.TEMPORARY, Status.ACTIVE, Entry.LIMITED),
        (Proof.LETTER, Status.PASSWORD_EXPIRED, Entry.LIMITED),
        (Proof.CHALLENGE, Status.ACTIVE, Entry.OPEN),
        (Proof.CHAT, Status.ACTIVE, Entry.OPEN),
        (Proof.CHALLENGE, Status.INVITED, Entry.INVITED),
    ],
)
def test_what_opens_what(proof: Proof, status: Status, opens: Entry) -> None:
    assert entry(proof, status) is opens


@pytest.mark.parametrize("proof", [Proof.CHALLENGE, Proof.CHAT])
def test_a_mailbox_or_chat_alone_never_opens_the_limited_session(proof: Proof) -> None:
    assert entry(proof, Status.PASSWORD_EXPIRED) is Entry.EXPIRED
    assert Entry.LIMITED not in {entry(proof, status) for status in Status}


def test_suspended_and_closed_open_nothing() -> None:
    for proof in Proof:
        assert entry(proof, Status.SUSPENDED) is Entry.SUSPENDED
        assert entry(proof, Status.CLOSED) is Entry.CLOSED


@pytest.mark.parametrize(
    ("action", "levels"),
    [
        (Action.TRACE_OPEN, {A0, A1, A2, A3, A4}),
        (Action.FORGOT_PASSWORD, {A0, A1, A2, A3, A4}),
        (Action.MY_REQUEST, {A1, A2, A3, A4}),
        (Action.LOCKED_SERVICE, {A2, A3}),
        (Action.CHANGE_PROFILE, {A2, A3}),
        (Action.CHANGE_PASSWORD, {A3}),
        (Action.CHANGE_ADDRESS, {A3}),
        (Action.LINK, {A3}),
        (Action.LOGOUT_ALL, {A3}),
        (Action.INVITE, {A3, A4}),
        (Action.REMOVE, {A3, A4}),
        (Action.DECIDE, {A4}),
        (Action.NEW_PASSWORD, set()),
    ],
)
def test_who_may_do_what(action: Action, levels: set[Assurance]) -> None:
    assert {level for level in Assurance if permits(level, action)} == levels


def test_the_limited_session_only_chooses_a_password() -> None:
    opened = {action for action in Action if permits(A2, action, limited=True)}
    beyond_anyone = opened - {action for action in Action if permits(A0, action)}
    assert beyond_anyone == {Action.NEW_PASSWORD, Action.LOGOUT}


def test_what_is_missing_is_told() -> None:
    assert needs(Action.LOCKED_SERVICE) is A2
    assert needs(Action.LINK) is A3
    assert needs(Action.HELP) is A0


def test_an_hour_of_idleness_and_twelve_hours_end_a_session() -> None:
    hour, whole = timedelta(minutes=60), timedelta(hours=12)
    tick = timedelta(microseconds=1)
    assert alive(NOON, NOON, None, NOON + hour - tick)
    assert not alive(NOON, NOON, None, NOON + hour)
    assert alive(NOON, NOON + whole - hour, None, NOON + whole - tick)
    assert not alive(NOON, NOON + whole - tick, None, NOON + whole), "whatever was done in it"
    assert not alive(NOON, NOON, NOON, NOON + tick)
    assert alive(NOON, NOON, None, NOON - hour), "a clock that went back ends nothing"
    assert not alive(NOON, NOON, None, NOON + timedelta(minutes=5), idle=timedelta(minutes=5))
