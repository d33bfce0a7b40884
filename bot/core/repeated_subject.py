"""Recognises our own subject in another one: a ticket system puts `[Case 4711]` before it and says nowhere that it is a machine.

A number or a command in it is then our word come back, not a new request; else the two would write to each other for ever. Only a
fingerprint of the subject is kept.
"""

from __future__ import annotations

import hashlib

from bot.core.subjects import bare_subject

_MOST_WORDS = 60
_TAG_ENDS = ("]", ")", "}", ">", ":", "-", "–", "—", "|", "#")


def fingerprint(subject: str) -> str:
    """What is kept of a subject: the number of its words and a digest; "" for a blank one."""
    words = _words(subject)
    return _digest(words) if words else ""


def repeats(subject: str, known: str) -> bool:
    """Whether a subject is a tag, such as `[Case 4711]` or `Ticket 5:`, and after it the subject with the fingerprint `known`."""
    count = int(known.partition(":")[0] or 0)
    words = _words(subject)[:_MOST_WORDS]
    starts = [place for place in range(1, len(words) - count + 1) if words[place - 1].endswith(_TAG_ENDS)] if count else []
    return any(_digest(words[place : place + count]) == known for place in starts)


def _words(subject: str) -> list[str]:
    return bare_subject(subject).casefold().split()


def _digest(words: list[str]) -> str:
    return f"{len(words)}:{hashlib.blake2b(' '.join(words).encode('utf-8', 'replace'), digest_size=12).hexdigest()}"
