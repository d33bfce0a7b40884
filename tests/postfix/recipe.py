"""The files of docs/postfix.md, as they stand there: what the tests try is what the page says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "postfix.md"
_BLOCK = r"`{name}`[^\n]*:\n\n```[a-z]*\n(?P<text>.*?)^```$"


def block(name: str, *, number: int = 0) -> str:
    """The text of the file of that name: the `number`-th block that is introduced with it."""
    found = list(re.finditer(_BLOCK.format(name=re.escape(name)), PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
    assert len(found) > number, f"docs/postfix.md has no such block of {name}"
    return found[number]["text"]


def settings(*, number: int = 0) -> dict[str, dict[str, Any]]:
    """The desk's settings as the page gives them."""
    return tomllib.loads(block("autopro.toml", number=number))


def command(beginning: str) -> list[str]:
    """The words of a command of the page."""
    found = re.search(rf"^{re.escape(beginning)}[^\n]*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"docs/postfix.md has no command {beginning!r}"
    return found[0].split()
