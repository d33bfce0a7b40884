"""Settings of the mail listeners."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from bot.settings_section import Section

_SMTP_PORT = 25
_SOCKET_OCTETS = 107  # sun_path in unix(7), without its NUL


class SmtpSettings(Section):
    """[smtp]: the desk's own listener."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=0, le=65535)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    require_tls: bool = False
    implicit_tls: bool = False
    max_message_bytes: int = Field(default=1_048_576, ge=1_000)
    max_connections: int = Field(default=500, ge=1)
    max_connections_per_ip: int = Field(default=50, ge=1)
    max_recipients: int = Field(default=100, ge=1)
    idle_seconds: float = Field(default=300, gt=0)
    data_seconds: float = Field(default=600, gt=0)

    @model_validator(mode="after")
    def _check_tls(self) -> SmtpSettings:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together; name both files or neither")
        if (self.require_tls or self.implicit_tls) and self.tls_certificate is None:
            raise ValueError("require_tls and implicit_tls need tls_certificate and tls_key")
        return self


class LmtpSettings(Section):
    """[lmtp]: the listener for a mail server in front of the desk; the bounds are those of [smtp]."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8024, ge=0, le=65535)
    socket: Path | None = None
    socket_mode: str = Field(default="0660", pattern="^0?[0-7]{3}$")

    @field_validator("port")
    @classmethod
    def _check_port(cls, value: int) -> int:
        if value == _SMTP_PORT:
            raise ValueError("LMTP must not be spoken on port 25 (RFC 2033 section 5); write another, such as 8024")
        return value

    @field_validator("socket")
    @classmethod
    def _check_socket(cls, value: Path | None) -> Path | None:
        if value is not None and len(os.fsencode(value.absolute())) > _SOCKET_OCTETS:
            raise ValueError(f"the path of a socket may have {_SOCKET_OCTETS} octets; choose a shorter one")
        return value
