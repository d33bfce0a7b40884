"""The lines of a mail twice: as written, and folded for comparison."""

import re
import unicodedata

from bot.core.immutable import immutable

# Python's own line ends beyond LF. A quoting client puts its prefix after LF only, so that what stands behind one of
# these belongs to the line before it: `> name<U+2028>APPROVE` is one quoted line, whatever a screen makes of it.
_SOFT_ENDS = re.compile("[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")

# Nobody writes more; what is longer is a thread, and its tail counts as quoted.
_MOST_LINES = 10_000
_SPACED_LINES = 8

_CRLF = re.compile(r"\r{1,9}\n")
_INVISIBLE = (
    (0x00, 0x08), (0x0E, 0x1B), (0x1F, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x300, 0x36F), (0x61C, 0x61C),
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
    (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFC), (0xE0000, 0xE0FFF),
)  # fmt: skip
_LOOKALIKES = {
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63",
    "'": "\u2018\u2019\u02bc\u02b9`\u00b4",
    '"': "\u201c\u201d\u201e",
    ">": "\u203a\u276f\ufe65",
    "|": "\u00a6\u2502\u2503\u258e\u258f\u2758\u2223\u01c0",
    ":": "\u2236\ufe55\ua789",
    "l": "\u0142\u0141",
    "o": "\u00f8\u00d8",
}


def _fold_table() -> dict[int, str | None]:
    """One character to one character (or to none), so that a place in a key can be found again in the written line."""
    table: dict[int, str | None] = {}
    for code in (*range(0xA0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base
    for code in range(0xFF01, 0xFF5F):  # full-width ASCII
        table[code] = chr(code - 0xFEE0)
    for plain, others in _LOOKALIKES.items():
        table.update({ord(other): plain for other in others})
    for first, last in _INVISIBLE:
        table.update(dict.fromkeys(range(first, last + 1)))
    return table


_FOLD = _fold_table()


@immutable
class Lines:
    """`raw` as written, `keys` folded and stripped (same length), `joined` the indexes that continue the line before.

    `rest` is the text below the lines that are looked at.
    """

    raw: list[str]
    keys: list[str]
    joined: frozenset[int]
    rest: str

    def column(self, index: int, key_column: int) -> int:
        """Where in `raw[index]` stands what is at `key_column` in `keys[index]`."""
        raw = self.raw[index]
        kept = -1
        for position, character in enumerate(raw):
            folded = _FOLD.get(ord(character), character)
            if folded is None or (kept < 0 and folded.isspace()):
                continue
            kept += 1
            if kept == key_column:
                return position
        return len(raw)

    def cut_head(self, index: int, key_column: int) -> None:
        """Take the first `key_column` folded characters of a line away."""
        self.raw[index] = self.raw[index][self.column(index, key_column) :]
        self.keys[index] = self.keys[index][key_column:].strip()


def plain_line_ends(text: str) -> str:
    """CRLF as LF, also where a gateway made CR CR LF of it."""
    return _CRLF.sub("\n", text) if "\r" in text else text


def fold(text: str) -> str:
    """Lower case, no accents, no invisible characters, plain spaces, dashes and quotes; line ends stay."""
    return text.translate(_FOLD).lower()


def split_lines(text: str) -> Lines:
    """Split at LF, and softly at what else Unicode calls a line end. `text` has no CRLF any more."""
    hard = text.split("\n", _MOST_LINES)
    rest = hard[_MOST_LINES:]
    del hard[_MOST_LINES:]
    if ":" in text and len(hard) >= _SPACED_LINES and not any(map(str.strip, hard[1::2])):
        hard = hard[::2]  # a gateway doubled the line ends; headers and attributions are read by neighbouring lines
    raw: list[str] = []
    joined: set[int] = set()
    if _SOFT_ENDS.search(text) is None:
        raw = hard
    else:
        for line in hard:
            pieces = _SOFT_ENDS.split(line)
            joined.update(range(len(raw) + 1, len(raw) + len(pieces)))
            raw.extend(pieces)
    rest[:0] = raw[_MOST_LINES:]
    del raw[_MOST_LINES:]
    keys = [key.strip() for key in fold("\n".join(raw)).split("\n")]
    return Lines(raw, keys, frozenset(joined), "\n".join(rest))


def is_rule(key: str) -> bool:
    """A drawn line: five or more of the signs that clients and people draw lines with."""
    return len(key) >= 5 and not key.strip("-_=*~#. ")
