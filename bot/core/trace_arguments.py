"""What a TRACE command asks for: PRO numbers, another reference, or the number of a line in the list just sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.check_digits import CheckDigit
from bot.core.commands import Command
from bot.core.courtesy import ANY_COURTESY, only_courtesy
from bot.core.folding import fold
from bot.core.immutable import immutable
from bot.core.phrases import word_set
from bot.core.pro_numbers import find_pros
from bot.core.references import MIN_REFERENCE, bare_reference, find_reference, has_digit, kind_at
from bot.core.shipments import ReferenceKind

# What may stand between the command and what it asks for ("statut de mon envoi no 123456789", "tracing request").
_LEADS = word_set(
    """OF FOR ON ABOUT DE DU DES D L LE LA LES MON MA MES MY THE THIS THESE THAT OUR NOTRE NOS SHIPMENT SHIPMENTS EXPEDITION
    EXPEDITIONS ENVOI ENVOIS CHARGEMENT LIVRAISON COLIS PALETTE PALETTES MARCHANDISE LOAD FREIGHT PACKAGE DELIVERY PRO PROS
    PROBILL PROBILLS AUTOPRO NO NOS N NUM NUMERO NUMEROS NUMBER NUMBERS IS ARE EST SONT RENDU RENDUE UPDATE REQUEST DEMANDE SUR
    POUR CE CET CETTE CES FOLLOWING SUIVANT SUIVANTS SUIVANTE ORDER COMMANDE"""
)
_JOINED_LABEL = re.compile(r"(?i)^(?:bol|bl|po|ref)-?(?=[0-9])")
_LIST_WORDS = word_set("AND ET OR OU ALSO AUSSI PLUS")
_CHOICE_LEADS = word_set("NO N NUM NUMERO NUMBER LE LA L THE LINE LIGNE OPTION CHOIX CHOICE ITEM")
_ORDINALS = {
    **dict.fromkeys(("FIRST", "1ST", "PREMIER", "PREMIERE", "1ER", "1ERE", "1RE"), 1),
    **dict.fromkeys(("SECOND", "2ND", "DEUXIEME", "SECONDE", "2E", "2EME", "2IEME"), 2),
    **dict.fromkeys(("THIRD", "3RD", "TROISIEME", "3E", "3EME", "3IEME"), 3),
    **dict.fromkeys(("FOURTH", "4TH", "QUATRIEME", "4E", "4EME", "4IEME"), 4),
    **dict.fromkeys(("FIFTH", "5TH", "CINQUIEME", "5E", "5EME", "5IEME"), 5),
}


@immutable
class TraceArguments:
    """What is asked for.

    `pros`, `more`, `near` and `bad_check` are those of `find_pros`. `kind` and `reference` are another reference, as written: the
    reference is "" when only its kind was named, the kind None when only a number that is no PRO number stood there. `choice` is
    the number of a line in the list just sent, counted from one.
    """

    pros: tuple[str, ...] = ()
    more: int = 0
    near: tuple[str, ...] = ()
    bad_check: tuple[str, ...] = ()
    kind: ReferenceKind | None = None
    reference: str = ""
    choice: int | None = None

    @property
    def too_short(self) -> bool:
        """Whether the reference has fewer than `MIN_REFERENCE` letters and digits."""
        return self.reference != "" and len(fold(self.reference).replace(" ", "")) < MIN_REFERENCE

    @property
    def candidates(self) -> tuple[str, ...]:
        """The reference as written, and without a label that is joined to it ("PO-4500" may be on file as 4500)."""
        bare = _JOINED_LABEL.sub("", self.reference, count=1)
        shorter = bare if len(fold(bare).replace(" ", "")) >= MIN_REFERENCE else self.reference
        return tuple(dict.fromkeys(filter(None, (self.reference, shorter))))

    @property
    def nothing(self) -> bool:
        """Whether the command says nothing of what to trace."""
        return not (self.pros or self.near or self.bad_check or self.kind or self.reference or self.choice)


def trace_arguments(command: Command, *, rule: CheckDigit = CheckDigit.NONE) -> TraceArguments:
    """What `command`, a TRACE with or without its word, asks for. Never raises.

    After an explicit word every grouping of nine digits counts, also 3-3-3: nobody gives a social insurance number to TRACE.
    """
    lines = [line for line in (command.argument, *command.lines) if line]
    if not command.word:
        found = find_pros("\n".join(lines), rule=rule)
        choice = choice_of(fold(command.argument).split()) if not found.pros and not command.lines else None
        return TraceArguments(found.pros, found.more, found.near, found.bad_check, choice=choice)
    if len(lines) == 1 and (choice := choice_of(fold(lines[0]).split())) is not None:
        return TraceArguments(choice=choice)
    references = [find_reference(line) for line in lines]
    named = next((reference for reference in references if reference is not None), None)
    rest = [line if reference is None else reference.rest for line, reference in zip(lines, references, strict=True)]
    found = find_pros("\n".join(rest), rule=rule, meant=True)
    if named is not None:
        return TraceArguments(found.pros, found.more, found.near, found.bad_check, named.kind, named.value)
    bare = "" if found.pros or found.near or found.bad_check else next(filter(None, map(bare_reference, lines)), "")
    return TraceArguments(found.pros, found.more, found.near, found.bad_check, reference=bare)


def is_trace_argument(folded: str) -> bool:
    """Whether what follows TRACE, STATUS and the like on a folded line can be traced, and is not prose that begins with it."""
    if len(folded) == 9 and folded.isdigit():
        return True
    words = folded.split()
    if _named(words):
        return True
    rest = _after_leads(words)
    if only_courtesy(rest) or choice_of(rest) is not None:
        return True
    found = find_pros(folded, meant=True)
    return bool(found.pros or found.near) or (len(rest[0]) >= MIN_REFERENCE and has_digit(rest[0]) and only_courtesy(rest[1:]))


def names_nothing(words: Sequence[str]) -> bool:
    """Whether folded words after TRACE say nothing of what to trace ("tracing request please", "suivi de livraison")."""
    return only_courtesy(_after_leads(words))


def _after_leads(words: Sequence[str]) -> Sequence[str]:
    start = 0
    while start < len(words) and words[start] in _LEADS:
        start += 1
    return words[start:]


def _named(words: Sequence[str]) -> bool:
    """Whether the words begin with a kind of reference, alone or with a value ("BOL", "du bon de commande PO 77", "REF ABCDEF")."""
    for place, word in enumerate(words[:6]):
        kind, size = kind_at(words, place)
        if kind is not None:
            rest = words[place + size :]
            return len(rest) < 2 or any(map(has_digit, rest[:4])) or only_courtesy(rest[1:])
        if word not in _LEADS:
            return False
    return False


def is_trace_list(words: Sequence[str]) -> bool:
    """Whether a whole folded line only lists what to trace, so that it belongs to the TRACE above it."""
    if not any(map(has_digit, words)):
        return False
    kind, size = kind_at(words, 0)
    if kind is not None:
        return size < len(words) <= size + 4
    return all(has_digit(word) or word in _LEADS or word in _LIST_WORDS or ANY_COURTESY.at((word,), 0) for word in words)


def choice_of(words: Sequence[str]) -> int | None:
    """The line of a list that "2", "no 2", "le 2", "#2" or "the second one" picks; None when the words do not pick one."""
    start = 0
    while start < len(words) and words[start] in _CHOICE_LEADS:
        start += 1
    rest = words[start : start + 6]
    if not rest or len(words) > start + 6:
        return None
    number = int(rest[0]) if len(rest[0]) <= 2 and rest[0].isdigit() else _ORDINALS.get(rest[0], 0)
    tail = rest[2:] if rest[1:2] == ["ONE"] and rest[0] in _ORDINALS else rest[1:]
    return number if number and only_courtesy(tail) else None
