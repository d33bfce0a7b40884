"""Content-Type and Content-Disposition (RFC 2045 5, 2183, 2231), read leniently: a broken field is as good as none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from bot.core.mail import limits

PLAIN: Final = "text/plain"

_KIND: Final = re.compile(r"[ \t]*([A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,80})(?=[\s;(,]|$)")
_PARAMETER: Final = re.compile(r""";[ \t]*([^\s=;"]{1,60})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*+)"|([^;]*))""")
_ESCAPE: Final = re.compile(r"\\(.)")


class Content(NamedTuple):
    """A media type or disposition in lower case, and its parameters under lower-case names."""

    kind: str
    parameters: Mapping[str, str]


def content_type(value: str | None, default: str = PLAIN) -> Content:
    """The media type that a Content-Type value names; `default` without one, text/plain for a broken one (RFC 2045 5.2)."""
    if value is None:
        return Content(default, {})
    value = value[: limits.CONTENT_TYPE_OCTETS]
    found = _KIND.match(value)
    return Content(found[1].lower() if found else PLAIN, _parameters(value))


def content_disposition(value: str | None) -> Content:
    """The disposition that a Content-Disposition value names, empty without one."""
    if value is None:
        return Content("", {})
    value = value[: limits.CONTENT_TYPE_OCTETS]
    return Content(value.partition(";")[0].strip().lower(), _parameters(value))


def parameter(parameters: Mapping[str, str], name: str) -> str:
    """The parameter `name`, also in the forms of RFC 2231 (`name*`, `name*0`, `name*0*`); empty without one."""
    if name in parameters or not any(key.startswith(name + "*") for key in parameters):
        return parameters.get(name, "")
    if f"{name}*" in parameters:
        return _percent(parameters[f"{name}*"].rpartition("'")[2])
    pieces: list[str] = []
    for number in range(limits.PARAMETERS):
        plain, encoded = parameters.get(f"{name}*{number}"), parameters.get(f"{name}*{number}*")
        if plain is None and encoded is None:
            break
        pieces.append(plain if plain is not None else _percent((encoded or "").rpartition("'")[2]))
    return "".join(pieces)


def _parameters(value: str) -> dict[str, str]:
    """The first of each name, as most readers have it."""
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        found.setdefault(name.lower(), _ESCAPE.sub(r"\1", quoted) if quoted else bare.strip(" \t\"'"))
    return found


def _percent(text: str) -> str:
    return unquote_to_bytes(text).decode("latin-1")
