"""A form asked step by step, in chat and terminal: "3 of 7", back, skip, cancel, and at last a summary to confirm.

The state is a plain JSON object: a form begun in a letter is finished in chat, and a restart loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.folding import fold
from bot.core.forms.checks import MISSING, Objection, check, no_objection
from bot.core.forms.definition import FORMS, Field, Form

_BACK = frozenset({"BACK", "PREVIOUS", "RETOUR", "PRECEDENT", "ARRIERE", "REVENIR"})
_SKIP = frozenset({"SKIP", "PASSER", "SAUTER", "NONE", "AUCUN", "AUCUNE", ""})  # "" folds from a lone dash
_CANCEL = frozenset({"CANCEL", "ANNULER", "ABANDONNER", "QUIT", "QUITTER"})
_YES = frozenset({"YES", "OUI", "OK", "Y", "O", "CONFIRM", "CONFIRMER"})
_NO = frozenset({"NO", "NON", "N"})

WHICH = "which"  # at the summary: say which line to change
CONFIRM = "confirm"  # at the summary: neither a line nor YES


@dataclass(frozen=True, slots=True)
class FormState:
    """Where somebody is in a form. `at` is the field's index, the number of fields at the summary; `mending` goes back there."""

    form: str
    at: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    mending: bool = False

    def to_json(self) -> str:
        """The state as JSON."""
        return json.dumps([self.form, self.at, dict(self.values), self.mending])

    @staticmethod
    def from_json(text: str) -> FormState:
        """The state that `to_json` wrote. Raises ValueError when the form is no longer known."""
        name, at, values, mending = json.loads(text)
        form = FORMS.get(name)
        if form is None or not 0 <= at <= len(form.fields):
            raise ValueError(f"there is no form {name!r} with a step {at}; begin it again")
        return FormState(name, at, values, mending)


@dataclass(frozen=True, slots=True)
class Step:
    """What to show next.

    `ask` is the field to ask for, None at the summary and when it is over. `number` of `total` is the progress, `problem` the
    reason's word why the last answer did not do ("" for none), `current` the value that is there already. `summary` holds key and
    value of every field, in order, at the summary. `done` and `cancelled` end it.
    """

    state: FormState
    ask: Field | None = None
    number: int = 0
    total: int = 0
    problem: str = ""
    current: str = ""
    summary: tuple[tuple[str, str], ...] = ()
    done: bool = False
    cancelled: bool = False

    @property
    def can_go_back(self) -> bool:
        """Whether BACK leads anywhere."""
        return self.ask is None or self.state.at > 0 or self.state.mending


def begin(form: Form, values: Mapping[str, str] | None = None, objection: Objection = no_objection) -> Step:
    """Begins a form, or goes on with one whose first lines came by mail: at the first field that is not answered yet.

    A field counts as answered when it has a value; from a letter that answered every required one it goes to the summary.
    """
    given = values or {}
    kept = {one.key: checked.value for one in form.fields if (checked := check(one, given.get(one.key, ""), objection)).value}
    missing = [index for index, one in enumerate(form.fields) if one.required and one.key not in kept]
    at = missing[0] if missing else len(form.fields) if kept else 0
    return _show(form, FormState(form.name, at, kept, mending=bool(kept) and bool(missing)))


def advance(form: Form, state: FormState, text: str, objection: Objection = no_objection) -> Step:
    """Takes one answer."""
    word = fold(text)
    if word in _CANCEL:
        return replace(_show(form, state), ask=None, summary=(), cancelled=True)
    if state.at >= len(form.fields):
        return _confirm(form, state, word)
    if word in _BACK:
        return _show(form, _back(form, state))
    one = form.fields[state.at]
    if word in _SKIP:
        if one.required:
            return _show(form, state, MISSING)
        values = {key: value for key, value in state.values.items() if key != one.key}
        return _show(form, _forward(form, replace(state, values=values)))
    checked = check(one, text, objection)
    if checked.problem:
        return _show(form, state, checked.problem)
    return _show(form, _forward(form, replace(state, values={**state.values, one.key: checked.value})))


def _forward(form: Form, state: FormState) -> FormState:
    if not state.mending:
        return replace(state, at=state.at + 1)
    missing = [index for index, one in enumerate(form.fields) if one.required and one.key not in state.values]
    return replace(state, at=missing[0]) if missing else replace(state, at=len(form.fields), mending=False)


def _back(form: Form, state: FormState) -> FormState:
    if state.mending and all(one.key in state.values for one in form.fields if one.required):
        return replace(state, at=len(form.fields), mending=False)  # back to the summary that this came from
    return replace(state, at=max(0, state.at - 1))


def _confirm(form: Form, state: FormState, word: str) -> Step:
    if word in _YES:
        missing = any(one.required and one.key not in state.values for one in form.fields)
        return _show(form, _forward(form, replace(state, mending=True))) if missing else _ended(form, state)
    if word in _BACK:
        return _show(form, replace(state, at=len(form.fields) - 1))
    if word in _NO:
        return _show(form, state, WHICH)
    index = _line_meant(form, word)
    if index is None:
        return _show(form, state, CONFIRM)
    return _show(form, replace(state, at=index, mending=True))


def _ended(form: Form, state: FormState) -> Step:
    return Step(state, number=len(form.fields), total=len(form.fields), done=True)


def _line_meant(form: Form, word: str) -> int | None:
    if word.isascii() and word.isdigit() and 1 <= int(word[:3]) <= len(form.fields):
        return int(word[:3]) - 1
    one = form.by_label.get(word)
    return None if one is None else form.fields.index(one)


def _show(form: Form, state: FormState, problem: str = "") -> Step:
    total = len(form.fields)
    if state.at >= total:
        summary = tuple((one.key, state.values.get(one.key, "")) for one in form.fields)
        return Step(state, number=total, total=total, problem=problem, summary=summary)
    one = form.fields[state.at]
    return Step(state, one, state.at + 1, total, problem, state.values.get(one.key, ""))
