"""Writes the sample shipments of the demo: bot/core/importing/samples/shipments.csv and events.csv.

    .venv/bin/python -m tools.make_samples

Everything in them is made up: parties, customer numbers, references. The same seed writes the same files. Dates stand around
BASE; the loader moves them (bot/core/importing/samples). PRO numbers have the check digit of the first eight digits modulo 7 and
fail Luhn, so that none has the shape of a Canadian Social Insurance Number; 123456789 is the example of the help page.
"""

from __future__ import annotations

import csv
import random  # noqa: TID251 - a tool that writes committed files; its seed is fixed
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.importing.csv_reader import EVENT_COLUMNS, SHIPMENT_COLUMNS
from bot.core.importing.zones import zone_of

SEED = 856_5559
BASE = datetime(2026, 11, 18, 7, 12, tzinfo=ZoneInfo("America/Toronto"))  # the newest event
FOLDER = Path(__file__).parent.parent / "bot" / "core" / "importing" / "samples"

Town = tuple[str, str]
_TORONTO, _MONTREAL, _QUEBEC = ("Toronto", "ON"), ("Montréal", "QC"), ("Québec", "QC")
_LACOLLE, _FORT_ERIE = ("Lacolle", "QC"), ("Fort Erie", "ON")
# A terminal and the towns that it serves.
_CANADA: dict[Town, tuple[Town, ...]] = {
    _MONTREAL: (_MONTREAL, ("Laval", "QC"), ("Longueuil", "QC"), ("Terrebonne", "QC"), ("Saint-Jean-sur-Richelieu", "QC")),
    _QUEBEC: (_QUEBEC, ("Lévis", "QC"), ("Saint-Georges", "QC"), ("Trois-Rivières", "QC")),
    ("Sherbrooke", "QC"): (("Sherbrooke", "QC"), ("Magog", "QC"), ("Drummondville", "QC")),
    _TORONTO: (_TORONTO, ("Mississauga", "ON"), ("Brampton", "ON"), ("Vaughan", "ON"), ("Oakville", "ON"), ("Barrie", "ON")),
    ("Ottawa", "ON"): (("Ottawa", "ON"), ("Gatineau", "QC"), ("Kingston", "ON"), ("Cornwall", "ON")),
    ("London", "ON"): (("London", "ON"), ("Kitchener", "ON"), ("Windsor", "ON"), ("Sarnia", "ON")),
    ("Moncton", "NB"): (("Moncton", "NB"), ("Fredericton", "NB"), ("Halifax", "NS"), ("Charlottetown", "PE")),
    ("Winnipeg", "MB"): (("Winnipeg", "MB"), ("Brandon", "MB")),
    ("Calgary", "AB"): (("Calgary", "AB"), ("Edmonton", "AB"), ("Red Deer", "AB")),
}
_STATES: dict[Town, tuple[Town, ...]] = {
    ("Albany", "NY"): (("Albany", "NY"), ("Plattsburgh", "NY"), ("Burlington", "VT"), ("Syracuse", "NY")),
    ("Boston", "MA"): (("Boston", "MA"), ("Worcester", "MA"), ("Portland", "ME"), ("Manchester", "NH")),
    ("Buffalo", "NY"): (("Buffalo", "NY"), ("Rochester", "NY"), ("Erie", "PA"), ("Cleveland", "OH")),
    ("Chicago", "IL"): (("Chicago", "IL"), ("Milwaukee", "WI"), ("Indianapolis", "IN")),
    ("Charlotte", "NC"): (("Charlotte", "NC"), ("Atlanta", "GA"), ("Richmond", "VA")),
}
_TERMINALS = {**_CANADA, **_STATES}
_FAR = frozenset({("Moncton", "NB"), ("Winnipeg", "MB"), ("Calgary", "AB"), ("Chicago", "IL"), ("Charlotte", "NC")})
_NAMES = (
    *("Zorvalune", "Quillombre", "Brimtavel", "Falmédor", "Ostrivaux", "Tornavique", "Ulmérine", "Vexhollow", "Yarrowmint"),
    *("Grelonde", "Pindravel", "Hespéral", "Mirquette", "Dovrenelle", "Kestrivale", "Lorembois", "Sablémont", "Wintergast"),
)
_TRADES_FR = ("Quincaillerie {} inc.", "Outillage {} ltée", "Les Aliments {} inc.", "Meubles {} enr.", "Distribution {} inc.")
_TRADES_EN = ("{} Hardware Ltd.", "{} Tools Inc.", "{} Foods Corp.", "{} Furniture Ltd.", "{} Distribution Inc.")
_SIGNERS = ("J DEMO", "M EXEMPLE", "A SAMPLE", "L ESSAI", "P FICTIF", "C TRIAL")


