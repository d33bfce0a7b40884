"""Reads the corpus of replies beside this file.

A reply begins with `@ name | language`. Each of its lines has a gutter that says what it is:
    n|  new text            q|  quoted (prefix, attribution and header block included)
    s|  signature           b|  a gateway's banner or a legal notice
    m|  a mixed line: `what the mail holds => what of it is new text`
    h|  HTML source; the n, s and b lines of such a reply are what a reader sees, and not part of the source
`{NBSP}` and the other names below stand for characters that nobody can see in an editor.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
_NAMES = {
    "SP": " ",
    "TAB": "\t",
    "CR": "\r",
    "NBSP": "\u00a0",
    "NNBSP": "\u202f",
    "ZWSP": "\u200b",
    "BOM": "\ufeff",
    "OBJ": "\ufffc",
    "LS": "\u2028",
    "PS": "\u2029",
    "VT": "\x0b",
    "NEL": "\x85",
    "RLM": "\u200f",
    "SHY": "\u00ad",
    "ACUTE": "\u0301",
}
_NAMED = re.compile(r"\{([A-Z]+)\}")


@dataclass
class Reply:
    """One reply: its mail, what of it is new, and which lines are something else."""

    name: str
    language: str
    mail: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.mail)

    @property
    def source(self) -> str:
        return "\n".join(self.html)

    @property
    def expected(self) -> list[str]:
        """The lines of new text that say something."""
        return [line.strip() for line in self.new if line.strip()]

    def add(self, gutter: str, line: str) -> None:
        line = _NAMED.sub(lambda name: _NAMES[name[1]], line)
        if gutter == "m":
            line, _, new = line.partition(" => ")
            self.new.append(new)
        elif gutter == "h":
            self.html.append(line)
        else:
            {"n": self.new, "q": self.quoted, "s": self.around, "b": self.around}[gutter].append(line)
        if gutter != "h":
            self.mail.append(line)


def read_corpus() -> list[Reply]:
    """All replies of all files, in order of file name."""
    replies: list[Reply] = []
    for path in sorted(CORPUS.glob("*.txt")):
        here: list[Reply] = []
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.startswith("@ "):
                name, language = line[2:].split(" | ")
                here.append(Reply(name, language))
            elif line[1:2] == "|" and here:
                here[-1].add(line[0], line[2:])
        replies.extend(here)
    return replies
