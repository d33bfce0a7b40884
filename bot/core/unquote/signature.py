"""Signatures: below a line `-- ` (RFC 3676, section 4.3), or from words of farewell to the end of what was written."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from bot.core.unquote.disclaimer import begins_disclaimer
from bot.core.unquote.lines import fold, is_rule
from bot.core.unquote.phone_line import is_phone_line

# Folded as lines.fold does it. Farewells end a letter wherever they stand.
_FAREWELLS: Final = frozenset((
    "regards", "best regards", "kind regards", "kindest regards", "warm regards", "warmest regards", "best", "all the best",
    "best wishes", "with regards", "with best regards", "with kind regards", "rgds", "brgds", "br", "cheers", "sincerely",
    "sincerely yours", "yours sincerely", "yours truly", "yours faithfully", "yours", "very truly yours", "respectfully",
    "cordially", "take care", "talk soon", "have a great day", "have a good day", "have a nice day", "have a good one",
    "have a great weekend", "have a good weekend", "have a nice weekend", "good day", "have a good evening",
    "thanks and regards", "thank you and regards", "thanks and best regards", "thanks & regards", "thanks and have a great day",
    "thank you and have a great day", "thank you and have a good day", "thanks and have a good day",
    "cordialement", "bien cordialement", "tres cordialement", "cordialement votre", "cordiales salutations", "cdlt", "cdt",
    "bien a vous", "bien a toi", "a vous", "salutations", "mes salutations", "salutations distinguees", "salutations cordiales",
    "mes salutations distinguees", "meilleures salutations", "mes meilleures salutations", "sinceres salutations",
    "sincerement", "respectueusement", "amicalement", "amities", "au plaisir", "a bientot", "a plus", "bonne journee",
    "bonne fin de journee", "bon apres-midi", "bonne soiree", "bonne fin de semaine", "bon week-end", "bon weekend",
    "bonne semaine", "excellente journee", "belle journee", "tres bonne journee", "passez une bonne journee",
    "merci et bonne journee", "merci et bonne fin de journee", "merci, bonne journee", "merci beaucoup et bonne journee",
    "merci et bonne semaine", "merci et bonne fin de semaine", "merci et au plaisir", "merci et salutations",
    "merci et bon apres-midi", "merci, bonne fin de journee", "bonne journee et merci",
))  # fmt: skip
# Thanks may also stand in the middle, or be all that is said: they begin a signature only above a name.
_THANKS: Final = frozenset((
    "thanks", "thank you", "thanks a lot", "thanks so much", "thank you so much", "thank you very much", "many thanks",
    "thanks very much", "thanks again", "thank you again", "thx", "tks", "ty", "thanks in advance", "thank you in advance",
    "thanks for your help", "thank you for your help", "thanks for the help", "with thanks", "much appreciated",
    "merci", "merci beaucoup", "merci bien", "merci encore", "encore merci", "mille mercis", "un gros merci", "grand merci",
    "merci d'avance", "merci a l'avance", "merci par avance", "merci de votre aide", "merci pour votre aide",
    "merci de votre collaboration", "merci pour tout", "merci infiniment", "avec mes remerciements", "merci de l'aide",
    "merci de votre attention", "merci a vous", "en vous remerciant", "vous remerciant a l'avance", "merci de votre temps",
))  # fmt: skip
_FORMULAS: Final = ("veuillez agreer", "veuillez recevoir", "je vous prie d'agreer", "je vous prie de recevoir",
    "recevez, ", "agreez, ", "nous vous prions d'agreer", "nous vous prions de recevoir")  # fmt: skip
_AFTERTHOUGHT = re.compile(r"(?:p\.? ?-?s\.?|n\.? ?b\.?)(?: ?:| |$)")
# A shipment's number as people write it under their thanks; the labels are those of taxes, telephones and permits.
_NUMBERED = re.compile(r"(?:([a-z#'.]{1,16}) *:? *){0,3}\d{3}[- ]?\d{5}[- ]?\d")
_NUMBER_LABELS = re.compile(
    r"\b(?:tel|telephone|phone|cell|fax|mobile|tps|tvq|gst|hst|qst|neq|permis|permit|nir|cvor|mc|usdot|dot)\b"
)
_NAME = re.compile(r"[^\W\d_][^\d?:!@/|]{0,59}")
_FAREWELL_AND_NAME = re.compile(r"([^,!.;-]{2,40}?) ?[,!.;-]+ +(\S.{0,50})")
_MOST_NAME_WORDS = 5
_LONGEST_FAREWELL = 200
_PARTICLES = frozenset(
    ("de", "du", "des", "la", "le", "les", "van", "von", "et", "and", "&", "of", "at", "from", "chez", "a", "au", "aux", "-", "–")
)

OPENINGS = (*_FAREWELLS, *_THANKS, *_FORMULAS)


class Trimmed(NamedTuple):
    """What was written (indexes of lines), and what was signature (the same)."""

    kept: list[int]
    signature: list[int]


def trim(raw: Sequence[str], keys: Sequence[str], said_before: bool) -> Trimmed:
    """Take the signature, phone lines and legal notices from one uninterrupted piece of new text.

    `said_before`: whether something was written above this piece; farewells alone are not taken for a signature.
    """
    kept: list[int] = []
    signature: list[int] = []
    signing = legal = dashed = False
    said = said_before
    for index, key in enumerate(keys):
        if dashed or not key:
            pass
        elif key == "--":
            dashed = True
        elif begins_disclaimer(keys, index):
            legal = True
        elif legal:
            pass
        elif is_phone_line(key):
            signature.append(index)
            continue
        elif signing:
            signing = not _speaks_again(key)
        else:
            signing = said and _begins_signature(raw, keys, index)
        legal = legal and (bool(key) or said)  # above all text a notice is one paragraph, below it is the end
        cut = dashed or legal or signing
        (signature if cut else kept).append(index)
        said = said or (bool(key) and not cut and not is_rule(key))
    return Trimmed(kept, signature)


def _begins_signature(raw: Sequence[str], keys: Sequence[str], index: int) -> bool:
    key = keys[index]
    if len(key) > _LONGEST_FAREWELL:
        return False
    words = _words(key)
    if words.startswith(_FORMULAS):
        return True
    if _says_goodbye(words):
        return not _only_thanks(words) or _name_follows(raw, keys, index)
    parts = _FAREWELL_AND_NAME.fullmatch(words)
    return parts is not None and _says_goodbye(parts[1]) and _is_name(parts[2].title())


def _words(key: str) -> str:
    return key.strip("*_~ ").rstrip(",.;:!-)( ").replace(" ,", ",").replace("|", "/")


def _says_goodbye(words: str) -> bool:
    """Whether a line is nothing but farewell or thanks, be it in two languages (`Merci / Thank you`)."""
    return all(part.strip() in _FAREWELLS or part.strip() in _THANKS for part in words.split("/"))


def _only_thanks(words: str) -> bool:
    return all(part.strip() in _THANKS for part in words.split("/"))


def _name_follows(raw: Sequence[str], keys: Sequence[str], index: int) -> bool:
    below = index + 1
    while below < len(keys) and (not keys[below] or is_phone_line(keys[below])):
        below += 1
    if below == len(keys):
        return False
    if keys[below] == "--" or _says_goodbye(_words(keys[below][:_LONGEST_FAREWELL])):
        return True
    written = raw[below].strip()
    return _is_name(written.title() if keys[index].endswith(",") and " " not in written else written)


def _is_name(written: str) -> bool:
    """Whether a line could be somebody's name: few words with capitals, no digits, not one shouted word as commands are."""
    words = written.split()
    if not words or len(words) > _MOST_NAME_WORDS or _NAME.fullmatch(written) is None:
        return False
    if len(words) == 1 and len(written) > 3 and written.isupper():
        return False
    return words[0][0].isupper() and all(word[0].isupper() or fold(word) in _PARTICLES for word in words)


def _speaks_again(key: str) -> bool:
    """Whether a line below a farewell is text after all: an afterthought, a question, a shipment's number."""
    if _AFTERTHOUGHT.match(key) or key.endswith("?"):
        return True
    return len(key) < _LONGEST_FAREWELL and _NUMBERED.fullmatch(key) is not None and not _NUMBER_LABELS.search(key)
