"""A small folder of templates in the real frame, and a Renderer of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.core.rendering import Renderer
from bot.core.shipments import Event, Place, Shipment, Status
from bot.core.visit import DeskFacts
from templates import FOLDER

HERE = Path(__file__).parent
EASTERN = timezone(timedelta(hours=-5))
DESK = DeskFacts(
    company="Autopro Transport",
    phones=("514-856-5559", "905-624-7894", "1-800-856-5559"),
    address="1 Main Street, Montréal (Québec) H1A 1A1",
)
EVENTS = (
    Event(datetime(2026, 11, 12, 8, 5, tzinfo=EASTERN), 1, Status.IN_TRANSIT, place=Place("Toronto", "ON")),
    Event(datetime(2026, 11, 16, 0, 0, tzinfo=EASTERN), 2, Status.IN_TRANSIT, time_known=False),
    Event(datetime(2026, 11, 18, 14, 30, tzinfo=EASTERN), 3, Status.DELIVERED, place=Place("Montréal", "QC")),
)
SHIPMENT = Shipment(
    id=1,
    pro="123456789",
    origin=Place("Toronto", "ON"),
    destination=Place("Montréal", "QC"),
    pieces=3,
    weight_lb=1240,
    estimated_on=date(2026, 12, 1),
    events=EVENTS,
)
SPARSE = replace(SHIPMENT, pieces=None, weight_lb=None, estimated_on=None, origin=Place(), events=EVENTS[:1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh folder with this suite's templates and the real frame, for a test to spoil."""
    copy = tmp_path / "templates"
    shutil.copytree(HERE / "templates", copy)
    shutil.copytree(FOLDER / "_layout", copy / "_layout")
    return copy


@pytest.fixture(scope="session")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    copy = tmp_path_factory.mktemp("rendering") / "templates"
    shutil.copytree(HERE / "templates", copy)
    shutil.copytree(FOLDER / "_layout", copy / "_layout")
    return Renderer(copy, DESK)
