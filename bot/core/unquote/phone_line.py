"""The line that a telephone or a mail program adds by itself: `Envoyé de mon iPhone`, `Get Outlook for iOS`."""

import re
from typing import Final

# Folded as lines.fold does it.
_OFFERS: Final = (
    "get outlook for", "get outlook on", "telecharger outlook pour", "telechargez outlook pour", "obtenir outlook pour",
    "obtenez outlook pour", "provenance : courrier", "provenance: courrier", "yahoo mail: search", "yahoo courriel :",
    "get bluemail for", "telecharger bluemail", "obtenir bluemail", "mobile phone - sent", "typed on my phone",
)  # fmt: skip
_SENT_WORDS: Final = ("sent", "envoye", "expedie", "transmis", "ecrit", "enviado", "gesendet")
_SENT = re.compile(
    rf"(?:{'|'.join(_SENT_WORDS)})"
    r" (?:from|via|with|using|on|by|de|depuis|a partir de|a partir du|a partir d'|a l'aide de|avec|par|du|d'|desde|von)\b"
)
# What "sent from" must be followed by: "Envoyé de Québec" and "Sent from our dock" are somebody's own words.
_PROGRAMS = re.compile(
    r"\b(?:iphone|ipad|ipod|galaxy|samsung|android|blackberry|outlook|yahoo|gmail|aol|proton ?mail|bluemail|tutanota"
    r"|mail for windows|courrier pour windows|mail for mac|courriel bell|videotron\.ca|mobile device|appareil mobile"
    r"|(?:my|mon|ma) [^.]{0,40}(?:phone|cell|cellphone|mobile|telephone|cellulaire|appareil|device|tablet|tablette|wireless|5g|lte"
    r"|pixel|huawei|xiaomi|lg|htc|motorola|nokia|bell|rogers|telus|videotron|fizz))\b"
)
_LONGEST = 160

OPENINGS = _OFFERS + _SENT_WORDS


def is_phone_line(key: str) -> bool:
    """Whether a folded line was added by the program that sent the mail."""
    if len(key) > _LONGEST:
        return False
    key = key.strip("*_-<>()[]. ")
    if key.startswith(_OFFERS):
        return True
    sent = _SENT.match(key)
    return sent is not None and _PROGRAMS.search(key, sent.end()) is not None
