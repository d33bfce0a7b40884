"""Password hashing beside the event loop: Argon2id (RFC 9106) in threads of its own behind a bounded queue.

19 MiB, two passes, one lane: what OWASP asks for at least, some 20 ms of one core. The queue is
bounded because each waiting login is work that somebody else ordered: beyond the bound the sender is told to try again, and
tracing, which needs no hash, does not slow down. A hash runs in C without Python's lock, so the loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.core.errors import HashingBusy

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
THREADS = 1  # one core at most for logins: the others belong to tracing
MOST_WAITING = 64  # some three seconds of work
CANDIDATES = 2  # the password and the temporary one

Result = TypeVar("Result")


class Argon2Hashing:
    """See `bot.core.accounts.stores.PasswordHashing`."""

    def __init__(self, *, threads: int = THREADS, most_waiting: int = MOST_WAITING) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._nothing = self._hasher.hash("")  # what is verified where there is no hash; whatever it says is not believed
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._most_waiting = most_waiting
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash of a password. Raises HashingBusy."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, *candidates: tuple[str, str]) -> int | None:
        """Which of the (password, hash) pairs fits; takes the time of two. Raises HashingBusy."""
        if len(candidates) > CANDIDATES:
            raise ValueError(f"at most {CANDIDATES} passwords are verified at once, or the time would tell how many there are")
        filled = (*candidates, *[("", "")] * (CANDIDATES - len(candidates)))
        fits = await self._run(lambda: [self._fits(password, known) for password, known in filled])
        return next((number for number, one in enumerate(fits) if one), None)

    def outdated(self, password_hash: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Lets the threads end after what they have begun."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _fits(self, password: str, known: str) -> bool:
        try:
            return self._hasher.verify(known or self._nothing, password) and bool(known)
        except VerificationError:
            return False
        except InvalidHashError:
            return False  # a row that no version of the desk wrote opens nothing

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= self._most_waiting:
            raise HashingBusy("too many logins wait for their password to be checked; they try again in a minute")
        self._waiting += 1
        job = self._threads.submit(work)
        loop = asyncio.get_running_loop()
        # Counted down when the thread has finished, not when the caller gave up: the work is still there until then.
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done) if not loop.is_closed() else None)
        return await asyncio.wrap_future(job)

    def _done(self) -> None:
        self._waiting -= 1
