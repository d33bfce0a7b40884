"""What follows MY SHIPMENTS: a state, dates, a page, in any order and in either language.

| part  | examples                                                                                                |
|-------|---------------------------------------------------------------------------------------------------------|
| state | OPEN, LATE, IN TRANSIT, HELD, or a status as the letters print it; OUVERTES, EN RETARD, LIVRÉES …       |
| dates | 2026-11-01, 2026-11-01 2026-11-15, SINCE, DEPUIS, UNTIL, JUSQU'AU, DU 1ER AU 15 NOVEMBRE, THIS WEEK …   |
| page  | PAGE 2, or a number up to 999 that stands last                                                          |

Dates are those of a shipment's newest status: DELIVERED THIS WEEK is what was delivered this week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.core.calendar_words import CALENDAR_WORDS, Span, day_number, read_span
from bot.core.folding import fold
from bot.core.phrases import Phrases, word_set
from bot.core.shipments import FINAL, Selection, Status

MOST_WORDS = 12
LATE = "LATE"

_OPEN = frozenset(Status) - FINAL
STATES: Mapping[str, frozenset[Status]] = {
    "OPEN": _OPEN,
    LATE: _OPEN,
    "MOVING": frozenset({Status.PICKED_UP, Status.IN_TRANSIT, Status.AT_TERMINAL, Status.WITH_PARTNER}),
    "HELD": frozenset({Status.ON_HOLD, Status.CUSTOMS_HOLD}),
    **{status.value: frozenset({status}) for status in Status if status not in (Status.IN_TRANSIT, Status.ON_HOLD)},
}
_PHRASES: Mapping[str, str] = {
    "OPEN": "open|undelivered|not delivered|pending|ouvertes|ouverte|ouverts|en cours|non livrées|pas livrées|à livrer",
    LATE: "late|delayed|overdue|en retard|retardées|retardée|retard|retards",
    "MOVING": "in transit|transit|moving|under way|on the way|en route|en transit|en chemin",
    "HELD": "held|on hold|retenues|retenue|en attente",
    "BOOKED": "booked|enregistrées|enregistrée|expédition enregistrée",
    "PICKUP_SCHEDULED": "pickup scheduled|pick up scheduled|cueillette prévue|cueillettes prévues",
    "PICKED_UP": "picked up|cueillette effectuée|cueillettes effectuées|ramassées",
    "AT_TERMINAL": "at terminal|at the terminal|arrived at terminal|arrived at the terminal|au terminal|arrivée au terminal"
    "|arrivées au terminal",
    "WITH_PARTNER": "with a partner carrier|with partner|with a partner|chez un partenaire|remise à un transporteur partenaire"
    "|remises à un transporteur partenaire",
    "CUSTOMS_HOLD": "held at customs|at customs|customs|aux douanes|douanes|retenue aux douanes|retenues aux douanes",
    "READY_FOR_DELIVERY": "ready for delivery|ready|prêtes|prête pour la livraison|prêtes pour la livraison",
    "OUT_FOR_DELIVERY": "out for delivery|en livraison|en cours de livraison",
    "DELIVERED": "delivered|livrées|livrée|livrés|livré",
    "DELIVERY_ATTEMPTED": "delivery attempted|attempted|tentative de livraison|tentatives de livraison|tentatives",
    "REFUSED": "refused by the consignee|refused|refusée par le destinataire|refusées par le destinataire|refusées|refusée",
    "RETURNED": "returned to the shipper|returned|retournée à l’expéditeur|retournées à l’expéditeur|retournées|retournée",
    "CANCELLED": "cancelled|canceled|annulées|annulée",
}
_STATE_OF: Mapping[str, str] = {fold(phrase): key for key, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_STATE_WORDS = Phrases(_STATE_OF)
_SINCE = Phrases.listed("since|since the|from|depuis|depuis le|à partir du|à partir de|du|de|between|entre le|entre")
_UNTIL = Phrases.listed("until|till|to|up to|through|jusqu’au|jusqu’à|au|à|and|et le|et")
_FILLING = Phrases.listed("all|toutes|tout|please|svp|s’il vous plaît|shipments|expéditions")
_KNOWN = (
    CALENDAR_WORDS
    | word_set(" ".join(_STATE_OF))
    | word_set("SINCE FROM DEPUIS A PARTIR DU DE BETWEEN ENTRE UNTIL TILL TO UP THROUGH JUSQU AU AND ET PAGE")
    | word_set("ALL TOUTES TOUT PLEASE SVP S IL VOUS PLAIT SHIPMENTS EXPEDITIONS")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as asked for. `state` is a key of `STATES`, "" for all; days are included; `page` counts from one."""

    state: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    def selection(self, today: date) -> Selection:
        """What the store is asked for."""
        statuses = STATES[self.state] if self.state else frozenset(Status)
        return Selection(statuses, today if self.state == LATE else None, self.since, self.until)


