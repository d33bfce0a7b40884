"""The checks, in the order in which a mail meets the parts. A new one is a file here and a line in this table."""

from __future__ import annotations

from bot.commands.checks.clock import check_clock
from bot.commands.checks.database import check_database
from bot.commands.checks.disk import check_disk
from bot.commands.checks.dns import check_dns
from bot.commands.checks.finding import Check
from bot.commands.checks.imap import check_imap
from bot.commands.checks.key import check_key_file
from bot.commands.checks.probes import check_probes
from bot.commands.checks.relay import check_relay
from bot.commands.checks.telegram import check_telegram
from bot.commands.checks.trust import check_trust
from bot.commands.checks.whole import check_settings

CHECKS: tuple[Check, ...] = (
    check_settings,
    check_key_file,
    check_database,
    check_disk,
    check_clock,
    check_dns,
    check_relay,
    check_imap,
    check_telegram,
    check_trust,
    check_probes,
)
