"""What the desk counts of itself, for /metrics (Prometheus). No address, number or word of a message is ever a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.core.accounts.sweep_guard import Alarm
from bot.core.values import Channel

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """One process's counters, in a registry of their own: two desks in one test do not share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "autopro_received",
            "Messages that arrived, by source and what became of them",
            ["source", "result"],
            registry=self.registry,
        )
        self.answered = Counter(
            "autopro_answered",
            "Messages finished, by outcome: answered, silent and why, parked",
            ["outcome"],
            registry=self.registry,
        )
        self.delivered = Counter(
            "autopro_delivered", "Sending attempts, by channel and result", ["channel", "result"], registry=self.registry
        )
        self.bounced = Counter(
            "autopro_bounces", "Reports on the delivery of letters, by what came of them", ["result"], registry=self.registry
        )
        self.swept = Counter("autopro_sweeps", "Runs of the calendar sweep, by result", ["result"], registry=self.registry)
        self.forgotten = Counter(
            "autopro_forgotten_rows", "Rows that outlived their period and were deleted, by kind", ["kind"], registry=self.registry
        )
        self.database_octets = Gauge(
            "autopro_database_octets", "What the database takes of the disk, as last swept", ["part"], registry=self.registry
        )
        self.latency = Histogram(
            "autopro_answer_seconds", "From arrival to delivery of the answer", buckets=_SECONDS, registry=self.registry
        )
        self.inbox_waiting = Gauge("autopro_inbox_waiting", "Accepted messages not yet answered", registry=self.registry)
        self.inbox_oldest = Gauge("autopro_inbox_oldest_seconds", "Age of the oldest of them", registry=self.registry)
        self.inbox_parked = Gauge("autopro_inbox_parked", "Messages that wait for a person", registry=self.registry)
        self.outbox_waiting = Gauge("autopro_outbox_waiting", "Letters not yet sent", registry=self.registry)
        self.outbox_oldest = Gauge("autopro_outbox_oldest_seconds", "Age of the oldest of them", registry=self.registry)
        self.outbox_failed = Gauge("autopro_outbox_failed", "Letters given up", registry=self.registry)
        self.ready = Gauge("autopro_ready", "1 while nothing stands in the way of serving, as /readyz says", registry=self.registry)
        self.telegram_age = Gauge(
            "autopro_telegram_age_seconds", "How long ago Telegram last answered; 0 while another desk asks", registry=self.registry
        )
        self.telegram_conflicts = Counter(
            "autopro_telegram_conflicts", "Times that another program took the bot's updates", registry=self.registry
        )
        self.mailbox_reading = Gauge(
            "autopro_mailbox_reading", "1 while this desk reads the mailbox (IMAP), else 0", registry=self.registry
        )
        self.mailbox_messages = Gauge(
            "autopro_mailbox_messages",
            "Messages in the mailbox: unhandled, unfiled (handled, and still there), deleted (by somebody, unhandled), unread",
            ["state"],
            registry=self.registry,
        )
        self.mailbox_mismatch = Gauge(
            "autopro_mailbox_mismatch",
            "Messages in the mailbox whose read mark misleads: read and not handled, or handled and unread",
            registry=self.registry,
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """What alarms ask the increase of: a counter that first appears with 1 has none that Prometheus could see."""
        self.received.labels("smtp", "accepted")
        for channel in (Channel.MAIL, Channel.TELEGRAM):
            for result in ("sent", "retry", "held", "given_up"):
                self.delivered.labels(channel, result)
        for result in ("done", "failed", *Alarm):
            self.swept.labels(result)

    def exposition(self) -> bytes:
        """The text format of /metrics."""
        return generate_latest(self.registry)
