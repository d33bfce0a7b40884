"""The one verdict on whether a letter is automatic, so that the desk never answers, executes or decides on it.

Headers come first, then the sender, the start of the subject and, only when a cheap look finds a telling word, the first new
words of the text. Pure, linear in the size of the letter, and silent about its content: evidence names a header or a phrase.
"""

from collections.abc import Callable, Collection

from bot.core.automatic import headers as marks
from bot.core.automatic.headers import Headers
from bot.core.automatic.notices import bears_out, is_absence, is_receipt, names_a_failure
from bot.core.automatic.opening import Opening, fold, opening
from bot.core.automatic.phrases import SUBJECTS
from bot.core.automatic.texts import DELIVERY_TEXTS, TEXTS
from bot.core.immutable import immutable

_LOOKED_AT = 1_000  # characters of the text in which a telling word is looked for
_SUBJECT = 200
_NULL_PATHS = ("<>", "<mailer-daemon>")  # the second is what qmail's and IIS's mailboxes make of the first
# Parts of words, one of which is in every text that `by_text` can recognise: looked for before the text is folded.
_TELLING_WORDS = (
    *("automat", "auto-", "generated", "monitored", "surveill", "not reply", "reply above", "repond", "répond", "driving"),
    *("conduis", "out of", "absen", "away", "vacan", "vacat", "holiday", "leave", "office", "bureau", "cong", "closed", "ferm"),
    *("until", "retour", "attending", "travel", "formation", "unavailable", "disponible", "not be ", "part time", "no longer"),
    *("travaille plus", "deliver", "remis", "distribu", "transmis", "achemin", "livr", "reach", "parvenu", "mail system"),
    *("program at", "mail server", "xmail", "mimecast", "mailbox", "unknown user", "failure reasons", "relates to", "group you"),
    *("original message was", "warning message", "received", "recu", "reçu", "accus", "acknowledge", "ticket", "billet"),
    *("dossier", "request", "requête", "demande", "was read", "was deleted", "été lu", "été supprim", "receipt", "displayed"),
    *("invitation", "protecting", "boxbe", "waiting", "held", "on hold", "attente", "verify"),
)


@immutable
class AutomaticSign:
    """Why a letter is automatic.

    `reason` is a stable word for metrics and audit: null_sender, own_mail, loop, delivery_report, disposition_notification,
    feedback_report, auto_submitted, auto_reply_header, vacation, list, bulk, challenge, calendar, ticket, machine_sender,
    machine_notice, exchange_agent. `evidence` is a header name, or "subject:" or "text:" and the key of a phrase.
    """

    reason: str
    evidence: str


def _none_of_ours(_message_id: str) -> bool:
    return False


def automatic_sign(
    *,
    headers: Headers,
    envelope_sender: str | None,
    subject: str,
    text: str,
    own_addresses: Collection[str],
    own_message_ids: Callable[[str], bool] = _none_of_ours,
    subaddress_separator: str = "+",
) -> AutomaticSign | None:
    """The reason why this letter is automatic, or None for a letter that a person wrote.

    `headers` maps lower-case names to unfolded raw values in order; `envelope_sender` is "" for the null sender and None when
    it is unknown (then the topmost Return-Path tells); `subject` and `text` are decoded, `text` may hold quotes;
    `own_addresses` are the desk's addresses in lower case, their subaddress forms count as well. Never raises.
    """

    def is_own(address: str) -> bool:
        if address in own_addresses:
            return True
        local, _, domain = address.rpartition("@")
        return f"{local.partition(subaddress_separator)[0]}@{domain}" in own_addresses

    if envelope_sender == "" or (envelope_sender is None and _null_return_path(headers)):
        return AutomaticSign("null_sender", "envelope")
    sender = _from_address(headers)
    if is_own(sender):
        return AutomaticSign("own_mail", "from")
    if any(own_message_ids(value.strip()) for value in headers.get("message-id", ())):
        return AutomaticSign("own_mail", "message-id")
    return _by_headers(headers, sender, is_own, own_addresses) or _by_words(subject, text)


def _by_headers(
    headers: Headers, sender: str, is_own: Callable[[str], bool], own_addresses: Collection[str]
) -> AutomaticSign | None:
    for value in headers.get("content-type", ())[:1]:
        reason = marks.by_content_type(value)
        if reason:
            return AutomaticSign(reason, "content-type")
    found = None
    if not marks.TELLING.isdisjoint(headers):
        found = marks.by_rules(headers, own_addresses) or marks.combined(headers, sender, is_own)
    if found is None and len(headers.get("received", ())) > marks.MOST_RECEIVED:
        found = ("loop", "received")
    found = found or marks.by_sender(sender)
    return AutomaticSign(*found) if found else None


def _by_words(subject: str, text: str) -> AutomaticSign | None:
    named = SUBJECTS.first(fold(subject[:_SUBJECT]))
    if named is not None and named.certain:
        return AutomaticSign(named.reason, f"subject:{named.key}")
    if named is None and not worth_reading(text):
        return None
    start = opening(text)
    found = by_text(start)
    if found is None and named is not None and bears_out(named, start):
        return AutomaticSign(named.reason, f"subject:{named.key}")
    return found


def worth_reading(text: str) -> bool:
    """Whether the beginning of the text holds a word without which none of its phrases can match: a few microseconds."""
    head = text[:_LOOKED_AT].lower()
    return any(word in head for word in _TELLING_WORDS)


def by_text(start: Opening) -> AutomaticSign | None:
    """The sign that the first new words give by themselves."""
    for phrase in (DELIVERY_TEXTS.first(start.words), TEXTS.first(start.words)):
        if phrase and (phrase.certain or names_a_failure(start)):
            return AutomaticSign(phrase.reason, f"text:{phrase.key}")
    if is_absence(start):
        return AutomaticSign("vacation", "text:absence")
    if is_receipt(start):
        return AutomaticSign("ticket", "text:receipt")
    return None


def _null_return_path(headers: Headers) -> bool:
    return any(path.strip().lower() in _NULL_PATHS for path in headers.get("return-path", ())[:1])


def _from_address(headers: Headers) -> str:
    """The lower-case address of From: what stands in the last angle brackets, else the first word with an at sign.

    Silence needs no proof of identity, so a forged From is taken at its word here.
    """
    value = (headers.get("from") or ("",))[0].lower()
    _, bracket, inside = value.rpartition("<")
    if bracket:
        return inside.partition(">")[0].strip()
    words = value.split()
    return next((word for word in words if "@" in word), words[0] if words else "").strip(",;\"'()")
