"""Calls of the Bot API, as the outbox keeps them: everything is decided when they are written, so that a repeat is word for word.

One letter is one call: `{"method": "sendMessage", "parameters": {…}}`. Where a call needs the number that Telegram gave to a letter
of ours, it says `{"letter": "<its message_id>"}` instead; delivery knows the number once that letter is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.core.immutable import immutable

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@immutable
class Call:
    """One call. `otherwise` is the call to make when this one is refused for good ("please delete the message yourself")."""

    method: str
    parameters: Mapping[str, Any]
    otherwise: Call | None = None

    def content(self) -> bytes:
        """What the outbox keeps."""
        return _COMPACT.encode(self._plain()).encode()

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"method": self.method, "parameters": dict(self.parameters)}
        if self.otherwise is not None:
            plain["otherwise"] = self.otherwise._plain()
        return plain


def read_call(content: bytes) -> Call:
    """The call that `content` wrote. Raises ValueError or KeyError for anything else."""
    return _call(json.loads(content))


def _call(plain: Mapping[str, Any]) -> Call:
    otherwise = plain.get("otherwise")
    return Call(plain["method"], plain["parameters"], None if otherwise is None else _call(otherwise))


def letter_number(message_id: str) -> dict[str, str]:
    """Stands for the number that Telegram gives to a letter of ours once it is sent."""
    return {"letter": message_id}
