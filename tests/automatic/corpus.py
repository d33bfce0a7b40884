"""Reads the corpus beside this file (corpus/README.md says how it is written)."""

import email
import email.message
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
OWN = frozenset({"service@carrier.example", "bounces@carrier.example"})
_RECORD = re.compile(r"^### (?P<name>\S+) \| (?P<expected>\S+)(?: \| (?P<bounce>.+))?$", re.MULTILINE)
_DEFAULTS = {
    "received": "from mta.example (mta.example [192.0.2.33]) by desk.carrier.example; Tue, 10 Nov 2026 09:15:00 -0500",
    "date": "Tue, 10 Nov 2026 09:15:00 -0500",
    "from": "Marie Roy <marie.roy@client.example>",
    "to": "service@carrier.example",
    "mime-version": "1.0",
    "content-type": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the corpus: what a mail reader hands on (`headers`, `subject`, `text`) and the bytes on the wire (`raw`)."""

    name: str
    file: str
    expected: str
    bounce: str | None
    headers: dict[str, tuple[str, ...]]
    subject: str
    text: str
    raw: bytes

    @property
    def human(self) -> bool:
        return self.expected == "human"


def letters() -> Iterator[Letter]:
    for path in sorted(FOLDER.glob("*.txt")):
        content = path.read_text(encoding="utf-8")
        found = list(_RECORD.finditer(content))
        for start, following in zip(found, [*found[1:], None], strict=True):
            source = content[start.end() + 1 : following.start() if following else len(content)]
            yield _letter(path.stem, start, source)


def _letter(file: str, title: re.Match[str], source: str) -> Letter:
    head, _, body = source.partition("\n\n")
    given = [line.split(":", 1) for line in re.sub(r"\n[ \t]+", " ", head).split("\n") if line]
    headers: dict[str, tuple[str, ...]] = {"message-id": (f"<{title['name']}@sender.example>",)}
    headers |= {name: (value,) for name, value in _DEFAULTS.items()}
    if file == "bounces":
        headers["to"] = ("bounces@carrier.example",)
    for name in {name.lower() for name, _ in given}:
        headers[name] = tuple(value.strip() for other, value in given if other.lower() == name)
    if headers["received"][0].startswith("@"):
        headers["received"] = (_DEFAULTS["received"],) * int(headers["received"][0][1:])
    subject = headers.get("subject", ("",))[0]
    on_the_wire = headers | {"subject": (Header(subject, None if subject.isascii() else "utf-8").encode(),)}
    lines = [f"{name}: {value}" for name, values in on_the_wire.items() for value in values]
    raw = ("\r\n".join(lines) + "\r\n\r\n" + body.rstrip("\n").replace("\n", "\r\n") + "\r\n").encode()
    return Letter(title["name"], file, title["expected"], title["bounce"], headers, subject, _text(raw), raw)


def _text(raw: bytes) -> str:
    """The first plain text of the mail, or its HTML without tags, as a mail reader gives it."""
    parts = [part for part in email.message_from_bytes(raw).walk() if part.get_content_maintype() == "text"]
    parts.sort(key=lambda part: part.get_content_subtype() != "plain")
    for part in parts[:1]:
        content = part.get_payload(decode=True)
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        return re.sub(r"<[^>]*>", "", text) if part.get_content_subtype() == "html" else text
    return ""
