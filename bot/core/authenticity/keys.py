"""Public keys of signers, as the DNS holds them (RFC 6376, section 3.6.1; RFC 8301; RFC 8463)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.core.authenticity import tags
from bot.core.authenticity.verdict import Reason, Refused

# RFC 8301, section 3.2: less than 1024 bits must not be taken, 4096 is the most that a verifier must know.
_LEAST_BITS, _MOST_BITS = 1024, 4096
# The key is whatever a stranger put into the DNS. A long exponent would make each check as slow as signing.
_LONGEST_EXPONENT_BITS = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that may sign mail.

    strict_identity: the tag "i" of a signature must name exactly the domain of its tag "d" (flag "t=s").
    """

    public: RSAPublicKey | Ed25519PublicKey
    strict_identity: bool

    def fits(self, algorithm: str) -> bool:
        """Whether the tag "a" of a signature is for this kind of key."""
        return algorithm == ("rsa-sha256" if isinstance(self.public, RSAPublicKey) else "ed25519-sha256")

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        """Whether `signature` is this key's over `signed`."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(signature, signed, PKCS1v15(), hashes.SHA256())
            else:
                self.public.verify(signature, hashlib.sha256(signed).digest())  # RFC 8463, section 3
        except InvalidSignature:
            return False
        return True


def choose(records: Iterable[bytes]) -> Key:
    """The key among the TXT records at a key name, each with its strings joined.

    One record is all that should be there (RFC 6376, section 3.6.2.2); records of other kinds, which wildcards put
    there, are passed over. Raises Refused: no_key, bad_key, weak_key, revoked_key or testing_key.
    """
    refused = Refused(Reason.NO_KEY)
    for record in records:
        try:
            return parse(record)
        except Refused as error:
            if refused.reason in (Reason.NO_KEY, Reason.BAD_KEY):
                refused = error
    raise refused


def parse(record: bytes) -> Key:
    """The key in one TXT record. Raises Refused as `choose` does."""
    try:
        found = tags.parse(record)
        encoded = tags.unspaced(found["p"].value)
        kind = _kind(found)
        octets = tags.base64_octets(encoded)
    except (tags.Malformed, KeyError) as error:
        raise Refused(Reason.BAD_KEY) from error
    if not encoded:
        raise Refused(Reason.REVOKED_KEY)
    flags = _listed(found, "t", b"")
    if b"y" in flags:
        raise Refused(Reason.TESTING_KEY)  # section 3.6.1: such mail is to be treated as unsigned
    return Key(_rsa(octets) if kind == b"rsa" else _ed25519(octets), b"s" in flags)


def _kind(found: dict[str, tags.Tag]) -> bytes:
    """The key's type. Raises Malformed when the record is not for signing mail with SHA-256."""
    if "v" in found and (next(iter(found)) != "v" or found["v"].value != b"DKIM1"):
        raise tags.Malformed
    kind = found["k"].value if "k" in found else b"rsa"
    for_mail = {b"*", b"email"} & set(_listed(found, "s", b"*"))
    if kind not in (b"rsa", b"ed25519") or not for_mail or b"sha256" not in _listed(found, "h", b"sha256"):
        raise tags.Malformed
    return kind


def _listed(found: dict[str, tags.Tag], name: str, default: bytes) -> list[bytes]:
    return tags.unspaced(found[name].value if name in found else default).split(b":")


def _rsa(octets: bytes) -> RSAPublicKey:
    """RFC 6376 says RSAPublicKey, everyone publishes SubjectPublicKeyInfo (its erratum 3017); both are read."""
    try:
        key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(Reason.BAD_KEY) from error
    if not isinstance(key, RSAPublicKey):
        raise Refused(Reason.BAD_KEY)
    if key.key_size < _LEAST_BITS:
        raise Refused(Reason.WEAK_KEY)
    if key.key_size > _MOST_BITS or key.public_numbers().e.bit_length() > _LONGEST_EXPONENT_BITS:
        raise Refused(Reason.BAD_KEY)
    return key


def _ed25519(octets: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(octets)
    except ValueError as error:
        raise Refused(Reason.BAD_KEY) from error
