"""Reading a message: which commands its subject and its new text hold, in order, and what it may have meant when they hold none.

The rules, from the design: courtesy is skipped; up to three lines of prose may stand before an open command; a command that changes
anything comes first after a greeting; reading stops at END, a signature, a quote; PRO numbers alone are an open TRACE unless
another command matched. Guessing may show public facts, and never does anything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.core.commands import Command, Follows, Reading
from bot.core.courtesy import CLOSING, GREETINGS, is_name, names_somebody, only_courtesy, skip_courtesy
from bot.core.folding import after_words, fold
from bot.core.grammar.conclusion import conclude
from bot.core.grammar.heard import Context, Heard, Line
from bot.core.grammar.lines import MAX_LINE, is_end, is_footer, is_rule, is_sign_off, split_lines
from bot.core.grammar.matching import Match, match
from bot.core.grammar.vocabulary import Vocabulary
from bot.core.grammar.wishes import wished_language
from bot.core.trace_arguments import choice_of, is_trace_list

MAX_COMMANDS = 20  # in one message
_AFTER_NAME = re.compile(r"[,!.;:\u2013\u2014-]\s")


def read(vocabulary: Vocabulary, subject: str, text: str, context: Context) -> Reading:
    """What the message says. Never raises; what is looked at is bounded (`lines`), and the time is linear in it."""
    reader = _Reader(vocabulary, context)
    if subject and not context.subject_is_reply:
        reader.read_subject(subject[:MAX_LINE])
    reader.read_text(split_lines(text))
    return conclude(vocabulary, context, reader.heard)


class _Reader:
    """Reads the lines one after another into what was heard."""

    __slots__ = ("context", "heard", "vocabulary")

    def __init__(self, vocabulary: Vocabulary, context: Context) -> None:
        self.vocabulary = vocabulary
        self.context = context
        self.heard = Heard()

    def _match(self, line: Line, prose: int = 0) -> Match | None:
        return match(self.vocabulary, line, prose, self.context.own_code)

    def read_subject(self, raw: str) -> None:
        """Read the subject as one line; it never counts as prose."""
        heard = self.heard
        line = Line.of(raw)
        if not line.words:
            return
        heard.switch, alone = wished_language(line.words)
        if alone:
            return
        found = self._match(line)
        if found is None:
            if not only_courtesy(line.words):
                heard.left.append(line)
            return
        command = replace(found.command, in_subject=True)
        if found.spec.follows is Follows.EVERYTHING:
            heard.title = command
        elif not command.argument and found.spec is not self.vocabulary.trace and self._is_ordinary(found):
            heard.weak = command
        else:
            heard.commands.append(command)

    def _is_ordinary(self, found: Match) -> bool:
        return any(fold(word) == found.command.word for word in found.spec.whole_line)

    def read_text(self, raws: Sequence[str]) -> None:
        """Read the lines until something says that the writer's words are over."""
        title = self.heard.title
        if title is not None and not self._repeats(raws, title):
            self.heard.commands.append(replace(title, lines=_until_end(raws)))
            return
        place = 0
        while place < len(raws) and len(self.heard.commands) < MAX_COMMANDS:
            place = self._read_line(raws, place)

    def _repeats(self, raws: Sequence[str], title: Command) -> bool:
        """Whether the text begins with the command that the subject names, so that the subject adds nothing."""
        for raw in raws[:10]:
            line = Line.of(raw)
            if line.words and not only_courtesy(line.words):
                found = self._match(line)
                return found is not None and found.spec.name == title.name
        return False

    def _read_line(self, raws: Sequence[str], place: int) -> int:
        """Read one line; the number of the line to go on with, past the end where reading stops."""
        heard = self.heard
        raw = raws[place]
        line = Line.of(raw)
        words = line.words
        if not words:
            heard.polite = heard.polite or bool(raw.strip())  # 👍
            return len(raws) if is_rule(raw) else place + 1
        if raw.lstrip().startswith(">"):
            return place + 1
        if is_end(words) or is_footer(words):
            return len(raws)
        wish, alone = wished_language(words)
        heard.switch = heard.switch or wish
        if alone:
            return place + 1
        found = self._match(line, heard.prose)
        if found is not None:
            return self._take(found, raws, place)
        if is_sign_off(words) and (heard.left or heard.commands or heard.polite):
            heard.polite = True
            return len(raws)
        return self._without_command(line, raws, place)

    def _without_command(self, line: Line, raws: Sequence[str], place: int) -> int:
        """A line that is no command: courtesy, a pick, a greeting with a name, a signature, or else prose."""
        heard = self.heard
        words = line.words
        if only_courtesy(words):
            heard.polite = True
            heard.closing = heard.closing or any(CLOSING.at(words, number) for number in range(len(words)))
            return place + 1
        if self._picks(words):
            return place + 1
        if greeted := GREETINGS.at(words, 0):
            heard.polite = True
            found = self._after_name(line, greeted)
            if found is not None:
                return self._take(found, raws, place)
            if names_somebody(words, skip_courtesy(words), line.raw) and not self.vocabulary.begins(words[1:]):
                return place + 1
        if heard.closing and is_name(line.raw):
            return len(raws)
        heard.prose += 1
        heard.left.append(line)
        return place + 1

    def _picks(self, words: Sequence[str]) -> bool:
        """Take a bare "2" as the second line of the list just sent."""
        trace = self.vocabulary.trace
        heard = self.heard
        if trace is None or not self.context.has_choices or heard.commands or heard.prose:
            return False
        choice = choice_of(words[skip_courtesy(words) :])
        if choice is None:
            return False
        heard.commands.append(Command(trace.name, argument=str(choice)))
        return True

    def _after_name(self, line: Line, greeted: int) -> Match | None:
        """The command that follows "Bonjour Julie," on the same line."""
        after_greeting = after_words(line.raw, greeted)
        mark = _AFTER_NAME.search(after_greeting[:60])
        if mark is None or len(fold(after_greeting[: mark.start()]).split()) > 3:
            return None
        rest = Line.of(after_greeting[mark.end() :])
        return self._match(rest, self.heard.prose) if rest.words else None

    def _take(self, found: Match, raws: Sequence[str], place: int) -> int:
        """Keep a command with the further lines that belong to it; the number of the line after them."""
        spec = found.spec
        after = place + 1
        lines: tuple[str, ...] = ()
        if spec.follows is Follows.EVERYTHING:
            lines, after = _until_end(raws[after:]), len(raws)
        elif spec is self.vocabulary.trace:
            lines, after = _listed_numbers(raws, after)
        elif spec.follows is Follows.REQUIRED and not found.command.argument:
            lines, after = self._next_line(raws, after)
        self.heard.commands.append(replace(found.command, lines=lines) if lines else found.command)
        return after

    def _next_line(self, raws: Sequence[str], place: int) -> tuple[tuple[str, ...], int]:
        """The next line with words when it is no command and no courtesy: an argument written below its command."""
        for number in range(place, min(place + 3, len(raws))):
            line = Line.of(raws[number])
            if not line.words:
                continue
            if only_courtesy(line.words) or is_end(line.words) or is_footer(line.words) or self._match(line):
                break
            return (line.raw.strip(),), number + 1
        return (), place


def _until_end(raws: Sequence[str]) -> tuple[str, ...]:
    """Every further line up to END or FIN, as written; a signature belongs to it, as it tells who writes."""
    for number, raw in enumerate(raws):
        if is_end(fold(raw).split()):
            raws = raws[:number]
            break
    return tuple(raw for raw in raws if not raw.lstrip().startswith(">"))


def _listed_numbers(raws: Sequence[str], place: int) -> tuple[tuple[str, ...], int]:
    """The lines below TRACE that only list what to trace; blank lines may part them."""
    lines: list[str] = []
    after = place
    for number in range(place, len(raws)):
        words = fold(raws[number]).split()
        if not words:
            if is_rule(raws[number]):
                break
            continue
        if not is_trace_list(words):
            break
        lines.append(raws[number])
        after = number + 1
    return tuple(lines), after
