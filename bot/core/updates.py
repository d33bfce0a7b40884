"""Updates of the Bot API as they arrive: told apart without being read, so that one odd update cannot hold up the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.core.immutable import immutable
from bot.core.values import Channel, RawRecord

# ASCII: JSON may escape what UTF-8 cannot hold (lone surrogates), and must be kept as it came.
_ASCII = json.JSONEncoder(separators=(",", ":"))


@immutable
class Arrived:
    """One update, to be kept. `number` is its update_id, None where it has none that can be told."""

    number: int | None
    record: RawRecord


def arrived(update: Any, bot_id: str, username: str) -> Arrived:
    """One element of a getUpdates answer, whatever it is."""
    return Arrived(_number(update), update_record(_ASCII.encode(update).encode("ascii"), bot_id, username))


def update_record(content: bytes, bot_id: str, username: str) -> RawRecord:
    """The record of one update's JSON: its peer is the bot's number, its recipient the bot's user name."""
    return RawRecord(Channel.TELEGRAM, content, recipients=(username,) if username else (), peer=bot_id)


def next_offset(kept: Sequence[Arrived]) -> int | None:
    """The offset that confirms what was kept; None where nothing of it can be confirmed."""
    return max((one.number for one in kept if one.number is not None), default=-1) + 1 or None


def number_of(content: bytes) -> int | None:
    """The update_id in a record's content, None where it has none that can be told."""
    try:
        return _number(json.loads(content))
    except (ValueError, RecursionError):
        return None


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
