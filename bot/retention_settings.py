"""[retention] of the settings: how long what the desk keeps is kept."""

from __future__ import annotations

from pydantic import Field, model_validator

from bot.settings_section import Section

_LONGEST = 36_500  # days


def _days(default: int, least: int) -> int:
    days: int = Field(default=default, ge=0, le=_LONGEST, json_schema_extra={"least": least})
    return days


class RetentionSettings(Section):
    """[retention]: days after which the hourly sweep deletes for good. 0 keeps for ever."""

    inbox_days: int = _days(90, 7)
    duplicate_days: int = _days(400, 30)
    outbox_days: int = _days(90, 30)
    failed_days: int = _days(30, 7)
    parked_days: int = _days(90, 7)
    session_days: int = _days(90, 2)
    request_days: int = _days(730, 30)
    closed_account_days: int = _days(365, 30)
    removed_member_days: int = _days(365, 30)
    correspondent_days: int = _days(730, 30)
    audit_days: int = _days(1095, 90)
    shipment_days: int = _days(1095, 30)

    @model_validator(mode="after")
    def _check_days(self) -> RetentionSettings:
        for name, field in type(self).model_fields.items():
            least = field.json_schema_extra["least"] if isinstance(field.json_schema_extra, dict) else 0
            days = getattr(self, name)
            if days and isinstance(least, int) and days < least:
                raise ValueError(f"{name} = {days} is too few: what the desk still works with lives {least} days; 0 keeps for ever")
        # A fingerprint stands on the row whose names went before it, and a letter on the message that it answers.
        for name in ("inbox_days", "outbox_days", "parked_days"):
            if self.duplicate_days and not 0 < getattr(self, name) <= self.duplicate_days:
                raise ValueError(f"{name} must not be longer than duplicate_days ({self.duplicate_days}); 0 is for ever")
        return self
