"""Tells what the writer of a mail wrote now from what is quoted, signed or added by machines.

When in doubt a line counts as quoted: a word that somebody else wrote must never be taken for the sender's own.
"""

import re
from collections import defaultdict

from bot.core.immutable import immutable
from bot.core.unquote import banner, disclaimer, header_block, phone_line, separators, signature
from bot.core.unquote.lines import Lines, fold, is_rule, plain_line_ends, split_lines
from bot.core.unquote.phrases import contains_any
from bot.core.unquote.quotes import QuotedLines


@immutable
class Cut:
    """A mail's text in three; lines end with LF.

    `new_text` is what the writer wrote now, blank edges stripped; answers between quoted lines are its paragraphs.
    `quoted` holds all quoted lines as they came, prefixes and attribution included. `signature` holds signature, phone
    lines and legal notices. Banners of gateways are in none of them.
    """

    new_text: str
    quoted: str
    signature: str


# Nothing that begins a quote, a signature or a banner can be written with these characters, but for the words below.
_PLAIN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿ ,.'’!?#()/\n-]*")
_LONGEST_PLAIN = 2000
_TELLING_PARTS = ("--", "wrote", "ecrit", *separators.REPLY_ABOVE)


def _telling_openings() -> dict[str, tuple[str, ...]]:
    """Every phrase that may tell something at the beginning of a line, by its first two letters."""
    openings: defaultdict[str, list[str]] = defaultdict(list)
    for concept in (separators, header_block, phone_line, banner, disclaimer, signature):
        for phrase in concept.OPENINGS:
            openings[phrase[:2]].append(phrase)
    return {letters: tuple(phrases) for letters, phrases in openings.items()}


_TELLING_OPENINGS = _telling_openings()


def cut_reply(text: str) -> Cut:
    """Cut the text of a mail into new text, quote and signature. Never raises; its work is linear in the text's length."""
    text = plain_line_ends(text)
    if len(text) <= _LONGEST_PLAIN and is_plain(text):
        return Cut(text.strip(), "", "")
    return cut_lines(split_lines(text))


def is_plain(text: str) -> bool:
    """Whether a short text can hold nothing to cut; most mails to the desk are such, and need no closer look."""
    if _PLAIN.fullmatch(text) is None:
        return False
    folded = fold(text)
    if contains_any(folded, _TELLING_PARTS):
        return False
    for line in folded.split("\n"):
        line = line.strip()
        if line and (not line[0].isalnum() or line.startswith(_TELLING_OPENINGS.get(line[:2], ()))):
            return False
    return True


def cut_lines(lines: Lines) -> Cut:
    """Cut a mail that needs the closer look."""
    first = banner.skip_banners(lines)
    quotes = QuotedLines(lines, first)
    quoted: list[str] = []
    signed: list[str] = []
    answers: list[str] = []
    index = first
    while index < len(lines.raw):
        start = index
        is_quote = quotes.marks[index]
        while index < len(lines.raw) and quotes.marks[index] == is_quote:
            index += 1
        if is_quote:
            quoted.extend(lines.raw[start:index])
            continue
        column = quotes.columns.get(index - 1)
        raw = lines.raw[start:index]
        keys = lines.keys[start:index]
        if column is not None:  # a quote begins on the last line of this piece
            quoted.append(raw[-1][column:])
            raw[-1] = raw[-1][:column]
            keys[-1] = fold(raw[-1]).strip()
        answer, signature_lines = _take_answer(raw, keys, said_before=bool(answers))
        signed.extend(signature_lines)
        if answer:
            answers.append(answer)
    if lines.rest:
        quoted.append(lines.rest)
    return Cut("\n\n".join(answers), "\n".join(quoted), "\n".join(signed))


def _take_answer(raw: list[str], keys: list[str], *, said_before: bool) -> tuple[str, list[str]]:
    """The new text of one piece, without drawn lines at its edges, and the lines of its signature."""
    trimmed = signature.trim(raw, keys, said_before)
    kept = trimmed.kept
    first, after = 0, len(kept)
    while first < after and (not keys[kept[first]] or is_rule(keys[kept[first]])):
        first += 1
    while after > first and (not keys[kept[after - 1]] or is_rule(keys[kept[after - 1]])):
        after -= 1
    answer = "\n".join(raw[index] for index in kept[first:after]).strip()
    return answer, [raw[index] for index in trimmed.signature]
