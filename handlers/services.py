"""SERVICES: the directory of services, with a key beside those that need an access code (help page: "The services identified by a
[key] require that you enter your access code and password … The other services are available without").
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.commands import Command, CommandSpec, Follows, Handler
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.listing import row

SPEC = CommandSpec(
    name="services",
    words={
        Language.EN: ("SERVICES", "MENU", "LIST OF SERVICES", "ONLINE SERVICES"),
        Language.FR: ("SERVICES", "MENU", "LISTE DES SERVICES", "SERVICES EN LIGNE"),
    },
    follows=Follows.NOTHING,
    undecided=frozenset({"SERVICES", "MENU"}),
    whole_line=frozenset({"SERVICES", "MENU"}),
)

# The directory's order: open services as often as they are asked for, then those of an account. A command that is no service to a
# customer (HELP, LOGIN, the administrators') is not in it.
DIRECTORY = (
    *("trace", "request_access", "forgot_password", "my_request", "language", "contact", "stop"),
    *("my_shipments", "profile", "change_password", "members", "invite", "remove", "link"),
)


def handler_for(others: Sequence[CommandSpec]) -> Handler:
    """The command for a table whose other commands are `others`; the directory lists what is really loaded."""
    loaded = {spec.name: spec for spec in others}
    present = [loaded[name] for name in DIRECTORY if name in loaded]

    async def answer(visit: Visit, command: Command) -> Reply:
        """The directory; once the reader is logged in, no service has its key any more."""
        services = tuple(row(spec, logged_in=visit.logged_in) for spec in present)
        return Reply("services/list", {"services": services, "logged_in": visit.logged_in})

    return Handler(SPEC, answer)
