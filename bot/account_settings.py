"""[accounts] and [requests] of the settings."""

from __future__ import annotations

from pydantic import Field, field_validator

from bot.settings_section import Section


class AccountSettings(Section):
    """[accounts]: how long passwords and accounts live, and what a password must be."""

    password_months: int = Field(default=3, ge=1, le=120)
    inactive_months: int = Field(default=6, ge=1, le=120)
    temporary_password_hours: int = Field(default=24, ge=1, le=168)
    session_minutes: int = Field(default=60, ge=1, le=720)
    password_min_length: int = Field(default=15, ge=8, le=128)
    email_passwords: bool = True


class RequestSettings(Section):
    """[requests]: when administrators are reminded of an open request, and when it lapses."""

    remind_hours: list[int] = [4, 24]
    lapse_days: int = Field(default=14, ge=1, le=30)

    @field_validator("remind_hours")
    @classmethod
    def _check_hours(cls, values: list[int]) -> list[int]:
        if any(hours < 1 for hours in values) or sorted(set(values)) != values:
            raise ValueError("write open hours from 1 on, each once, the smallest first, for example [4, 24]")
        return values
