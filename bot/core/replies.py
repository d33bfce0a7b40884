"""What a handler answers with: a template's name and facts, never text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.values import Language


@dataclass(frozen=True, slots=True)
class Reply:
    """One section of the letter that answers.

    `template` is `<message>/<variant>`; `facts` are the values that both its twins read. `language` overrides the language of
    the whole letter (after LANGUAGE FR the answer is French). `understood` is false for answers to what no command matched: those
    are capped a day. `choices` are the shipments' ids of a numbered list that this answer shows, so that "2" picks the second.
    """

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    language: Language | None = None
    understood: bool = True
    choices: tuple[int, ...] = ()
    secret: bool = False  # holds a credential: TLS required, wiped once sent
