"""DKIM-Signature fields, and the ARC-Message-Signature fields that share their form (RFC 6376, 3.5; RFC 8617, 4.1.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.authenticity import names, tags
from bot.core.authenticity.fields import Field
from bot.core.authenticity.verdict import Reason, Refused

SKEW_SECONDS = 300
"""How long after its expiry a signature is still taken: clocks differ."""

_ALGORITHM = re.compile(rb"[A-Za-z][A-Za-z0-9]*-[A-Za-z][A-Za-z0-9]*")
_FIELD_NAME = re.compile(rb"[!-9;-~]+")
_CANONICALIZATIONS = {b"simple": False, b"relaxed": True}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature field, read.

    algorithm: the tag "a" in lower case. domain, selector: normal names. signed: the names of the tag "h" in lower case.
    identity_domain: the domain of the tag "i", None where it is no domain. length: the tag "l", octets.
    expires: the tag "x", seconds since 1970. hashed: the field with the value of its tag "b" taken out.
    """

    algorithm: str
    domain: str
    selector: str
    relaxed_header: bool
    relaxed_body: bool
    signed: tuple[bytes, ...]
    body_digest: bytes
    octets: bytes
    identity_domain: str | None
    length: int | None
    expires: int | None
    hashed: bytes

    @property
    def key_name(self) -> str:
        """Where its public key is published (RFC 6376, section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


def parse(field: Field) -> Signature:
    """Reads a DKIM-Signature field. Raises Refused (malformed_signature)."""
    try:
        found = tags.parse(field.value)
        if found["v"].value != b"1":
            raise tags.Malformed
        identity = _identity_domain(found)
        return _read(field, found, identity)
    except (tags.Malformed, KeyError) as error:
        raise Refused(Reason.MALFORMED_SIGNATURE) from error


def parse_arc(field: Field) -> tuple[int, Signature]:
    """Reads an ARC-Message-Signature field: its instance, and the signature. Raises Refused (malformed_signature)."""
    try:
        found = tags.parse(field.value)
        # Here the tag "i" is the instance, and there is no version (RFC 8617, section 4.1.2).
        if "v" in found:
            raise tags.Malformed
        return tags.number(found["i"].value), _read(field, found, domain_of(found))
    except (tags.Malformed, KeyError) as error:
        raise Refused(Reason.MALFORMED_SIGNATURE) from error


def refusal(signature: Signature, now_seconds: float) -> Reason | None:
    """Why a signature does not count whatever its key is, or None.

    now_seconds: seconds since 1970 UTC.
    """
    if signature.algorithm not in ("rsa-sha256", "ed25519-sha256"):
        return Reason.WEAK_ALGORITHM  # RFC 8301, section 3.1: rsa-sha1 must not be taken
    if b"from" not in signature.signed:
        return Reason.UNSIGNED_FROM  # RFC 6376, section 5.4
    identity = signature.identity_domain
    if identity is None or not names.is_under(identity, signature.domain):
        return Reason.FOREIGN_IDENTITY  # RFC 6376, section 3.5, tag "i"
    if signature.expires is not None and signature.expires + SKEW_SECONDS < now_seconds:
        return Reason.EXPIRED
    return None


def domain_of(found: Mapping[str, tags.Tag]) -> str:
    """The normal name in the tag "d". Raises Malformed or KeyError."""
    return _name(found["d"].value)


def selector_of(found: Mapping[str, tags.Tag]) -> str:
    """The normal name in the tag "s". Raises Malformed or KeyError."""
    return _name(found["s"].value)


def algorithm_of(found: Mapping[str, tags.Tag]) -> str:
    """The tag "a" in lower case. Raises Malformed or KeyError."""
    value = found["a"].value
    if _ALGORITHM.fullmatch(value) is None:
        raise tags.Malformed
    return value.decode("ascii").lower()


def without_signature(field: Field, found: Mapping[str, tags.Tag]) -> bytes:
    """The field as it was signed: the value of its tag "b" is taken out with the space around it (RFC 6376, 3.7)."""
    offset = len(field.name) + 1
    tag = found["b"]
    return field.octets[: offset + tag.start] + field.octets[offset + tag.end :]


def _read(field: Field, found: Mapping[str, tags.Tag], identity: str | None) -> Signature:
    relaxed_header, relaxed_body = _canonicalization(found)
    signed_at, expires = _optional_number(found, "t"), _optional_number(found, "x")
    if signed_at is not None and expires is not None and expires < signed_at:
        raise tags.Malformed
    methods = tags.unspaced(found["q"].value).split(b":") if "q" in found else [b"dns/txt"]
    if b"dns/txt" not in methods:
        raise tags.Malformed
    return Signature(
        algorithm=algorithm_of(found),
        domain=domain_of(found),
        selector=selector_of(found),
        relaxed_header=relaxed_header,
        relaxed_body=relaxed_body,
        signed=_signed(found["h"].value),
        body_digest=tags.base64_octets(found["bh"].value),
        octets=tags.base64_octets(found["b"].value),
        identity_domain=identity,
        length=_optional_number(found, "l"),
        expires=expires,
        hashed=without_signature(field, found),
    )


def _canonicalization(found: Mapping[str, tags.Tag]) -> tuple[bool, bool]:
    """Whether header and body are in the relaxed form; the default of each is simple (RFC 6376, section 3.5, tag "c")."""
    value = found["c"].value.lower() if "c" in found else b"simple/simple"
    head, _, body = value.partition(b"/")
    try:
        return _CANONICALIZATIONS[head], _CANONICALIZATIONS[body or b"simple"]
    except KeyError as error:
        raise tags.Malformed from error


def _identity_domain(found: Mapping[str, tags.Tag]) -> str | None:
    if "i" not in found:
        return domain_of(found)
    _, at, domain = found["i"].value.rpartition(b"@")
    if not at:
        raise tags.Malformed
    return names.normal(domain.decode("ascii"))


def _signed(value: bytes) -> tuple[bytes, ...]:
    listed = tuple(name.lower() for name in tags.unspaced(value).split(b":"))
    if not all(_FIELD_NAME.fullmatch(name) for name in listed):
        raise tags.Malformed
    return listed


def _optional_number(found: Mapping[str, tags.Tag], name: str) -> int | None:
    return tags.number(found[name].value) if name in found else None


def _name(value: bytes) -> str:
    name = names.normal(value.decode("ascii"))
    if name is None:
        raise tags.Malformed
    return name
