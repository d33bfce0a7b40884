"""Forms: one definition each, filled in by mail as lines of a letter, in chat and terminal step by step."""

from __future__ import annotations

from bot.core.forms.definition import ACCESS, FORGOT, FORMS, PROFILE, Field, FieldKind, Form
from bot.core.forms.dialogue import FormState, Step, advance, begin
from bot.core.forms.letter import FormReading, block_lines, read_form, with_values

__all__ = [
    "ACCESS",
    "FORGOT",
    "FORMS",
    "PROFILE",
    "Field",
    "FieldKind",
    "Form",
    "FormReading",
    "FormState",
    "Step",
    "advance",
    "begin",
    "block_lines",
    "read_form",
    "with_values",
]
