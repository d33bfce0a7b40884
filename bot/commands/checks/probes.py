"""What came of test letters: the desk's own (`autopro check --probe`), and those to administrators (`--administrators`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands.checks.finding import Finding, Ground
from bot.core.accounts.probes import Probe, ProbeLetter
from storage.database import Transaction
from storage.opening import open_database
from storage.probes import ProbeStore

_PATIENCE = timedelta(days=1)  # people are not at their desks at night
_MINUTES = timedelta(minutes=10)  # mail between two servers
_SUBADDRESSES = "subaddresses"


async def check_probes(ground: Ground) -> list[Finding]:
    """The desk's own way back, then each administrator."""
    desk, admins = ground.settings.desk.address, ground.settings.admins.addresses
    database = await open_database(ground.settings.database.url)
    try:
        found = [await database.read(lambda tx, address=address: _look(tx, address)) for address in (desk, *admins)]  # type: ignore[misc]
    finally:
        await database.close()
    zone, now = ZoneInfo(ground.settings.desk.timezone), ground.clock.now()
    own, *theirs = found
    return [
        way_back(*own, now, zone),
        *(_administrator(address, probe, letter, now, zone) for address, (probe, letter) in zip(admins, theirs, strict=True)),
    ]


async def _look(tx: Transaction, address: str) -> tuple[Probe | None, ProbeLetter | None]:
    store = ProbeStore(tx)
    probe = await store.get(address)
    return probe, await store.letter(probe) if probe is not None else None


def way_back(probe: Probe | None, letter: ProbeLetter | None, now: datetime, zone: ZoneInfo) -> Finding:
    """Whether what the desk writes to one of its subaddresses arrives at the desk."""
    if probe is None:
        return Finding(_SUBADDRESSES, well=True, found="not tried yet: with the desk running, autopro check --probe")
    sent = f"the test letter of {_local(probe.sent_at, zone)}"
    if probe.answered_at is not None:
        seconds = (probe.answered_at - probe.sent_at).total_seconds()
        return Finding(_SUBADDRESSES, well=True, found=f"{sent} came back within {max(1, round(seconds))} s")
    if letter is not None and letter.bounce:
        mend = "the mail server refuses subaddresses: let it hand ADDRESS+anything on to the desk (docs/operator.md), or set "
        return Finding(_SUBADDRESSES, False, f"{sent} was sent back ({letter.bounce})", f"{mend}[desk] subaddress_separator")
    if letter is not None and letter.state == "failed":
        return Finding(_SUBADDRESSES, False, f"{sent} was refused: {letter.error}", "mend [relay], then autopro check --probe")
    if letter is not None and letter.state == "due" and letter.attempts:
        return Finding(_SUBADDRESSES, False, f"{sent} could not be handed on: {letter.error}", "mend [relay]; the desk tries again")
    if letter is not None and letter.state == "due":
        return Finding(_SUBADDRESSES, False, f"{sent} still waits", "is the desk running? Start it: autopro serve")
    mend = "does the mail server hand ADDRESS+anything on to the desk, and at once? Look for the letter in its log or a mailbox"
    waits = now - probe.sent_at < _MINUTES
    return Finding(_SUBADDRESSES, False, f"{sent} left, and has not come back{' yet' if waits else ''}", mend)


def _administrator(address: str, probe: Probe | None, letter: ProbeLetter | None, now: datetime, zone: ZoneInfo) -> Finding:
    subject, again = f"administrator {address}", "autopro check --administrators sends another"
    if probe is None:
        return Finding(subject, well=True, found="what an answer proves was not tried yet: autopro check --administrators")
    if probe.answered_at is not None:
        answered = f"the answer of {_local(probe.answered_at, zone)}"
        if probe.authentic:
            return Finding(subject, well=True, found=f"{answered} proved who wrote ({probe.reason})")
        mend = (
            f"let the mail server of {probe.domain or address} sign with DKIM, or name it in [mail_trust] relays with its "
            "authserv_ids (docs/mail.md); until then each decision needs a second letter"
        )
        return Finding(
            subject, well=False, found=f"{answered} did not prove who wrote ({probe.reason or 'not looked at'})", mend=mend
        )
    sent = f"the test letter of {_local(probe.sent_at, zone)}"
    if letter is not None and (letter.state == "failed" or letter.bounce):
        return Finding(subject, False, f"{sent} did not arrive ({letter.bounce or letter.error})", f"is the address right? {again}")
    mend = f"did it arrive (look among the junk)? It is to be answered with any word; {again}"
    return Finding(subject, well=now - probe.sent_at < _PATIENCE, found=f"{sent} is not answered yet", mend=mend)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
