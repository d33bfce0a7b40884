"""Prefixes that mail clients put before quoted lines (RFC 3676, section 4.5, and the habits that it does not know)."""

# Clients wrap at 65 columns or more (RFC 3676, section 4.2, recommends 78 at most and 66 to 72).
_NARROWEST_WRAP = 60


def is_quoted(key: str) -> bool:
    """Whether a folded, non-empty line carries a quote prefix: `>`, `|`, `&gt;` or initials as in `JT> text`."""
    first = key[0]
    if first in ">|":
        return True
    if first == "&":
        return key.startswith("&gt;")
    bracket = key.find(">", 1, 5)
    return bracket > 0 and key[:bracket].isalpha()


def closes_guillemets(key: str, written_before: str) -> bool:
    """Whether a leading `»` only closes the `«` of the line before, rather than being a prefix."""
    return key[0] == "»" and written_before.count("«") > written_before.count("»")


def may_be_wrapped(before: str, key: str) -> bool:
    """Whether a line without prefix may be the rest of the quoted line just above it.

    Some clients and gateways break a long quoted line after the prefix was put. A word that would not have fitted on the
    line above may have come from there, so it is not taken for an answer.
    """
    space = key.find(" ")
    first_word = len(key) if space < 0 else space
    return len(before) + 1 + first_word > _NARROWEST_WRAP
