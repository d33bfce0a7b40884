"""Dates, numbers, places and telephone numbers as each language writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.core.cities import city_name
from bot.core.formats import filters
from bot.core.shipments import Event, Place
from bot.core.values import Language

EN, FR = filters(Language.EN), filters(Language.FR)
AFTERNOON = datetime(2026, 11, 18, 14, 30, tzinfo=timezone(timedelta(hours=-5)))

CASES: list[tuple[str, tuple[object, ...], str, str]] = [
    ("date", (date(2026, 11, 18),), "November 18, 2026", "18 novembre 2026"),
    ("date", (date(2026, 12, 1),), "December 1, 2026", "1er décembre 2026"),
    ("date", (date(2026, 8, 11),), "August 11, 2026", "11 août 2026"),
    ("date", (date(2021, 1, 31),), "January 31, 2021", "31 janvier 2021"),
    ("date", (AFTERNOON,), "November 18, 2026", "18 novembre 2026"),
    ("day", (date(2026, 11, 18),), "Wednesday, November 18, 2026", "le mercredi 18 novembre 2026"),
    ("day", (date(2026, 12, 1),), "Tuesday, December 1, 2026", "le mardi 1er décembre 2026"),
    ("day", (AFTERNOON,), "Wednesday, November 18, 2026", "le mercredi 18 novembre 2026"),
    ("time", (AFTERNOON,), "2:30 p.m.", "14\u00a0h\u00a030"),
    ("time", (AFTERNOON.replace(hour=8, minute=5),), "8:05 a.m.", "8\u00a0h\u00a05"),
    ("time", (AFTERNOON.replace(hour=19, minute=0),), "7:00 p.m.", "19\u00a0h"),
    ("time", (AFTERNOON.replace(hour=0, minute=0),), "midnight", "0\u00a0h"),
    ("time", (AFTERNOON.replace(hour=12, minute=0),), "noon", "12\u00a0h"),
    ("time", (AFTERNOON.replace(hour=0, minute=10),), "12:10 a.m.", "0\u00a0h\u00a010"),
    ("time", (AFTERNOON.replace(hour=12, minute=1),), "12:01 p.m.", "12\u00a0h\u00a01"),
    ("time", (AFTERNOON.replace(hour=11, minute=59),), "11:59 a.m.", "11\u00a0h\u00a059"),
    ("moment", (AFTERNOON,), "November 18, 2026, 2:30 p.m.", "18 novembre 2026, 14\u00a0h\u00a030"),
    ("moment", (Event(AFTERNOON, 1),), "November 18, 2026, 2:30 p.m.", "18 novembre 2026, 14\u00a0h\u00a030"),
    ("moment", (Event(AFTERNOON, 1, time_known=False),), "November 18, 2026", "18 novembre 2026"),
    ("number", (7,), "7", "7"),
    ("number", (1240,), "1,240", "1\u00a0240"),
    ("number", (1234567,), "1,234,567", "1\u00a0234\u00a0567"),
    ("number", (12.5,), "12.5", "12,5"),
    ("weight", (1240,), "1,240\u00a0lb", "1\u00a0240\u00a0lb"),
    ("province", ("QC",), "Quebec", "Québec"),
    ("province", ("qc",), "Quebec", "Québec"),
    ("province", ("CA",), "California", "Californie"),
    ("province", ("ZZ",), "ZZ", "ZZ"),
    ("place", (Place("Toronto", "ON"),), "Toronto, Ontario", "Toronto (Ontario)"),
    ("place", (Place("Saint John", "NB"),), "Saint John, New Brunswick", "Saint John (Nouveau-Brunswick)"),
    ("place", (Place("Buffalo", "NY"),), "Buffalo, New York", "Buffalo (New York)"),
    ("place", (Place("Monterrey", "NLE"),), "Monterrey, NLE", "Monterrey (NLE)"),
    ("place", (Place("MONTREAL", "QC"),), "Montréal, Quebec", "Montréal (Québec)"),
    ("place", (Place("NIAGARA-ON-THE-LAKE", "ON"),), "Niagara-on-the-Lake, Ontario", "Niagara-on-the-Lake (Ontario)"),
    ("place", (Place("Toronto"),), "Toronto", "Toronto"),
    ("place", (Place(province="QC"),), "Quebec", "Québec"),
    ("place", (Place(),), "", ""),
    ("phone", ("514-856-5559",), "514-856-5559", "514\u00a0856-5559"),
    ("phone", ("1-800-856-5559",), "1-800-856-5559", "1\u00a0800\u00a0856-5559"),
    ("phone", ("+1 (514) 856.5559",), "1-514-856-5559", "1\u00a0514\u00a0856-5559"),
    ("phone", ("613 232-4433, poste 150",), "613-232-4433, ext. 150", "613\u00a0232-4433, poste\u00a0150"),
    ("phone", ("6132324433 x150",), "613-232-4433, ext. 150", "613\u00a0232-4433, poste\u00a0150"),
    ("phone", ("+33 1 42 68 53 00",), "+33 1 42 68 53 00", "+33 1 42 68 53 00"),
    ("phone", ("ask for Lou",), "ask for Lou", "ask for Lou"),
    ("phones", (["514-856-5559"],), "514-856-5559", "514\u00a0856-5559"),
    ("phones", (["514-856-5559", "9056247894"],), "514-856-5559 or 905-624-7894", "514\u00a0856-5559 ou 905\u00a0624-7894"),
    ("pro", ("123456789",), "123456789", "123456789"),
    ("all_of", (["A"],), "A", "A"),
    ("all_of", (["A", "B", "C"],), "A, B and C", "A, B et C"),
    ("all_of", ([],), "", ""),
    ("any_of", (["A", "B", "C"],), "A, B or C", "A, B ou C"),
    ("count", (0, "one", "many"), "0 many", "0 one"),
    ("count", (1, "one", "many"), "1 one", "1 one"),
    ("count", (2, "one", "many"), "2 many", "2 many"),
    ("count", (1240, "one", "many"), "1,240 many", "1\u00a0240 many"),
]


@pytest.mark.parametrize(("name", "arguments", "english", "french"), CASES)
def test_each_filter_in_both_languages(name: str, arguments: tuple[object, ...], english: str, french: str) -> None:
    assert EN[name](*arguments) == english
    assert FR[name](*arguments) == french


def test_every_filter_has_a_case_in_both_languages() -> None:
    assert {name for name, *_ in CASES} == set(EN) == set(FR)


@pytest.mark.parametrize("spoken", [EN, FR])
def test_the_time_of_a_place_is_not_moved_to_another_zone(spoken: dict[str, Callable[..., str]]) -> None:
    """An event keeps the offset of its place: the same instant in Vancouver is printed three hours earlier."""
    eastern = Event(AFTERNOON, 1)
    pacific = Event(AFTERNOON.astimezone(timezone(timedelta(hours=-8))), 1)
    assert eastern.occurred_at == pacific.occurred_at
    assert spoken["moment"](eastern) != spoken["moment"](pacific)


def test_no_format_yields_the_narrow_no_break_space() -> None:
    """Babel emits U+202F, which several mail programs have no glyph for; OQLF asks for U+00A0."""
    values = {
        "number": 1234567.25,
        "weight": 99999,
        "date": date(2026, 1, 1),
        "day": date(2026, 1, 1),
        "time": datetime(2026, 1, 1, 9, 9, tzinfo=UTC),
    }
    assert not [name for name, value in values.items() if "\u202f" in FR[name](value)]


@pytest.mark.parametrize(
    ("name", "region", "written"),
    [
        ("TROIS-RIVIERES", "QC", "Trois-Rivières"),
        ("TROIS-RIVIÈRES", "QC", "Trois-Rivières"),
        ("QUEBEC", "PQ", "Québec"),
        ("ST-JEAN-SUR-RICHELIEU", "QC", "St-Jean-sur-Richelieu"),
        ("VAL-D'OR", "QC", "Val-d'Or"),
        ("L'ASSOMPTION", "QC", "L'Assomption"),
        ("LA PRAIRIE", "QC", "La Prairie"),
        ("SEPT-ILES", "QC", "Sept-Îles"),
        ("MONTREAL", "WI", "Montreal"),
        ("ST. JOHN'S", "NL", "St. John's"),
        ("SAULT STE. MARIE", "ON", "Sault Ste. Marie"),
        ("100 MILE HOUSE", "BC", "100 Mile House"),
        ("Trois-Rivieres", "QC", "Trois-Rivieres"),
        ("toronto", "ON", "toronto"),
        ("", "ON", ""),
    ],
)
def test_a_city_in_capitals_is_written_as_people_write_it(name: str, region: str, written: str) -> None:
    assert city_name(name, region) == written
