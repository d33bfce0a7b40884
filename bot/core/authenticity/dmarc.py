"""DMARC records, the DNS tree walk and what follows from it (RFC 9989, sections 4.7 to 4.10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.authenticity.verdict import Policy

# Section 4.7, tag "v": it comes first, and its value is compared with case. Section 4.8 allows blanks around "=".
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
_SHORTENED = 7  # section 4.10, step 4: after the name itself the walk goes on with at most its last seven labels
_WEAKER = {Policy.REJECT: Policy.QUARANTINE, Policy.QUARANTINE: Policy.NONE, Policy.NONE: Policy.NONE}


@dataclass(frozen=True, slots=True)
class Record:
    """One DMARC policy record.

    own, subdomains, nonexistent: what is asked for the domain, for names below it, and for names below it that the
    DNS does not know (tags "p", "sp", "np" with their defaults). strict: the tag "adkim" is "s".
    psd: "y", "n" or "u". testing: the tag "t" is "y".
    """

    own: Policy
    subdomains: Policy
    nonexistent: Policy
    strict: bool
    psd: str
    testing: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """What a tree walk from `domain` found: names with their records, the longest name first."""

    domain: str
    found: tuple[tuple[str, Record], ...]

    @property
    def organizational_domain(self) -> str:
        """The domain of the organization that `domain` belongs to (section 4.10.2, the three numbered rules).

        A walk ends at a record with "psd", so that only the last one can have it.
        """
        if not self.found:
            return self.domain
        name, record = self.found[-1]
        if record.psd == "y":
            # One label below the suffix, or the suffix where the walk began there. Counted in the starting name, for
            # the walk may have left the name out.
            return ".".join(self.domain.split(".")[-(name.count(".") + 2) :])
        return name

    @property
    def applicable(self) -> tuple[str, Record] | None:
        """The record for mail from `domain`, and where it stands (section 4.10.1).

        The domain's own, else that of its organizational domain, else that of the public suffix above it.
        """
        records = dict(self.found)
        last = self.found[-1:]
        suffix = [name for name, record in last if record.psd == "y"]
        for name in (self.domain, self.organizational_domain, *suffix):
            if name in records:
                return name, records[name]
        return None


def walk_names(domain: str) -> tuple[str, ...]:
    """The names of a tree walk from `domain` (a normal name), at most eight, the longest first (section 4.10)."""
    rest = domain.split(".")[1:][-_SHORTENED:]
    return (domain, *(".".join(rest[start:]) for start in range(len(rest))))


def stops(record: Record | None) -> bool:
    """Whether the walk ends at this record (section 4.10, steps 2 and 6)."""
    return record is not None and record.psd in ("y", "n")


def single_record(texts: Iterable[bytes]) -> Record | None:
    """The policy record among the TXT records at one name; several of them count as none (section 4.10, step 2)."""
    found = [text for text in (octets.decode("latin-1").strip() for octets in texts) if _VERSION.match(text)]
    return _parse(found[0]) if len(found) == 1 else None


def is_aligned(sender: Walk, signer: Walk) -> bool:
    """Whether a signer's domain is aligned with another domain in From: (section 4.4; equal names always are).

    An organizational domain of one label, which a top-level domain gets when it publishes a record without "psd=y"
    against section 5.2, would make one organization of all its registrants: it is not taken.
    """
    applicable = sender.applicable
    if applicable is None or applicable[1].strict:
        return False
    organization = sender.organizational_domain
    return "." in organization and organization == signer.organizational_domain


def needs_existence(walk: Walk) -> bool:
    """Whether `requested_policy` depends on the domain's existence in the DNS, so that this is worth a query."""
    applicable = walk.applicable
    if applicable is None or applicable[0] == walk.domain:
        return False
    return applicable[1].subdomains != applicable[1].nonexistent


def requested_policy(walk: Walk, *, exists: bool) -> Policy | None:
    """What is asked for mail from this domain that fails DMARC; None when DMARC does not apply to it.

    exists: the DNS knows the domain (section 3.2.13: its answer is not NXDOMAIN).
    """
    applicable = walk.applicable
    if applicable is None:
        return None
    name, record = applicable
    inherited = record.subdomains if exists else record.nonexistent
    policy = record.own if name == walk.domain else inherited
    # Section 4.7, tag "t": the domain tests its policy and expects the one below it.
    return _WEAKER[policy] if record.testing else policy


def _parse(text: str) -> Record:
    """Syntax errors after the version are passed over, as are unknown tags (section 4.8); the first of a name counts.

    A record whose policies are not valid asks for nothing: section 4.10.1 makes that "p=none" with a reporting
    address and no DMARC at all without one, which are the same to a receiver that sends no reports.
    """
    tags: dict[str, str] = {}
    for spec in text.split(";")[1:]:
        name, equals, value = spec.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip().lower())
    own, subdomains, nonexistent = _policies(tags)
    psd = tags.get("psd", "u")
    return Record(
        own=own,
        subdomains=subdomains,
        nonexistent=nonexistent,
        strict=tags.get("adkim") == "s",
        psd=psd if psd in ("y", "n") else "u",
        testing=tags.get("t") == "y",
    )


def _policies(tags: dict[str, str]) -> Sequence[Policy]:
    try:
        own = Policy(tags.get("p", "none"))
        subdomains = Policy(tags.get("sp", own))
        return own, subdomains, Policy(tags.get("np", subdomains))
    except ValueError:
        return Policy.NONE, Policy.NONE, Policy.NONE
