"""The careful reader: any MIME structure to the words that a person would see first.

Read are text/plain and text/html that are not files. In an alternative the plain words win unless they are a stub; in a mixed part
the first words decide which kind is read on; of related, signed and report parts the first (or named) one is read. An enclosed
message is a file: what it says was not written now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from bot.core.mail.body import HtmlToText, PartReader, is_blank, is_stub
from bot.core.mail.content import parameter
from bot.core.mail.split import Split
from bot.core.mail.tree import Part, build_tree

_SMIME: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP: Final = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
_WORDS: Final = frozenset({"text/plain", "text/html"})
# Signatures, and renderings of the same words that are not read.
_NO_FILES: Final = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "text/enriched", "text/richtext", "text/x-amp-html", "text/watch-html",
})  # fmt: skip


class Body(NamedTuple):
    """The body's part of a `Mail`; the fields mean the same there."""

    text: str
    text_is_html: bool
    attachments: int
    wrapper: str
    truncated: str


class _Words(NamedTuple):
    text: str
    is_html: bool


_NOTHING: Final = _Words("", False)


def walk_body(split: Split, html_to_text: HtmlToText) -> Body:
    """The words of any mail; never raises, whatever `html_to_text` does."""
    root, truncated = build_tree(split)
    reader = PartReader(html_to_text)
    words = _read(root, reader)
    wrapper = _wrapper(root, reader, is_blank(words.text))
    attachments = 0 if wrapper else _count_files(root) + reader.files
    return Body(words.text, words.is_html, attachments, wrapper, truncated or ("text" if reader.cut else ""))


def _read(part: Part, reader: PartReader) -> _Words:
    kind = part.content.kind
    if part.is_attachment:
        return _NOTHING
    if kind == "text/plain":
        return _Words(reader.plain(part), False)
    if kind == "text/html":
        return _Words(reader.html(part), True)
    if not part.children or kind in _PGP:
        return _NOTHING
    if kind == "multipart/alternative":
        return _alternative(part, reader)
    if kind in ("multipart/signed", "multipart/report"):
        return _read(part.children[0], reader)
    if kind == "multipart/related":
        return _read(_related_root(part), reader)
    return _mixed(part, reader)


def _alternative(part: Part, reader: PartReader) -> _Words:
    """The plain words; the HTML (the last, RFC 2046 5.1.4) where there are none or a stub; the stub where there is nothing else."""
    stub = _NOTHING
    for child in part.children:
        if not _has_html(child):
            words = _read(child, reader)
            if not is_stub(words.text):
                return words
            stub = stub if stub.text else words
    for child in reversed(part.children):
        if _has_html(child):
            words = _read(child, reader)
            if not is_blank(words.text):
                return words
    return stub


def _mixed(part: Part, reader: PartReader) -> _Words:
    """All words of the kind that comes first: Apple Mail writes on behind a picture, lists and scanners add a footer.

    Later words of the other kind are a second rendering or a footer and are left out.
    """
    chosen = _NOTHING
    for index, child in enumerate(part.children):
        if not _is_words(part, index) or (chosen.text and child.content.kind == _other_kind(chosen)):
            continue
        words = _read(child, reader)
        if is_blank(words.text):
            continue
        if not chosen.text:
            chosen = words
        elif words.is_html == chosen.is_html:
            chosen = _Words(f"{chosen.text}\n{words.text}", chosen.is_html)
    return chosen


def _other_kind(words: _Words) -> str:
    return "text/plain" if words.is_html else "text/html"


def _is_words(part: Part, index: int) -> bool:
    """Whether a child may hold words: a named text behind other parts is a file, though some clients show it inline."""
    child = part.children[index]
    named = index > 0 and part.content.kind != "multipart/alternative" and child.file_name != ""
    return not child.is_attachment and not (child.content.kind in _WORDS and named)


def _related_root(part: Part) -> Part:
    """The part named by `start`, else the first (RFC 2387 3.2)."""
    start = parameter(part.content.parameters, "start")
    named = (child for child in part.children if start and child.fields.get("content-id") == start)
    return next(named, part.children[0])


def _has_html(part: Part) -> bool:
    return any(leaf.content.kind == "text/html" for leaf in _parts(part))


def _parts(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from _parts(child)


def _wrapper(root: Part, reader: PartReader, blank: bool) -> str:
    """What hides the words: the first part, or any part when there is nothing to read."""
    first = root
    while first.children and not _wrapping(first):
        first = first.children[0]
    kinds = [_wrapping(first), *(map(_wrapping, _parts(root)) if blank else ())]
    if blank and reader.encrypted:
        kinds.append("pgp")
    return next(filter(None, kinds), "")


def _wrapping(part: Part) -> str:
    if part.content.kind in _PGP:
        return "pgp"
    return "smime" if part.content.kind in _SMIME or part.file_name.endswith(".p7m") else ""


def _count_files(part: Part) -> int:
    if part.is_attachment or (not part.children and part.content.kind not in _WORDS):
        return 0 if part.content.kind in _NO_FILES else 1
    return sum(
        _count_files(child) if _is_words(part, index) or child.is_attachment else 1 for index, child in enumerate(part.children)
    )
