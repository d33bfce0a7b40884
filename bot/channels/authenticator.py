"""Finds out whether a mail comes from the domain in its From: (assurance A1); the rules are in bot.core.authenticity.

Order, cheapest first: a configured origin, the findings of a configured relay or mailbox provider, our own DKIM check
of the signatures that belong to the From domain, a configured ARC sealer. Only a mail that none of them proves costs
the DMARC lookups that tell what its domain asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import dns.asyncresolver
import dns.exception
import dns.inet
import dns.name
import dns.rdatatype
import dns.resolver
import structlog

from bot.core.authenticity import arc, dmarc, keys, names, results, signature, verification
from bot.core.authenticity.dns_cache import Answer, AnswerCache
from bot.core.authenticity.fields import Field, Mail
from bot.core.authenticity.keys import Key
from bot.core.authenticity.peers import Peers
from bot.core.authenticity.signature import Signature
from bot.core.authenticity.verdict import Policy, Reason, Refused, Verdict
from bot.core.authenticity.verification import MOST_SIGNATURES, Outcome

T = TypeVar("T")

_CACHED_ANSWERS = 4096
_EDNS_PAYLOAD = 1232  # octets that cross the Internet unfragmented (DNS Flag Day 2020); longer answers come by TCP
_NEGATIVE_SECONDS = 60.0  # what was not there is asked for again soon: a domain may just have published its key
_MOST_FIELDS = 20  # DKIM-Signature fields that are looked at; only those of the From domain are checked
_INLINE_OCTETS = 32768  # a mail up to here is checked in less time than handing it to a thread takes others
_THREADS = 2

log = structlog.get_logger(__name__)


class TemporaryDnsError(Exception):
    """The DNS gave no answer now; it may later."""


class Dns:
    """TXT lookups that tell "there is none" from "nobody answered", with a bounded cache."""

    def __init__(self, *, address: str, timeout_seconds: float, now: Callable[[], datetime]) -> None:
        """address: "ip:port" or "[ip]:port" of a resolver; "" for the system's.

        timeout_seconds: for one lookup with all its tries. Raises ValueError for an address that is none.
        """
        self._address = address
        self._timeout = timeout_seconds
        self._now = now
        self._cache = AnswerCache(_CACHED_ANSWERS)
        self._resolver = self._configured() if address else None

    async def txt(self, name: str) -> Answer:
        """The TXT records at a name; aliases are followed. Raises TemporaryDnsError."""
        return await self._ask(name, "TXT")

    async def exists(self, name: str) -> bool:
        """Whether the DNS knows a name at all. Raises TemporaryDnsError."""
        return (await self._ask(name, "A")).exists

    async def _ask(self, name: str, kind: str) -> Answer:
        cached = self._cache.get((name, kind), self._now())
        if cached is not None:
            return cached
        answer = await self._query(name, kind)
        self._cache.put((name, kind), answer, self._now())
        return answer

    async def _query(self, name: str, kind: str) -> Answer:
        try:
            absolute = dns.name.from_text(name)
        except dns.exception.DNSException:
            return Answer((), False, 0)  # too long to be a name: nothing can be there
        try:
            if self._resolver is None:
                self._resolver = dns.asyncresolver.Resolver()
                self._resolver.use_edns(0, 0, _EDNS_PAYLOAD)
            found = await self._resolver.resolve(absolute, kind, raise_on_no_answer=False, lifetime=self._timeout, search=False)
        except dns.resolver.NXDOMAIN:
            return Answer((), False, _NEGATIVE_SECONDS)
        except (dns.exception.DNSException, OSError) as error:
            # SERVFAIL, REFUSED, time-outs, unreachable and nonsensical servers.
            raise TemporaryDnsError(type(error).__name__) from error
        records = _texts(found)
        return Answer(records, True, found.chaining_result.minimum_ttl if records else _NEGATIVE_SECONDS)

    def _configured(self) -> dns.asyncresolver.Resolver:
        host, _, port = self._address.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not dns.inet.is_address(host) or not port.isdigit():
            raise ValueError(f"the resolver address must be ip:port or [ip]:port, not {self._address!r}")
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = [host]
        resolver.port = int(port)
        resolver.use_edns(0, 0, _EDNS_PAYLOAD)
        return resolver


class Authenticator:
    """Gives verdicts; one for a whole desk, for its cache and its bound on work at a time."""

    def __init__(
        self,
        *,
        peers: Peers,
        authserv_ids: Sequence[str],
        arc_sealers: Sequence[str] = (),
        mailbox_authserv_ids: Sequence[str] = (),
        resolver: str = "",
        timeout_seconds: float = 5.0,
        now: Callable[[], datetime],
    ) -> None:
        """peers: relays, whose topmost Authentication-Results field is believed when it carries one of `authserv_ids`, and origins.

        arc_sealers: domains whose ARC seals are believed. mailbox_authserv_ids: the identifiers that are believed in mail
        fetched from a mailbox (peer None): those of its provider. `results.MICROSOFT_365` among the identifiers admits the
        form of Microsoft 365. resolver: "ip:port", "" for the system's; ValueError for anything else. timeout_seconds: for
        one DNS lookup.
        """
        self._peers = peers
        self._relay_ids = _lower(authserv_ids)
        self._mailbox_ids = _lower(mailbox_authserv_ids)
        self._sealers = _lower(arc_sealers)
        self._dns = Dns(address=resolver, timeout_seconds=timeout_seconds, now=now)
        self._now = now
        self._threads = asyncio.Semaphore(_THREADS)

    def configured(self, peer: str) -> bool:
        """Whether the peer is one of the configured relays or origins: its mail is verified only when a command needs it."""
        return self._peers.is_relay(peer) or self._peers.is_origin(peer)

    def at_once(self, *, from_domain: str | None, peer: str, received_count: int) -> Verdict | None:
        """The verdict that takes no look at a mail with one strict From: it came straight from a configured origin. Else None."""
        sender = names.normal(from_domain) if from_domain else None
        if not sender or received_count or not self._peers.is_origin(peer):
            return None
        return Verdict(True, False, "", Reason.ORIGIN, sender)

    async def verdict(self, raw: bytes, *, from_domain: str | None, peer: str | None, received_count: int) -> Verdict:
        """Whether the mail comes from its From domain. Never raises.

        raw: the mail as it arrived. from_domain: the domain of its one strict From; None when it has none.
        peer: as `peers` writes it; None for mail from a mailbox. received_count: its Received fields.
        """
        sender = (names.normal(from_domain) if from_domain else None) or ""
        try:
            return await self._verdict(raw, sender, peer, received_count)
        except TemporaryDnsError:
            return Verdict(False, True, "", Reason.DNS_TEMPORARY, sender)
        except Exception as error:  # the boundary: no mail may stop the desk, and none passes by breaking this
            frame = traceback.extract_tb(error.__traceback__)[-1]
            log.error("authenticity.internal_error", error=type(error).__name__, where=f"{frame.name}:{frame.lineno}")
            return Verdict(False, False, "", Reason.INTERNAL_ERROR, sender)

    async def _verdict(self, raw: bytes, sender: str, peer: str | None, received_count: int) -> Verdict:
        believed_ids = self._believed_ids(peer)
        try:
            mail = Mail.parse(raw)
            _require_one_from(mail, sender)
        except Refused as refused:
            policy = "" if believed_ids else await self._failed_policy(sender)
            return Verdict(False, False, policy, refused.reason, sender)
        if received_count == 0 and self._peers.is_origin(peer):
            return Verdict(True, False, "", Reason.ORIGIN, sender)
        findings = results.believed(mail, believed_ids)
        if findings is not None and not mail.has_duplicates:
            signer = await self._first_aligned(sender, findings.dkim_domains)
            if signer is not None:
                return Verdict(True, False, "", Reason.RELAY_DKIM, signer)
        # A relay may have changed the mail, so that only its own word that DMARC failed says so.
        is_gated = findings.fails_dmarc if findings is not None else not believed_ids
        return await self._judge(mail, sender, is_gated=is_gated)

    async def _judge(self, mail: Mail, sender: str, *, is_gated: bool) -> Verdict:
        """The verdict by our own check. is_gated: a mail that proves nothing is held against the domain's policy."""
        fields = mail.named(b"dkim-signature")
        signatures = _readable(fields[:_MOST_FIELDS])
        outcomes = await self._outcomes(mail, sender, signatures)
        for outcome in outcomes:
            if outcome.reason is Reason.DKIM_ALIGNED:
                return Verdict(True, False, "", Reason.DKIM_ALIGNED, outcome.signature.domain)
        sealer = await self._arc_sealer(mail, sender)
        if sealer is not None:
            return Verdict(True, False, "", Reason.ARC_SEALER, sealer)
        if any(outcome.reason is Reason.DNS_TEMPORARY for outcome in outcomes):
            raise TemporaryDnsError
        reason, domains = verification.explain(len(fields), signatures, outcomes)
        passes_dmarc = any(outcome.sound for outcome in outcomes)
        policy = await self._failed_policy(sender) if is_gated and not passes_dmarc else ""
        return Verdict(False, False, policy, reason, domains or sender)

    async def _outcomes(self, mail: Mail, sender: str, signatures: Sequence[Signature]) -> list[Outcome]:
        """What comes of the signatures of the From domain: its very name first, which takes no DMARC lookup."""
        exact = [found for found in signatures if found.domain == sender][:MOST_SIGNATURES]
        outcomes = await self._check(mail, exact)
        if any(outcome.reason is Reason.DKIM_ALIGNED for outcome in outcomes):
            return outcomes
        others = [found for found in signatures if found.domain != sender]
        related = [found for found in others if names.may_share_organization(sender, found.domain)]
        room = MOST_SIGNATURES - len(exact)
        aligned = [found for found in related[:room] if await self._is_aligned(sender, found.domain)]
        return outcomes + await self._check(mail, aligned)

    async def _check(self, mail: Mail, signatures: Sequence[Signature]) -> list[Outcome]:
        now = self._now().timestamp()
        found = await asyncio.gather(*(self._key(each, now) for each in signatures))
        candidates = list(zip(signatures, found, strict=True))
        return await self._run(len(mail.body), lambda: verification.judge_all(mail, candidates))

    async def _key(self, found: Signature, now_seconds: float) -> Key | Reason:
        refusal = signature.refusal(found, now_seconds)
        if refusal is not None:
            return refusal
        try:
            return keys.choose((await self._dns.txt(found.key_name)).records)
        except Refused as refused:
            return refused.reason
        except TemporaryDnsError:
            return Reason.DNS_TEMPORARY

    async def _arc_sealer(self, mail: Mail, sender: str) -> str | None:
        """The believed domain whose seal says that the From was proven when the mail came to it, or None."""
        chain = arc.parse(mail) if self._sealers else None
        if chain is None or chain.sealer not in self._sealers or chain.results is None:
            return None
        if await self._first_aligned(sender, chain.results.dkim_domains) is None:
            return None
        found: dict[str, Key] = {}
        for name in chain.key_names:
            try:
                found[name] = keys.choose((await self._dns.txt(name)).records)
            except Refused:
                return None
        holds = await self._run(len(mail.body), lambda: arc.holds(mail, chain, found))
        return chain.sealer if holds else None

    async def _first_aligned(self, sender: str, domains: Iterable[str]) -> str | None:
        for domain in list(domains)[:MOST_SIGNATURES]:
            if await self._is_aligned(sender, domain):
                return domain
        return None

    async def _is_aligned(self, sender: str, signer: str) -> bool:
        if signer == sender:
            return True
        if not names.may_share_organization(sender, signer):
            return False
        return dmarc.is_aligned(await self._walk(sender), await self._walk(signer))

    async def _failed_policy(self, sender: str) -> str:
        """What the From domain asks for mail that fails DMARC, where that is more than nothing.

        SPF is not looked at: it proves no From, and a domain with "p=reject" must sign (RFC 9989, section 7.4).
        """
        if not sender:
            return ""
        walk = await self._walk(sender)
        exists = await self._dns.exists(sender) if dmarc.needs_existence(walk) else True
        policy = dmarc.requested_policy(walk, exists=exists)
        return "" if policy in (None, Policy.NONE) else str(policy)

    async def _walk(self, domain: str) -> dmarc.Walk:
        """The tree walk, all names at once; an error counts only where the walk gets to it. Raises TemporaryDnsError."""
        walked = dmarc.walk_names(domain)
        answers = await asyncio.gather(*(self._dns.txt(f"_dmarc.{name}") for name in walked), return_exceptions=True)
        found: list[tuple[str, dmarc.Record]] = []
        for name, answer in zip(walked, answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            record = dmarc.single_record(answer.records)
            if record is not None:
                found.append((name, record))
            if dmarc.stops(record):
                break
        return dmarc.Walk(domain, tuple(found))

    async def _run(self, octets: int, work: Callable[[], T]) -> T:
        """Does what costs CPU: a big mail in a thread (SHA-256 and RSA let go of the interpreter), few at a time."""
        if octets <= _INLINE_OCTETS:
            return work()
        async with self._threads:
            return await asyncio.to_thread(work)

    def _believed_ids(self, peer: str | None) -> frozenset[str]:
        if peer is None:
            return self._mailbox_ids
        return self._relay_ids if self._peers.is_relay(peer) else frozenset()


def _require_one_from(mail: Mail, sender: str) -> None:
    """Raises Refused unless there is exactly one From and it has one strict domain (RFC 9989, section 4.4)."""
    count = len(mail.named(b"from"))
    if count != 1:
        raise Refused(Reason.TWO_FROM if count else Reason.NO_FROM)
    if not sender:
        raise Refused(Reason.NOT_STRICT_FROM)


def _readable(fields: Iterable[Field]) -> list[Signature]:
    found: list[Signature] = []
    for field in fields:
        with contextlib.suppress(Refused):
            found.append(signature.parse(field))
    return found


def _texts(answer: dns.resolver.Answer) -> tuple[bytes, ...]:
    if answer.rrset is None or answer.rdtype != dns.rdatatype.TXT:
        return ()
    return tuple(b"".join(record.strings) for record in answer.rrset)


def _lower(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.strip().lower() for value in values if value.strip())
