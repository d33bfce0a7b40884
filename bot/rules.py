"""What the settings say, as handlers know it: the rules about accounts and requests, and what customers are told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.core.accounts.status import Rules
from bot.core.visit import AccountRules, DeskFacts


def account_rules(settings: Settings) -> AccountRules:
    """[accounts], [requests], [admins] and the parts of [desk] and [limits] that belong to them."""
    accounts, requests, desk = settings.accounts, settings.requests, settings.desk
    return AccountRules(
        calendar=Rules(ZoneInfo(desk.timezone), accounts.password_months, accounts.inactive_months),
        temporary_password_hours=accounts.temporary_password_hours,
        session_minutes=accounts.session_minutes,
        password_min_length=accounts.password_min_length,
        email_passwords=accounts.email_passwords,
        login_attempts_per_minute=settings.limits.login_attempts_per_minute,
        admin_addresses=tuple(address.lower() for address in settings.admins.addresses),
        admin_chat=settings.telegram.admin_chat_id if settings.telegram.token else 0,
        admin_users=frozenset(settings.admins.telegram_ids),
        admin_letters_per_hour=settings.limits.admin_letters_per_hour,
        remind_hours=tuple(requests.remind_hours),
        lapse_days=requests.lapse_days,
        office_hours=desk.office_hours,
        holidays=tuple(desk.holidays),
    )


def desk_facts(settings: Settings) -> DeskFacts:
    """What the settings say that customers are told."""
    desk = settings.desk
    return DeskFacts(
        company=desk.company,
        phones=tuple(desk.phones),
        address=desk.address,
        handoff=bool(desk.handoff_address),
        email_passwords=settings.accounts.email_passwords,
        check_digit=settings.tracing.check_digit,
        timezone=desk.timezone,
        separator=desk.subaddress_separator,
        chat=bool(settings.telegram.token),
    )
