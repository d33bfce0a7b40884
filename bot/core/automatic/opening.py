"""The first new words of a letter: what its writer, man or machine, says before any quote.

Everything here is linear in the length of the text, and reads no more than `READ` characters of it.
"""

import re
import unicodedata
from dataclasses import dataclass

READ = 4_000  # characters of the text that are looked at
KEPT = 2_000  # characters of new words that are kept; a longer letter is not a notice
MOST_LINES = 60

# Where a quoted or forwarded letter begins that is not marked with ">".
_QUOTE_BEGINS = re.compile(
    r"-{2,} ?(?:original message|forwarded message|message d'origine|message original|message transfere|mensaje original)"
    r"|_{10,}$|(?:from|de|von) ?: |begin forwarded message|debut du message (?:transfere|reexpedie)"
)
_ATTRIBUTION = re.compile(r"(?:on|le|el|am) [^\n]{5,200}(?:wrote|a ecrit|escribio) ?:$")
# A line that only greets or only says where the other language is.
_PREAMBLE = re.compile(
    r"(?:hello|hi|hey|dear|greetings|good (?:morning|afternoon|evening|day)|to whom it may concern|bonjour|bonsoir|salut"
    r"|cher|chere|madame|monsieur|hola|hallo|guten tag)\b[^.:;!?]{0,40}[,.:!]?$"
    r"|\W{0,3}(?:(?:the |le |la )?(?:english|french|francais|anglais|version)\b[^.:;?]{0,60}"
    r"(?:follow|below|suit|ci-dessous|plus bas|au bas|bas de page)\w*)\W{0,3}$"
)
# What a relay puts above letters from outside; it is nobody's first word.
_BANNER = re.compile(
    r"(?:caution|warning|external|attention|avertissement|mise en garde|externe?|courriel externe|avis)\b[^\n]{0,40}"
    r"(?:e-?mail|message|courriel|sender|expediteur|$)[^\n]*"
)
# A greeting before the first sentence on the same line.
_GREETING = re.compile(
    r"(?:hello|hi|hey|dear|greetings|good (?:morning|afternoon|evening|day)|bonjour|bonsoir|salut|cher|chere|madame|monsieur)"
    r"\b[^.:;!?,]{0,30}[,.:!-] ?(?=\S)"
)
_ORNAMENT = "*#=~_|-+[](){}<>\u2022\u00b7 \t"


@dataclass(frozen=True, slots=True)
class Opening:
    """The new words at the top of a letter, folded and on one line; `whole` says that there are no more of them."""

    words: str
    whole: bool


def fold(text: str) -> str:
    """Lower case without accents, plain apostrophes and dashes, single spaces: the form in which phrases are compared."""
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_PLAIN))
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(folded.split())


_PLAIN = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-"})


def _before_first_word(folded: str) -> bool:
    return bool(_PREAMBLE.match(folded)) or (
        bool(_BANNER.match(folded)) and re.search(r"outside|externe|exterieur|external", folded) is not None
    )


def opening(text: str) -> Opening:
    """The new words of `text` up to a forwarded letter, a signature or `KEPT` characters; quoted lines are left out."""
    lines: list[str] = []
    size = 0
    for number, raw in enumerate(text[:READ].splitlines()):
        line = raw.rstrip()
        if line.lstrip().startswith(">"):
            continue
        folded = fold(line)
        if line in ("--", "---") or (not raw[:1].isspace() and _QUOTE_BEGINS.match(folded)):
            return Opening(" ".join(lines), whole=True)
        folded = folded.strip(_ORNAMENT) if len(lines) < 3 else folded
        if not folded or _ATTRIBUTION.match(folded) or (not lines and _before_first_word(folded)):
            continue
        if not lines:
            folded = _GREETING.sub("", folded, count=1) if _GREETING.match(folded) else folded
        lines.append(folded)
        size += len(folded) + 1
        if number >= MOST_LINES or size >= KEPT:
            return Opening(" ".join(lines)[:KEPT], whole=False)
    return Opening(" ".join(lines), whole=len(text) <= READ)
