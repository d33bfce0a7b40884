"""How the desk logs in to a mail server: the keys that [relay] and [imap] share."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from bot.core.hosts import is_loopback
from bot.settings_section import Section

# The Microsoft identity platform's endpoint for client credentials, and the permissions that an administrator has granted the
# application in Exchange Online: https://learn.microsoft.com/exchange/client-developer/legacy-protocols (OAuth for IMAP and SMTP).
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MICROSOFT_SCOPE = "https://outlook.office365.com/.default"


class LoginSettings(Section):
    """A name with its password, or with an application of OAuth 2."""

    username: str = ""
    password: str = ""
    auth: Literal["password", "oauth2"] = "password"
    tenant: str = ""
    client_id: str = ""
    client_secret: str = ""
    token_url: str = ""
    scope: str = MICROSOFT_SCOPE

    @property
    def token_address(self) -> str:
        """Where access tokens are asked for."""
        return self.token_url or _MICROSOFT.format(tenant=self.tenant)

    @model_validator(mode="after")
    def _check_oauth2(self) -> Self:
        if self.auth != "oauth2":
            return self
        needed = {"username": self.username, "client_id": self.client_id, "client_secret": self.client_secret}
        missing = [name for name, value in needed.items() if not value]
        if not self.tenant and not self.token_url:
            missing.append("tenant (or token_url, for another provider than Microsoft)")
        if missing:
            raise ValueError(f'auth = "oauth2" needs {", ".join(missing)} as well')
        return self

    @model_validator(mode="after")
    def _check_token_url(self) -> Self:
        # The application's secret goes there: in the clear on this machine only.
        parts = urlsplit(self.token_url)
        if self.token_url and not (
            parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)))
        ):
            raise ValueError("token_url must begin with https://")
        return self