@dataclass(frozen=True)
class Step:
    """One event to be: `day` after the pick-up, between two hours, at the origin, the destination or their terminals."""

    day: int
    hours: tuple[float, float]
    status: str
    where: str
    reason: str = ""
    signed: bool = False
    clock_known: bool = True


@dataclass
class Story:
    """How a shipment goes; `older` is how many days ago at most its end may lie."""

    steps: list[Step]
    older: int = 0
    border: str = ""  # "", "yes", "no": across the border or not, else as it comes
    extra: dict[str, str] = field(default_factory=dict)
    late: int = 0  # days that the estimate was put off


_BOOKED = Step(-1, (9, 15), "BOOKED", "")
_PLANNED = Step(-1, (15, 16.5), "PICKUP_SCHEDULED", "from")
_PICKED = Step(0, (12.5, 17), "PICKED_UP", "from")
_AT_ORIGIN = Step(0, (17.6, 19), "AT_TERMINAL", "first terminal")
_LEFT = Step(0, (20, 23), "IN_TRANSIT", "first terminal")
_ARRIVED = Step(1, (4, 6), "AT_TERMINAL", "last terminal")
_OUT = Step(1, (6.3, 7.1), "OUT_FOR_DELIVERY", "last terminal")
_DELIVERED = Step(1, (8.5, 16), "DELIVERED", "to", signed=True)
_RUN = [_BOOKED, _PLANNED, _PICKED, _AT_ORIGIN, _LEFT]
_HELD = Step(1, (2, 3.5), "CUSTOMS_HOLD", "border", "CA")
_AHEAD = Step(2, (9, 15), "APPOINTMENT", "to")


def _stories() -> list[tuple[int, Story]]:
    """How many shipments go which way: every status and every flag."""
    tried = Step(1, (9, 15), "DELIVERY_ATTEMPTED", "to", "B1")
    refused = Step(1, (9, 15), "REFUSED", "to", "BS")
    on_the_way = [*_RUN, _ARRIVED, _OUT]
    return [
        (78, Story([*on_the_way, _DELIVERED], older=14)),
        (12, Story(on_the_way)),
        (22, Story(_RUN)),
        (18, Story([*_RUN, _ARRIVED])),
        (8, Story([*_RUN, _ARRIVED, _AHEAD])),
        (8, Story([_BOOKED], border="no")),
        (8, Story([_BOOKED, _PLANNED])),
        (8, Story([_BOOKED, _PLANNED, _PICKED])),
        (5, Story([*_RUN, _HELD], border="yes")),
        (3, Story([*_RUN, _HELD, Step(1, (5, 6.5), "IN_TRANSIT", "border")], border="yes")),
        (5, Story([*_RUN, _ARRIVED, Step(1, (10, 12), "WITH_PARTNER", "last terminal")], extra={"partner_reference": "WP"})),
        (4, Story([*_RUN, _ARRIVED, Step(1, (6.5, 7), "READY_FOR_DELIVERY", "last terminal", "C1")])),
        (4, Story([*on_the_way, tried])),
        (3, Story([*on_the_way, refused])),
        (3, Story([*_RUN, _ARRIVED, Step(1, (9, 12), "ON_HOLD", "last terminal", "B4")])),
        (3, Story([*on_the_way, refused, Step(4, (10, 15), "RETURNED", "from", "BT")], older=6)),
        (3, Story([_BOOKED, _PLANNED, Step(0, (8, 10), "CANCELLED", "from")], older=8)),
        (3, Story([*_RUN, Step(1, (1, 4), "DELAYED", "halfway", "AO")], late=1, border="no")),
        (2, Story([*_RUN, Step(1, (1, 4), "DELAYED", "halfway", "AI")], late=1)),
        (2, Story([*_RUN, _ARRIVED, Step(1, (6.2, 6.9), "DAMAGED", "last terminal")])),
        (2, Story([*on_the_way, Step(1, (8, 17), "DELIVERED", "to", clock_known=False)], older=5)),
    ]


