"""Banners that gateways put above mail from outside (`[EXTERNE]`, `CAUTION: This email originated from outside …`)."""

import re
from typing import Final

from bot.core.unquote.lines import Lines, is_rule
from bot.core.unquote.phrases import contains_any, heads

# Folded as lines.fold does it.
OPENINGS: Final = (
    "caution", "attention", "warning", "avertissement", "external", "externe", "mise en garde", "be careful",
    "prudence", "alerte", "alert", "notice", "avis", "important", "security notice", "avis de securite",
    "this email", "this e-mail", "this message", "this sender", "ce courriel", "ce message", "cet expediteur",
    "courriel externe", "message externe", "you don't often get", "vous n'obtenez pas souvent",
    "vous ne recevez pas souvent", "some people who received this", "certaines personnes ayant recu",
    "do not click", "ne cliquez pas", "never click", "soyez prudent", "please be c",
)  # fmt: skip
_CERTAIN: Final = (
    "originated outside", "originated from outside", "from outside", "outside of the org", "outside the org",
    "outside of your org", "outside your org", "outside of our", "outside our org", "external email",
    "external e-mail", "external sender", "external source", "exterieur de l'org", "exterieur de votre org",
    "exterieur de notre", "de l'exterieur", "courriel externe", "message externe", "source externe",
    "expediteur externe", "don't often get email", "pas souvent d'e-mail", "pas souvent de courriel",
    "pas souvent des courriers", "click links", "click on links", "external:", "externe :",
    "externe:", "cliquez pas sur", "learn why this is important", "decouvrez pourquoi",
)  # fmt: skip
_GOES_ON: Final = (
    "do not click", "click links", "attachment", "pieces jointes", "piece jointe", "recognize the sender",
    "recognise the sender", "reconnaissez", "reconnaitre", "l'expediteur", "the content is safe", "cliquez",
    "be cautious", "soyez prudent", "faites preuve de prudence", "learn why", "decouvrez pourquoi", "report phishing",
    "hameconnage", "lorsque vous", "avec prudence",
)  # fmt: skip
_TAG = re.compile(
    r"[\[(<{*]{1,3} ?(?:externe?|external|ext|exterieur|outside|external e-?mail|external sender|courriel externe"
    r"|message externe|expediteur externe|externe ?/ ?external|external ?/ ?externe) ?[\])>}*]{1,3}[ :\-]*"
)
_HIGHEST_LINES = 12  # a banner stands at the top
_WRAPPED_FROM = 45  # characters: a shorter line without a full stop ends there all the same


def _opens(lines: Lines, index: int) -> bool:
    key = lines.keys[index].strip("*_=#[]()!| ")
    return key.startswith(OPENINGS) and contains_any(heads(lines.keys, index, 4), _CERTAIN)


def _last_line(lines: Lines, index: int) -> int:
    """The last line of the banner that begins on line `index`."""
    keys = lines.keys
    while index + 1 < len(keys) and keys[index + 1]:
        sentence_goes_on = len(keys[index]) > _WRAPPED_FROM and keys[index][-1] not in ".!>])*"
        if not sentence_goes_on and not contains_any(keys[index + 1][:300], _GOES_ON):
            break
        index += 1
    return index


def skip_banners(lines: Lines) -> int:
    """The first line after the banners at the top; a tag before the writer's first words is cut out of `lines`."""
    index = 0
    for _ in range(_HIGHEST_LINES):
        rule_end = index
        while rule_end < len(lines.keys) and (not lines.keys[rule_end] or is_rule(lines.keys[rule_end])):
            rule_end += 1
        if rule_end == len(lines.keys):
            return index
        tag = _TAG.match(lines.keys[rule_end])
        if tag is not None:
            lines.cut_head(rule_end, tag.end())
            index = rule_end
        elif _opens(lines, rule_end):
            index = _after_rule(lines, _last_line(lines, rule_end) + 1)
        else:
            return index
    return index


def _after_rule(lines: Lines, index: int) -> int:
    """Past the lower edge of a banner drawn as a box."""
    return index + 1 if index < len(lines.keys) and is_rule(lines.keys[index]) else index
