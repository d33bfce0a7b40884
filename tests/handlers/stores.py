"""The stores of the open transaction, kept in memory: they behave as the database's do, without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.shipments import ReferenceKind, Selection, Shipment, fold_reference
from bot.core.values import Language


@dataclass
class MemoryShipments:
    """Shipments by number, reference and id; the newest first, as the last one put in."""

    kept: list[Shipment] = field(default_factory=list)

    async def by_pro(self, pro: str) -> Shipment | None:
        return next((each for each in reversed(self.kept) if each.pro == pro), None)

    async def by_pros(self, pros: Sequence[str]) -> list[Shipment | None]:
        return [await self.by_pro(pro) for pro in pros]

    async def by_reference(self, kind: ReferenceKind, value: str, limit: int) -> list[Shipment]:
        wanted = (kind, fold_reference(value))
        found = [each for each in reversed(self.kept) if wanted in [(k, fold_reference(v)) for k, v in each.references]]
        return found[:limit]

    async def by_id(self, shipment_id: int) -> Shipment | None:
        return next((each for each in self.kept if each.id == shipment_id), None)

    async def by_customers(self, numbers: Sequence[str], selection: Selection, limit: int, offset: int = 0) -> list[Shipment]:
        found = [
            each for each in reversed(self.kept) if {each.shipper_number, each.consignee_number, each.billto_number} & {*numbers}
        ]
        return [each for each in found if each.status in selection.statuses][offset : offset + limit]


@dataclass
class MemoryCorrespondents:
    """What is remembered of each conversation."""

    languages: dict[str, Language] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    lists: dict[str, tuple[int, ...]] = field(default_factory=dict)

    async def set_language(self, key: str, language: Language) -> None:
        self.languages[key] = language

    async def stop_notices(self, key: str) -> None:
        self.stopped.add(key)

    async def choices(self, key: str) -> tuple[int, ...]:
        return self.lists.get(key, ())
