"""The corpus as values: `corpus/README.md` tells its form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
_NAMED = re.compile(r"\\N\{([A-Z -]+)\}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail and what it means."""

    group: str
    name: str
    facts: dict[str, str]
    expected: tuple[str, ...]
    text: str

    @property
    def subject(self) -> str:
        """The subject as received."""
        return self.facts.get("subject", "")

    def says(self, fact: str) -> bool:
        """Whether a yes-or-no fact holds."""
        return fact in self.facts


def corpus() -> list[Mail]:
    """Every mail of every file."""
    return [mail for path in sorted(CORPUS.glob("*.txt")) for mail in _mails(path)]


def _mails(path: Path) -> Iterator[Mail]:
    for part in path.read_text("utf-8").split("\n=== ")[1:]:
        head, _, text = part.partition("\n---")
        name, *lines = head.splitlines()
        facts: dict[str, str] = {}
        expected: list[str] = []
        form = "NFD" if "form: NFD" in lines else "NFC"
        for line in lines:
            key, _, value = line.partition(":")
            if key == "expect":
                expected.append(value.strip())
            elif key in facts:
                raise ValueError(f"{path.name}, {name}: {key} stands twice")
            else:
                facts[key] = _shown(value.strip(), form if key == "subject" else "NFC")
        yield Mail(path.stem, name, facts, tuple(expected), _shown(text.strip("\n"), form))


def _shown(text: str, form: str) -> str:
    named = _NAMED.sub(lambda match: unicodedata.lookup(match.group(1)), text)
    return unicodedata.normalize(form, named)  # type: ignore[arg-type]
