"""The words of one text part: transfer encoding, character set, then what its kind asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.core.mail import limits
from bot.core.mail.charset import decode
from bot.core.mail.content import parameter
from bot.core.mail.plaintext import clean, unflow, without_files, without_pgp
from bot.core.mail.transfer import decode_transfer
from bot.core.mail.tree import Part

HtmlToText = Callable[[str], str]
"""Visible text of an HTML document, quoted nodes as lines with "> "."""

_META_CHARSET: Final = re.compile(rb"<meta[^>]{1,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_META_WITHIN: Final = 2048  # octets; the HTML standard says 1024, Word's comes later

# What mail software writes as plain text when its words are in the HTML alone. Only a short text is one.
_STUB_CHARACTERS: Final = 400
_STUB: Final = re.compile(
    r"(?:\bnot|n[o'’]t|unable to|cannot) (?:support|display|view|read|show|accept)[^.]{0,30}\bhtml"
    r"|\b(?:enable|requires?|use|need)[^.]{0,40}\bhtml\b|\bhtml[- ](?:only|capable|compatible|enabled|format)"
    r"|\b(?:view|open|read) (?:this|the) (?:e-?mail|message)[^.]{0,30}(?:browser|html)"
    r"|\b(?:ne (?:prend|prennent|supporte|peut|permet)|n['’](?:affiche|accepte))[^.]{0,60}\bhtml"
    r"|\b(?:format|en) html\b|\b(?:voir|afficher|consulter|lire)[^.]{0,40}navigateur",
    re.IGNORECASE,
)
_UNSEEN: Final = "\u200b\u200c\u200d\u2060\u00ad \t\n\u00a0"


@dataclass(slots=True)
class PartReader:
    """Reads text parts of one mail and keeps what may still be read of it, so that many parts cost no more than one large part."""

    html_to_text: HtmlToText
    octets_left: int = limits.PART_OCTETS
    html_left: int = limits.HTML_CHARACTERS
    tags_left: int = limits.HTML_TAGS
    text_left: int = limits.TEXT_CHARACTERS
    files: int = 0
    """Uuencoded files left out."""
    encrypted: bool = False
    """OpenPGP armour was left out."""
    cut: bool = False
    """A cap left words out."""

    def plain(self, part: Part) -> str:
        """The words of a text/plain part; never raises."""
        parameters = part.content.parameters
        text = decode(self._octets(part), parameter(parameters, "charset"))
        text = clean(self._kept(text))
        if parameter(parameters, "format").strip().lower() == "flowed":
            text = unflow(text, parameter(parameters, "delsp").strip().lower() == "yes")
        text, files = without_files(text)
        self.files += files
        return self._legible(text)

    def html(self, part: Part) -> str:
        """The visible words of a text/html part; never raises."""
        octets = self._octets(part)
        html = decode(octets, parameter(part.content.parameters, "charset") or _meta_charset(octets))
        try:
            text = self.html_to_text(clean(self._kept_html(html)))
        except Exception:  # whatever a parser makes of hostile HTML, the mail is read: then without these words
            self.cut = True
            return ""
        return self._legible(clean(self._kept(text)))

    def _octets(self, part: Part) -> bytes:
        octets = part.data[part.start : min(part.end, part.start + self.octets_left)]
        self.cut = self.cut or len(octets) < part.end - part.start
        self.octets_left -= len(octets)
        return decode_transfer(octets, part.encoding)

    def _kept(self, text: str) -> str:
        kept = text[: self.text_left]
        self.cut = self.cut or len(kept) < len(text)
        self.text_left -= len(kept)
        return kept

    def _kept_html(self, html: str) -> str:
        kept = html[: self.html_left]
        *whole, rest = kept.split("<", self.tags_left + 1)
        if len(whole) > self.tags_left:
            kept = kept[: len(kept) - len(rest) - 1]
        self.cut = self.cut or len(kept) < len(html)
        self.html_left -= len(kept)
        self.tags_left -= kept.count("<")
        return kept

    def _legible(self, text: str) -> str:
        text, encrypted = without_pgp(text)
        self.encrypted = self.encrypted or encrypted
        return text


def is_blank(text: str) -> bool:
    """Whether `text` is empty to the eye."""
    return not text.strip(_UNSEEN).strip()


def is_stub(text: str) -> bool:
    """Whether `text` is empty to the eye, or only says that the words are in the HTML."""
    shown = text.strip(_UNSEEN)
    return is_blank(shown) or (len(shown) <= _STUB_CHARACTERS and _STUB.search(shown) is not None)


def _meta_charset(octets: bytes) -> str:
    found = _META_CHARSET.search(octets[:_META_WITHIN])
    return found[1].decode("ascii") if found else ""
