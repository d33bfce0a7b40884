"""Domain names as they are compared here: lower-case A-labels without a final dot."""

from __future__ import annotations

import re

import idna

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST = 253  # RFC 1035, section 2.3.4, without the final dot


def normal(name: str) -> str | None:
    """The A-label form of a domain name, or None when it is none (RFC 9989, section 5.3.1: U-labels are converted).

    IDNA 2008 without the mappings of 2003, which would make two registrants' names one ("straße", "strasse").
    """
    text = name.strip().removesuffix(".").lower()
    if not text.isascii():
        try:
            text = idna.encode(text).decode("ascii").lower()
        except UnicodeError:
            return None
    if len(text) > _LONGEST or _NAME.fullmatch(text) is None:
        return None
    return text


def is_under(name: str, domain: str) -> bool:
    """Whether `name` is `domain` or a name below it."""
    return name == domain or name.endswith("." + domain)


def may_share_organization(one: str, other: str) -> bool:
    """Whether two names have two labels in common: less is never one organization, and not worth a DNS query."""
    return one.split(".")[-2:] == other.split(".")[-2:]
