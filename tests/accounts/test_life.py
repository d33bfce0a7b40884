"""The state machine, walked at random: what must never happen whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.accounts.life import ALLOWED, Event, NotAllowed, after
from bot.core.accounts.sessions import Action, Entry, Proof, entry, permits
from bot.core.accounts.status import AccountFacts, Rules, Status, status_of, temporary_alive
from bot.core.values import Assurance

RULES = Rules(ZoneInfo("America/Toronto"))
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NEW = AccountFacts(START, START)

steps = st.lists(
    st.tuples(st.sampled_from(Event), st.one_of(st.integers(0, 48), st.integers(0, 24 * 250))), min_size=1, max_size=25
)


@dataclass
class Walk:
    facts: AccountFacts = NEW
    now: datetime = START

    def step(self, event: Event, hours: int) -> bool:
        self.now += timedelta(hours=hours)
        result = after(event, self.facts, self.now, RULES)
        if isinstance(result, NotAllowed):
            return False
        self.facts = result
        return True

    @property
    def status(self) -> Status:
        return status_of(self.facts, self.now, RULES)


@given(steps)
def test_closed_never_reopens(walked: list[tuple[Event, int]]) -> None:
    walk = Walk()
    closed = False
    for event, hours in walked:
        walk.step(event, hours)
        assert not closed or walk.status is Status.CLOSED
        closed = walk.status is Status.CLOSED


@given(steps)
def test_no_path_from_a_temporary_password_to_a_locked_service(walked: list[tuple[Event, int]]) -> None:
    """In whatever status it is presented, it opens the limited session at most, which holds no locked service."""
    walk = Walk()
    for event, hours in walked:
        walk.step(event, hours)
        for proof in (Proof.TEMPORARY, Proof.LETTER):
            assert entry(proof, walk.status) in {Entry.LIMITED, Entry.SUSPENDED, Entry.CLOSED}
    for assurance in Assurance:
        allowed = {action for action in Action if permits(assurance, action, limited=True)}
        assert Action.NEW_PASSWORD in allowed
        assert not allowed & {Action.LOCKED_SERVICE, Action.SEE_PROFILE, Action.CHANGE_PASSWORD, Action.LINK, Action.INVITE}


@given(steps)
def test_services_open_only_to_a_chosen_password_that_lives(walked: list[tuple[Event, int]]) -> None:
    walk = Walk()
    chosen: datetime | None = None
    for event, hours in walked:
        if walk.step(event, hours) and event is Event.CHOOSE_PASSWORD:
            chosen = walk.now
        opened = {entry(proof, walk.status) for proof in Proof} & {Entry.OPEN, Entry.CONFIRMED}
        assert bool(opened) == (walk.status is Status.ACTIVE)
        if opened:
            assert chosen is not None
            assert walk.now - chosen < timedelta(days=94), "three months and the rest of a day"


@given(steps)
def test_a_refused_event_changes_nothing_and_an_allowed_one_was_in_the_table(walked: list[tuple[Event, int]]) -> None:
    walk = Walk()
    for event, hours in walked:
        status_then = status_of(walk.facts, walk.now + timedelta(hours=hours), RULES)
        before = walk.facts
        if walk.step(event, hours):
            assert status_then in ALLOWED[event]
        else:
            assert walk.facts == before


@settings(max_examples=50)
@given(steps)
def test_a_temporary_password_lives_a_day_and_ends_with_the_choice(walked: list[tuple[Event, int]]) -> None:
    walk = Walk()
    approved: datetime | None = None
    for event, hours in walked:
        happened = walk.step(event, hours)
        if happened and event is Event.APPROVE:
            approved = walk.now
        if happened and event in (Event.CHOOSE_PASSWORD, Event.UNDO, Event.CLOSE):
            assert not temporary_alive(walk.facts, walk.now)
        if temporary_alive(walk.facts, walk.now):
            assert approved is not None
            assert walk.now - approved < timedelta(hours=24)


def test_the_life_of_an_account() -> None:
    walk = Walk()
    assert walk.status is Status.INVITED
    assert walk.step(Event.APPROVE, 0)
    assert not walk.step(Event.USE, 1), "no password yet"
    assert walk.step(Event.PRESENT_TEMPORARY, 1)
    assert walk.step(Event.CHOOSE_PASSWORD, 0)
    assert walk.status is Status.ACTIVE
    assert not walk.step(Event.PRESENT_TEMPORARY, 0), "it was consumed"
    assert walk.step(Event.USE, 24 * 30)
    assert not walk.step(Event.USE, 24 * 70)
    assert walk.status is Status.PASSWORD_EXPIRED
    assert walk.step(Event.CHOOSE_PASSWORD, 0)
    assert walk.step(Event.SUSPEND, 1)
    assert not walk.step(Event.APPROVE, 1)
    assert walk.step(Event.RESUME, 1)
    assert not walk.step(Event.USE, 24 * 200)
    assert walk.status is Status.CLOSED
    assert not any(walk.step(event, 0) for event in Event)
