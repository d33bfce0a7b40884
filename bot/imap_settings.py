"""[imap] of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from bot.core.hosts import is_loopback
from bot.login_settings import LoginSettings

_MOST_POLL_SECONDS = 1_700  # servers end IDLE after half an hour (RFC 2177)


class ImapSettings(LoginSettings):
    """[imap]: a mailbox that is read as a way in. An empty host: none is."""

    host: str = ""
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["none", "tls"] | None = None
    ca_file: Path | None = None
    mailbox: str = Field(default="INBOX", min_length=1)
    done: str = Field(default="Done", min_length=1)
    failed: str = Field(default="Failed", min_length=1)
    max_message_bytes: int = Field(default=10_485_760, ge=1_000)
    poll_seconds: float = Field(default=60, gt=0, le=_MOST_POLL_SECONDS)
    timeout_seconds: float = Field(default=20, gt=0, le=300)

    @property
    def encrypted(self) -> bool:
        """Whether TLS is spoken: where nothing is said, with all servers but one on this machine."""
        return not is_loopback(self.host) if self.tls is None else self.tls == "tls"

    @property
    def server_port(self) -> int:
        """The port: where none is said, the one that IMAP has (RFC 8314)."""
        return self.port or (993 if self.encrypted else 143)

    @field_validator("mailbox", "done", "failed")
    @classmethod
    def _check_name(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("a mailbox's name has no control characters")
        return value

    @model_validator(mode="after")
    def _check_filing(self) -> ImapSettings:
        if len({self.mailbox.lower(), self.done.lower(), self.failed.lower()}) < 3:
            raise ValueError("mailbox, done and failed must be three mailboxes: what is filed would be read again")
        return self

    @model_validator(mode="after")
    def _check_login(self) -> ImapSettings:
        if self.host and not self.username:
            raise ValueError("username is missing: the name that logs in to the mailbox")
        if self.host and self.auth == "password" and not self.password:
            raise ValueError('password (or password_file) is missing; or set auth = "oauth2"')
        return self
