"""Forms asked step by step, in chat and terminal: what is asked next, and a draft that outlives a restart.

A draft is answered only while it is fresh: what somebody writes the next day is no answer to yesterday's question. The command
that began the form takes an older draft up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.accounts.stores import Drafts
from bot.core.chat_buttons import FORM, mark
from bot.core.forms import FORMS, Form, FormState, Step, advance, begin
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit
from handlers.office import office_of

FRESH = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form as a letter or summary shows it. `problem` is "" or the reason's word, `wrong` what was written there."""

    key: str
    labels: Mapping[Language, str]
    required: bool
    value: str = ""
    problem: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer: the next question, or the values of a form that is `done`."""

    form: Form
    reply: Reply | None = None
    values: Mapping[str, str] | None = None


async def start(visit: Visit, form: Form, values: Mapping[str, str] | None = None) -> Reply:
    """Asks the first question, or the next one where a draft of this form was left; `values` are known already."""
    draft = await _draft(visit, form.name)
    kept = {**(draft[1].values if draft else {}), **(values or {})}
    resumed = draft is not None and bool(draft[1].values)
    return await _asked(visit, form, begin(form, kept or None, office_of(visit).objection), resumed=resumed)


async def current(visit: Visit) -> FormState | None:
    """The form that waits for an answer of this conversation, None when there is none."""
    return await under_way(visit.files.drafts, visit.sender.key, visit.now)


async def under_way(drafts: Drafts, conversation: str, now: datetime) -> FormState | None:
    """The form that waits for an answer of a conversation, None when there is none."""
    latest = await drafts.latest(conversation)
    draft = _read(latest[1]) if latest is not None and latest[0] in FORMS else None
    return draft[1] if draft is not None and now - draft[0] < FRESH else None


def mark_of(state: FormState) -> str:
    """What the buttons of a step are bound to: an old question's buttons must not answer a newer one."""
    return mark(FORM, state.form, state.at, sorted(state.values.items()), state.mending)


async def take(visit: Visit, text: str) -> Taken | None:
    """Takes an answer; None when no form waits for one."""
    state = await current(visit)
    if state is None:
        return None
    form = FORMS[state.form]
    step = advance(form, state, text, office_of(visit).objection)
    if step.cancelled:
        await visit.files.drafts.drop(visit.sender.key, form.name)
        return Taken(form, Reply("form/cancelled", {"form": form.name}))
    if step.done:
        await visit.files.drafts.drop(visit.sender.key, form.name)
        return Taken(form, values=step.state.values)
    return Taken(form, await _asked(visit, form, step))


async def keep(visit: Visit, form: Form, state: FormState) -> None:
    """Keeps a draft."""
    await visit.files.drafts.put(visit.sender.key, form.name, f"{visit.now.isoformat()}\n{state.to_json()}", visit.now)


async def kept_values(visit: Visit, form: Form) -> Mapping[str, str]:
    """What a draft of this conversation holds."""
    return await values_of(visit, visit.sender.key, form)


async def values_of(visit: Visit, conversation: str, form: Form) -> Mapping[str, str]:
    """What a draft of a conversation holds: another one's only for whoever has its word (`handlers/carry_on.py`)."""
    draft = await _draft(visit, form.name, conversation)
    return draft[1].values if draft is not None else {}


def lines_of(
    form: Form, values: Mapping[str, str], problems: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
) -> tuple[Line, ...]:
    """The lines of a form with what is known of them."""
    problems, wrong = problems or {}, wrong or {}
    return tuple(
        Line(one.key, one.labels, one.required, values.get(one.key, ""), problems.get(one.key, ""), wrong.get(one.key, ""))
        for one in form.fields
    )


async def _asked(visit: Visit, form: Form, step: Step, *, resumed: bool = False) -> Reply:
    await keep(visit, form, step.state)
    facts = {"form": form.name, "total": step.total, "problem": step.problem, "resumed": resumed}
    bound = mark_of(step.state)
    if step.ask is None:
        return Reply("form/summary", {**facts, "lines": lines_of(form, dict(step.summary))}, mark=bound)
    line = Line(step.ask.key, step.ask.labels, step.ask.required, step.current)
    return Reply("form/step", {**facts, "line": line, "number": step.number, "back": step.can_go_back}, mark=bound)


async def _draft(visit: Visit, name: str, conversation: str = "") -> tuple[datetime, FormState] | None:
    text = await visit.files.drafts.get(conversation or visit.sender.key, name)
    return None if text is None else _read(text)


def _read(text: str) -> tuple[datetime, FormState] | None:
    at, _, state = text.partition("\n")
    try:
        return datetime.fromisoformat(at), FormState.from_json(state)
    except ValueError:  # a form that changed with a new version is begun again
        return None
