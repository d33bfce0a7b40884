"""What styles say about a mail's text: hidden, of no size, or drawn as a quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_ZERO = r"(?:0+(?:\.0*)?|\.0+)"
_GONE = re.compile(
    rf"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:{_ZERO}%?(?:!|;|$)"
    r"|(?:left|top|right|text-indent|margin-left):-\d{3,}|color:transparent|clip:rect|text-decoration(?:-line)?:[^;]*line-through)"
)
_NO_BOX = re.compile(rf"(?:^|;)(?:max-)?(?:height|width):{_ZERO}(?:[a-z]+|%)?(?:!|;|$)")
# A line at the left with room beside it is how programs without a blockquote mark what they quote.
_QUOTE_BORDER = re.compile(r"(?:^|;)border-left(?:-width|-style)?:(?!none|0)|border:none;border-left:")
_FONT_SIZE = re.compile(r"(?:^|;)font-size:([^;!]*)")
_ZERO_SIZE = re.compile(_ZERO + r"(?:[a-z]+|%)?|(?:0*\.\d+|1(?:\.\d*)?)(?:px|pt)")  # nobody reads letters of a pixel
_NO_MARGIN = re.compile(r"(?:^|;)margin(?:-top|-bottom)?:0")
# Outlook draws its header block with a line above and nothing around: older versions, then newer ones.
_OUTLOOK_HEADER = re.compile(r"border:none;border-top:solid#?\w+1(?:\.0)?pt|border-style:solidnonenone")


class Style(NamedTuple):
    """What an inline style says about the text inside."""

    gone: bool
    size: bool | None  # False: of size zero
    preformatted: bool
    tight: bool
    outlook_header: bool
    quote_border: bool


@lru_cache(maxsize=256)
def read_style(style: str) -> Style:
    """The meaning of a style attribute; at most 2,000 characters of it are looked at."""
    style = "".join(style[:2_000].lower().split())
    sizes = _FONT_SIZE.findall(style)
    return Style(
        gone=_GONE.search(style) is not None or ("overflow:hidden" in style and _NO_BOX.search(style) is not None),
        size=_ZERO_SIZE.fullmatch(sizes[-1]) is None if sizes else None,
        preformatted="white-space:pre" in style,
        tight=_NO_MARGIN.search(style) is not None,
        outlook_header=_OUTLOOK_HEADER.search(style) is not None,
        quote_border=_QUOTE_BORDER.search(style) is not None,
    )


_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{1,2000})\}")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]{0,60})")
_MOST_RULES = 500
_MOST_SHEETS = 20
_LONGEST_SHEET = 50_000  # characters


def hidden_classes(source: str) -> frozenset[str]:
    """The classes that a mail's own style sheets hide, in lower case.

    Media queries are not understood: what is hidden somewhere counts as hidden everywhere. When in doubt a text is not read.
    """
    found: set[str] = set()
    for sheet in _sheets(source):
        for selectors, declarations in _RULE.findall(sheet)[:_MOST_RULES]:
            style = read_style(declarations)
            if style.gone or style.size is False:
                found.update(name.lower() for name in _CLASS.findall(selectors))
    return frozenset(found)


def _sheets(source: str) -> Iterator[str]:
    """The style sheets of a mail, the first ones; in linear time."""
    if "<style" not in source and "<STYLE" not in source:
        return
    lower, at = source.lower(), 0
    for _ in range(_MOST_SHEETS):
        start = lower.find("<style", at)
        end = lower.find("</style", start) if start >= 0 else -1
        if end < 0:
            return
        yield source[start : min(end, start + _LONGEST_SHEET)].partition(">")[2]
        at = end + 1
