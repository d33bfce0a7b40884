"""`autopro check` says where the settings would let strangers count as authentic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.commands.checks.finding import Ground
from bot.commands.checks.trust import check_trust
from bot.core.clock import SystemClock, SystemMint
from tests.support.desk import settings_for

IDS = {"authserv_ids": ["mail.carrier.example"]}
SOCKET = {"enabled": True, "socket": "/run/autopro/lmtp"}


async def mends(folder: Path, **sections: Any) -> list[str]:
    sections.setdefault("mail_trust", {})
    sections["mail_trust"] = {"origins": [], **sections["mail_trust"]}
    findings = await check_trust(Ground(settings_for(folder, **sections), SystemClock(), SystemMint()))
    return [finding.mend for finding in findings if not finding.well]


@pytest.mark.parametrize(
    ("sections", "mend"),
    [
        ({"smtp": {"host": "0.0.0.0"}, "mail_trust": {"origins": ["127.0.0.0/8"]}}, "[mail_trust] origins"),  # noqa: S104
        ({"lmtp": SOCKET, "mail_trust": {"origins": ["::1"]}}, "[mail_trust] origins"),
        ({"lmtp": {"enabled": True}, "mail_trust": {"relays": ["127.0.0.1"], **IDS}}, 'relays = ["unix"]'),
        ({"mail_trust": {"relays": ["unix"], **IDS}}, "[lmtp] enabled"),
        ({"mail_trust": {"relays": ["192.0.2.10"]}}, "authserv_ids"),
    ],
)
async def test_what_is_trusted_too_much_or_in_vain_is_said(tmp_path: Path, sections: dict[str, Any], mend: str) -> None:
    (said,) = await mends(tmp_path, **sections)
    assert mend in said


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"mail_trust": {"origins": ["127.0.0.1"]}},  # the demo: nobody but this machine gets in
        {"lmtp": SOCKET, "mail_trust": {"relays": ["unix"], **IDS}},
        {"smtp": {"host": "0.0.0.0"}, "mail_trust": {"relays": ["192.0.2.10"], "origins": ["192.0.2.20"], **IDS}},  # noqa: S104
    ],
)
async def test_what_is_right_is_well(tmp_path: Path, sections: dict[str, Any]) -> None:
    assert await mends(tmp_path, **sections) == []
