"""Authenticated Received Chains, for the few sealers that are believed (RFC 8617).

A forwarder that changes a mail breaks its signature; before that it wrote down what it found, and seals it. The seal
of the last one is believed when it is configured, and only then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.core.authenticity import canonical, results, signature, tags, verification
from bot.core.authenticity.fields import Field, Mail
from bot.core.authenticity.keys import Key
from bot.core.authenticity.signature import Signature
from bot.core.authenticity.verdict import Refused

# RFC 8617, section 5.1.1.1, allows 50 sets; each costs a key and a check, and real chains have one to four.
_MOST_SETS = 10
_RESULTS, _MESSAGE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
_INSTANCE = re.compile(r"[ \t]*i[ \t]*=[ \t]*([0-9]{1,2})[ \t]*;(.*)", re.DOTALL)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Seal:
    """An ARC-Seal field, read. status: the tag "cv". hashed: the field without the value of its tag "b"."""

    algorithm: str
    domain: str
    selector: str
    status: bytes
    octets: bytes
    hashed: bytes

    @property
    def key_name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True)
class Chain:
    """The sets of one mail, instance 1 first.

    sets: for each instance the three fields in the order they are sealed in. message: the newest message signature.
    text: what the newest sealer found, without the instance.
    """

    sets: tuple[tuple[Field, Field, Field], ...]
    seals: tuple[_Seal, ...]
    message: Signature
    text: str

    @property
    def sealer(self) -> str:
        """The domain that sealed last."""
        return self.seals[-1].domain

    @property
    def key_names(self) -> frozenset[str]:
        """Where the keys are published that `holds` asks for."""
        return frozenset({self.message.key_name, *(seal.key_name for seal in self.seals)})

    @property
    def results(self) -> results.AuthenticationResults | None:
        """What the newest sealer found; Microsoft, which forwards most, writes its own form here too."""
        return results.parse(self.text, microsoft=True)


def parse(mail: Mail) -> Chain | None:
    """The chain of a mail; None when there is none, or it is not whole and well-formed (section 5.2, steps 1 to 3)."""
    count = len(mail.named(_SEAL))
    if not 0 < count <= _MOST_SETS:
        return None
    try:
        findings = _by_instance([_finding(field) for field in mail.named(_RESULTS)], count)
        messages = _by_instance([signature.parse_arc(field) for field in mail.named(_MESSAGE)], count)
        seals = _by_instance([_seal(field) for field in mail.named(_SEAL)], count)
        fields = [_by_instance(_instances(mail, name), count) for name in (_RESULTS, _MESSAGE, _SEAL)]
    except (Refused, tags.Malformed, KeyError):
        return None
    if [seal.status for seal in seals] != [b"none"] + [b"pass"] * (count - 1):
        return None
    sets = tuple(zip(*fields, strict=True))
    return Chain(sets, tuple(seals), messages[-1], findings[-1])


def holds(mail: Mail, chain: Chain, keys: Mapping[str, Key]) -> bool:
    """Whether the newest message signature and every seal are valid (section 5.2, steps 4 to 6).

    The message signature must also cover what the desk acts on, as a DKIM signature must.
    """
    message = chain.message
    key = keys.get(message.key_name)
    if key is None or not {b"from", b"subject"} <= set(message.signed):
        return False
    if verification.break_in(mail, message, key) is not None or verification.shortcoming(mail, message) is not None:
        return False
    return all(_seal_holds(chain, instance, keys) for instance in range(len(chain.seals), 0, -1))


def _seal_holds(chain: Chain, instance: int, keys: Mapping[str, Key]) -> bool:
    """A seal is over all sets up to its own, relaxed, itself last and without its value (section 5.1.1)."""
    seal = chain.seals[instance - 1]
    key = keys.get(seal.key_name)
    if key is None or not key.fits(seal.algorithm):
        return False
    sealed = [field.octets for fields in chain.sets[:instance] for field in fields]
    sealed[-1] = seal.hashed
    return key.verifies(seal.octets, b"\r\n".join(canonical.header(octets, relaxed=True) for octets in sealed))


def _by_instance(found: list[tuple[int, _T]], count: int) -> list[_T]:
    """What was found, ordered by instance. Raises Malformed unless there is exactly one for each from 1 to count."""
    ordered = sorted(found, key=lambda pair: pair[0])
    if [instance for instance, _ in ordered] != list(range(1, count + 1)):
        raise tags.Malformed
    return [item for _, item in ordered]


def _instances(mail: Mail, name: bytes) -> list[tuple[int, Field]]:
    return [(_instance_of(field), field) for field in mail.named(name)]


def _instance_of(field: Field) -> int:
    if field.name == _RESULTS:
        return _finding(field)[0]
    return tags.number(tags.parse(field.value)["i"].value)


def _finding(field: Field) -> tuple[int, str]:
    """Section 4.1.1: the instance, then what an Authentication-Results field holds. Raises Malformed."""
    match = _INSTANCE.fullmatch(field.text)
    if match is None:
        raise tags.Malformed
    return int(match[1]), match[2]


def _seal(field: Field) -> tuple[int, _Seal]:
    """Section 4.1.3; a tag "h" makes it invalid. Raises Malformed or KeyError."""
    found = tags.parse(field.value)
    if "h" in found:
        raise tags.Malformed
    seal = _Seal(
        algorithm=signature.algorithm_of(found),
        domain=signature.domain_of(found),
        selector=signature.selector_of(found),
        status=found["cv"].value.lower(),
        octets=tags.base64_octets(found["b"].value),
        hashed=signature.without_signature(field, found),
    )
    return tags.number(found["i"].value), seal
