"""What becomes of an answer in a form asked step by step: the next question, or what a complete form is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.core.forms import ACCESS, FORGOT, PROFILE
from bot.core.replies import Reply
from bot.core.values import Channel
from bot.core.visit import Visit
from handlers import access, forgot, form_steps, profile

_SUBMIT: Mapping[str, Callable[[Visit, Mapping[str, str]], Awaitable[Reply]]] = {
    ACCESS.name: access.submit,
    FORGOT.name: forgot.submit_form,
    PROFILE.name: profile.submit,
}


async def continue_form(visit: Visit, text: str) -> Reply | None:
    """The next step of whatever form is under way in a chat or at a terminal; None when there is none, or by mail."""
    taken = await form_steps.take(visit, text) if visit.channel is not Channel.MAIL else None
    if taken is None:
        return None
    return taken.reply if taken.values is None else await _SUBMIT[taken.form.name](visit, taken.values)
