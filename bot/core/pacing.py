"""Which chat message goes out next, and when: Telegram's limits as arithmetic. No clock: moments (microseconds) are handed in.

| limit                                     | held by                                                        |
|-------------------------------------------|----------------------------------------------------------------|
| about 30 messages a second in all         | the last 30 messages, whatever chat                            |
| 1 message a second in a chat              | the last message of the chat                                   |
| 20 messages a minute in a group           | the last 20 messages of the group                              |
| order within a chat                       | one message of a chat on its way at a time                     |
| answers overtake what nobody asked for    | two lanes a chat; `bulk` waits while any chat has an answer    |

Source: Bot API FAQ, "My bot is hitting limits, how do I avoid this?". What shows no message (a tap's acknowledgement, a deletion)
is not `paced`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from bot.core.chat_calls import WrittenCall
from bot.core.immutable import immutable
from bot.core.letters import Queued

SECOND = 1_000_000
MINUTE = 60 * SECOND
_PACED = ("send", "edit", "copy", "forward")
_NEVER = 2**62
_MANY = 10_000  # chats whose last messages are remembered before it is looked whether they still count


@immutable
class Pace:
    """Telegram's limits; 0 means none."""

    per_second: int = 30
    chat_per_second: int = 1
    group_per_minute: int = 20


@immutable
class Ready:
    """A letter with its call."""

    queued: Queued
    call: WrittenCall

    @property
    def conversation(self) -> str:
        """The chat it goes to."""
        return self.queued.letter.conversation

    @property
    def paced(self) -> bool:
        """Whether it shows a message, which Telegram's limits count."""
        return self.call.method.startswith(_PACED)


class _Window:
    """At most `most` in any `span`."""

    def __init__(self, most: int, span: int) -> None:
        self._span = span
        self._moments: deque[int] = deque(maxlen=most)

    def add(self, moment: int) -> None:
        self._moments.append(moment)

    def free_at(self) -> int:
        full = len(self._moments) == self._moments.maxlen
        return self._moments[0] + self._span if full and self._moments else 0

    def last(self) -> int:
        return self._moments[-1] if self._moments else 0


class Pacer:
    """When the next message may go out, after those that went."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = _Window(pace.per_second, SECOND)
        self._chats: dict[str, list[_Window]] = {}

    def begins(self, moment: int) -> None:
        """A message sets out: it counts for the whole desk from now on."""
        self._all.add(moment)

    def arrived(self, conversation: str, moment: int) -> None:
        """It has arrived: the next one to its chat must arrive a second later."""
        for window in self._windows(conversation):
            window.add(moment)

    def free_at(self, conversation: str) -> int:
        """From when on the chat may have another."""
        windows = self._chats.get(conversation)
        return max((window.free_at() for window in windows), default=0) if windows else 0

    def free_in_all(self) -> int:
        """From when on anybody may have another."""
        return self._all.free_at()

    def __len__(self) -> int:
        return len(self._chats)

    def forget(self, moment: int) -> None:
        """Drops what limits nothing any more."""
        for conversation in [key for key, windows in self._chats.items() if all(w.last() < moment - MINUTE for w in windows)]:
            del self._chats[conversation]

    def _windows(self, conversation: str) -> list[_Window]:
        windows = self._chats.get(conversation)
        if windows is None:
            windows = [_Window(self._pace.chat_per_second, SECOND)] if self._pace.chat_per_second else []
            if self._pace.group_per_minute and is_group(conversation):
                windows.append(_Window(self._pace.group_per_minute, MINUTE))
            self._chats[conversation] = windows
        return windows


def is_group(conversation: str) -> bool:
    """Whether a chat is a group: Telegram's numbers of groups are negative."""
    return conversation.startswith("telegram:-")


@dataclass(slots=True)
class _Lane:
    """What waits for one chat. `ticket` names its place in a queue: older places are void."""

    answers: deque[Ready] = field(default_factory=deque)
    bulk: deque[Ready] = field(default_factory=deque)
    busy: bool = False
    ticket: int = -1

    def head(self) -> Ready | None:
        lane = self.answers or self.bulk
        return lane[0] if lane else None


class Schedule:
    """The messages at hand, and whose turn it is."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._lanes: dict[str, _Lane] = {}
        self._queues: tuple[list[tuple[int, int, str]], ...] = ([], [], [])  # not paced, answers, bulk
        self._tickets = count()
        self._known: set[int] = set()

    def __len__(self) -> int:
        return len(self._known)

    def knows(self, letter_id: int) -> bool:
        """Whether it is at hand already."""
        return letter_id in self._known

    def add(self, ready: Ready) -> None:
        """One more, behind those of its chat and kind."""
        if ready.queued.id in self._known:
            return
        self._known.add(ready.queued.id)
        lane = self._lanes.setdefault(ready.conversation, _Lane())
        (lane.bulk if ready.queued.letter.bulk else lane.answers).append(ready)
        if lane.head() is ready:
            self._queue(ready.conversation, lane)

    def next(self, now: int) -> Ready | None:
        """The message that may go out now; its chat is busy until `done` or `drop`."""
        for kind, queue in enumerate(self._queues):
            if kind and self._pacer.free_in_all() > now:
                return None
            while queue and queue[0][0] <= now:
                _, ticket, conversation = heappop(queue)
                lane = self._lanes.get(conversation)
                if lane is None or lane.ticket != ticket:
                    continue
                ready = (lane.answers or lane.bulk).popleft()
                lane.busy = True
                if ready.paced:
                    self._pacer.begins(now)
                return ready
        return None

    def done(self, ready: Ready, now: int) -> None:
        """It went out, or never will: the next one of its chat may follow."""
        self._known.discard(ready.queued.id)
        if ready.paced:
            self._pacer.arrived(ready.conversation, now)
        lane = self._lanes.get(ready.conversation)
        if lane is None:
            return
        lane.busy = False
        if lane.head() is None:
            del self._lanes[ready.conversation]
        else:
            self._queue(ready.conversation, lane)

    def drop(self, conversation: str, *letter_ids: int) -> None:
        """Lets go of a chat that was put off: the database keeps its messages, these among them."""
        self._known.difference_update(letter_ids)
        lane = self._lanes.pop(conversation, None)
        if lane is not None:
            self._known.difference_update(ready.queued.id for ready in (*lane.answers, *lane.bulk))

    def forget(self, now: int) -> None:
        """Drops what limits nothing any more, once there is much of it."""
        if len(self._pacer) > _MANY:
            self._pacer.forget(now)

    def next_at(self) -> int:
        """When there may be something to send, if nothing is added meanwhile."""
        moments = [_NEVER]
        for kind, queue in enumerate(self._queues):
            while queue and not self._holds(queue[0]):
                heappop(queue)
            if queue:
                moments.append(max(queue[0][0], self._pacer.free_in_all() if kind else 0))
        return min(moments)

    def _holds(self, place: tuple[int, int, str]) -> bool:
        lane = self._lanes.get(place[2])
        return lane is not None and lane.ticket == place[1]

    def _queue(self, conversation: str, lane: _Lane) -> None:
        head = lane.head()
        if lane.busy or head is None:
            return
        lane.ticket = next(self._tickets)
        kind = 0 if not head.paced else 2 if head.queued.letter.bulk else 1
        moment = self._pacer.free_at(conversation) if head.paced else 0
        heappush(self._queues[kind], (moment, lane.ticket, conversation))
