"""Calls of the Bot API as they wait in the outbox: written when the answer is made, and posted as they stand.

A call names its method and parameters. Where a parameter is the number that Telegram gave to a letter of ours, it says
`{"letter": "<its message_id>"}` instead; delivery knows the number once that letter is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.core.immutable import immutable

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LETTER = b'"letter"'


@immutable
class WrittenCall:
    """A call ready to be posted: `body` is the JSON of its parameters.

    `otherwise` is the call to make when this one is refused for good ("please delete the message yourself").
    """

    method: str
    body: bytes
    otherwise: WrittenCall | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as values."""
        parameters: dict[str, Any] = json.loads(self.body)
        return parameters

    @property
    def may_name_letters(self) -> bool:
        """Whether numbers of letters of ours may have to be filled in before it is posted."""
        return _LETTER in self.body


@immutable
class Call:
    """A call being made; `otherwise` as of a `WrittenCall`."""

    method: str
    parameters: Mapping[str, Any]
    otherwise: Call | None = None

    def content(self) -> bytes:
        """What the outbox keeps: a line with the method, one with the parameters, and two more for each call to make otherwise."""
        written = self.method.encode() + b"\n" + write_parameters(self.parameters)
        return written if self.otherwise is None else written + b"\n" + self.otherwise.content()


def write_parameters(parameters: Mapping[str, Any]) -> bytes:
    """The JSON of parameters, on one line."""
    return _COMPACT.encode(parameters).encode()


def read_call(content: bytes) -> WrittenCall:
    """The call that `Call.content` wrote. Raises ValueError for anything else."""
    method, _, rest = content.partition(b"\n")
    body, _, otherwise = rest.partition(b"\n")
    if not method.isalpha() or not body.startswith(b"{"):
        raise ValueError("no call of the Bot API")
    return WrittenCall(method.decode(), body, read_call(otherwise) if otherwise else None)


def letter_number(message_id: str) -> dict[str, str]:
    """Stands for the number that Telegram gives to a letter of ours once it is sent."""
    return {"letter": message_id}
