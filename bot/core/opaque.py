"""Makes values opaque: what a template fills in is words, never a line, a control or a change of writing direction."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

VALUE_LIMIT = 1000  # characters; a longer value is cut (free text is given to a template line by line)
_ELLIPSIS = "…"

# C0 and C1 controls, line and paragraph separators, the bidirectional controls of Unicode's UAX 9, zero-width space and mark,
# interlinear and tag characters, and lone surrogates, which UTF-8 cannot carry.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)


def opaque(value: object) -> str:
    """A value as it may stand in a letter; the Jinja environments' `finalize`.

    Runs of control characters become one space, and more than `VALUE_LIMIT` characters are cut. TypeError for None and
    booleans: they are no words.
    """
    if isinstance(value, str) and value.isprintable() and len(value) <= VALUE_LIMIT:
        return value  # nearly all values, and this runs a hundred times a letter
    if value is None or isinstance(value, bool):
        raise TypeError(f"a template prints {value}; test for it with an if, or choose words for it")
    text = str(value)
    if not text.isprintable():  # false for U+00A0 as well, which the search then lets pass
        text = _UNWANTED.sub(" ", text)
    return text if len(text) <= VALUE_LIMIT else text[: VALUE_LIMIT - 1] + _ELLIPSIS


@lru_cache(maxsize=1024)
def percent_encoded(text: str) -> str:
    """Percent-encoded UTF-8: every reserved character, every space and all that is not ASCII."""
    return quote(text, safe="")
