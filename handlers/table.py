"""Every command of the counter, in the order in which HELP lists them.

A command is here or it does not exist: nothing registers itself by being imported.
"""

from __future__ import annotations

from bot.core.commands import Handler
from handlers import contact, help, language, services, stop, trace

_OPEN: tuple[Handler, ...] = (trace.HANDLER, language.HANDLER, contact.HANDLER, stop.HANDLER)
_SERVICES = services.handler_for([handler.spec for handler in _OPEN])
_WITHOUT_HELP: tuple[Handler, ...] = (_OPEN[0], _SERVICES, *_OPEN[1:])

HANDLERS: tuple[Handler, ...] = (*_WITHOUT_HELP, help.handler_for([handler.spec for handler in _WITHOUT_HELP]))
