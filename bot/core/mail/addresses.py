"""The one strict mailbox of a From or Reply-To field: RFC 5322 3.4 without its obsolete forms, RFC 6531 letters allowed.

Who a mail is from decides what its answer may hold, and readers differ on everything that is not plain: Python 3.11 reads
`admin@carrier.example <evil@x.example>` as the admin. So a value is either read in the one way that the grammar gives, or refused
with a reason; nothing is mended, and an encoded word is decoded in the display name alone. Two liberties, on which no two readers
can differ: dots in a display name (`John Q. Public`), and a bare display name that repeats the address itself.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import idna

from bot.core.mail import limits
from bot.core.mail.values import Mailbox
from bot.core.mail.words import decode_words, one_line

NOT_AN_ADDRESS: Final = "not an address"
TWO_ADDRESSES: Final = "two addresses"
GROUP: Final = "group"
QUOTED_LOCAL_PART: Final = "quoted local part"
ADDRESS_LITERAL: Final = "address literal"
ADDRESS_IN_NAME: Final = "address in the display name"
ADDRESS_IN_COMMENT: Final = "address in a comment"
ENCODED_ADDRESS: Final = "encoded word in the address"
CONTROL_CHARACTER: Final = "control character"
TOO_LONG: Final = "too long"

_ATEXT: Final = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"  # RFC 5322 3.2.3
_BEYOND: Final = "\u00a0-\U0010ffff"  # UTF8-non-ascii of RFC 6532 3.1, without the C1 controls
_LABEL: Final = rf"[A-Za-z0-9_{_BEYOND}](?:[A-Za-z0-9_{_BEYOND}-]{{0,61}}[A-Za-z0-9_{_BEYOND}])?"
_ADDR_SPEC: Final = re.compile(rf"([{_ATEXT}{_BEYOND}]+(?:\.[{_ATEXT}{_BEYOND}]+)*)@({_LABEL}(?:\.{_LABEL})*)")
# A mailbox with a plain or simply quoted name, as nearly all mail has it, in one match. All else goes through the tokens.
_PLAIN: Final = re.compile(rf"""(?:"([^"\\]*)"[ \t]*|([{_ATEXT}. \t]*))<([^<>]*)>""")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TOKEN: Final = re.compile(rf"""[ \t]+|(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<atom>[{_ATEXT}\x80-\U0010ffff]+)|(?P<special>.)""")
_COMMENT_MARK: Final = re.compile(r"\\.|[()]")
_ESCAPE: Final = re.compile(r"\\(.)")

_ADDRESS_OCTETS: Final = 254
"""RFC 5321 4.5.3.1.3. Its 64 octets for the local part are not held: reply addresses with a long token break them every day."""


class _Token(NamedTuple):
    kind: str
    """One of quoted, atom, comment, or the special character itself."""
    start: int
    end: int


def read_mailbox(value: str) -> Mailbox | str:
    """The one mailbox in `value` (an unfolded field value), or the reason why there is none; never raises."""
    value = value.strip(" \t")
    if len(value) > limits.MAILBOX_CHARACTERS:
        return TOO_LONG
    if _CONTROL.search(value):
        return CONTROL_CHARACTER
    found = _PLAIN.fullmatch(value)
    if found is not None:
        return _mailbox(found[3], found[1] or found[2] or "")
    tokens = _tokens(value)
    if tokens is None:
        return NOT_AN_ADDRESS
    if any(token.kind == "comment" and "@" in decode_words(value[token.start : token.end]) for token in tokens):
        return ADDRESS_IN_COMMENT
    problem = _outline_problem(tokens)
    if problem:
        return problem
    return _named(value, tokens) if any(token.kind == "<" for token in tokens) else _bare(value, tokens)


def _tokens(value: str) -> list[_Token] | None:
    """The words, comments and special characters of `value` without the white space; None for an open quote or comment."""
    tokens: list[_Token] = []
    position = 0
    while position < len(value):
        found = _TOKEN.match(value, position)
        if found is None:
            return None
        kind, end = found.lastgroup, found.end()
        if kind == "special":
            kind = found[0]
            if kind == "(":
                kind, end = "comment", _comment_end(value, position)
            if kind == '"' or end < 0:
                return None
        if kind is not None:
            tokens.append(_Token(kind, position, end))
        position = end
    return tokens


