"""Every command of the counter, in the order in which HELP lists them.

A command is here or it does not exist: nothing registers itself by being imported. The administrators' commands are read only in
mail that says it is from one of them: their words ("deny", "ask") are ordinary ones.
"""

from __future__ import annotations

from bot.core.commands import Handler
from handlers import (
    access,
    carry_on,
    contact,
    deciding,
    forgot,
    help,
    language,
    linking,
    login,
    logout,
    members,
    my_request,
    my_shipments,
    new_code,
    object,
    passwords,
    profile,
    request_lists,
    services,
    stop,
    trace,
    yes,
)

_FIRST: tuple[Handler, ...] = (trace.HANDLER,)
_OTHERS: tuple[Handler, ...] = (
    language.HANDLER,
    contact.HANDLER,
    access.HANDLER,
    forgot.HANDLER,
    my_request.HANDLER,
    new_code.HANDLER,
    login.HANDLER,
    logout.HANDLER,
    my_shipments.HANDLER,
    profile.HANDLER,
    passwords.CHANGE,
    passwords.NEW,
    members.LIST,
    members.INVITE,
    members.REMOVE,
    linking.LINK,
    linking.UNLINK,
    object.HANDLER,
    carry_on.HANDLER,
    yes.HANDLER,
    stop.HANDLER,
)
_SERVICES = services.handler_for([handler.spec for handler in (*_FIRST, *_OTHERS)])
_WITHOUT_HELP: tuple[Handler, ...] = (*_FIRST, _SERVICES, *_OTHERS)

HANDLERS: tuple[Handler, ...] = (*_WITHOUT_HELP, help.handler_for([handler.spec for handler in _WITHOUT_HELP]))
FOR_ADMINISTRATORS: tuple[Handler, ...] = (*deciding.HANDLERS, request_lists.HANDLER)
