"""Subjects of answers."""

from __future__ import annotations

import re
from collections.abc import Collection

# What mail programs put in front of an answered or forwarded subject, as many times as it went back and forth. French Outlook
# writes `RÉP :` and `TR :` with a space before the colon; some put a count or the language's own word (AW, WG, SV, RV).
_PREFIXES = re.compile(
    r"\s*(?:(?:re|ré|rép|rep|tr|fw|fwd|aw|wg|sv|vs|rv)(?:\s*[\[(]\d{1,3}[\])])?[\s\u00a0\u202f]*[:：]\s*)+", re.IGNORECASE
)
_BREAKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def bare_subject(subject: str) -> str:
    """A subject in one line, without the prefixes in front."""
    line = _BREAKS.sub(" ", subject).strip()
    return _PREFIXES.sub("", line, count=1).strip() if _PREFIXES.match(line) else line


def reply_subject(subject: str, secrets: Collection[str] = ()) -> str:
    """`Re: …` with exactly one prefix for the subject that is answered.

    "" when nothing is left of it, or when it holds one of `secrets` (a password, a token; compared without regard to case): the
    letter then takes a subject of its own.
    """
    bare = bare_subject(subject)
    folded = bare.casefold()
    if not bare or any(secret and secret.casefold() in folded for secret in secrets):
        return ""
    return f"Re: {bare}"
