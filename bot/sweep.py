"""The calendar sweep: writes down what the calendar has made true, and sends what it asks for. Runs every hour.

It closes accounts whose six months are over, sends the notices before that, reminds administrators, lets requests lapse and forgets
what has expired; then housekeeping (`bot.housekeeping`) deletes what has outlived its period. The lazy rules
(`bot.core.accounts.status`) hold without it: a sweep that does not run keeps nobody in. Work is planned from a snapshot and done a
few accounts a transaction, each rechecked there, so that it may end anywhere and be run again.
Before it writes anything, the guard (`bot.core.accounts.sweep_guard`) looks at the clock and at how many accounts would close.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.core.accounts.records import Account, RequestState
from bot.core.accounts.status import local_date
from bot.core.accounts.sweep_guard import HOLD_SECONDS, Alarm, Tick, alarm, needs_hold
from bot.core.errors import StorageError
from bot.core.letters import Queued
from bot.core.ports import Offer
from bot.core.replies import Post, Reply
from bot.core.visit import AccountRules, DeskFacts
from bot.filing import FilingCabinet
from bot.housekeeping import Housekeeping
from bot.metrics import Metrics
from bot.operators import Operators
from bot.posting import Posting, wants_notices
from handlers import calendar_rules, request_calendar, request_letters
from handlers.office import Office
from storage.database import Transaction
from storage.outbox import Outbox
from storage.sweeps import Sweeps

log = structlog.get_logger("sweep")

BATCH = 20  # accounts or requests a transaction: others write in between

Job = Callable[[Office, calendar_rules.Wants], Awaitable[Sequence[Post] | None]]


@dataclass(slots=True)
class SweepReport:
    """What a sweep did.

    `alarm` says why it did nothing at all. `would_close` is what it found to close, `closed` what it did close; `notices` and
    `reminders` count letters, `lapsed` requests. `failed` is what it could not do and will try again the next time. `deleted`
    counts rows that outlived their period; `held` tells that none was deleted: the desk stood still, or its clock is wrong.
    """

    alarm: Alarm | None = None
    accounts: int = 0
    would_close: int = 0
    closed: int = 0
    notices: int = 0
    reminders: int = 0
    lapsed: int = 0
    forgotten: int = 0
    failed: int = 0
    deleted: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """What there may be to do, as a snapshot shows it."""

    last: datetime | None
    living: int
    overdue: tuple[Account, ...]
    due: tuple[Account, ...]
    old_requests: tuple[int, ...]
    outlived: tuple[int, ...]  # accounts whose previous password nobody needs any more
    audit_head: str


@dataclass(slots=True)
class Sweep:
    """One desk's sweep. `steady` is the monotonic clock in seconds; `offer` takes letters that are committed."""

    cabinet: FilingCabinet
    posting: Posting
    operators: Operators
    rules: AccountRules
    desk: DeskFacts
    metrics: Metrics
    offer: Offer
    steady: Callable[[], float]
    housekeeping: Housekeeping
    _held_from: float | None = field(default=None, init=False)
    _last: Tick | None = field(default=None, init=False)

    async def run_once(self, now: datetime, *, force: bool = False) -> SweepReport:
        """Does what is due at `now`. `force` passes over the guard, for an operator who has looked at the clock.

        Raises StorageError when the database refuses; what was done by then stands.
        """
        this = Tick(now, self.steady())
        plan = await self.cabinet.database.read(lambda tx: self._plan(tx, now))
        report = SweepReport(accounts=plan.living, would_close=len(plan.overdue))
        last = self._sweep_before(plan.last)
        report.alarm = None if force else alarm(last, this, closing=len(plan.overdue), accounts=plan.living)
        if report.alarm is not None:
            await self._stop(report, now)
            return report
        await self._carry_out(plan, report, now)
        await self.cabinet.database.write(lambda tx: Sweeps(tx).note(now))
        self._last = this
        report.held = not force and self._holds(last, this)
        if not report.held:
            report.deleted = sum((await self.housekeeping.run(now)).values())
        self._tell(plan, report, now)
        return report

    def _sweep_before(self, noted: datetime | None) -> Tick | None:
        """The sweep before: this process's own, whose monotonic clock counts, unless another one ran since (or `--force`)."""
        if self._last is not None and self._last.at == noted:
            return self._last
        return Tick(noted) if noted is not None else None

    def _holds(self, last: Tick | None, this: Tick) -> bool:
        if needs_hold(last, this):
            self._held_from = this.steady
        if self._held_from is None or this.steady is None or this.steady - self._held_from >= HOLD_SECONDS:
            return False
        log.error("housekeeping_held", next="look at this machine's clock; when it is right: autopro sweep --force")
        return True

    async def _plan(self, tx: Transaction, now: datetime) -> _Plan:
        office = self._office(tx, now)
        living = [account for account in await office.files.accounts.all() if account.closed_at is None]
        requests = await office.files.requests.in_state(RequestState.OPEN, confirmed_only=False)
        return _Plan(
            last=await Sweeps(tx).last(),
            living=len(living),
            overdue=tuple([account for account in living if calendar_rules.is_overdue(account, office)]),
            due=tuple([account for account in living if calendar_rules.may_be_due(account, office)]),
            old_requests=tuple([request.number for request in requests if request_calendar.has_lapsed(office, request)]),
            outlived=tuple([account.id for account in living if calendar_rules.has_outlived_previous(account, office)]),
            audit_head=str(await office.files.audit.head()),
        )

    async def _carry_out(self, plan: _Plan, report: SweepReport, now: datetime) -> None:
        closing: list[Job] = [_closing(account.id) for account in plan.overdue]
        report.closed, _ = await self._run(closing, report, now)
        notices: list[Job] = [_notices(account.id) for account in plan.due]
        _, report.notices = await self._run(notices, report, now)
        lapsing: list[Job] = [_lapsing(number) for number in plan.old_requests]
        report.lapsed, _ = await self._run(lapsing, report, now)
        _, report.reminders = await self._run([_reminders, _digests], report, now)
        report.forgotten = await self.cabinet.database.write(lambda tx: self._forget(tx, plan, now))

    async def _forget(self, tx: Transaction, plan: _Plan, now: datetime) -> int:
        office = self._office(tx, now)
        forgotten = [await calendar_rules.forget_previous(office, account_id) for account_id in plan.outlived]
        return sum(forgotten) + await calendar_rules.forget(office)

    async def _run(self, jobs: Sequence[Job], report: SweepReport, now: datetime) -> tuple[int, int]:
        """Runs jobs, a batch a transaction; how many did something, and how many letters they sent."""
        done = letters = 0
        for begin in range(0, len(jobs), BATCH):
            batch = jobs[begin : begin + BATCH]
            worked, queued, failed = await self.cabinet.database.write(
                lambda tx, batch=batch: self._run_batch(tx, batch, now),  # type: ignore[misc]
                lambda result: self.offer(result[1]),
            )
            done, letters = done + worked, letters + len(queued)
            report.failed += failed
        return done, letters

    async def _run_batch(self, tx: Transaction, jobs: Sequence[Job], now: datetime) -> tuple[int, list[Queued], int]:
        office, wants = self._office(tx, now), wants_notices(tx, now)
        worked, queued, failed = 0, list[Queued](), 0
        for job in jobs:
            try:
                async with tx.savepoint():
                    posts = await job(office, wants)
                    letters = await self.posting.send(tx, office.files, posts or (), now)
            except StorageError:
                raise
            except Exception as error:  # one account that breaks a rule of ours must not keep the others waiting
                log.error("sweep_job_failed", error=type(error).__name__)
                failed += 1
            else:
                queued += letters
                worked += posts is not None
        return worked, queued, failed

    async def _stop(self, report: SweepReport, now: datetime) -> None:
        assert report.alarm is not None  # noqa: S101 - the caller's condition
        why, figures = report.alarm.value, {"closing": report.would_close, "accounts": report.accounts}
        log.error("sweep_stopped", why=why, **figures, next="check the machine's clock, then: autopro sweep --force")
        self.metrics.swept.labels(why).inc()
        letter = Reply("operator/sweep_stopped", {"why": why, **figures})
        await self.cabinet.database.write(lambda tx: self._alert(tx, letter, now), self.offer)

    async def _alert(self, tx: Transaction, letter: Reply, now: datetime) -> list[Queued]:
        outbox = Outbox(tx, self.posting.seal)
        return [
            await outbox.add(each, None, now, leased=self.posting.leased) for each in await self.operators.alert(tx, letter, now)
        ]

    def _tell(self, plan: _Plan, report: SweepReport, now: datetime) -> None:
        self.metrics.swept.labels("failed" if report.failed else "done").inc()
        log.info(
            "swept",
            closed=report.closed,
            notices=report.notices,
            reminders=report.reminders,
            lapsed=report.lapsed,
            failed=report.failed,
        )
        zone = self.rules.calendar.zone
        if plan.last is None or local_date(plan.last, zone) != local_date(now, zone):
            log.info("audit_head", head=plan.audit_head)  # `autopro audit verify --head` compares: nobody can cut the trail unseen

    def _office(self, tx: Transaction, now: datetime) -> Office:
        return Office(now, self.cabinet.on(tx), self.rules, self.desk, self.cabinet.mint)


def _closing(account_id: int) -> Job:
    return lambda office, wants: calendar_rules.close_overdue(office, account_id, wants)


def _notices(account_id: int) -> Job:
    return lambda office, wants: calendar_rules.notify(office, account_id, wants)


def _lapsing(number: int) -> Job:
    return lambda office, wants: request_calendar.lapse(office, number)


async def _reminders(office: Office, wants: calendar_rules.Wants) -> Sequence[Post]:
    return await request_calendar.reminders(office)


async def _digests(office: Office, wants: calendar_rules.Wants) -> Sequence[Post]:
    return await request_letters.digests(office)
