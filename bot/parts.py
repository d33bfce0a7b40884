"""Parts that the desk and the command line are both made of."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.channels.oauth2 import ClientCredentials, TokenSource
from bot.channels.relay_session import RelayAddress
from bot.composer import Composer
from bot.config import Settings
from bot.core.clock import Clock, Mint
from bot.core.dkim_sign import Signer
from bot.core.errors import AutoproError
from bot.core.rendering import Renderer
from bot.core.values import Language
from bot.login_settings import LoginSettings
from bot.rules import desk_facts
from templates import FOLDER


def composer_of(settings: Settings, mint: Mint) -> Composer:
    """The writer of letters. Raises AutoproError for a signing key that cannot be used."""
    desk, relay = settings.desk, settings.relay
    try:
        signer = Signer(relay.dkim_domain, relay.dkim_selector, relay.dkim_key) if relay.dkim_key else None
    except ValueError as error:
        raise AutoproError(f"relay: {error}") from error
    return Composer(
        renderer=Renderer(FOLDER, desk_facts(settings)),
        mint=mint,
        address=desk.address,
        company=desk.company,
        zone=ZoneInfo(desk.timezone),
        unknown=tuple(Language(part) for part in desk.unknown_language.split("+")),
        envelope_sender=relay.envelope_sender,
        signer=signer,
        separator=desk.subaddress_separator,
    )


def token_source(section: str, login: LoginSettings, clock: Clock) -> TokenSource | None:
    """Where the access tokens of [`section`] come from; None where a password is used."""
    if login.auth != "oauth2":
        return None
    credentials = ClientCredentials(section, login.token_address, login.client_id, login.client_secret, login.scope)
    return TokenSource(credentials, clock.now)


def relay_address(settings: Settings, clock: Clock) -> RelayAddress:
    """Where letters go out to, and how to log in there."""
    relay = settings.relay
    return RelayAddress(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        username=relay.username,
        password=relay.password,
        hostname=settings.desk.address.rpartition("@")[2],
        ca_file=relay.ca_file,
        allow_plain_secrets=relay.allow_plain_secrets,
        tokens=token_source("relay", relay, clock),
    )
