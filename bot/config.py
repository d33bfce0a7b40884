"""The settings: a TOML file, then the environment (`AUTOPRO_SECTION__KEY` wins), secrets also from files (`KEY_file`).

Every mistake is reported at once, each with its key and what to do.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import Field, ValidationError, field_validator, model_validator

from bot.account_settings import AccountSettings, RequestSettings
from bot.core.accounts.office_hours import parse_office_hours
from bot.core.authenticity.peers import SOCKET
from bot.core.check_digits import CheckDigit
from bot.core.errors import SettingsError
from bot.core.hosts import is_loopback
from bot.imap_settings import ImapSettings
from bot.listener_settings import LmtpSettings, SmtpSettings
from bot.login_settings import LoginSettings
from bot.retention_settings import RetentionSettings
from bot.settings_section import Section
from bot.telegram_settings import TelegramSettings

DEFAULT_FILE = Path("autopro.toml")
_PREFIX = "AUTOPRO_"


SPECIAL_USE_DOMAIN_NAMES.clear()  # a desk may live on localhost or on an inner domain such as carrier.local


def _address(value: str) -> str:
    try:
        # Deliverability is for `autopro check`, which has the network.
        return validate_email(value, check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{value!r} is not a mail address: {error}") from error


def _networks(values: list[str]) -> list[str]:
    for value in values:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError as error:
            raise ValueError(f"{value!r} is not an address or network; write 192.0.2.1 or 192.0.2.0/24") from error
    return values


class DeskSettings(Section):
    """[desk]: who the counter is."""

    company: str = Field(default="Autopro Transport", min_length=1, max_length=100)
    address: str = "service@localhost"
    timezone: str = "America/Toronto"
    data_dir: Path = Path("var")
    key_file: Path | None = None
    phones: list[str] = ["514-856-5559", "905-624-7894", "1-800-856-5559"]
    unknown_language: Literal["fr+en", "en+fr", "en", "fr"] = "fr+en"
    office_hours: str = "Mon-Fri 08:00-17:30"
    holidays: list[date] = []
    handoff_address: str = ""
    subaddress_separator: str = Field(default="+", min_length=1, max_length=1)

    @field_validator("address", "handoff_address")
    @classmethod
    def _check_address(cls, value: str) -> str:
        return _address(value) if value else value

    @model_validator(mode="after")
    def _check_office_hours(self) -> DeskSettings:
        parse_office_hours(self.office_hours, self.holidays, UTC)
        return self

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone; write one like America/Toronto") from error
        return value


class DatabaseSettings(Section):
    """[database]."""

    url: str = "sqlite:///var/autopro.db"

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("write sqlite:///PATH or postgresql://USER@HOST/NAME")
        return value


class RelaySettings(LoginSettings):
    """[relay]: where letters go out. An empty host writes them to the Maildir DATA_DIR/outgoing."""

    host: str = ""
    port: int = Field(default=25, ge=1, le=65535)
    tls: Literal["none", "starttls", "tls"] = "none"
    envelope_sender: str = ""
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_key: str = ""
    connections: int = Field(default=8, ge=1, le=100)
    ca_file: Path | None = None
    allow_plain_secrets: bool = False

    @model_validator(mode="after")
    def _check_login(self) -> RelaySettings:
        if self.username and self.tls == "none" and not self.allow_plain_secrets and not is_loopback(self.host):
            raise ValueError('the login would go out readable: set tls = "starttls" or "tls", or allow_plain_secrets = true')
        return self

    @model_validator(mode="after")
    def _check_dkim(self) -> RelaySettings:
        given = [bool(value) for value in (self.dkim_domain, self.dkim_selector, self.dkim_key)]
        if any(given) and not all(given):
            raise ValueError("dkim_domain, dkim_selector and dkim_key go together; set all three or none")
        return self

    @field_validator("envelope_sender")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        return _address(value) if value else value


class AdminSettings(Section):
    """[admins]."""

    addresses: list[str] = []
    telegram_ids: list[int] = []

    @field_validator("addresses")
    @classmethod
    def _check_addresses(cls, values: list[str]) -> list[str]:
        return [_address(value) for value in values]


class MailTrustSettings(Section):
    """[mail_trust]: whose word about a sender is believed."""

    relays: list[str] = []
    authserv_ids: list[str] = []
    origins: list[str] = []
    mailbox_authserv_ids: list[str] = []
    arc_sealers: list[str] = []
    resolver: str = ""

    @field_validator("relays")
    @classmethod
    def _check_relays(cls, values: list[str]) -> list[str]:
        _networks([value for value in values if value != SOCKET])
        return values

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, values: list[str]) -> list[str]:
        return _networks(values)


class LimitSettings(Section):
    """[limits]: 0 means no limit."""

    unrecognised_per_day: int = Field(default=3, ge=0)
    answers_per_hour: int = Field(default=60, ge=0)
    letters_per_hour: int = Field(default=0, ge=0)
    admin_letters_per_hour: int = Field(default=10, ge=0)
    login_attempts_per_minute: int = Field(default=60, ge=0)
    waiting_messages: int = Field(default=10_000, ge=0)
    telegram_per_second: int = Field(default=30, ge=0)
    telegram_chat_per_second: int = Field(default=1, ge=0)
    telegram_group_per_minute: int = Field(default=20, ge=0)


class TracingSettings(Section):
    """[tracing]: where statuses come from."""

    source: Literal["database"] = "database"
    check_digit: CheckDigit = CheckDigit.NONE


class HttpSettings(Section):
    """[http]: health and metrics."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)


