"""Writes docs/settings.md from bot/config.py and the meanings below: `make docs`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.config import Settings
from bot.login_settings import LoginSettings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

# Keys whose feature is not in this version: they are checked, and nothing reads them.
NOT_READ_YET: frozenset[str] = frozenset()

SECTIONS: Mapping[str, str] = {
    "desk": "Who the counter is.",
    "database": "Where everything is kept.",
    "smtp": "The desk's own mail listener. It takes mail for the desk's address and the postmaster's, and relays nothing.",
    "lmtp": "A listener for the mail server in front of the desk (RFC 2033), beside [smtp] or instead of it: "
    "[postfix.md](postfix.md). Its bounds are those of [smtp]. It has no TLS: between two machines use [smtp].",
    "relay": "Where letters go out.",
    "telegram": "The bot. Without a token the desk does not speak with Telegram; docs/telegram.md says how to get one.",
    "imap": "A mailbox that is read as a way in: [imap.md](imap.md).",
    "admins": "Who decides.",
    "mail_trust": "Whose word about a sender is believed. What is not named here is verified by DKIM and DMARC.",
    "accounts": "How long passwords and accounts live, and what a password must be.",
    "requests": "When administrators are reminded of an open request, and when it lapses.",
    "limits": "What keeps a loop or a flood small. 0 means no limit.",
    "retention": "How many days what the desk keeps is kept; the hourly sweep then deletes it for good. 0 keeps for ever. "
    "What each period is for, and what goes when: [privacy.md](privacy.md).",
    "tracing": "Where shipments' statuses come from, and what a PRO number looks like.",
    "http": "Health and metrics: `/healthz`, `/readyz`, `/metrics`. Keep it on an address that strangers cannot reach.",
    "log": "What is written to stderr.",
}

_LOGIN: Mapping[str, str] = {
    "username": "The name to log in with; empty: no login.",
    "password": "The password for it.",
    "auth": "How to log in: with the password, or with an access token of OAuth 2 (XOAUTH2).",
    "tenant": "OAuth 2 at Microsoft: the directory's id or domain.",
    "client_id": "The application for OAuth 2.",
    "client_secret": "Its secret.",
    "token_url": "Where access tokens are asked for; empty: Microsoft's endpoint of the tenant.",
    "scope": "What they are asked for; the default is Exchange Online's, for IMAP and SMTP alike.",
}

MEANINGS: Mapping[str, str] = {
    "desk.company": "The carrier's name, as letters show it.",
    "desk.address": "The service address: customers write to it, letters come from it.",
    "desk.timezone": "The zone of the office: times in letters, and times in files that do not say theirs (IANA name).",
    "desk.data_dir": "Folder for the key file and, without a relay, the letters.",
    "desk.key_file": "The sealing key, made on the first start; not set: `DATA_DIR/seal.key`. Keep a copy.",
    "desk.phones": "Customer service's telephone numbers, in the order of the letters.",
    "desk.unknown_language": "What a writer gets whose language nothing tells: both languages, or one.",
    "desk.office_hours": "When a person is there: days and hours.",
    "desk.holidays": "Days on which nobody is there.",
    "desk.handoff_address": "Where prose that nobody understood goes on to (empty: the writer is told the telephone numbers), and "
    "mail to the postmaster (empty: to `[admins] addresses`).",
    "desk.subaddress_separator": "The character before the token in `service+TOKEN@…`; some mail servers use `-`.",
    "database.url": "`sqlite:///PATH` (four slashes for an absolute path; a local disk) or `postgresql://USER@HOST/NAME`.",
    "smtp.enabled": "Whether the desk listens for mail itself.",
    "smtp.host": "The address to listen on; `0.0.0.0` is every one.",
    "smtp.port": "The port to listen on; 0 takes a free one.",
    "smtp.tls_certificate": "PEM file with the certificate (and its chain). With the key it offers STARTTLS.",
    "smtp.tls_key": "PEM file with the certificate's key.",
    "smtp.require_tls": "Takes mail only after STARTTLS.",
    "smtp.implicit_tls": "TLS from the first octet, without STARTTLS.",
    "smtp.max_message_bytes": "The largest mail that is taken, in octets.",
    "smtp.max_connections": "Connections at a time; one more is told to come back.",
    "smtp.max_connections_per_ip": "The same for one address.",
    "smtp.max_recipients": "Recipients of one mail.",
    "smtp.idle_seconds": "How long a session may say nothing.",
    "smtp.data_seconds": "How long one message may take to arrive.",
    "lmtp.enabled": "Whether the desk listens for LMTP.",
    "lmtp.host": "The address to listen on, when no `socket` is set.",
    "lmtp.port": "The port to listen on; 0 takes a free one. Never 25 (RFC 2033 section 5).",
    "lmtp.socket": "A Unix socket to listen on instead; only who may write to it can hand in mail.",
    "lmtp.socket_mode": "Its mode. Its group is the desk's, or its folder's when that has the setgid bit.",
    "relay.host": "The mail server that letters are handed to; empty: they are written to the Maildir `DATA_DIR/outgoing`.",
    "relay.port": "Its port.",
    "relay.tls": "How the connection is protected.",
    **{f"relay.{key}": meaning for key, meaning in _LOGIN.items()},
    **{f"imap.{key}": meaning for key, meaning in _LOGIN.items()},
    "imap.username": "The name to log in with; with OAuth 2 the address of the mailbox.",
    "imap.host": "The mail server whose mailbox is read; empty: none is.",
    "imap.port": "Its port; not set: 993, without TLS 143.",
    "imap.tls": "How the connection is protected; not set: `tls`, and `none` for a server on this machine.",
    "imap.ca_file": "PEM file with the authorities that are believed about its certificate; not set: the system's.",
    "imap.mailbox": "The mailbox that is read. Everything in it is the desk's to handle, whether it is marked as read or not.",
    "imap.done": "The mailbox for what is handled; made when it is missing. What may have held a password is removed instead.",
    "imap.failed": "The mailbox for what could not be read; made when it is missing. Administrators are told.",
    "imap.max_message_bytes": "The largest message that is fetched, in octets; a larger one goes to the failed ones.",
    "imap.poll_seconds": "How often the mailbox is looked through and IDLE renewed, even when the server says nothing by itself.",
    "imap.timeout_seconds": "How long the server may say nothing; then the desk connects again. A dead connection is noticed "
    "within this and `poll_seconds` together.",
    "relay.envelope_sender": "For relays that refuse the null sender: the envelope sender of all letters. Best the desk's own "
    "address: it reads what comes back.",
    "relay.dkim_domain": "The domain that signs letters (DKIM); set all three or none.",
    "relay.dkim_selector": "The selector of its key in the DNS.",
    "relay.dkim_key": "The private key, PEM; best given as `dkim_key_file`.",
    "relay.connections": "Connections to the relay at a time.",
    "relay.ca_file": "PEM file with the authorities that are believed about the relay's certificate; not set: the system's.",
    "relay.allow_plain_secrets": "Lets letters with a password go out without TLS; else they wait, and administrators are told.",
    "telegram.token": "The bot's token from @BotFather; best given as `token_file`.",
    "telegram.api_url": "The Bot API server; another one than Telegram's for a server of your own.",
    "telegram.mode": "How updates arrive: the desk asks for them, or Telegram posts them to `webhook_url`.",
    "telegram.webhook_url": "The public https address that Telegram posts to; its path is also the path on `[http]`.",
    "telegram.webhook_secret": "The secret in every post of Telegram's, 1 to 256 letters, digits, `_` and `-`; others are refused.",
    "telegram.admin_chat_id": "The chat of the administrators, a negative number for a group; 0: none.",
    "admins.addresses": "The administrators' mail addresses: they are told when something needs a person.",
    "admins.telegram_ids": "The administrators' Telegram ids.",
    "mail_trust.relays": "Networks of your own mail servers, and `unix` for the one at `lmtp.socket`: the topmost "
    "Authentication-Results of their mail is believed.",
    "mail_trust.authserv_ids": "The names that those servers sign that field with (RFC 8601).",
    "mail_trust.origins": "Networks whose mail by SMTP counts as authentic when it has come from nowhere else (no Received field). "
    "Never a mail server's address.",
    "mail_trust.mailbox_authserv_ids": "The same names for mail that is fetched from a mailbox.",
    "mail_trust.arc_sealers": "Domains whose ARC seals are believed about mail that they forwarded (RFC 8617).",
    "mail_trust.resolver": "`ip:port` of the DNS server to ask; empty: the system's.",
    "accounts.password_months": "Calendar months that a password lives.",
    "accounts.inactive_months": "Calendar months without activity after which an account is closed.",
    "accounts.temporary_password_hours": "Hours that a temporary password lives.",
    "accounts.session_minutes": "Minutes without a word after which a session ends.",
    "accounts.password_min_length": "Characters that a password needs at least.",
    "accounts.email_passwords": "Whether LOGIN by mail takes a password; else the access code alone and a YES to our letter.",
    "requests.remind_hours": "Open office hours after which administrators are reminded, the smallest first.",
    "requests.lapse_days": "Days after which a request that nobody decided lapses; the requester is told.",
    "limits.unrecognised_per_day": "Answers a day to one address whose mails no command matched; a valid command resets it.",
    "limits.answers_per_hour": "Answers an hour to one address.",
    "limits.letters_per_hour": "Letters an hour of the whole desk.",
    "limits.admin_letters_per_hour": "Letters an hour to an administrator.",
    "limits.login_attempts_per_minute": "Attempts a minute to log in, of all.",
    "limits.waiting_messages": "Accepted messages that may wait for an answer; beyond it senders are told to try again (451).",
    "limits.telegram_per_second": "Telegram messages a second in all.",
    "limits.telegram_chat_per_second": "Telegram messages a second in one chat.",
    "limits.telegram_group_per_minute": "Telegram messages a minute in one group.",
    "retention.inbox_days": "Who wrote, when, and what became of it (never the words: those go when it is answered). Long "
    "enough to look into a complaint.",
    "retention.duplicate_days": "The fingerprint by which a mail that comes a second time is known. Longer than a mailbox's backup "
    "is likely to bring old mail back; not less than inbox_days, outbox_days and parked_days.",
    "retention.outbox_days": "Which letter went to whom, and when. Answers to it, and reports that it came back, find it for so "
    "long.",
    "retention.failed_days": "Letters that could not be delivered, with their words: so long an operator may look into them.",
    "retention.parked_days": "Messages that could not be handled and that no person has looked at, with their words.",
    "retention.session_days": "Logins that are over: when somebody asks who was in the account last.",
    "retention.request_days": "Decided requests with what was claimed: administrators see an address's earlier requests beside a "
    "new one.",
    "retention.closed_account_days": "Closed accounts with their members: so long one can be asked about.",
    "retention.removed_member_days": "Members who were removed from an account that lives on.",
    "retention.correspondent_days": "Language, STOP and what else is remembered of an address that writes no more and is nobody's "
    "member.",
    "retention.audit_days": "The audit trail; it then begins after what was forgotten. Three years: most claims have lapsed "
    "then (Civil Code of Québec, article 2925).",
    "retention.shipment_days": "Shipments, from the last word about them: the same three years.",
    "tracing.source": "Where statuses come from: the desk's own database, filled by `autopro import`.",
    "tracing.check_digit": "The rule of the last digit of a PRO number.",
    "http.enabled": "Whether the desk listens for HTTP.",
    "http.host": "The address to listen on.",
    "http.port": "The port to listen on; 0 takes a free one.",
    "log.level": "The least that is written.",
}

_HEAD = """\
# Settings

