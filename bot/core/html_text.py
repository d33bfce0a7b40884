"""The visible text of an HTML mail, with quoted parts as lines that begin with `> `.

The reader follows the HTML standard's tokenization (section 13.2.5) as far as text, hiding and quoting depend on it, in one
pass: no tree, no recursion, work linear in the length. A parser that builds the tree takes more than 20 s for 200,000 nested
`<div>` and 5 s for 60,000 attributes of one tag; such a mail would stop the desk.
"""

import html
import re
from typing import Final, NamedTuple

from bot.core.html_style import Style, hidden_classes, read_style

_LONGEST_HTML: Final = 2_000_000  # characters
_MOST_TAGS: Final = 40_000  # with their attributes; new text stands near the top of a thread that long

_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_NAME = re.compile(r"[^\s/>]+", re.ASCII)
_ATTRIBUTE = re.compile(r"[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)(?:\"|\Z)|'([^']*)(?:'|\Z)|([^\s>]*)))?", re.ASCII)
_TAG_END = re.compile(r"[\s/]*>", re.ASCII)
_COMMENT_END = re.compile("--!?>")
# All white space but the no-break spaces. What Unicode calls a line end must not begin a line that has no prefix.
_SPACES = re.compile("[ \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\u2028\u2029]+")
_LINE_ENDS = re.compile("\r\n|[\n\r\f\v\x1c\x1d\x1e\x85\u2028\u2029]")
_OVERLONG_NUMBERS = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")