class LogSettings(Section):
    """[log]."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    """All settings, as docs/settings.md lists them."""

    desk: DeskSettings = DeskSettings()
    database: DatabaseSettings = DatabaseSettings()
    smtp: SmtpSettings = SmtpSettings()
    lmtp: LmtpSettings = LmtpSettings()
    relay: RelaySettings = RelaySettings()
    telegram: TelegramSettings = TelegramSettings()
    imap: ImapSettings = ImapSettings()
    admins: AdminSettings = AdminSettings()
    mail_trust: MailTrustSettings = MailTrustSettings()
    accounts: AccountSettings = AccountSettings()
    requests: RequestSettings = RequestSettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    tracing: TracingSettings = TracingSettings()
    http: HttpSettings = HttpSettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _check_webhook(self) -> Settings:
        if self.telegram.webhook_path and not self.http.enabled:
            raise ValueError("telegram.mode: webhook needs the desk's HTTP listener; set [http] enabled = true")
        return self

    @property
    def key_file(self) -> Path:
        """The file that holds the sealing key."""
        return self.desk.key_file or self.desk.data_dir / "seal.key"

    @property
    def outgoing(self) -> Path:
        """The Maildir for letters while no relay is set."""
        return self.desk.data_dir / "outgoing"


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `path` (None: `autopro.toml` here when there is one, else the defaults), then of the environment.

    Raises SettingsError with every mistake, a line each.
    """
    environ = os.environ if environ is None else environ
    if path is None and DEFAULT_FILE.exists():
        path = DEFAULT_FILE
    values = _read_file(path) if path is not None else {}
    mistakes = _merge_environment(values, environ)
    mistakes += _read_secret_files(values)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        mistakes = [_explain(one) for one in error.errors()] + mistakes
    if mistakes:
        where = f"{path}" if path is not None else "the environment"
        raise SettingsError(
            f"{len(mistakes)} mistake(s) in the settings ({where}):\n" + "\n".join(f"  {line}" for line in mistakes)
        )
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path} does not exist. Copy the example in docs/operator.md into it, or leave --config out for the defaults."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error}). It must be a UTF-8 text file that this user may read.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}. Mend that line; docs/settings.md shows every section.") from error


def _merge_environment(values: dict[str, Any], environ: Mapping[str, str]) -> list[str]:
    mistakes = []
    for name, text in environ.items():
        section, separator, key = name.removeprefix(_PREFIX).partition("__")
        if not name.startswith(_PREFIX) or not separator:
            continue
        table = values.setdefault(section.lower(), {})
        if not isinstance(table, dict):
            continue
        try:
            table[key.lower()] = _environment_value(section.lower(), key.lower(), text)
        except tomllib.TOMLDecodeError:
            mistakes.append(f'{name}: {text!r} is not a list; write it as in TOML: ["a", "b"]')
    return mistakes


def _environment_value(section: str, key: str, text: str) -> Any:
    model = Settings.model_fields.get(section)
    kind = getattr(model.annotation, "model_fields", {}).get(key) if model else None
    if kind is not None and isinstance(kind.default, list):
        return tomllib.loads(f"value = {text}")["value"]
    return text


def _read_secret_files(values: dict[str, Any]) -> list[str]:
    mistakes = []
    for section, table in values.items():
        if not isinstance(table, dict):
            continue
        known = getattr(getattr(Settings.model_fields.get(section), "annotation", None), "model_fields", {})
        for key in [key for key in table if key.endswith("_file") and key not in known and key.removesuffix("_file") in known]:
            path = Path(str(table.pop(key)))
            try:
                table[key.removesuffix("_file")] = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                mistakes.append(f"{section}.{key}: cannot read {path} ({error}); name a file that this user may read")
    return mistakes


def _explain(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{key}: there is no such setting{_nearest(error['loc'])}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{key}: {message}" if key else message


def _nearest(location: tuple[Any, ...]) -> str:
    known: list[str] = list(Settings.model_fields)
    if len(location) > 1:
        section = Settings.model_fields.get(str(location[0]))
        known = list(getattr(getattr(section, "annotation", None), "model_fields", {}))
    near = difflib.get_close_matches(str(location[-1]), known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"
