"""Whether a signature, with its key, is sound over a mail (RFC 6376, section 6.1), and whether that is enough for us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.authenticity import canonical
from bot.core.authenticity.fields import Field, Mail
from bot.core.authenticity.keys import Key
from bot.core.authenticity.signature import Signature
from bot.core.authenticity.verdict import Reason

MOST_SIGNATURES = 5
"""How many signatures of one mail are checked: every one costs time, and honest mail has one to three."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one signature.

    reason: dkim_aligned when it proves the From, else why it does not.
    sound: the signature itself is valid, so that DMARC passes, whether or not it is enough for us.
    """

    signature: Signature
    reason: Reason
    sound: bool = False


def judge(mail: Mail, signature: Signature, key: Key) -> Outcome:
    """Checks one signature that belongs to the From domain. Takes time in proportion to the mail."""
    broken = break_in(mail, signature, key)
    if broken is not None:
        return Outcome(signature, broken)
    return Outcome(signature, shortcoming(mail, signature) or Reason.DKIM_ALIGNED, sound=True)


def break_in(mail: Mail, signature: Signature, key: Key) -> Reason | None:
    """Why the signature is not valid, or None."""
    if not key.fits(signature.algorithm):
        return Reason.BAD_KEY
    if key.strict_identity and signature.identity_domain != signature.domain:
        return Reason.FOREIGN_IDENTITY
    digest = mail.body_digest(relaxed=signature.relaxed_body, length=signature.length)
    if digest != signature.body_digest:
        return Reason.BODY_CHANGED
    if not key.verifies(signature.octets, signed_octets(mail, signature)):
        return Reason.BAD_SIGNATURE
    return None


def shortcoming(mail: Mail, signature: Signature) -> Reason | None:
    """Why a valid signature does not prove what the desk acts on, or None.

    A body may be added to under the tag "l" (RFC 6376, section 8.2), and a subject that is not signed, or a second
    field above the signed one, can be anybody's: all of them can hold a command. Content-Type would belong here too,
    but the largest provider does not sign it; so a body in the hands of a forger can be read as another type.
    """
    if signature.length is not None:
        return Reason.BODY_LENGTH_TAG
    if b"subject" not in signature.signed:
        return Reason.UNSIGNED_SUBJECT
    if mail.has_duplicates:
        return Reason.DUPLICATE_FIELD
    return None


def signed_octets(mail: Mail, signature: Signature) -> bytes:
    """What the signature is over: the named fields, each name taking the next from the bottom, then itself (3.7)."""
    chosen = select(mail.fields, signature.signed)
    relaxed = signature.relaxed_header
    parts = [canonical.header(field.octets, relaxed=relaxed) for field in chosen]
    return b"\r\n".join([*parts, canonical.header(signature.hashed, relaxed=relaxed)])


def select(fields: Sequence[Field], names: Sequence[bytes]) -> list[Field]:
    """The fields that a tag "h" names; a name beyond the fields there are stands for nothing (RFC 6376, 5.4.2)."""
    left: dict[bytes, list[Field]] = {}
    for field in fields:
        left.setdefault(field.name, []).append(field)
    return [left[name].pop() for name in names if left.get(name)]


def judge_all(mail: Mail, candidates: Sequence[tuple[Signature, Key | Reason]]) -> list[Outcome]:
    """Checks signatures, each with its key or the reason why it cannot count, up to the first that proves the From."""
    outcomes: list[Outcome] = []
    for signature, key in candidates:
        outcomes.append(judge(mail, signature, key) if isinstance(key, Key) else Outcome(signature, key))
        if outcomes[-1].reason is Reason.DKIM_ALIGNED:
            break
    return outcomes


def explain(field_count: int, signatures: Sequence[Signature], outcomes: Sequence[Outcome]) -> tuple[Reason, str]:
    """Why no signature proves the From, and the domains that this is about ("" when it is about the From domain).

    field_count: the DKIM-Signature fields of the mail. signatures: those that could be read. outcomes: of those that
    belong to the From domain; a valid one that is not enough says most.
    """
    if outcomes:
        telling = next((outcome for outcome in outcomes if outcome.sound), outcomes[0])
        return telling.reason, telling.signature.domain
    if not field_count:
        return Reason.NO_SIGNATURE, ""
    if signatures:
        return Reason.UNALIGNED, ", ".join(list(dict.fromkeys(found.domain for found in signatures))[:3])
    return Reason.MALFORMED_SIGNATURE, ""
