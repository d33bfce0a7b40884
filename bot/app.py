"""Wiring: one place where settings become the parts of a running desk, and where its workers start and stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from bot.caps import Caps
from bot.channels.authenticator import Authenticator
from bot.channels.maildir import MaildirTransport
from bot.channels.relay import RelayTransport
from bot.chat_intake import ChatIntake
from bot.chat_menus import ChatMenus
from bot.composer import Composer
from bot.config import Settings
from bot.core.accounts.audit_chain import Chain, audit_key
from bot.core.authenticity.peers import Peers
from bot.core.caps import Limits
from bot.core.clock import Clock, Mint, SystemClock, SystemMint
from bot.core.errors import AutoproError
from bot.core.inbound import OwnAddress, Reader
from bot.core.letters import Queued
from bot.core.ports import Offer, Transport
from bot.core.seal import Seal
from bot.core.values import Channel
from bot.counter import Counter
from bot.delivery import Delivery
from bot.desk import Desk
from bot.examiner import Examiner
from bot.filing import FilingCabinet
from bot.hashing import Argon2Hashing
from bot.housekeeping import Housekeeping
from bot.key_file import load_key
from bot.metrics import Metrics
from bot.observation import Observation
from bot.operators import Operators
from bot.parts import composer_of, relay_address
from bot.posting import Posting
from bot.reading import reader_of
from bot.reception import Reception
from bot.rules import account_rules, desk_facts
from bot.setbacks import Setbacks
from bot.sweep import Sweep
from bot.telegram_parts import TelegramParts, chat_delivery_of
from handlers.table import FOR_ADMINISTRATORS, HANDLERS
from storage.database import Database
from storage.key_check import check_key
from storage.opening import open_database

log = structlog.get_logger("app")

DRAIN_SECONDS = 15.0  # within the 20 that operators are promised, with the listeners' grace before it


@dataclass(slots=True)
class App:
    """The parts of a running desk."""

    settings: Settings
    database: Database
    seal: Seal
    cabinet: FilingCabinet
    clock: Clock
    mint: Mint
    desk: Desk
    delivery: Delivery
    metrics: Metrics
    observation: Observation
    sweep: Sweep
    operators: Operators
    telegram: TelegramParts | None
    tasks: list[asyncio.Task[None]]

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Adds a task without which the desk is not ready; it ends when the desk is drained."""
        task = asyncio.create_task(work, name=name)
        self.tasks.append(task)
        self.observation.watch(task)


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, mint: Mint | None = None) -> AsyncIterator[App]:
    """A desk that answers and delivers, without listeners. Raises AutoproError with what to do."""
    clock, mint = clock or SystemClock(), mint or SystemMint()
    key = load_key(settings.key_file, mint)
    seal = Seal(key, mint)
    transport = _transport(settings, clock)
    composer = composer_of(settings, mint)
    operators = Operators(composer, settings.admins.addresses)
    metrics = Metrics()
    async with AsyncExitStack() as stack:  # each part is let go of whatever happens to the others: an open database hangs exit
        database = await open_database(settings.database.url)
        stack.push_async_callback(database.close)
        await check_key(database, seal)
        stack.push_async_callback(transport.close)
        delivery = Delivery(
            database=database,
            seal=seal,
            clock=clock,
            metrics=metrics,
            transports={Channel.MAIL: transport},
            operators=operators,
            workers=settings.relay.connections,
        )
        hashing = Argon2Hashing()
        stack.callback(hashing.close)
        cabinet = FilingCabinet(database, seal, mint, Chain(audit_key(key)))
        reception = Reception(cabinet, account_rules(settings), hashing, desk_facts(settings))
        chats = chat_delivery_of(settings, cabinet, clock, metrics, operators, delivery.offer)
        offer = delivery.offer if chats is None else _to_both(delivery.offer, chats[1].offer)
        menus = _menus(composer, reception.rules.admin_chat)
        counter = _counter(settings, reception, composer, operators, menus)
        delivery.tell_of_failures(counter.returned)
        reader = reader_of(_own(settings))
        setbacks = Setbacks(database=database, reader=reader, counter=counter, offer=offer, seal=seal, clock=clock, metrics=metrics)
        desk = _desk(settings, reception, clock, metrics, offer, counter, reader, setbacks)
        telegram = None
        if chats is not None:
            intake = ChatIntake(desk=desk, database=database, setbacks=setbacks, seal=seal, clock=clock, metrics=metrics)
            telegram = TelegramParts(chats[0], intake, chats[1], menus)
            stack.push_async_callback(telegram.api.close)
        housekeeping = Housekeeping(cabinet, settings.retention, metrics)
        sweep = _sweep(reception, composer, operators, metrics, offer, housekeeping)
        observation = Observation(database, metrics, clock)
        app = App(
            settings, database, seal, cabinet, clock, mint, desk, delivery, metrics, observation, sweep, operators, telegram, []
        )
        app.begin(desk.work(), "desk")
        app.begin(delivery.run(), "delivery")
        stack.push_async_callback(_drain, app)
        yield app