def _comment_end(value: str, start: int) -> int:
    """Where the comment that opens at `start` ends (comments nest, RFC 5322 3.2.2); -1 when it does not."""
    depth = 0
    for found in _COMMENT_MARK.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return -1


def _outline_problem(tokens: list[_Token]) -> str:
    """What the special characters alone say against one mailbox; empty when they may form one."""
    specials = "".join(token.kind for token in tokens if len(token.kind) == 1)
    before = specials.partition("<")[0]
    if ":" in before:
        return GROUP
    if "," in specials or ";" in specials or specials.count("<") > 1:
        return TWO_ADDRESSES
    return "" if specials.count(">") == specials.count("<") else NOT_AN_ADDRESS


def _named(value: str, tokens: list[_Token]) -> Mailbox | str:
    """`phrase <addr-spec>`; there is one pair of brackets."""
    words = [token for token in tokens if token.kind != "comment"]
    opening = next(token for token in words if token.kind == "<")
    closing = words[-1]
    if closing.kind != ">":
        return NOT_AN_ADDRESS
    phrase = words[: words.index(opening)]
    mailbox = _mailbox(value[opening.end : closing.start], _phrase_text(value, phrase))
    if isinstance(mailbox, str) or all(token.kind in ("atom", "quoted", ".") for token in phrase):
        return mailbox
    if any(token.kind == "@" for token in phrase):
        repeated = value[phrase[0].start : phrase[-1].end].lower() == mailbox.address.lower()
        return mailbox if repeated else ADDRESS_IN_NAME
    return NOT_AN_ADDRESS


def _phrase_text(value: str, phrase: list[_Token]) -> str:
    """The words of a display name as they stand, quotes opened, one space where there was white space or a comment."""
    pieces: list[str] = []
    end = phrase[0].start if phrase else 0
    for token in phrase:
        pieces.append(" " if token.start > end else "")
        text = value[token.start : token.end]
        pieces.append(_ESCAPE.sub(r"\1", text[1:-1]) if token.kind == "quoted" else text)
        end = token.end
    return "".join(pieces)


def _bare(value: str, tokens: list[_Token]) -> Mailbox | str:
    """An addr-spec alone, or with the name in a comment behind it as old Unix mailers write."""
    words = [token for token in tokens if token.kind != "comment"]
    comments = [token for token in tokens if token.kind == "comment"]
    if not words:
        return NOT_AN_ADDRESS
    name = value[comments[-1].start + 1 : comments[-1].end - 1] if comments else ""
    return _mailbox(value[words[0].start : words[-1].end], _ESCAPE.sub(r"\1", name))


def _mailbox(text: str, name: str) -> Mailbox | str:
    """The mailbox of an addr-spec and a display name that are still encoded, or what is wrong with the addr-spec."""
    text = text.strip(" \t")
    found = _ADDR_SPEC.fullmatch(text)
    if found is None:
        return _address_problem(text)
    if "=?" in text and "?=" in text:
        return ENCODED_ADDRESS
    domain = found[2].lower()
    ascii_domain = domain if domain.isascii() and found[2].isascii() else _a_labels(found[2])
    address = f"{found[1]}@{domain}"
    if ascii_domain is None or not text.isprintable() or len(address.encode()) > _ADDRESS_OCTETS:
        return NOT_AN_ADDRESS
    shown = one_line(decode_words(name), limits.DISPLAY_NAME_CHARACTERS)
    return Mailbox(address, shown, address if domain is ascii_domain else f"{found[1]}@{ascii_domain}")


def _address_problem(text: str) -> str:
    if text.startswith('"'):
        return QUOTED_LOCAL_PART
    if text.endswith("]"):
        return ADDRESS_LITERAL
    return TWO_ADDRESSES if "," in text else NOT_AN_ADDRESS


def _a_labels(domain: str) -> str | None:
    """The domain in A-labels by strict IDNA 2008 (RFC 5891 5), or None when it is none.

    No mapping but lower case: full-width letters and ideographic dots would turn a stranger's text into a known domain, and so
    would the Kelvin sign, whose lower case is an ASCII k.
    """
    lowered = domain.lower()
    if len(domain) > _ADDRESS_OCTETS or sum(map(str.isascii, lowered)) != sum(map(str.isascii, domain)):
        return None
    try:
        return idna.encode(lowered, strict=True).decode("ascii")
    except idna.IDNAError:
        return None
