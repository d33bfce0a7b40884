"""Telegram's limits as arithmetic: whose turn it is, and when. Nothing here waits: moments are handed in."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import count, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.chat_calls import WrittenCall, write_parameters
from bot.core.letters import Letter, Queued
from bot.core.pacing import MINUTE, SECOND, Pace, Pacer, Ready, Schedule
from bot.core.values import Channel

_IDS = count(1)


def message(chat: int, *, bulk: bool = False, method: str = "sendMessage") -> Ready:
    letter = Letter(Channel.TELEGRAM, f"telegram:{chat}", "", "t", str(chat), b"", bulk=bulk)
    return Ready(Queued(next(_IDS), letter, 0, 0), WrittenCall(method, write_parameters({"chat_id": chat})))


def run(schedule: Schedule, until: int, latency: int = 0, start: int = 0) -> list[tuple[int, Ready]]:
    """Sends all that may go out until a moment, each taking `latency`; when each set out."""
    sent, under_way, now = [], [], start
    while now <= until:
        for arrives, ready in [entry for entry in under_way if entry[0] <= now]:
            under_way.remove((arrives, ready))
            schedule.done(ready, arrives)
        ready = schedule.next(now)
        if ready is not None:
            sent.append((now, ready))
            under_way.append((now + latency, ready))
            continue
        now = max(now + 1, min([schedule.next_at(), *(arrives for arrives, _ in under_way)]))
    return sent


def most_within(moments: list[int], span: int) -> int:
    return max((sum(1 for other in moments if moment <= other < moment + span) for moment in moments), default=0)


def test_thirty_a_second_in_all() -> None:
    schedule = Schedule(Pacer(Pace()))
    for chat in range(1, 301):
        schedule.add(message(chat))
    sent = run(schedule, 20 * SECOND)
    assert len(sent) == 300
    assert most_within([moment for moment, _ in sent], SECOND) == 30
    assert sent[-1][0] == 9 * SECOND


def test_one_a_second_in_a_chat_while_others_are_served() -> None:
    schedule = Schedule(Pacer(Pace()))
    for _ in range(5):
        schedule.add(message(1))
    schedule.add(message(2))
    sent = run(schedule, 10 * SECOND, latency=SECOND // 5)
    assert [moment for moment, ready in sent if ready.conversation == "telegram:2"] == [0]
    moments = [moment for moment, ready in sent if ready.conversation == "telegram:1"]
    assert [later - earlier for earlier, later in pairwise(moments)] == [SECOND + SECOND // 5] * 4


def test_twenty_a_minute_in_a_group() -> None:
    schedule = Schedule(Pacer(Pace()))
    for _ in range(45):
        schedule.add(message(-5))
    moments = [moment for moment, _ in run(schedule, 4 * MINUTE)]
    assert len(moments) == 45
    assert most_within(moments, MINUTE) == 20


def test_answers_overtake_bulk_within_a_chat_and_among_chats() -> None:
    schedule = Schedule(Pacer(Pace(per_second=2)))
    bulk = [message(chat, bulk=True) for chat in (1, 2, 3, 4)]
    for ready in bulk:
        schedule.add(ready)
    answer, second = message(1), message(1)
    schedule.add(answer)
    schedule.add(second)
    order = [ready for _, ready in run(schedule, 10 * SECOND)]
    assert order.index(answer) == 0
    assert order.index(second) < order.index(bulk[0])
    assert sorted(ready.queued.id for ready in order) == sorted(ready.queued.id for ready in (*bulk, answer, second))


def test_what_shows_no_message_does_not_wait() -> None:
    schedule = Schedule(Pacer(Pace(per_second=1)))
    schedule.add(message(1))
    schedule.add(message(2))
    schedule.add(message(3, method="answerCallbackQuery"))
    schedule.add(message(4, method="deleteMessage"))
    assert [ready.conversation for moment, ready in run(schedule, SECOND // 2)] == ["telegram:3", "telegram:4", "telegram:1"]


def test_no_limits() -> None:
    schedule = Schedule(Pacer(Pace(0, 0, 0)))
    for _ in range(50):
        schedule.add(message(-5))
    assert len(run(schedule, 0)) == 50


def test_a_chat_that_was_put_off_is_let_go_of_and_the_others_go_on() -> None:
    schedule = Schedule(Pacer(Pace(0, 0, 0)))
    first, second, other = message(1), message(1), message(2)
    for ready in (first, second, other):
        schedule.add(ready)
    assert schedule.next(0) is first
    schedule.drop(first.conversation, first.queued.id)
    assert len(schedule) == 1
    assert [ready for _, ready in run(schedule, SECOND)] == [other]
    for ready in (first, second):  # found in the outbox again when their time has come
        schedule.add(ready)
    assert [ready for _, ready in run(schedule, SECOND)] == [first, second]


def test_what_went_out_before_a_restart_counts() -> None:
    pacer = Pacer(Pace())
    for number in range(20):
        pacer.begins(number * SECOND)
        pacer.arrived("telegram:-5", number * SECOND)
    schedule = Schedule(pacer)
    schedule.add(message(-5))
    assert schedule.next(21 * SECOND) is None
    assert schedule.next_at() == MINUTE
    assert schedule.next(MINUTE) is not None


def test_what_limits_nothing_any_more_is_forgotten() -> None:
    pacer = Pacer(Pace())
    for chat in range(1000):
        pacer.arrived(f"telegram:{chat}", 0)
    pacer.arrived("telegram:1", MINUTE)
    pacer.forget(MINUTE + 1)
    assert len(pacer) == 1


BULK_OR_NOT = st.tuples(
    st.sampled_from([1, 2, 3, -4, -5]), st.booleans(), st.sampled_from(["sendMessage", "deleteMessage", "editMessageText"])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(BULK_OR_NOT, max_size=60), st.integers(0, 3 * SECOND), st.integers(1, 5), st.integers(1, 3))
def test_whatever_is_sent_the_limits_and_the_order_hold(
    wanted: list[tuple[int, bool, str]], latency: int, per_second: int, group_per_minute: int
) -> None:
    pace = Pace(per_second, 1, group_per_minute * 5)
    schedule = Schedule(Pacer(pace))
    messages = [message(chat, bulk=bulk, method=method) for chat, bulk, method in wanted]
    for ready in messages:
        schedule.add(ready)
    sent = run(schedule, 60 * MINUTE, latency)
    assert Counter(ready.queued.id for _, ready in sent) == Counter(ready.queued.id for ready in messages)
    paced = [(moment, ready) for moment, ready in sent if ready.paced]
    assert most_within([moment for moment, _ in paced], SECOND) <= pace.per_second
    chats: dict[str, list[tuple[int, Ready]]] = defaultdict(list)
    for moment, ready in sent:
        chats[ready.conversation].append((moment, ready))
    for conversation, theirs in chats.items():
        moments = [moment for moment, ready in theirs if ready.paced]
        assert most_within(moments, SECOND) <= 1
        if conversation.startswith("telegram:-"):
            assert most_within(moments, MINUTE) <= pace.group_per_minute
        for bulk in (False, True):
            ids = [ready.queued.id for _, ready in theirs if ready.queued.letter.bulk is bulk]
            assert ids == sorted(ids)
