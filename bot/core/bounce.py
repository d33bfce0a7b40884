"""Reads reports on the delivery of our own letters, and says which letter they are about.

RFC 3464 reports are read field by field. The plain forms of qmail, Exim, Exchange, Domino and others have no fields: there
the recipient is the first foreign address above the returned copy, and the code is the first one of RFC 3463 shape.

A report proves nothing by itself: anyone can write one. What ties it to a letter is our unguessable Message-ID in it.
"""

import email
import email.errors
import email.header
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from bot.core.automatic.headers import by_sender
from bot.core.automatic.notices import bears_out, names_a_failure
from bot.core.automatic.opening import Opening, fold, opening
from bot.core.automatic.phrases import SUBJECTS
from bot.core.automatic.texts import DELIVERY_TEXTS

# The reasons to be silent (`bot.core.automatic`) under which a mail may be a report on a letter of ours.
MAY_REPORT = frozenset({"null_sender", "delivery_report", "machine_sender", "exchange_agent", "no_sender"})

MOST_BYTES = 128 * 1024  # of a report that are read; our letters are far smaller
MOST_PARTS = 30  # a report has three parts and a letter in them; deep nesting costs Python's parser seconds
MOST_IDS = 20
_TEXT = 16_000  # characters of a plain report that are read

# What Python's parser raises on hostile mail: absurd parameters, unknown encodings, nesting.
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, email.errors.MessageError)

