"""The lines of a message, and where reading stops: END or FIN, a signature, what is quoted."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.courtesy import MAX_NAME_WORDS, SIGN_OFFS, only_courtesy
from bot.core.phrases import word_set
from bot.core.pro_numbers import MAX_TEXT

MAX_LINES = 400  # a mail with thirty numbers, a form and a long signature has far fewer
MAX_LINE = 2_000  # characters of a line that are looked at; dictated mails are one long line

_RULE = frozenset("-_=*~—–\u2500 ")
_SENT_FROM = ("SENT FROM", "SENT VIA", "SENT WITH", "ENVOYE DE", "ENVOYE DEPUIS", "ENVOYE A PARTIR", "ENVOYE VIA", "ENVOYE AVEC")
_DEVICES = word_set(
    """IPHONE IPAD ANDROID SAMSUNG GALAXY BLACKBERRY PIXEL HUAWEI MOTOROLA NOKIA WINDOWS OUTLOOK MAIL YAHOO GMAIL HOTMAIL PROTON
    ROGERS BELL TELUS VIDEOTRON FIDO COGECO PHONE CELLPHONE MOBILE SMARTPHONE DEVICE CELL CELLULAIRE TELEPHONE APPAREIL MAC
    APPLE"""
)
_FOOTERS = (
    "GET OUTLOOK FOR",
    "DOWNLOAD OUTLOOK",
    "OBTENEZ OUTLOOK",
    "OBTENIR OUTLOOK",
    "TELECHARGER OUTLOOK",
    "TELECHARGEZ OUTLOOK",
    "CONFIDENTIALITY NOTICE",
    "AVIS DE CONFIDENTIALITE",
    "AVERTISSEMENT DE CONFIDENTIALITE",
    "DISCLAIMER",
    "ORIGINAL MESSAGE",
    "MESSAGE D ORIGINE",
    "MESSAGE ORIGINAL",
    "FORWARDED MESSAGE",
    "MESSAGE TRANSFERE",
    "MESSAGE REEXPEDIE",
    "BEGIN FORWARDED MESSAGE",
    "DEBUT DU MESSAGE",
)
_STARTS = frozenset(footer.split()[0] for footer in (*_FOOTERS, *_SENT_FROM))
_SHORT_SIGN_OFF = 4  # letters: "best" and "br" begin other lines as well
MAX_SIGN_OFF = 8  # words of a line that is still a farewell with a name, or a telephone's own line


def split_lines(text: str) -> list[str]:
    """The lines that are looked at, as written."""
    return [line[:MAX_LINE] for line in text[:MAX_TEXT].splitlines()[:MAX_LINES]]


def is_rule(raw: str) -> bool:
    """Whether a line without letters is drawn ("--", "_____"): a signature or a quote follows."""
    stripped = raw.strip()
    return (len(stripped) > 1 and _RULE.issuperset(stripped)) or stripped == "—"


def is_end(words: Sequence[str]) -> bool:
    """END or FIN on its own."""
    return len(words) == 1 and words[0] in ("END", "FIN")


def is_footer(words: Sequence[str]) -> bool:
    """Whether what a mail client, a lawyer or a quote adds begins here."""
    if words[0] in _STARTS:
        line = " ".join(words[: MAX_SIGN_OFF + 1])
        if line.startswith(_FOOTERS):
            return True
        if line.startswith(_SENT_FROM):
            return len(words) <= MAX_SIGN_OFF and not _DEVICES.isdisjoint(words)
    return (words[0] == "ON" and words[-1] == "WROTE") or (words[0] == "LE" and words[-2:] == ["A", "ECRIT"])


def is_sign_off(words: Sequence[str]) -> bool:
    """Whether a line takes leave ("Regards,", "Cordialement, Jean Tremblay"): the writer's name follows, here or below."""
    size = SIGN_OFFS.at(words, 0)
    if not size or len(words) > MAX_SIGN_OFF:
        return False
    rest = words[size:]
    if not rest or only_courtesy(rest):
        return True
    plain = size > 1 or len(words[0]) > _SHORT_SIGN_OFF
    return plain and len(rest) <= MAX_NAME_WORDS and all(word.isalpha() for word in rest)
