"""Buttons under a chat message: what Telegram sends back when one is tapped, within its 64 octets.

A tap is the command that the button says, said by whoever tapped. So the data is the command itself: it survives restarts, and
nothing is kept. A `mark` before it binds the button to what was true when it was made (the step of a form, the state of a card, an
open request): whoever reads the tap compares it. A command too long for a button is offered for copying instead (Bot API,
CopyTextButton): it is pasted and sent as any other message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

DATA_LIMIT = 64  # octets (Bot API, InlineKeyboardButton: callback_data)
CARD, FORM = "c.", "f."  # how marks begin: of a card that shows a shipment, of a step of a form
COPY_LIMIT = 256  # characters (CopyTextButton)
_LABEL_LIMIT = 64  # characters; telephones cut longer ones
_SHORT = 20  # characters of a label beside which another finds room
_MARKED = "~"

Button = dict[str, Any]


def mark(kind: str, *facts: object) -> str:
    """What a button is bound to: its kind and a digest of what was true when it was made. Facts that differ give another mark."""
    digest = hashlib.blake2b("\x1f".join(map(str, facts)).encode("utf-8", "replace"), digest_size=5)
    return kind + digest.hexdigest()


def button_data(command: str, bound: str = "") -> str | None:
    """What is sent back for a command, None when it is too long. `bound` is its mark."""
    data = f"{_MARKED}{bound}{_MARKED}{command}" if bound else command
    return data if 0 < len(data.encode("utf-8", "replace")) <= DATA_LIMIT else None


def read_button(data: str) -> tuple[str, str]:
    """Mark ("" for none) and command of what was sent back. Whatever a stranger's program sends is read as some command."""
    if not data.startswith(_MARKED):
        return "", data
    bound, separator, command = data[1:].partition(_MARKED)
    return (bound, command) if separator else ("", data[1:])


def keyboard(buttons: Iterable[tuple[str, str, str]], links: Iterable[tuple[str, str]] = ()) -> list[list[Button]]:
    """Rows of buttons from (label, command, mark) and of links from (label, address): two short ones share a row."""
    made = [button for label, command, bound in buttons if (button := _button(label, command, bound)) is not None]
    made += [{"text": _cut(label), "url": address} for label, address in links]
    return _rows(made)


def _button(label: str, command: str, bound: str) -> Button | None:
    data = button_data(command, bound)
    if data is not None:
        return {"text": _cut(label), "callback_data": data}
    if 0 < len(command) <= COPY_LIMIT:
        return {"text": _cut(label), "copy_text": {"text": command}}
    return None


def _rows(buttons: Sequence[Button]) -> list[list[Button]]:
    rows: list[list[Button]] = []
    for button in buttons:
        last = rows[-1] if rows else []
        if len(last) == 1 and max(len(last[0]["text"]), len(button["text"])) <= _SHORT:
            last.append(button)
        else:
            rows.append([button])
    return rows


def _cut(label: str) -> str:
    return label if len(label) <= _LABEL_LIMIT else label[: _LABEL_LIMIT - 1] + "…"
