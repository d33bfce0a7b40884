"""`autopro request`: lists and decides requests for access and for forgotten passwords, without mail."""

from __future__ import annotations

import json

import click

from bot.commands import request_work as work
from bot.commands.account_work import customer_numbers
from bot.commands.backoffice import in_backoffice
from bot.commands.common import show_rows, with_settings
from bot.config import Settings
from bot.core.accounts.codes import fold_code
from bot.core.accounts.decisions import Approve, Deny
from bot.core.errors import Refused

_as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")


@click.group("request")
def request_command() -> None:
    """Decide requests for access and for forgotten passwords."""


@request_command.command("list")
@click.option("--all", "everything", is_flag=True, help="Decided, lapsed and unconfirmed ones too.")
@_as_json
@with_settings
def list_requests(settings: Settings, everything: bool, as_json: bool) -> None:
    """List the open requests, oldest first."""
    rows = in_backoffice(settings, lambda backoffice: work.rows(backoffice, everything=everything))
    show_rows(rows, as_json=as_json, empty="no request is open")


@request_command.command("show")
@click.argument("number", type=int)
@_as_json
@with_settings
def show(settings: Settings, number: int, as_json: bool) -> None:
    """Show one request as an administrator's letter does: what was claimed beside what is on file."""
    shown, letter = in_backoffice(settings, lambda backoffice: work.shown(backoffice, number))
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2) if as_json else letter)


@request_command.command("approve")
@click.argument("number", type=int)
@click.option("--customer", "customers", multiple=True, metavar="N", help="A customer number for the new account; may be repeated.")
@click.option("--no-customers", is_flag=True, help="Approve without any customer number.")
@click.option("--join", metavar="CODE", help="Add the requester to this access code instead of making a new one.")
@with_settings
def approve(settings: Settings, number: int, customers: tuple[str, ...], no_customers: bool, join: str | None) -> None:
    """Approve: the credentials go by letter to the confirmed address, or to the address on record."""
    if sum((bool(customers), no_customers, bool(join))) > 1:
        raise click.UsageError("--customer, --no-customers and --join exclude each other")
    code = fold_code(join) if join else ""
    if code is None:
        raise Refused(f"{join} is no access code; 'autopro account list' shows them")
    numbers = customer_numbers(customers) if customers else () if no_customers else None
    click.echo(in_backoffice(settings, lambda backoffice: work.decide(backoffice, number, Approve(numbers, code))))


@request_command.command("deny")
@click.argument("number", type=int)
@click.option("--reason", default="", help="What the requester is told.")
@with_settings
def deny(settings: Settings, number: int, reason: str) -> None:
    """Deny: the requester is told, with the reason."""
    click.echo(in_backoffice(settings, lambda backoffice: work.decide(backoffice, number, Deny(reason.strip()))))
