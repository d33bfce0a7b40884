"""Marks the quoted lines of a mail, in one pass from top to bottom."""

from bot.core.unquote.attribution import Attribution, find_attribution
from bot.core.unquote.header_block import HeaderBlocks, flattened_column, is_notes_heading
from bot.core.unquote.lines import Lines, is_rule
from bot.core.unquote.prefix import closes_guillemets, is_quoted, may_be_wrapped
from bot.core.unquote.separators import is_outlook_rule, separator_column

_NOTES_HEADING_LINES = 4


class QuotedLines:
    """Which lines of a mail are quoted.

    `marks[i]` is 1 for a quoted line; `columns[i]` is where on the otherwise new line `i` a quote begins.
    A quote with prefixes ends where they end: what stands between and below is an answer. A quote without them, below
    an attribution or a header block, goes on to the end of the mail: an answer in it cannot be told from it.
    """

    def __init__(self, lines: Lines, first: int) -> None:
        self.marks = bytearray(len(lines.keys))
        self.columns: dict[int, int] = {}
        self._lines = lines
        self._first = first
        self._headers = HeaderBlocks()
        self._last_prefixed = -2  # with the lines that may be its wrapped rest
        self._answer_from = first  # the line after the last quoted one
        self._any_new = False
        index = first
        while index < len(lines.keys):
            index = self._read(index)

    def _read(self, index: int) -> int:
        """Judge one line; returns the next one to read."""
        key = self._lines.keys[index]
        if not key:
            quoted_above = index > self._first and (self.marks[index - 1] or index - 1 in self.columns)
            self.marks[index] = bool(quoted_above)
            return index + 1
        if self._is_prefixed(index, key):
            self._last_prefixed = index
            self._mark(index, index + 1)
            if key[0] != "|":
                return index + 1
            # Notes draws its header fields in a table of these, above a quote without any prefix.
            key = key.strip("|> -")
        start = self._unmarked_quote(index, key)
        if start is not None:
            return self._mark_rest(*start)
        if self.marks[index]:
            return index + 1
        attribution = find_attribution(self._lines.keys, index, self._answer_from, self._quote_is_prefixed)
        if attribution is not None:
            return self._mark_attributed(index, attribution)
        self._any_new = True
        return index + 1

    def _is_prefixed(self, index: int, key: str) -> bool:
        raw = self._lines.raw
        if index in self._lines.joined and self.marks[index - 1]:
            return True
        if is_quoted(key):
            return True
        if key[0] == "»":
            above_is_new = index > self._first and not self.marks[index - 1]
            return not (above_is_new and closes_guillemets(key, raw[index - 1]))
        return self._last_prefixed == index - 1 and may_be_wrapped(raw[index - 1], key)

    def _unmarked_quote(self, index: int, key: str) -> tuple[int, int] | None:
        """Where a quote without prefixes begins (line, folded column) when line `index` gives it away."""
        column = separator_column(key)
        if column is None and is_outlook_rule(key) and self._any_new:
            column = 0
        if column is None:
            column = flattened_column(key)
        if column is not None:
            return index, column
        block = self._headers.feed(index, key)
        if block is None:
            return None
        if key in ("subject", "objet", "sujet"):
            block = self._notes_heading(block)
        return block, 0

    def _notes_heading(self, block: int) -> int:
        """The author and date above a header block that has no colons belong to it."""
        for line in range(block - 1, max(self._first, block - _NOTES_HEADING_LINES) - 1, -1):
            if is_notes_heading(self._lines.keys[line]):
                block = line
        return block

    def _mark(self, first: int, after: int) -> None:
        self.marks[first:after] = b"\1" * (after - first)
        self._answer_from = after

    def _mark_rest(self, line: int, column: int) -> int:
        """Mark everything from there to the end."""
        end = len(self._lines.keys)
        if column > 0:
            self.columns[line] = self._lines.column(line, column)
            line += 1
        else:
            line = self._with_rules_above(line)
        self._mark(line, end)
        return end

    def _mark_attributed(self, index: int, attribution: Attribution) -> int:
        """Mark an attribution; what follows tells whether prefixes say where the quote ends."""
        line = attribution.line
        if attribution.followed_on_line or not self._quote_is_prefixed(index + 1):
            return self._mark_rest(line, attribution.column)
        if attribution.column > 0:
            self.columns[line] = self._lines.column(line, attribution.column)
            line += 1
        else:
            line = self._with_rules_above(line)
        self._mark(line, index + 1)
        return index + 1

    def _quote_is_prefixed(self, index: int) -> bool:
        keys = self._lines.keys
        while index < len(keys) and not keys[index]:
            index += 1
        return index < len(keys) and (is_quoted(keys[index]) or keys[index][0] == "»")

    def _with_rules_above(self, line: int) -> int:
        """Drawn lines right above a quote belong to it."""
        keys = self._lines.keys
        above = line - 1
        while above >= self._first and not self.marks[above] and (not keys[above] or is_rule(keys[above])):
            if keys[above]:
                line = above
            above -= 1
        return line
