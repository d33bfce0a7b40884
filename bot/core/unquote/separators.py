"""Lines that say that a whole other message follows: original, forwarded, or everything under a drawn line."""

import re
from typing import Final

# Folded as lines.fold does it.
_ANNOUNCEMENTS: Final = (
    "original message", "message d'origine", "message original", "message initial", "mail original", "mail d'origine",
    "courriel original", "courriel d'origine", "forwarded message", "forwarded mail", "message transfere",
    "message transmis", "message reexpedie", "message achemine", "courriel transfere", "reply message",
    "begin forwarded message", "debut du message reexpedie", "debut du message transfere", "debut du message transmis",
    "original appointment", "rendez-vous d'origine", "ursprungliche nachricht", "weitergeleitete nachricht",
    "mensaje original", "mensaje reenviado", "messaggio originale", "messaggio inoltrato", "mensagem original",
    "mensagem encaminhada", "oorspronkelijk bericht", "doorgestuurd bericht",
)  # fmt: skip
_ANNOUNCED = frozenset(_ANNOUNCEMENTS)
_HANDED_ON = ("forwarded by ", "forwarded message from ", "reachemine par ", "transfere par ", "achemine par ")
_MESSAGE_WORDS = re.compile(r"\b(?:message|mail|courriel|nachricht|mensaje|messaggio|mensagem|bericht|wiadomosc)\b")
REPLY_ABOVE = ("above this line", "au-dessus de cette ligne")
_FLATTENED = re.compile("-- ?(?:" + "|".join(map(re.escape, _ANNOUNCEMENTS)) + ") ?--")
# Notes puts the answered message's first words behind its author and date: `Jean---2026-11-23 09:15:00---Bonjour`.
_NOTES_SUMMARY = re.compile(r"---\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")
_DRAWN = "-_=*~# "
_SHORTEST_OUTLOOK_RULE = 10
_LONGEST_ANNOUNCEMENT = 200

OPENINGS = _ANNOUNCEMENTS


def _announces(key: str) -> bool:
    """Whether the whole line announces a message, with or without dashes around it."""
    if len(key) > _LONGEST_ANNOUNCEMENT:
        return False
    inner = key.strip(_DRAWN)
    if inner.rstrip(": ") in _ANNOUNCED:
        return True
    if key[:2] != "--" and key[:2] != "__":
        return False
    return inner.startswith(_HANDED_ON) or (key[-2:] in ("--", "__") and _MESSAGE_WORDS.search(inner) is not None)


def separator_column(key: str) -> int | None:
    """The column in a folded line from where all that follows is another message; None when nothing announces one."""
    if _announces(key):
        return 0
    if "---" in key:
        flattened = _FLATTENED.search(key)
        if flattened is not None:
            return len(key[: flattened.start()].rstrip("- "))
        if _NOTES_SUMMARY.search(key) is not None:
            return 0
    if any(phrase in key for phrase in REPLY_ABOVE):
        return 0
    return None


def is_outlook_rule(key: str) -> bool:
    """The line of underscores that Outlook draws between an answer and what it answers."""
    return len(key) >= _SHORTEST_OUTLOOK_RULE and key[0] == "_" and not key.strip("_")
