"""Blocks of header fields above an unmarked quote, as Outlook, Notes and Zimbra write them (`De : … Envoyé : … Objet : …`)."""

import re
from enum import Enum, auto
from typing import Final


class _Kind(Enum):
    SENDER = auto()
    SENT = auto()
    DATE = auto()
    TO = auto()
    SUBJECT = auto()
    OTHER = auto()
    BARE_TO = auto()
    BARE_SUBJECT = auto()


# Folded as lines.fold does it; English, French, and other languages that a client in Canada may be set to.
_LABELS: Final = {
    _Kind.SENDER: "from de von da van od fra fran lahettaja от 发件人 差出人 보낸_사람 sent_by envoye_par expediteur sender",
    _Kind.SENT: "sent envoye envoye_le date_d'envoi gesendet enviado enviado_el enviada_em inviato verzonden wyslano sendt"
    " skickat lahetetty odeslano отправлено 发送时间 送信日時 보낸_날짜",
    _Kind.DATE: "date datum data fecha dato paivays дата 日期 日付 날짜",
    _Kind.TO: "to a pour an para aan do til till vastaanottaja komu кому 收件人 宛先 받는_사람",
    _Kind.SUBJECT: "subject objet sujet betreff asunto assunto oggetto onderwerp temat emne amne aihe predmet тема 主题 件名 제목",
    _Kind.OTHER: "cc cci bcc copie copie_a importance reply-to repondre_a attachments pieces_jointes piece_jointe",
}
_KIND = {label.replace("_", " "): kind for kind, labels in _LABELS.items() for label in labels.split()}
_BARE = {
    "to": _Kind.BARE_TO,
    "a": _Kind.BARE_TO,
    "pour": _Kind.BARE_TO,
    "subject": _Kind.BARE_SUBJECT,
    "objet": _Kind.BARE_SUBJECT,
    "sujet": _Kind.BARE_SUBJECT,
}
_LONGEST_LABEL = 32
_LARGEST_GAP = 6  # lines: a list of recipients wraps, Notes draws boxes
_CLOCK = re.compile(r"\b[0-2]?\d ?[:h] ?[0-5]\d\b")
_YEAR = re.compile(r"\b20\d\d\b|\b\d{1,2}[/-]\d{1,2}[/-]\d\d\b|20\d\d年")
_FLAT_SENDER = re.compile(r"(?:^|[ *])(?:from|de|von) ?:")
_FLAT_SENT = re.compile(r"[ *](?:sent|envoye(?: le)?|date|gesendet) ?:")
_FLAT_SUBJECT = re.compile(r"[ *](?:subject|objet|sujet|betreff) ?:")

OPENINGS = tuple(label for label, kind in _BARE.items() if kind is _Kind.BARE_SUBJECT)


def _label_and_value(key: str) -> tuple[str, str]:
    colon = key.find(":", 0, _LONGEST_LABEL)
    if colon < 1:
        return "", ""
    return key[:colon].strip("*_ "), key[colon + 1 : colon + 400].strip("*_ ")


class HeaderBlocks:
    """Finds header blocks in lines fed one after the other; constant work a line."""

    def __init__(self) -> None:
        self._forget(0)

    def _forget(self, index: int) -> None:
        self._start = index
        self._last = index
        self._kinds: set[_Kind] = set()
        self._has_address = False
        self._addressed_line = -_LARGEST_GAP

    def feed(self, index: int, key: str) -> int | None:
        """The first line of the block that the folded line `index` completes; None when it completes none."""
        label, value = _label_and_value(key)
        kind = _KIND.get(label) if label else _BARE.get(key)
        if kind is None:
            return self._translated(index, value) if label else None
        if index - self._last > _LARGEST_GAP or not self._kinds:
            self._forget(index)
        self._last = index
        if kind is _Kind.DATE and value and not (_CLOCK.search(value) and _YEAR.search(value)):
            kind = _Kind.OTHER  # somebody's own: `Date : 24 novembre, 10 h 30`
        self._kinds.add(kind)
        if kind is _Kind.SENDER and "@" in value and ("<" in value or "mailto:" in value):
            self._has_address = True
        return self._start if self._complete() else None

    def _complete(self) -> bool:
        """Whether the labels seen are those of a mail, not of somebody's own list (`De : Lévis`, `À : Ottawa`)."""
        kinds = self._kinds
        dated = _Kind.SENT in kinds or _Kind.DATE in kinds
        if _Kind.SENDER in kinds:
            return self._has_address or dated or _Kind.SUBJECT in kinds
        if _Kind.SENT in kinds:
            return _Kind.TO in kinds or _Kind.SUBJECT in kinds
        if _Kind.BARE_SUBJECT in kinds:
            return _Kind.BARE_TO in kinds
        return dated and _Kind.TO in kinds and _Kind.SUBJECT in kinds

    def _translated(self, index: int, value: str) -> int | None:
        """A label of a language not listed: an address in angle brackets, then a year and a time within two lines."""
        if "@" in value and "<" in value:
            self._addressed_line = index
        elif index - self._addressed_line <= 2 and _CLOCK.search(value) and _YEAR.search(value):
            return self._addressed_line
        return None


def is_notes_heading(key: str) -> bool:
    """Whether a line may be the author or the date that Notes writes above `To`, `cc`, `Subject` without colons."""
    return "@" in key[:200] or _CLOCK.search(key[:200]) is not None


def flattened_column(key: str) -> int | None:
    """The column where a whole header block stands on one line, its line ends lost; None when there is none."""
    if key.count(":") < 3:
        return None
    sender = _FLAT_SENDER.search(key)
    if sender is None:
        return None
    if _FLAT_SENT.search(key, sender.end()) is None or _FLAT_SUBJECT.search(key, sender.end()) is None:
        return None
    return sender.start()