def is_list_argument(folded: str) -> bool:
    """Whether it is made of words and numbers that may follow MY SHIPMENTS; the handler tells what is wrong with their order."""
    words = folded.split()
    return len(words) <= MOST_WORDS and all(word in _KNOWN or word.isdigit() or day_number(word) is not None for word in words)


def read_wanted(argument: str, today: date) -> Wanted | None:
    """Reads the argument, None when something in it is not understood. `today` is the date in the desk's zone."""
    words = fold(argument).split()
    wanted: Wanted | None = Wanted()
    at = 0
    while at < len(words) and wanted is not None:
        at, wanted = _next(words, at, wanted, today)
    if wanted is not None and wanted.since and wanted.until and wanted.until < wanted.since:
        return replace(wanted, since=wanted.until, until=wanted.since)
    return wanted


def _next(words: Sequence[str], at: int, wanted: Wanted, today: date) -> tuple[int, Wanted | None]:
    """Takes the next part; the place after it, and what is wanted then (None: not understood)."""
    if size := _STATE_WORDS.at(words, at):
        key = _STATE_OF[" ".join(words[at : at + size])]
        return at + size, None if wanted.state else replace(wanted, state=key)
    if words[at] == "PAGE" or (at == len(words) - 1 and words[at].isdigit() and len(words[at]) <= 3):
        return _page(words, at, wanted)
    if size := _SINCE.at(words, at):
        return _since(words, at + size, wanted, today)
    if size := _UNTIL.at(words, at):
        return _until(words, at + size, wanted, today)
    if span := read_span(words, at, today):
        return at + span.words, _with_span(wanted, span)
    size = _FILLING.at(words, at)
    return at + size, wanted if size else None


def _page(words: Sequence[str], at: int, wanted: Wanted) -> tuple[int, Wanted | None]:
    at += words[at] == "PAGE"
    if at < len(words) and words[at].isdigit() and len(words[at]) <= 3 and wanted.page == 1:
        return at + 1, replace(wanted, page=max(1, int(words[at])))
    return at, None


def _since(words: Sequence[str], at: int, wanted: Wanted, today: date) -> tuple[int, Wanted | None]:
    span = read_span(words, at, today) or _day_of_coming_month(words, at, today)
    if span is None or wanted.since:
        return at, None
    return at + span.words, replace(wanted, since=span.first)


def _until(words: Sequence[str], at: int, wanted: Wanted, today: date) -> tuple[int, Wanted | None]:
    span = read_span(words, at, today)
    if span is None and wanted.since is not None and at < len(words):  # November 1 to 15
        number = day_number(words[at])
        last = _day_of_month(wanted.since, number) if number else None
        return at + 1, replace(wanted, until=last) if last else None
    if span is None:
        return at, None
    return at + span.words, replace(wanted, until=span.last)


def _day_of_coming_month(words: Sequence[str], at: int, today: date) -> Span | None:
    """DU 1ER AU 15 NOVEMBRE: the month stands with the second day."""
    number = day_number(words[at]) if at < len(words) else None
    size = _UNTIL.at(words, at + 1) if number else 0
    span = read_span(words, at + 1 + size, today) if size else None
    day = _day_of_month(span.last, number) if span is not None and number else None
    return Span(day, day, 1) if day else None


def _day_of_month(month: date, number: int) -> date | None:
    day = month.replace(day=1) + timedelta(days=number - 1)
    return day if day.month == month.month else None


def _with_span(wanted: Wanted, span: Span) -> Wanted | None:
    """A day or month by itself bounds both ends; a second one, or one after SINCE, is the end."""
    if wanted.since is None and wanted.until is None:
        return replace(wanted, since=span.first, until=span.last)
    if wanted.since is None:
        return None
    return replace(wanted, since=min(wanted.since, span.first), until=max(wanted.until or span.last, span.last))
