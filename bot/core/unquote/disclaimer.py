"""Legal notices below a signature, in English and French."""

from collections.abc import Sequence
from typing import Final

from bot.core.unquote.phrases import contains_any, heads

# Folded as lines.fold does it. These say it all by themselves.
_CERTAIN: Final = (
    "confidentiality notice", "confidentiality note", "confidentiality warning", "notice of confidentiality",
    "avis de confidentialite", "note de confidentialite", "clause de confidentialite", "avis important : ce",
    "if you are not the intended", "if you have received this", "si vous n'etes pas le destinataire",
    "si vous avez recu ce", "si ce courriel vous est parvenu", "si ce message vous est parvenu",
    "please consider the environment", "consider the environment", "think before you print", "save a tree",
    "pensez a l'environnement", "pensez vert", "avant d'imprimer", "devez-vous vraiment imprimer",
    "devons-nous vraiment imprimer", "afin de preserver l'environnement", "par souci de l'environnement",
    "s.v.p. considerez l'environnement",
)  # fmt: skip
# These also begin ordinary sentences; a word of _CONFIRMING in the same paragraph decides.
_POSSIBLE: Final = (
    "this e-mail", "this email", "this message", "this communication", "this transmission", "this electronic",
    "the information contained in", "the information in this", "the information transmitted", "the contents of this",
    "the content of this", "privileged", "confidential", "notice", "disclaimer", "ce courriel", "ce message",
    "ce document", "cet e-mail", "cette communication", "cette transmission", "le present courriel",
    "le present message", "le present envoi", "la presente communication", "la presente transmission",
    "l'information contenue", "l'information transmise", "l'information apparaissant", "les informations contenues",
    "les renseignements contenus", "le contenu du present", "le contenu de ce", "le contenu de cet", "avis :", "avis:",
    "avis important", "mise en garde", "confidentiel", "important notice", "important :", "important:",
    "avertissement",
)  # fmt: skip
_CONFIRMING: Final = (
    "confidential", "confidentiel", "intended recipient", "intended solely", "sole use", "intended only",
    "not the intended", "the addressee", "n'etes pas le destinataire", "n'etes pas destinataire", "seul destinataire",
    "uniquement au destinataire", "destinataire vise", "destinataire prevu", "destinataires vises", "ses destinataires",
    "privileged", "privilegie", "usage exclusif", "intention exclusive",
)  # fmt: skip
_PARAGRAPH = 6  # lines

OPENINGS = _CERTAIN + _POSSIBLE


def begins_disclaimer(keys: Sequence[str], index: int) -> bool:
    """Whether a legal notice begins on the folded line `index`."""
    key = keys[index].strip("*_[]()<>~ ")
    if key.startswith(_CERTAIN):
        return True
    return key.startswith(_POSSIBLE) and contains_any(heads(keys, index, _PARAGRAPH), _CONFIRMING)
