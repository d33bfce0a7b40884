"""[telegram] of the settings."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from bot.settings_section import Section

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{20,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook: secret_token


class TelegramSettings(Section):
    """[telegram]: the bot. Without a token the desk does not speak with Telegram."""

    token: str = ""
    api_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    webhook_secret: str = ""
    admin_chat_id: int = Field(default=0)

    @field_validator("token")
    @classmethod
    def _check_token(cls, value: str) -> str:
        if value and not _TOKEN.fullmatch(value):  # the value itself is a secret, and stays out of the message
            raise ValueError("this is not a bot's token; copy it from @BotFather, it looks like 123456789:AAH…")
        return value

    @field_validator("api_url")
    @classmethod
    def _check_api_url(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError(f"{value!r} is not an address of the Bot API; write https://api.telegram.org or your own server's")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _check_webhook(self) -> TelegramSettings:
        if self.mode == "polling" or not self.token:
            return self
        if not self.webhook_url.startswith("https://") or not urlsplit(self.webhook_url).path.strip("/"):
            raise ValueError(
                "mode webhook needs webhook_url: the public https address of the desk with a path, https://HOST/telegram"
            )
        if not _SECRET.fullmatch(self.webhook_secret):
            raise ValueError("mode webhook needs webhook_secret: 1 to 256 letters, digits, _ and - that nobody can guess")
        return self

    @property
    def bot_id(self) -> str:
        """The bot's number, which is the first half of its token; a new token of the same bot keeps it."""
        return self.token.partition(":")[0]

    @property
    def webhook_path(self) -> str:
        """Where Telegram's updates arrive on the desk's HTTP listener, "" when they are polled."""
        return urlsplit(self.webhook_url).path if self.token and self.mode == "webhook" else ""
