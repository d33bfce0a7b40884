"""Subjects: the marks that a reply or a forward puts in front, and the one `Re:` of our answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

# What mail programs put in front of an answered or forwarded subject, as many times as it went back and forth. French Outlook
# writes `RÉP :` and `TR :` with a space before the colon; some put a count or the language's own word (AW, WG, SV, RV).
_PREFIX = r"(?:re|ré|rép|rep|réponse|tr|fw|fwd|aw|wg|sv|vs|rv)(?:\s*[\[(]\d{1,3}[\])])?[\s\u00a0\u202f]*[:：]\s*"
_PREFIXES = re.compile(rf"\s*(?:{_PREFIX})+", re.IGNORECASE)
_TAGGED_PREFIX = re.compile(rf"\s*(?:\[[^\]]{{1,40}}\]\s*)?{_PREFIX}", re.IGNORECASE)  # a gateway's [EXTERNE] may stand before it
_BREAKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def is_reply_prefix(subject: str) -> bool:
    """Whether a subject begins with a mark of a reply or forward (RE:, RÉP :, TR :, Fwd:, RE[2]:), so that it counts as quoted."""
    return _TAGGED_PREFIX.match(unicodedata.normalize("NFC", subject[:100])) is not None


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
