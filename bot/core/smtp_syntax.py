"""The grammar of SMTP commands (RFC 5321 section 4.1.2, RFC 6531 section 3.3), strict where it matters and no further."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL = rf'(?:{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*")'
_DOMAIN = r"(?:[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9._\u0080-\U0010ffff-]{0,252})|\[[!-Z^-~]{1,100}\])"
_ADDRESS = rf"{_LOCAL}@{_DOMAIN}"
# A source route before the address means nothing any more and must be accepted (RFC 5321 appendix C); scripts forget the brackets.
_PATH = re.compile(
    rf" *(?:<(?:@[^<>:\s]{{1,500}}:)?(?P<address>{_ADDRESS})?>|(?P<bare>{_ADDRESS})|<(?P<postmaster>(?i:postmaster))>)"
    r"(?P<rest>(?: +[^ ]+)*) *"
)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\U0010ffff]+))?")
_LOCAL_OCTETS = 64  # RFC 5321 section 4.5.3.1.1
_ADDRESS_OCTETS = 254  # section 4.5.3.1.3: a path of 256 with its brackets


@dataclass(frozen=True, slots=True)
class Path:
    """An address with the parameters after it, their names in upper case.

    `address` is "" for the null path `<>`, and has no domain in the recipient `<Postmaster>`.
    """

    address: str
    parameters: Mapping[str, str]


def command(line: bytes) -> tuple[str, str] | None:
    """Verb (upper case) and argument of a line without its CR LF; None where it holds NUL, CR, LF or what is not UTF-8."""
    if b"\0" in line or b"\r" in line or b"\n" in line:
        return None
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    verb, _, argument = text.partition(" ")
    return verb.upper(), argument.strip(" ")


def path(argument: str, keyword: str) -> Path | None:
    """The path of `FROM:<…> …` or `TO:<…> …` (`keyword` with its colon); None where it is none."""
    if argument[: len(keyword)].upper() != keyword:
        return None
    match = _PATH.fullmatch(argument, len(keyword))
    if match is None:
        return None
    address = match["address"] or match["bare"] or match["postmaster"] or ""
    if match["postmaster"] and keyword != "TO:":  # without a domain only as a recipient (RFC 5321 section 4.1.1.3)
        return None
    local = address.rpartition("@")[0]
    if len(local.encode()) > _LOCAL_OCTETS or len(address.encode()) > _ADDRESS_OCTETS:
        return None
    parameters = {}
    for word in match["rest"].split():
        found = _PARAMETER.fullmatch(word)
        if found is None:
            return None
        parameters[found[1].upper()] = found[2] or ""
    return Path(address, parameters)


def unstuffed(data: bytes) -> bytes:
    """The content of DATA between its first and its last line end, without the dots added in transit (RFC 5321 section 4.5.2).

    `data` begins with the CR LF before the content.
    """
    return data.replace(b"\r\n.", b"\r\n")[2:] if b"\r\n." in data else data[2:]