<!-- Written by tools/settings_doc.py from bot/config.py; do not edit. -->

A TOML file, named by `--config FILE`; without it `autopro.toml` in the working directory, and without that the defaults. Every
mistake is reported at once, each with its key. `autopro check` tries everything that the settings name.

**Environment.** `AUTOPRO_SECTION__KEY` wins over the file: `AUTOPRO_SMTP__PORT=2525`. Lists are written as in TOML:
`AUTOPRO_DESK__PHONES='["514-856-5559"]'`.

**Secrets.** Any key can be read from a file by adding `_file` to its name: `password_file = "/run/secrets/relay"`, or
`AUTOPRO_RELAY__PASSWORD_FILE=/run/secrets/relay`. Space and line ends around the content do not count.
"""


def page() -> str:
    """The whole page. Raises KeyError for a setting without a meaning."""
    parts = [_HEAD]
    for name, section in Settings.model_fields.items():
        model = cast(type[BaseModel], section.annotation)
        table = "| key | type | default | meaning |\n|---|---|---|---|\n" + "".join(_rows(name, model))
        parts.append(f"## [{name}]\n\n{SECTIONS[name]}\n\n{table}")
    return "\n".join(parts).rstrip() + "\n"


def _rows(section: str, model: type[BaseModel]) -> Iterator[str]:
    # How one logs in comes last: where it leads is read first.
    fields = sorted(model.model_fields.items(), key=lambda entry: entry[0] in LoginSettings.model_fields)
    for key, field in fields:
        name = f"{section}.{key}"
        meaning = MEANINGS[name] + (" *(Checked, but not read by this version.)*" if name in NOT_READ_YET else "")
        yield f"| `{key}` | {_type(field)} | {_default(field.default)} | {meaning} |\n"


def _type(field: FieldInfo) -> str:
    kind, bounds, extra = _kind(field.annotation), list(_bounds(field)), field.json_schema_extra
    if isinstance(extra, dict) and "least" in extra:  # 0 is for ever
        bounds[0] = f"0 or at least {extra['least']}"
    return f"{kind}, {' and '.join(bounds)}" if bounds else kind


def _kind(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is list:
        return f"list of {_kind(arguments[0])}"
    if origin in (types.UnionType, typing.Union):
        return _kind(next(one for one in arguments if one is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(f"`{value.value}`" for value in annotation)
    return {str: "text", int: "number", float: "number", bool: "`true` or `false`", Path: "path", date: "date"}[annotation]


def _bounds(field: FieldInfo) -> Iterator[str]:
    for bound in field.metadata:
        match bound:
            case Ge(ge=least):
                yield f"at least {least}"
            case Gt(gt=below):
                yield f"more than {below}"
            case Le(le=most):
                yield f"at most {most}"
            case MinLen(min_length=least):
                yield f"{least} character{'s' if least != 1 else ''} or more"
            case MaxLen(max_length=most):
                yield f"at most {most} character{'s' if most != 1 else ''}"


def _default(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    return f"`{value}`" if isinstance(value, int | float) else f'`"{value}"`'


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
