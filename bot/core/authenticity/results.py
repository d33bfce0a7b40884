"""Authentication-Results fields, read by their grammar (RFC 8601, section 2.2), and which of them is believed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.core.authenticity import names
from bot.core.authenticity.fields import Field, Mail

MICROSOFT_365 = "protection.outlook.com"
"""The identifier to configure for Microsoft 365, whose field carries none.

Its documented form (learn.microsoft.com, "Anti-spam message headers in cloud organizations") is
`spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=pass (signature was verified)
header.d=example.com;dmarc=pass action=none header.from=example.com;compauth=pass reason=100`; older ones name the
receiving domain as an item of its own.
"""
_MICROSOFT_HOPS = frozenset({MICROSOFT_365, "outlook.com", "office365.com"})

_KEYWORD = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"  # RFC 5321, section 4.1.2: Ldh-str
_TOKEN = re.compile(r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+")  # RFC 2045, section 5.1
_QUOTED = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"')
_BLANKS = re.compile(r"[ \t]+")
_COMMENT_PART = re.compile(r"[^()\\]+|\\.")
_VERSION = re.compile(r"([0-9]+)(?![^ \t(;])")
_METHOD = re.compile(rf"({_KEYWORD})")
_METHOD_VERSION = re.compile(r"[0-9]+")
_RESULT = re.compile(rf"({_KEYWORD})(?![^ \t(;])")
_PROPERTY = re.compile(rf"({_KEYWORD})")
# A value that is not quoted. The grammar allows less; nothing here can end an item or open a comment or a quote.
_BARE_VALUE = re.compile(r'[^\x00-\x20\x7f;()"\\,<>]+')
_ITEM_IS_DOMAIN = re.compile(r"[A-Za-z0-9_.-]+(?![^ \t(;])")
_BY = re.compile(r"\s*(?:from\s+[^\s;]+\s+)?by\s+([^\s;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """One item: a method ("dkim"), its result ("pass") and its properties ("header.d", value), all names in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def only(self, name: str) -> str | None:
        """The value of a property that stands exactly once, else None."""
        values = [value for key, value in self.properties if key == name]
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One field: who says so (lower case; "" where the field has no identifier), and what."""

    authserv_id: str
    results: tuple[Result, ...]

    @property
    def dkim_domains(self) -> tuple[str, ...]:
        """The domains whose DKIM signatures passed, as normal names."""
        passed = [item.only("header.d") for item in self.results if item.method == "dkim" and item.result == "pass"]
        found = (names.normal(domain) for domain in passed if domain is not None)
        return tuple(name for name in found if name is not None)

    @property
    def fails_dmarc(self) -> bool:
        """Whether it says that DMARC failed."""
        return any(item.method == "dmarc" and item.result == "fail" for item in self.results)


def believed(mail: Mail, authserv_ids: Collection[str]) -> AuthenticationResults | None:
    """The topmost Authentication-Results field, when it is from one of these identifiers (lower case).

    Above it may stand only Received fields that the same system wrote: what stands below a stranger's Received was
    there before the mail came to that system, and is the stranger's (RFC 8601, sections 4.1 and 7.1). A hop is known
    by its "by": a host that is one of the identifiers, or in a domain that is one; so names of inner hosts or of their
    domain may be configured beside the identifier. A system that is believed must itself take out such fields that
    come in under its identifier (section 5): nobody behind it could tell them.
    """
    microsoft = MICROSOFT_365 in authserv_ids
    hops = {*authserv_ids, *(_MICROSOFT_HOPS if microsoft else ())}
    passed_hops = 0
    for field in mail.fields:
        if field.name == b"received":
            if not _is_written_by(field, hops):
                return None
            passed_hops += 1
        elif field.name == b"authentication-results":
            found = parse(field.text, microsoft=microsoft)
            if found is None or (not found.authserv_id and not passed_hops):
                return None
            return found if found.authserv_id in authserv_ids or not found.authserv_id else None
    return None


def parse(text: str, *, microsoft: bool = False) -> AuthenticationResults | None:
    """Reads the value of a field, unfolded; None when it does not follow the grammar to its end.

    microsoft: also takes the form of Microsoft 365 (see MICROSOFT_365).
    """
    try:
        return _Reader(text, microsoft=microsoft).field()
    except _Ungrammatical:
        return None


def _is_written_by(field: Field, hops: Collection[str]) -> bool:
    reader = _Reader(field.text, microsoft=False)
    try:
        match = _BY.match(reader.without_comments())
    except _Ungrammatical:
        return False
    host = names.normal(match[1]) if match else None
    return host is not None and any(names.is_under(host, hop) for hop in hops)


class _Ungrammatical(Exception):
    """The text does not follow the grammar."""


class _Reader:
    """A recursive descent over one value; every method reads one rule of the grammar and moves on."""

    def __init__(self, text: str, *, microsoft: bool) -> None:
        self._text = text
        self._at = 0
        self._microsoft = microsoft

    def field(self) -> AuthenticationResults:
        """authres-payload = [CFWS] authserv-id [CFWS authres-version] (no-result / 1*resinfo) [CFWS]."""
        self._cfws()
        if self._microsoft and re.match(rf"{_KEYWORD}=", self._text[self._at :]):
            return AuthenticationResults("", self._items(first=True))
        authserv_id = self._value().lower()
        if self._cfws() and (version := self._take(_VERSION)) is not None:
            if version[1] != "1":
                raise _Ungrammatical
            self._cfws()
        return AuthenticationResults(authserv_id, self._items(first=False))

    def without_comments(self) -> str:
        """The whole text with each comment replaced by a blank."""
        parts: list[str] = []
        while not self._ended():
            if self._text[self._at] == "(":
                self._comment()
                parts.append(" ")
            else:
                end = self._text.find("(", self._at)
                end = len(self._text) if end < 0 else end
                parts.append(self._text[self._at : end])
                self._at = end
        return "".join(parts)

    def _items(self, *, first: bool) -> tuple[Result, ...]:
        """no-result / 1*resinfo. first: the first item stands without a semicolon before it."""
        items: list[Result] = []
        while first or not self._ended():
            if not first:
                self._expect(";")
            first = False
            self._cfws()
            if self._microsoft and (self._ended() or self._take(_ITEM_IS_DOMAIN) is not None):
                self._cfws()
                continue
            if not items and self._rest_is("none"):
                return ()
            items.append(self._result())
        if not items:
            raise _Ungrammatical
        return tuple(items)

    def _result(self) -> Result:
        """Resinfo = methodspec [CFWS reasonspec] [CFWS 1*propspec], without its semicolon."""
        method = self._need(_METHOD)[1].lower()
        self._cfws()
        if self._take_text("/"):
            self._cfws()
            self._need(_METHOD_VERSION)
            self._cfws()
        self._expect("=")
        self._cfws()
        result = self._need(_RESULT)[1].lower()
        properties: list[tuple[str, str]] = []
        while self._cfws() and not self._ended() and self._text[self._at] != ";":
            properties.append(self._property())
        return Result(method, result, tuple(properties))

    def _property(self) -> tuple[str, str]:
        """Propspec = ptype "." property "=" pvalue, or reasonspec = "reason" "=" value."""
        name = self._need(_PROPERTY)[1].lower()
        self._cfws()
        if self._take_text("."):
            self._cfws()
            name = f"{name}.{self._need(_PROPERTY)[1].lower()}"
            self._cfws()
        elif name != "reason" and not (self._microsoft and name == "action"):
            raise _Ungrammatical
        self._expect("=")
        self._cfws()
        return name, self._property_value()

    def _property_value(self) -> str:
        """Pvalue: a token, a quoted string, or an address whose local part may be quoted."""
        quoted = self._take(_QUOTED)
        bare = self._take(_BARE_VALUE)
        if quoted is None and bare is None:
            if self._microsoft:
                return ""  # "header.from=;" where the mail had none
            raise _Ungrammatical
        return (_unquoted(quoted[1]) if quoted else "") + (bare[0] if bare else "")

    def _value(self) -> str:
        """Value = token / quoted-string (RFC 2045, section 5.1)."""
        quoted = self._take(_QUOTED)
        return _unquoted(quoted[1]) if quoted else self._need(_TOKEN)[0]

    def _cfws(self) -> bool:
        """Passes over blanks and comments; whether there were any, or the text is at its end."""
        start = self._at
        while not self._ended():
            if self._text[self._at] == "(":
                self._comment()
            elif self._take(_BLANKS) is None:
                break
        return self._at > start or self._ended()

    def _comment(self) -> None:
        """A comment with those inside it (RFC 5322, section 3.2.2)."""
        depth = 0
        while not self._ended():
            if self._take_text("("):
                depth += 1
            elif self._take_text(")"):
                depth -= 1
                if depth == 0:
                    return
            elif self._take(_COMMENT_PART) is None:
                break
        raise _Ungrammatical

    def _ended(self) -> bool:
        return self._at >= len(self._text)

    def _rest_is(self, word: str) -> bool:
        """Whether nothing but this word is left; passes over it if so."""
        start = self._at
        if self._text[start : start + len(word)].lower() == word:
            self._at += len(word)
            self._cfws()
            if self._ended():
                return True
        self._at = start
        return False

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def _need(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = self._take(pattern)
        if match is None:
            raise _Ungrammatical
        return match

    def _take_text(self, text: str) -> bool:
        if not self._text.startswith(text, self._at):
            return False
        self._at += len(text)
        return True

    def _expect(self, text: str) -> None:
        if not self._take_text(text):
            raise _Ungrammatical


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