_VOID = frozenset((
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
))  # fmt: skip
_RAW = ("iframe", "noembed", "noframes", "script", "style", "title")  # their content is no markup
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
_DROPPED = frozenset((
    *_RAW, "noscript", "object", "select", "svg", "template", "textarea", "xml",
    "del", "s", "strike",  # struck out: taken back
))  # fmt: skip
_SPACED = frozenset(("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"))
_BLOCKS = _SPACED | frozenset((
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "dir", "div", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hgroup", "html", "legend", "li", "listing", "main", "menu", "nav",
    "plaintext", "section", "summary", "tbody", "tfoot", "thead", "tr", "xmp",
))  # fmt: skip
_PREFORMATTED = frozenset(("listing", "plaintext", "pre", "textarea", "xmp"))
_CELLS = frozenset(("td", "th"))
# Which open element an opening tag ends, and how far up it is looked for (HTML standard, section 13.2.6.4).
_ENDS: Final = {
    "li": (frozenset(("li",)), _BLOCKS - {"div", "p", "address"}),
    **dict.fromkeys(("dd", "dt"), (frozenset(("dd", "dt")), _BLOCKS - {"div", "p", "address", "dd", "dt"})),
    **dict.fromkeys(("td", "th"), (_CELLS, frozenset(("table", "tr")))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
}
_PARAGRAPH_END = (frozenset(("p",)), (_BLOCKS - {"p"}) | _CELLS)
_FARTHEST_END = 50

# Marks of mail clients, lower case, without the "x_" that Outlook on the web puts before those of answered mail.
_QUOTE_MARKS = frozenset((
    "gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "moz-forward-container",
    "protonmail_quote", "zmail_extra", "tutanota_quote", "mail-editor-reference-message-container", "olk_src_body_section",
    "reply-intro", "__headers__", "__quoted_text__", "messagereplysection", "quote",
    "ms-outlook-mobile-reference-message", "outlookmessageheader", "gmail_extra", "cite",
))  # fmt: skip
_TAIL_MARKS = frozenset(("appendonsend", "divrplyfwdmsg", "zwchr"))  # all that follows is quoted too
_SIGNATURE_MARKS = frozenset((
    "gmail_signature", "moz-signature", "protonmail_signature_block", "signature", "ms-outlook-mobile-signature",
))  # fmt: skip


def _is_folded(name: str, attributes: dict[str, str]) -> bool:
    return name == "details" and "open" not in attributes


class _Element(NamedTuple):
    """An open element, with what its content inherits."""

    name: str
    quoted: bool = False
    gone: bool = False
    sizeless: bool = False
    preformatted: bool = False
    margin: int = 0


class _Layout:
    """Puts text into lines. A wanted break happens only before more text, so that nested blocks break once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._parts: list[str] = []
        self._quoted = False
        self._wanted = 0  # 1: a new line, 2: a blank line between
        self._at_cell_start = False

    def text(self, text: str, quoted: bool) -> None:
        """Add text whose white space is collapsed."""
        if text == " " and (self._wanted or not self._parts):
            return
        self._settle(quoted)
        if not self._parts:
            text = text.lstrip(" ")
        elif text[0] == " " and self._parts[-1][-1] in " \t":
            text = text[1:]
        if text:
            self._parts.append(text)
            self._at_cell_start = False

    def verbatim(self, text: str, quoted: bool) -> None:
        """Add preformatted text."""
        for number, line in enumerate(_LINE_ENDS.split(text)):
            if number:
                self.line_break(quoted)
            if line:
                self._settle(quoted)
                self._parts.append(line)
                self._at_cell_start = False

    def line_break(self, quoted: bool) -> None:
        """End the line, also an empty one."""
        self._settle(quoted)
        self._end_line()
        self._at_cell_start = False

    def want(self, level: int, *, even_in_cell: bool = False) -> None:
        """Want a break before the next text; at the beginning of a table's cell only when asked to."""
        self._at_cell_start &= not even_in_cell
        if not self._at_cell_start:
            self._wanted = max(self._wanted, level)

    def row(self) -> None:
        """Begin a table's row."""
        if self._parts and not self._at_cell_start:
            self._end_line()

    def cell(self) -> None:
        """Begin a table's cell: a tab keeps it apart from the one before."""
        if self._parts:
            self._wanted = 0
            self._parts.append("\t")
        self._at_cell_start = True

    def signature(self, quoted: bool) -> None:
        """Begin a signature as RFC 3676 has it in plain text."""
        self.want(1, even_in_cell=True)
        self.verbatim("--", quoted)
        self.want(1, even_in_cell=True)

    def finish(self) -> str:
        """All lines, blank ones at the edges left out."""
        if self._parts:
            self._end_line()
        return "\n".join(self.lines).strip()

    def _settle(self, quoted: bool) -> None:
        if self._parts and (self._wanted or quoted != self._quoted):
            self._end_line()
        if self._wanted == 2 and self.lines and self.lines[-1] not in ("", ">"):
            self.lines.append(">" if quoted and self._quoted else "")
        self._wanted = 0
        self._quoted = quoted

    def _end_line(self) -> None:
        line = "".join(self._parts).rstrip()
        self.lines.append(f"> {line}".rstrip() if self._quoted else line)
        self._parts = []


class _Reader:
    """Reads the markup and keeps the open elements."""

    def __init__(self, source: str) -> None:
        self._hidden = hidden_classes(source)
        self._source = source
        self._budget = _MOST_TAGS
        self._open = [_Element("")]
        self._counts: dict[str, int] = {}
        self._tail_quoted = False
        self._layout = _Layout()

    def read(self) -> str:
        source, position = self._source, 0
        while position < len(source) and self._budget > 0:
            markup = _MARKUP.search(source, position)
            end = len(source) if markup is None else markup.start()
            if end > position:
                self._text(source[position:end])
            position = end if markup is None else self._markup(end)
        return self._layout.finish()

    @property
    def _quoted(self) -> bool:
        return self._tail_quoted or self._open[-1].quoted

    def _text(self, text: str) -> None:
        inside = self._open[-1]
        if inside.gone or inside.sizeless:
            return
        if "&" in text:
            text = html.unescape(_OVERLONG_NUMBERS.sub("\ufffd", text))
        if inside.preformatted:
            self._layout.verbatim(text, self._quoted)
        else:
            self._layout.text(_SPACES.sub(" ", text), self._quoted)

    def _markup(self, at: int) -> int:
        """Read one tag or comment; returns where it ends. What never ends swallows the rest, as in a browser."""
        source = self._source
        self._budget -= 1
        if source.startswith("<!--", at):
            if source.startswith((">", "->"), at + 4):
                return source.index(">", at) + 1
            comment_end = _COMMENT_END.search(source, at + 4)
            return len(source) if comment_end is None else comment_end.end()
        closing = source[at + 1] == "/"
        name = _NAME.match(source, at + 1 + closing)
        if name is None or not name[0][0].isalpha():  # `<!doctype …>`, `<?xml …>`, `</>`
            end = source.find(">", at)
            return len(source) if end < 0 else end + 1
        attributes, position = self._attributes(name.end())
        if closing:
            self._close(name[0].lower())
        elif position <= len(source):
            return self._start(name[0].lower(), attributes, position)
        return position

    def _attributes(self, position: int) -> tuple[dict[str, str], int]:
        """The attributes of a tag, and where it ends: past the end of the source when it does not."""
        attributes: dict[str, str] = {}
        while (end := _TAG_END.match(self._source, position)) is None:
            attribute = _ATTRIBUTE.match(self._source, position)
            self._budget -= 1
            if attribute is None or self._budget <= 0:
                return attributes, len(self._source) + 1
            attributes.setdefault(attribute[1].lower(), attribute[2] or attribute[3] or attribute[4] or "")
            position = attribute.end()
        return attributes, end.end()

    def _start(self, name: str, attributes: dict[str, str], position: int) -> int:
        style = read_style(attributes.get("style", ""))
        marks = self._marks(attributes)
        layout = self._layout
        if style.outlook_header or marks & _TAIL_MARKS:
            self._tail_quoted = True
            layout.want(2, even_in_cell=True)
        if name in _VOID:
            if name == "br" and not self._open[-1].gone:
                layout.line_break(self._quoted)
            elif name == "hr":
                layout.want(2)
            return position
        self._end_implied(name)
        around = self._open[-1]
        element = _Element(
            name,
            quoted=around.quoted or name == "blockquote" or style.quote_border or bool(marks & _QUOTE_MARKS),
            gone=around.gone
            or style.gone
            or bool(marks & self._hidden)
            or name in _DROPPED
            or "hidden" in attributes
            or _is_folded(name, attributes),
            sizeless=around.sizeless if style.size is None else not style.size,
            preformatted=around.preformatted or style.preformatted or name in _PREFORMATTED,
            margin=self._margin(name, style, attributes),
        )
        self._open.append(element)
        self._counts[name] = self._counts.get(name, 0) + 1
        if not element.gone:
            self._lay_out(element, around, marks)
        raw_end = _RAW_END.get(name)
        if raw_end is not None:
            found = raw_end.search(self._source, position)
            return len(self._source) if found is None else found.start()
        return position

    def _lay_out(self, element: _Element, around: _Element, marks: frozenset[str]) -> None:
        if element.quoted and not around.quoted:
            self._layout.want(max(1, element.margin), even_in_cell=True)
        elif element.name in _CELLS:
            self._layout.cell()
        else:
            if element.name == "tr":
                self._layout.row()
            self._layout.want(element.margin)
        if marks & _SIGNATURE_MARKS:
            self._layout.signature(self._quoted)

    @staticmethod
    def _marks(attributes: dict[str, str]) -> frozenset[str]:
        values = [attributes[name].lower() for name in ("class", "id", "name", "data-marker") if name in attributes]
        return frozenset(word.removeprefix("x_") for value in values for word in value.split())

    @staticmethod
    def _margin(name: str, style: Style, attributes: dict[str, str]) -> int:
        if name not in _SPACED:
            return int(name in _BLOCKS)
        return 1 if style.tight or attributes.get("class", "").lower().startswith("mso") else 2

    def _end_implied(self, name: str) -> None:
        """End the elements that an opening tag ends by itself: `<p>` by a block, `<td>` by the next cell."""
        targets, limits = _ENDS.get(name, _PARAGRAPH_END)
        if name not in _ENDS and name not in _BLOCKS:
            return
        for element in reversed(self._open[-_FARTHEST_END:]):
            if element.name in targets:
                self._close(element.name)
                return
            if element.name in limits:
                return

    def _close(self, name: str) -> None:
        """Read an end tag: it ends its element and all that were left open within; without one it means nothing."""
        if name in ("html", "body") or not self._counts.get(name):
            return
        layout = self._layout
        while True:
            element = self._open.pop()
            self._counts[element.name] -= 1
            if not element.gone:
                if element.quoted and not self._open[-1].quoted:
                    layout.want(2, even_in_cell=True)
                elif element.name in ("tr", "table"):
                    layout.want(element.margin, even_in_cell=True)
                else:
                    layout.want(element.margin)
            if element.name == name:
                return


def html_to_text(source: str) -> str:
    """The text that a reader of an HTML mail sees, at most 2,000,000 characters of source being read.

    Quoted parts (of Gmail, Outlook, Apple Mail, Yahoo, Thunderbird, Proton, Zimbra, Zoho and whatever uses `<blockquote>`)
    come out as lines that begin with `> `; signatures that a client marks come out below a line `--`. A table's cells are
    kept apart by tabs. Hidden text, comments, scripts and images are left out. Any string is accepted, nothing is raised.
    """
    return _Reader(source[:_LONGEST_HTML]).read()
