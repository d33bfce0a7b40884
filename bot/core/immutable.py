"""Values: small classes of fields that are never changed once made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: type[Class]) -> type[Class]:
    """A dataclass that mypy holds to be frozen.

    `frozen=True` would hold it at run time as well, but makes every field of every new value through `object.__setattr__`: a tenth
    of all the time that a mail costs. For the values that each mail makes dozens of; elsewhere `dataclass(frozen=True)` is as good.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