_RETURNED_HEADERS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_MESSAGE_ID_LINE = re.compile(r"^[> \t]{0,4}Message-ID:\s{0,4}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>\"'()\[\];:,=|]{1,64}@[^\s<>\"'()\[\];:,=|]{1,255}")
_COPY_BEGINS = re.compile(
    r"^(?:[ \t-]{0,8}(?:(?:Below this line|Below|This|Here) is (?:a copy|listed)|Original message follows|Returned Message"
    r"|Original message headers|En-t\S{1,3}tes de message d|The header of the original|Possibly truncated original)"
    r"|Return-Path:|Received:|Message-ID:)",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(r"(?:\b[245]\d\d[ -]\(?#?|#|\bstatus: ?|\berror: ?)([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)", re.IGNORECASE)
_CODE_FIELD = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_REFUSED = re.compile(r"\b5[0-7]\d\b")
_ONLY_LATE = re.compile(
    r"\b(?:delayed|not yet been delivered|still being retried|warning|will (?:continue|keep) (?:to|trying)|transient non-fatal"
    r"|retardee?|differee?|pas encore ete (?:remis|distribue)|no action is required)\b"
)
_ARRIVED = re.compile(
    r"(?:delivered|relayed|expanded|remis|relaye|developpe|successful) ?[: ]"
    r"|your message (?:has been|was)(?: successfully)? (?:delivered|relayed) to the"
)
_HEXADECIMAL = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report says of one letter: of the first recipient who failed, else of the first who waits.

    `permanent` says that delivery was given up (RFC 3464 action "failed", status 5.x.x as a rule, 4.x.x when the time ran
    out); otherwise the letter is only late. `message_ids` hold the angle brackets.
    """

    recipient: str  # final recipient in lower case, or ""
    permanent: bool
    status: str  # RFC 3463 code such as "5.1.1", or ""
    message_ids: tuple[str, ...]  # of the returned headers, else of In-Reply-To and References of the report


def read_bounce(raw: bytes) -> Bounce | None:
    """What the report `raw` says, or None when it is no report of a failure or a delay. Never raises; reads `MOST_BYTES`."""
    raw = raw[:MOST_BYTES]
    if raw.lower().count(b"content-type:") > MOST_PARTS:
        return None
    try:
        message = email.message_from_bytes(raw)
        parts = list(message.walk())
        for part in parts:
            if part.get_content_type() in _STATUS_PARTS:
                return _from_fields(part, _message_ids(message, parts))
        return _from_text(message, parts)
    except _UNREADABLE:
        return None


def _from_fields(status_part: Message, message_ids: tuple[str, ...]) -> Bounce | None:
    """The first failed recipient of an RFC 3464 report, else the first delayed one; None when all was delivered."""
    late: Bounce | None = None
    for block in _blocks(status_part):
        action = str(block.get("Action", "")).strip().lower()
        status = _status(block)
        failed = action.startswith("failed") or (not action and status.startswith("5"))
        if not failed and not action.startswith("delayed"):
            continue
        found = Bounce(_recipient(block), failed, status, message_ids)
        if failed:
            return found
        late = late or found
    return late


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a status part; Python's parser splits those of the plain kind only."""
    for payload in _sub_messages(part):
        yield payload
        rest = payload.get_payload()
        if isinstance(rest, str):
            yield from (email.message_from_string(group) for group in rest.split("\n\n") if group.strip())


def _sub_messages(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [item for item in payload if isinstance(item, Message)] if isinstance(payload, list) else []


def _status(block: Message) -> str:
    found = _CODE_FIELD.match(str(block.get("Status", ""))) or _CODE.search(str(block.get("Diagnostic-Code", "")))
    return found[1] if found else ""


def _recipient(block: Message) -> str:
    for name in ("Final-Recipient", "Original-Recipient"):
        _, _, address = str(block.get(name, "")).rpartition(";")
        address = _HEXADECIMAL.sub(_character, address).strip().strip("<>").lower()  # RFC 6533 section 3
        if "@" in address:
            return address
    return ""


def _character(escape: re.Match[str]) -> str:
    point = int(escape[1], 16)
    return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else ""


def _message_ids(message: Message, parts: list[Message]) -> tuple[str, ...]:
    """Those of the returned letter's own header; without one, those that the report says it answers."""
    found: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        if kind not in _RETURNED_HEADERS:
            continue
        for returned in _sub_messages(part):
            found += _MESSAGE_ID.findall(str(returned.get("Message-ID", "")))
        if not part.is_multipart():
            found += _MESSAGE_ID_LINE.findall(_unfold(_text_of(part)))
    if not found:
        found = _MESSAGE_ID.findall(f"{message.get('In-Reply-To', '')} {message.get('References', '')}")
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def _unfold(text: str) -> str:
    return re.sub(r"\r?\n[ \t]", " ", text)


def _from_text(message: Message, parts: list[Message]) -> Bounce | None:
    """A report in prose: first whether it is one, then whom it names above the returned copy."""
    text = next((_text_of(part) for part in parts if part.get_content_type() == "text/plain"), "")[:_TEXT]
    start = opening(text)
    subject = fold(_subject(message)[:200])
    if not _is_report(message, subject, start) or _ARRIVED.match(subject) or _ARRIVED.match(start.words):
        return None
    copy = _COPY_BEGINS.search(text)
    report = text[: copy.start()] if copy else text
    code = _CODE.search(report)
    found = _MESSAGE_ID_LINE.findall(text[len(report) :]) or _MESSAGE_ID_LINE.findall(report)
    return Bounce(
        recipient=_named_recipient(message, report),
        permanent=code[1].startswith("5") if code else _given_up(subject, start, report),
        status=code[1] if code else "",
        message_ids=tuple(dict.fromkeys(found))[:MOST_IDS] or _message_ids(message, parts),
    )


def _is_report(message: Message, subject: str, start: Opening) -> bool:
    if message.get("X-Failed-Recipients") is not None:
        return True
    phrase = DELIVERY_TEXTS.first(start.words)
    if phrase and (phrase.certain or names_a_failure(start)):
        return True
    named = SUBJECTS.first(subject)
    if named and named.reason == "delivery_report" and (named.certain or bears_out(named, start)):
        return True
    from_mail_system = by_sender(_first_address(message, "From")) == ("delivery_report", "from")
    return from_mail_system and (names_a_failure(start) or bool(named and named.reason == "delivery_report"))


def _given_up(subject: str, start: Opening, report: str) -> bool:
    late = _ONLY_LATE.search(subject) or _ONLY_LATE.search(start.words[:300])
    return late is None or _REFUSED.search(report) is not None


def _named_recipient(message: Message, report: str) -> str:
    """The first address of the report that is neither ours (its To) nor the reporting system's."""
    listed = str(message.get("X-Failed-Recipients", "")) or _MESSAGE_ID_LINE.sub("", report)
    known = {_first_address(message, "To"), _first_address(message, "From")}
    for found in _ADDRESS.finditer(listed):
        address = found[0].strip(".*").lower()
        if address not in known and by_sender(address) is None:
            return address
    return ""


def _first_address(message: Message, name: str) -> str:
    return next((found[0].lower() for found in _ADDRESS.finditer(str(message.get(name, ""))[:1_000])), "")


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))[:1_000]
    try:
        decoded: str = str(email.header.make_header(email.header.decode_header(raw)))
    except _UNREADABLE:
        return raw
    return decoded


def _text_of(part: Message) -> str:
    """The decoded text of one part; bytes that its charset does not know are replaced."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        text = content.decode(str(part.get_content_charset("utf-8")), "replace")
    except (LookupError, ValueError):  # an unknown charset, or one whose name holds NUL
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n")
