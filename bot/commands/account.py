"""`autopro account`: makes and administers accounts, beside a running desk or without one."""

from __future__ import annotations

import json
from typing import Any

import click

from bot.commands import account_work as work
from bot.commands.backoffice import in_backoffice
from bot.commands.common import show_rows, with_settings
from bot.config import Settings
from bot.core.values import Language

_as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
_language = click.option("--language", type=click.Choice([language.value for language in Language]), help="Preferred language.")
_customers = click.option(
    "--customer", "customers", multiple=True, metavar="N", help="A customer number of the carrier; may be repeated."
)


@click.group("account")
def account_command() -> None:
    """Make and administer accounts."""


@account_command.command("create")
@click.option("--company", required=True, help="The enterprise's name.")
@click.option("--email", required=True, help="The principal member's address on record.")
@click.option("--name", default="", help="The principal member's name.")
@_language
@_customers
@_as_json
@with_settings
def create(
    settings: Settings, company: str, email: str, name: str, language: str | None, customers: tuple[str, ...], as_json: bool
) -> None:
    """Make an account; prints its access code and temporary password, once. Hand them over yourself: no letter goes out."""
    wanted = work.wanted(company=company, email=email, name=name, language=language, customers=customers)
    made = in_backoffice(settings, lambda backoffice: work.create(backoffice, wanted))
    if as_json:
        click.echo(json.dumps(made.row, ensure_ascii=False, indent=2))
    else:
        click.echo(f"Access code: {made.row['access_code']}")
        click.echo(f"Temporary password: {made.row['temporary_password']}")
        click.echo(f"The temporary password is good until {made.row['valid_until']}; LOGIN with it, then NEW PASSWORD.")
    _warn(made.unknown)


@account_command.command("list")
@_as_json
@with_settings
def list_accounts(settings: Settings, as_json: bool) -> None:
    """List all accounts, closed ones too."""
    show_rows(
        in_backoffice(settings, work.rows), as_json=as_json, empty="there is no account; make one with 'autopro account create'"
    )


@account_command.command("show")
@click.argument("code")
@_as_json
@with_settings
def show(settings: Settings, code: str, as_json: bool) -> None:
    """Show one account with its members."""
    shown = in_backoffice(settings, lambda backoffice: work.shown(backoffice, code))
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for key, value in shown.items():
        if key != "members":
            click.echo(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
    for member in shown["members"]:
        click.echo("member: " + "  ".join(f"{key}={value}" for key, value in member.items()))


@account_command.command("suspend")
@click.argument("code")
@with_settings
def suspend(settings: Settings, code: str) -> None:
    """Let nobody in until it is resumed; its sessions end at once. Its members are told."""
    click.echo(in_backoffice(settings, lambda backoffice: work.suspend(backoffice, code)))


@account_command.command("resume")
@click.argument("code")
@with_settings
def resume(settings: Settings, code: str) -> None:
    """End a suspension. The members are told."""
    click.echo(in_backoffice(settings, lambda backoffice: work.resume(backoffice, code)))


@account_command.command("close")
@click.argument("code")
@with_settings
def close(settings: Settings, code: str) -> None:
    """Close an account for good: it never opens again. Its members are told."""
    click.echo(in_backoffice(settings, lambda backoffice: work.close(backoffice, code)))


@account_command.command("unlock")
@click.argument("code")
@with_settings
def unlock(settings: Settings, code: str) -> None:
    """End the locks after wrong passwords. The members are told when there was one."""
    click.echo(in_backoffice(settings, lambda backoffice: work.unlock(backoffice, code)))


@account_command.command("set")
@click.argument("code")
@click.option("--email", help="A new address of the principal member; it counts once it has answered the letter that asks for YES.")
@_customers
@click.option("--no-customers", is_flag=True, help="Take all customer numbers away.")
@with_settings
def set_facts(settings: Settings, code: str, email: str | None, customers: tuple[str, ...], no_customers: bool) -> None:
    """Replace the customer numbers, or the principal member's address."""
    if not email and not customers and not no_customers:
        raise click.UsageError("say what to set: --email, --customer or --no-customers")
    if customers and no_customers:
        raise click.UsageError("--customer and --no-customers exclude each other")
    numbers = work.customer_numbers(customers) if customers or no_customers else None
    done = in_backoffice(settings, lambda backoffice: work.set_facts(backoffice, code, email, numbers))
    for line in done.lines:
        click.echo(line)
    _warn(done.unknown)


@account_command.command("member")
@click.argument("code")
@click.argument("action", type=click.Choice(["list", "add", "remove"]))
@click.argument("address", required=False)
@click.option("--name", default="", help="The new member's name.")
@click.option("--confirmed", is_flag=True, help="Add at once, without the letter: the address is known to be theirs.")
@_language
@_as_json
@with_settings
def member(settings: Settings, code: str, action: str, address: str | None, **options: Any) -> None:
    """List, add or remove the people who share an access code. An added address joins once it answers YES to a letter."""
    if (address is None) != (action == "list"):
        raise click.UsageError(f"write autopro account member CODE {action}{'' if action == 'list' else ' ADDRESS'}")
    if action == "list":
        rows = in_backoffice(settings, lambda backoffice: work.members(backoffice, code))
        show_rows(rows, as_json=options["as_json"], empty="the account has no members")
    elif action == "add":
        new = work.new_member(address or "", options["name"], options["language"])
        add = work.add_member if options["confirmed"] else work.invite_member
        click.echo(in_backoffice(settings, lambda backoffice: add(backoffice, code, new)))
    else:
        click.echo(in_backoffice(settings, lambda backoffice: work.remove_member(backoffice, code, address or "")))


def _warn(unknown: list[str]) -> None:
    if unknown:
        click.echo(f"warning: no shipment and no other account has {', '.join(unknown)}; check for a typing error", err=True)
