"""A form as lines of a letter: written to be filled in, and read back out of whatever a mail program made of it.

Lines may be quoted (`> Name *: Julie`), bulleted, bold, in either language and any order; a value may stand on the line below its
label. New words are read first, the quoted form fills what they leave open, so that a letter kept from an earlier try counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.folding import fold
from bot.core.forms.checks import Objection, check, no_objection
from bot.core.forms.definition import Field, FieldKind, Form
from bot.core.values import Language

MAX_LINES = 400

_PREFIX = re.compile(r"\s*(?:[>|»]\s?)*\s*")
_QUOTED = re.compile(r"\s*[>|]")
_BULLET = re.compile(r"^(?:[-•·*+]\s+|\d{1,2}[.)]\s+)")
_SEPARATOR = re.compile(r"\s*[:：=\t]\s*|\s+[-–—]\s+")
_NOTE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_BLANK = re.compile(r"[\s_.…·\-*\[\](){}|]*")
_LINK = re.compile(r"\s*(?:<mailto:[^>]*>|\(mailto:[^)]*\)|\[mailto:[^\]]*\])", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(mailto:[^)]*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormReading:
    """What a letter's form says.

    `values` are those that may stand, by the field's key; `problems` the fields that are missing or wrong, with the reason's word,
    in the form's order; `wrong` what was written there; `loose` the new lines that belong to no field.
    """

    values: Mapping[str, str]
    problems: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    loose: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every required field is there and nothing is wrong."""
        return not self.problems

    @property
    def touched(self) -> bool:
        """Whether any field was filled in at all."""
        return bool(self.values or self.wrong)


def block_lines(form: Form, language: Language, values: Mapping[str, str] | None = None) -> list[str]:
    """The form's lines to fill in (`Name *: `), with the values that are known already. French sets a no-break space before `:`."""
    colon = "\u00a0:" if language is Language.FR else ":"
    known = values or {}
    return [f"{one.labels[language]}{' *' if one.required else ''}{colon} {known.get(one.key, '')}" for one in form.fields]


def read_form(form: Form, text: str, quoted: str = "", objection: Objection = no_objection) -> FormReading:
    """Reads a form out of the new text and, for what that leaves open, out of the quoted part."""
    raw, loose = _read_lines(form, text, quoted=False)
    in_quote = _read_lines(form, quoted, quoted=True)[0]
    if not raw and in_quote:
        raw = _typed_between(form, text, in_quote)
        loose = [] if raw else loose
    for key, value in in_quote.items():
        if not raw.get(key):
            raw[key] = value
    return _checked(form, raw, tuple(loose), objection)


def with_values(form: Form, reading: FormReading, kept: Mapping[str, str]) -> FormReading:
    """A reading completed by values from an earlier letter: what the new one says wins, also where it is wrong."""
    values = {**{key: value for key, value in kept.items() if key not in reading.wrong}, **reading.values}
    problems = {key: reason for key, reason in reading.problems.items() if key not in values}
    return FormReading(values, problems, reading.wrong, reading.loose)


def _typed_between(form: Form, text: str, quoted: Mapping[str, str]) -> dict[str, str]:
    """Values typed below the labels of a quoted form, which the cutting of the reply left as paragraphs without their labels.

    They count only when there are exactly as many as empty lines (all, or the required ones), in order, and every one may stand in
    its field, an address among them: nothing else looks like that. {} otherwise.
    """
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    empty = [one for one in form.fields if not quoted.get(one.key)]
    for fields in (empty, [one for one in empty if one.required]):
        if len(fields) == len(paragraphs) and any(one.kind is FieldKind.EMAIL for one in fields):
            pairs = list(zip(fields, paragraphs, strict=True))
            if not any(check(one, value).problem for one, value in pairs):
                return {one.key: value for one, value in pairs}
    return {}


def _checked(form: Form, raw: Mapping[str, str], loose: tuple[str, ...], objection: Objection) -> FormReading:
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for one in form.fields:
        checked = check(one, raw.get(one.key, ""), objection)
        if checked.problem:
            problems[one.key] = checked.problem
            if raw.get(one.key):
                wrong[one.key] = raw[one.key][: one.longest]
        elif checked.value:
            values[one.key] = checked.value
    return FormReading(values, problems, wrong, loose)


def _read_lines(form: Form, text: str, *, quoted: bool) -> tuple[dict[str, str], list[str]]:
    raw: dict[str, str] = {}
    loose: list[str] = []
    waiting: Field | None = None  # whose value may stand on the lines below
    begun = label_quoted = False
    for line, is_quoted in _lines(text):
        found = _labelled(form, line, strict=quoted or is_quoted)
        if found is not None:
            one, value = found
            if value or one.key not in raw:
                raw[one.key] = value
            label_quoted, begun = is_quoted, bool(value)
            waiting = one if not value or one.kind is FieldKind.LONG else None
        elif not line:
            waiting = None if begun else waiting
        elif waiting is not None and _belongs(waiting, quoted, is_quoted, label_quoted, begun):
            raw[waiting.key] = f"{raw[waiting.key]} {_value(line)}".strip()
            begun = True
            waiting = waiting if waiting.kind is FieldKind.LONG else None
        elif not is_quoted:
            waiting = None
            loose.append(line)
    return raw, loose


def _belongs(waiting: Field, quoted: bool, is_quoted: bool, label_quoted: bool, begun: bool) -> bool:
    # An empty last line of a quoted form is followed by our own letter's words: they are nobody's remarks.
    if (quoted or label_quoted) and waiting.kind is FieldKind.LONG and not begun:
        return label_quoted and not is_quoted
    return is_quoted == label_quoted or not is_quoted


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines without quote marks, bullets and bold, each with whether it was quoted."""
    for raw in text.splitlines()[:MAX_LINES]:
        line = _PREFIX.sub("", raw, count=1)
        yield _BULLET.sub("", line).strip(), _QUOTED.match(raw) is not None


def _labelled(form: Form, line: str, *, strict: bool) -> tuple[Field, str] | None:
    """The field and value of a `Label: value` line; a label alone counts in new text, in a quote only with its asterisk."""
    for separator in _SEPARATOR.finditer(line):
        one = form.by_label.get(fold(_NOTE.sub("", line[: separator.start()])))
        if one is not None:
            return one, _value(line[separator.end() :])
    if not strict or line.endswith("*"):
        one = form.by_label.get(fold(_NOTE.sub("", line)))
        if one is not None:
            return one, ""
    return None


def _value(text: str) -> str:
    plain = _LINK.sub("", _MARKDOWN_LINK.sub(r"\1", text)).strip().strip("*").strip()
    return "" if _BLANK.fullmatch(plain) else plain.strip("_").strip()
