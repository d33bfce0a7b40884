"""What [relay] and [imap] must say to log in with an application of OAuth 2."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.login_settings import LoginSettings

OAUTH2 = {"auth": "oauth2", "username": "service@carrier.example", "client_id": "id", "client_secret": "secret"}


def login(**values: Any) -> LoginSettings:
    return LoginSettings.model_validate(values)


def test_a_tenant_is_one_of_microsofts() -> None:
    assert login(**OAUTH2, tenant="carrier.example").token_address == (
        "https://login.microsoftonline.com/carrier.example/oauth2/v2.0/token"
    )


def test_another_provider_names_its_endpoint() -> None:
    assert login(**OAUTH2, token_url="https://id.example/token").token_address == "https://id.example/token"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValidationError, match="needs username, client_id, client_secret, tenant"):
        login(auth="oauth2")


@pytest.mark.parametrize("url", ["http://id.example/token", "ftp://127.0.0.1/", "id.example/token", "https://"])
def test_the_secret_goes_nowhere_in_the_clear(url: str) -> None:
    with pytest.raises(ValidationError, match="token_url must begin with https"):
        login(**OAUTH2, token_url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/token", "http://[::1]/token", "http://localhost/token"])
def test_but_on_this_machine(url: str) -> None:
    assert login(**OAUTH2, token_url=url).token_address == url
