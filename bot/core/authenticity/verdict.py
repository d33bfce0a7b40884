"""What the desk knows about the authenticity of one mail, and why."""

from __future__ import annotations

from enum import StrEnum

from bot.core.immutable import immutable


class Policy(StrEnum):
    """What a domain asks for mail that fails DMARC (RFC 9989, section 4.7, tag "p")."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Reason(StrEnum):
    """Why a mail is authentic or not: a stable word for templates, logs and metrics."""

    # Authentic.
    ORIGIN = "origin"
    RELAY_DKIM = "relay_dkim"
    DKIM_ALIGNED = "dkim_aligned"
    ARC_SEALER = "arc_sealer"
    # The mail itself.
    NO_FROM = "no_from"
    TWO_FROM = "two_from"
    NOT_STRICT_FROM = "not_strict_from"
    MALFORMED_HEADER = "malformed_header"
    DUPLICATE_FIELD = "duplicate_field"
    # Its signatures.
    NO_SIGNATURE = "no_signature"
    UNALIGNED = "unaligned"
    MALFORMED_SIGNATURE = "malformed_signature"
    WEAK_ALGORITHM = "weak_algorithm"
    UNSIGNED_FROM = "unsigned_from"
    UNSIGNED_SUBJECT = "unsigned_subject"
    BODY_LENGTH_TAG = "body_length_tag"
    FOREIGN_IDENTITY = "foreign_identity"
    EXPIRED = "expired"
    BODY_CHANGED = "body_changed"
    BAD_SIGNATURE = "bad_signature"
    # The keys of its signatures.
    NO_KEY = "no_key"
    BAD_KEY = "bad_key"
    WEAK_KEY = "weak_key"
    REVOKED_KEY = "revoked_key"
    TESTING_KEY = "testing_key"
    # The surroundings.
    DNS_TEMPORARY = "dns_temporary"
    INTERNAL_ERROR = "internal_error"


class Refused(Exception):
    """A signature, key or mail does not count, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@immutable
class Verdict:
    """The answer about one mail.

    authentic: the mail has assurance A1: it comes from the domain in its one From.
    temporary: a DNS error stood in the way; never authentic; ask again later.
    failed_policy: "quarantine" or "reject" when DMARC fails and the From domain asks for that, else "".
    reason: a `Reason`.
    detail: the domain or domains that the reason is about, comma-separated; nothing else of the mail.
    """

    authentic: bool
    temporary: bool
    failed_policy: str
    reason: str
    detail: str

    @property
    def silence(self) -> str:
        """Why such a mail is not answered, "" when it may be."""
        return f"dmarc_{self.failed_policy}" if self.failed_policy else ""
