"""What belongs to a dialogue under way, whatever words it holds: asked before a message's commands are answered.

| the message                                | belongs to                                                  |
|--------------------------------------------|-------------------------------------------------------------|
| answers a test letter (TEST)               | the test, whatever it says                                  |
| answers a question's letter (ANSWER)       | the request's thread, unless it is a bare command           |
| answers the form's letter (FORM)           | the form, unless a command was read                         |
| answers a question for YES in other words  | the question: asked again, unless a command was read        |
| answers an administrator's letter (REQUEST)| nothing was decided: asked again, unless a command was read |
| replies to a card in the administrators' chat | as the answer to an administrator's letter               |
| taps a card's button in the wrong hand     | nobody: refused, and noted in the audit trail               |
| decides under a dead or foreign token      | nobody: refused, and noted in the audit trail               |
| is written in a chat with a form under way | the form, unless it is a command of its own                 |
| taps a button of a form's question         | the form, when that question still waits                    |
| answers a credentials letter, or in a limited session | the choice of a password, unless a command was read |
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.accounts.tokens import Purpose, looks_issued
from bot.core.chat import Origin
from bot.core.chat_buttons import FORM
from bot.core.commands import Command
from bot.core.forms import FORMS, FieldKind, FormState
from bot.core.replies import Reply
from bot.core.values import Channel
from bot.core.visit import Visit
from handlers import access, asking, deciding, testing, yes
from handlers.form_answers import continue_form
from handlers.form_steps import current, mark_of
from handlers.unread_password import unread_password

_OF_FORMS = frozenset({"undo", "yes"})  # CANCEL and YES are words of every form as well


async def overheard(visit: Visit, commands: Sequence[Command]) -> Reply | None:
    """The answer of the dialogue to which a message belongs, None when its commands are to be answered as usual."""
    token = visit.access.token
    if token is not None and token.grant.purpose is Purpose.TEST:
        return await testing.judged(visit, token)
    if token is not None and token.grant.purpose is Purpose.ANSWER:
        return None if commands and _is_bare(visit.text) else await asking.answered(visit, token)
    if visit.channel is Channel.MAIL:
        if commands:
            return None
        if access.fills_form(visit):
            return await access.form_by_mail(visit, visit.text)
        if (again := yes.asked_again(visit)) is not None:
            return again
        if deciding.decides_in_vain(visit):
            return await deciding.refused(visit)
        return await deciding.unclear_answer(visit) or unread_password(visit)
    if visit.chat is not None and looks_issued(visit.chat.mark):
        return None if commands and visit.access.listed else await deciding.refused(visit)
    if visit.access.granted(Purpose.REQUEST) is not None:
        return None if commands else await deciding.unclear_answer(visit)
    return await _of_form(visit, commands) or (None if commands else unread_password(visit))


async def _of_form(visit: Visit, commands: Sequence[Command]) -> Reply | None:
    """The next step of a form under way in a chat or at a terminal. Others' words and edits of old ones answer no question."""
    chat = visit.chat
    if chat is not None and (chat.in_group or chat.edited or chat.origin is not Origin.OWN):
        return None
    state = await current(visit)
    if chat is not None and chat.mark.startswith(FORM):
        if state is None or mark_of(state) != chat.mark:
            return Reply("form/over", toast=True)
        return await continue_form(visit, visit.text)
    if state is None or (_are_its_own(commands) and not _asks_for_language(state)):
        return None
    return await continue_form(visit, visit.text)


def _is_bare(text: str) -> bool:
    return len([line for line in text.splitlines() if line.strip()]) <= 1


def _are_its_own(commands: Sequence[Command]) -> bool:
    # A command that no word called is a number, which the form may have asked for.
    return any(command.word and command.name not in _OF_FORMS for command in commands)


def _asks_for_language(state: FormState) -> bool:
    fields = FORMS[state.form].fields
    return state.at < len(fields) and fields[state.at].kind is FieldKind.LANGUAGE