async def _drain(app: App) -> None:
    """Ends what has begun, within `DRAIN_SECONDS`; what time does not allow is in the database."""
    answering, delivering, *_ = app.tasks
    app.desk.stop()
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            await asyncio.wait([answering])
            ways = [] if delivering.done() else [app.delivery.drain()]
            if app.telegram is not None:
                ways.append(app.telegram.delivery.drain())
            await asyncio.gather(*ways)
    for task in app.tasks:
        task.cancel()
    await asyncio.gather(*app.tasks, return_exceptions=True)


def _to_both(mail: Offer, chats: Offer) -> Offer:
    """Hands letters to both ways out; each takes those of its channel."""

    def offer(letters: Sequence[Queued]) -> None:
        mail(letters)
        chats(letters)

    return offer


def _authenticator(settings: Settings, clock: Clock) -> Authenticator:
    trust = settings.mail_trust
    try:
        return Authenticator(
            peers=Peers(trust.relays, trust.origins),
            authserv_ids=trust.authserv_ids,
            arc_sealers=trust.arc_sealers,
            mailbox_authserv_ids=trust.mailbox_authserv_ids,
            resolver=trust.resolver,
            now=clock.now,
        )
    except ValueError as error:
        raise AutoproError(f"mail_trust.resolver: {error}") from error


def _own(settings: Settings) -> OwnAddress:
    return OwnAddress(settings.desk.address, settings.desk.subaddress_separator)


def _menus(composer: Composer, admin_chat: int) -> ChatMenus:
    for_administrators = [handler.spec for handler in FOR_ADMINISTRATORS if handler.spec.name == "requests"]
    specs = [handler.spec for handler in HANDLERS]
    return ChatMenus(specs, composer.chat, for_administrators=for_administrators, admin_chat=admin_chat)


def _counter(settings: Settings, reception: Reception, composer: Composer, operators: Operators, menus: ChatMenus) -> Counter:
    limits = settings.limits
    return Counter(
        handlers=HANDLERS,
        for_administrators=FOR_ADMINISTRATORS,
        menus=menus,
        composer=composer,
        reception=reception,
        facts=reception.facts,
        caps=Caps(Limits(limits.unrecognised_per_day, limits.answers_per_hour, limits.letters_per_hour)),
        seal=reception.cabinet.seal,
        check_digit=settings.tracing.check_digit,
        operators=operators,
        handoff_address=settings.desk.handoff_address,
    )


def _desk(
    settings: Settings,
    reception: Reception,
    clock: Clock,
    metrics: Metrics,
    offer: Offer,
    counter: Counter,
    reader: Reader,
    setbacks: Setbacks,
) -> Desk:
    return Desk(
        database=reception.cabinet.database,
        examiner=Examiner(reader, _own(settings), _authenticator(settings, clock), counter.hearing.needs_proof),
        counter=counter,
        setbacks=setbacks,
        offer=offer,
        seal=reception.cabinet.seal,
        clock=clock,
        metrics=metrics,
        most_waiting=settings.limits.waiting_messages,
    )


def _sweep(
    reception: Reception,
    composer: Composer,
    operators: Operators,
    metrics: Metrics,
    offer: Offer,
    housekeeping: Housekeeping,
) -> Sweep:
    return Sweep(
        cabinet=reception.cabinet,
        posting=Posting(composer, reception.cabinet.seal),
        operators=operators,
        rules=reception.rules,
        desk=reception.facts,
        metrics=metrics,
        offer=offer,
        steady=time.monotonic,
        housekeeping=housekeeping,
    )


def _transport(settings: Settings, clock: Clock) -> Transport:
    relay = settings.relay
    if not relay.host:
        return MaildirTransport(settings.outgoing)
    try:
        return RelayTransport(relay_address(settings, clock))
    except OSError as error:
        raise AutoproError(f"relay.ca_file {relay.ca_file} cannot be used: {error}. It is a PEM file of certificates.") from error
