"""What the grammar is told of a message, and what it has heard of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.check_digits import CheckDigit
from bot.core.commands import Command
from bot.core.folding import fold
from bot.core.immutable import immutable
from bot.core.values import Language


@immutable
class Context:
    """What is known of a message besides its words.

    `subject_is_reply`: the subject has a reply prefix, or the message answers our letter, so the subject counts as quoted.
    `has_choices`: a numbered list was sent, from which a bare "2" picks. `answers_us`: it answers our letter, where courtesy alone
    asks for nothing. `answered_text`: the subject and our letter, where a question without a number takes its PRO numbers from.
    `own_code`: the access code (folded) of whoever writes, where that is proved: it is a code even when it looks like a word.
    """

    subject_is_reply: bool = False
    has_choices: bool = False
    answers_us: bool = False
    answered_text: str = ""
    check_digit: CheckDigit = CheckDigit.NONE
    own_code: str = ""


@dataclass(slots=True)
class Line:
    """A line as written and its folded words."""

    raw: str
    words: list[str]

    @classmethod
    def of(cls, raw: str) -> Line:
        """The line with its words."""
        return cls(raw, fold(raw).split())


@dataclass(slots=True)
class Heard:
    """What was heard: values only, thrown away with the reading.

    `left` are the lines that no command took; `prose` counts those of the text. `polite`: something courteous was said; `closing`:
    thanks were said, so that the writer's name may follow. `switch`: an explicit wish for a language. `title`: a subject that is a
    form's title, so that the text belongs to it; `weak`: a subject that is only an ordinary word which is a command too.
    """

    commands: list[Command] = field(default_factory=list)
    left: list[Line] = field(default_factory=list)
    prose: int = 0
    polite: bool = False
    closing: bool = False
    switch: Language | None = None
    title: Command | None = None
    weak: Command | None = None
