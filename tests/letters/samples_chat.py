"""Realistic facts for what only a chat is answered."""

from __future__ import annotations

from handlers.listing import row
from handlers.open_view import open_view
from handlers.table import HANDLERS
from tests.letters.shipments import ALL, NOW, TIMEZONE

_LOGOUT = next(handler.spec for handler in HANDLERS if handler.spec.name == "logout")
_VIEWS = [open_view(each, NOW, TIMEZONE) for each in ALL]

_CHANGES = (("name", "Marie-Ève Roy"), ("telephone", "418-555-0199"), ("language", "fr"))

SAMPLES: dict[str, list[dict[str, object]]] = {
    "chat/media": [{"kind": kind} for kind in ("photo", "voice", "sticker")],
    "chat/edited": [{"form": True}, {"form": False}],
    "chat/borrowed": [{"link": link, "command": row(_LOGOUT, logged_in=False)} for link in (True, False)],
    "chat/private_only": [{"secret": True}, {"secret": False}],
    "chat/removed": [{"meant": True}, {"meant": False}],
    "chat/not_removed": [{"group": True}, {"group": False}],
    "form/over": [{}],
    "form/none": [{}],
    "form/carry": [
        {"form": "access", "word": "abcdefghijklmnopqrstuvwxyz", "minutes": 60, "by_mail": by_mail} for by_mail in (True, False)
    ],
    "profile/saved": [
        *({"changes": _CHANGES, "address": address, "new": "m@roy.example"} for address in ("", "asked", "taken", "password")),
        {"changes": (), "address": "", "new": "m@roy.example"},
    ],
    "trace/unchanged": [{"pro": "123456789", "status": "IN_TRANSIT", "since": since} for since in (NOW, None)],
    "trace/news": [{"shipment": view} for view in _VIEWS],
}