class Maker:
    """Makes the rows of both files."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._serial = 80_020_000
        self._parties: dict[Town, list[tuple[str, str]]] = {}
        self.shipments: list[dict[str, str]] = []
        self.events: list[dict[str, str]] = []

    def make(self) -> None:
        """The whole set: the example, then the others in no order, some of them sharing a reference."""
        self._make_example()
        stories = [story for count, story in _stories() for _ in range(count)]
        self._chance.shuffle(stories)
        for story in stories:
            self._make_shipment(story)
        self._share("bol", "BOL-48812", self.shipments[10:13])
        self._share("po", "PO-77120", self.shipments[20:24])
        self._share("bol", "CONN-3050", self.shipments[30:32])
        self._share("customer_reference", "PRINTEMPS-12", self.shipments[40:42])

    def _make_shipment(self, story: Story) -> None:
        origin, destination = self._lane(story.border)
        pro = self._next_pro()
        picked_up = self._pickup_day(story, origin, destination)
        transit = _transit_days(origin, destination)
        due = picked_up + timedelta(days=transit + story.late)
        begun = any(step.status == "PICKED_UP" for step in story.steps)
        row = self._row(pro, origin, destination) | {
            "picked_up_on": picked_up.isoformat() if begun else "",
            "estimated_on": max(due, picked_up).isoformat() if story.steps[-1].status != "CANCELLED" else "",
        }
        for column, prefix in story.extra.items():
            row[column] = f"{prefix}-{self._chance.randint(10_000, 99_999)}"
        self.shipments.append(row)
        for step in story.steps:
            self._tell(pro, step, picked_up, transit, origin, destination)

    def _lane(self, border: str) -> tuple[Town, Town]:
        """Towns at the two ends, of different terminals; one in three lanes crosses the border."""
        crosses = border == "yes" or (border == "" and self._chance.random() < 0.33)
        one = self._chance.choice(sorted(_CANADA))
        other = self._chance.choice(sorted((_STATES if crosses else _CANADA).keys() - {one}))
        ends = [self._chance.choice(_TERMINALS[one]), self._chance.choice(_TERMINALS[other])]
        if self._chance.random() < 0.4:
            ends.reverse()
        return ends[0], ends[1]

    def _pickup_day(self, story: Story, origin: Town, destination: Town) -> date:
        """So that the newest event lies before BASE: today's when its hour has passed, else yesterday's or older."""
        last = [step for step in story.steps if step.status != "APPOINTMENT"][-1]
        days = _shifted(last.day, _transit_days(origin, destination))
        today = last.hours[1] < BASE.hour + BASE.minute / 60 and not _FAR & {_terminal(origin), _terminal(destination)}
        return BASE.date() - timedelta(days=days + (0 if today else 1) + self._chance.randint(0, story.older))

    def _tell(self, pro: str, step: Step, picked_up: date, transit: int, origin: Town, destination: Town) -> None:
        town = _town(step.where, origin, destination)
        day = picked_up + timedelta(days=_shifted(step.day, transit))
        if step.where == "halfway":
            day = picked_up + timedelta(days=1)
        clock = time(0, 0)
        minutes = round(self._chance.uniform(*step.hours) * 60)
        moment = datetime.combine(day, clock, zone_of(town[1]) or BASE.tzinfo) + timedelta(minutes=minutes)
        self.events.append(
            {
                "pro": pro,
                "status": step.status,
                "occurred_at": moment.isoformat() if step.clock_known else day.isoformat(),
                "city": town[0],
                "province": town[1],
                "reason": step.reason,
                "signed_by": self._chance.choice(_SIGNERS) if step.signed else "",
            }
        )

    def _row(self, pro: str, origin: Town, destination: Town) -> dict[str, str]:
        shipper, consignee = self._party(origin), self._party(destination)
        pieces = self._chance.randint(1, 12)
        return {
            **dict.fromkeys(SHIPMENT_COLUMNS, ""),
            "pro": pro,
            "bol": f"BOL-{self._chance.randint(10_000, 99_999)}",
            "po": f"PO-{self._chance.randint(10_000, 99_999)}" if self._chance.random() < 0.6 else "",
            "shipper_number": shipper[0],
            "shipper_name": shipper[1],
            "origin_city": origin[0],
            "origin_province": origin[1],
            "consignee_number": consignee[0],
            "consignee_name": consignee[1],
            "destination_city": destination[0],
            "destination_province": destination[1],
            "billto_number": self._chance.choice((shipper, consignee))[0],
            "pieces": str(pieces),
            "weight_lb": str(pieces * self._chance.randint(9, 90) * 10),
        }

    def _party(self, town: Town) -> tuple[str, str]:
        """One of at most two made-up parties of a town: customer number and name."""
        here = self._parties.setdefault(town, [])
        if len(here) < 2:
            trades = _TRADES_FR if town[1] == "QC" else _TRADES_EN
            name = self._chance.choice(trades).format(self._chance.choice(_NAMES))
            here.append((str(10_000 + 7 * sum(map(len, self._parties.values()))), name))
        return self._chance.choice(here)

    def _next_pro(self) -> str:
        while True:
            self._serial += self._chance.randint(3, 90)
            pro = f"{self._serial}{self._serial % 7}"
            if not passes_luhn(pro):
                return pro

    def _share(self, column: str, value: str, rows: Iterable[dict[str, str]]) -> None:
        for row in rows:
            row[column] = value

    def _make_example(self) -> None:
        """123456789: from Montréal to Mississauga, out for delivery this morning."""
        origin, destination = _MONTREAL, ("Mississauga", "ON")
        day = BASE.date()
        self.shipments.append(
            self._row("123456789", origin, destination)
            | {"bol": "BOL-48801", "po": "PO-77101", "customer_reference": "CLIENT-5559", "pieces": "3", "weight_lb": "1240"}
            | {"picked_up_on": (day - timedelta(days=2)).isoformat(), "estimated_on": day.isoformat()}
        )
        told: Sequence[tuple[int, str, str, Town]] = (
            (3, "10:05", "BOOKED", ("", "")),
            (3, "15:20", "PICKUP_SCHEDULED", origin),
            (2, "14:30", "PICKED_UP", origin),
            (2, "18:10", "AT_TERMINAL", origin),
            (2, "21:45", "IN_TRANSIT", origin),
            (1, "05:40", "AT_TERMINAL", _TORONTO),
            (0, "13:30", "APPOINTMENT", destination),
            (0, "07:12", "OUT_FOR_DELIVERY", _TORONTO),
        )
        for days, clock, status, town in told:
            moment = datetime.combine(day - timedelta(days=days), time.fromisoformat(clock), BASE.tzinfo)
            values = ("123456789", status, moment.isoformat(), *town, "", "")
            self.events.append(dict(zip(EVENT_COLUMNS, values, strict=True)))


def passes_luhn(number: str) -> bool:
    """Whether a number satisfies the Luhn check, as Social Insurance Numbers do."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _terminal(town: Town) -> Town:
    return next(terminal for terminal, towns in _TERMINALS.items() if town in towns)


def _transit_days(origin: Town, destination: Town) -> int:
    """From the pick-up to the delivery."""
    return 1 + len(_FAR & {_terminal(origin), _terminal(destination)})


def _shifted(day: int, transit: int) -> int:
    """A step of the usual one-day run, on a run of `transit` days."""
    return day if day < 1 else day + transit - 1


def _town(where: str, origin: Town, destination: Town) -> Town:
    if where == "border":
        return _FORT_ERIE if {origin[1], destination[1]} & {"ON", "MB", "AB"} else _LACOLLE
    towns = {
        "": ("", ""),
        "from": origin,
        "to": destination,
        "halfway": _terminal(origin),
        "first terminal": _terminal(origin),
        "last terminal": _terminal(destination),
    }
    return towns[where]


def write(folder: Path) -> None:
    """Writes both files into `folder`."""
    maker = Maker(random.Random(SEED))  # noqa: S311 - made-up data, the same every time
    maker.make()
    for name, columns, rows in (
        ("shipments.csv", SHIPMENT_COLUMNS, maker.shipments),
        ("events.csv", EVENT_COLUMNS, maker.events),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write(FOLDER)
