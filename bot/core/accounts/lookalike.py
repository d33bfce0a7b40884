"""What an administrator should see about a requester's domain: a free-mail provider, or a name that only looks like a known one.

Nothing is refused here; it is a line in a letter to a person. Look-alikes are found by a skeleton (letters that look alike made
one, after Unicode's UTS 39), by another ending, and by an edit or two (optimal string alignment, rapidfuzz).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import idna
from rapidfuzz.distance import OSA

FREE_MAIL = frozenset(
    {
        "aol.com",
        "bell.net",
        "cogeco.ca",
        "duck.com",
        "eastlink.ca",
        "fastmail.com",
        "gmail.com",
        "globetrotter.net",
        "gmx.com",
        "gmx.net",
        "googlemail.com",
        "hotmail.ca",
        "hotmail.com",
        "hotmail.fr",
        "hushmail.com",
        "icloud.com",
        "laposte.net",
        "live.ca",
        "live.com",
        "live.fr",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "outlook.fr",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rogers.com",
        "sasktel.net",
        "shaw.ca",
        "sympatico.ca",
        "telus.net",
        "tutanota.com",
        "videotron.ca",
        "videotron.qc.ca",
        "wanadoo.fr",
        "xplornet.com",
        "yahoo.ca",
        "yahoo.com",
        "yahoo.fr",
        "yandex.com",
        "ymail.com",
        "zoho.com",
    }
)
_SAME_NAME = 4  # characters of a name from which it is suspicious under another ending
_ONE_EDIT = 5  # characters of a name from which one edit is suspicious, and two from _TWO_EDITS on: "abc" is near to everything
_TWO_EDITS = 10
_ALIKE = str.maketrans("013568$!|ıіоаеѕрсухѵкмтвнԁɡⅼ", "olesbbsiliioaespcyxvkmtbhdgl")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
_PUBLIC = frozenset({"ca", "com", "net", "org", "fr", "qc", "on", "co", "gc", "gouv"})  # endings, not names


@dataclass(frozen=True, slots=True)
class DomainFlags:
    """What is odd about a domain. `resembles` is the known domain that it looks like, "" for none."""

    domain: str
    free_mail: bool = False
    known: bool = False
    resembles: str = ""
    foreign_letters: bool = False  # an internationalised name with letters of several scripts, or none of Latin

    @property
    def suspicious(self) -> bool:
        """Whether a person should look twice."""
        return bool(self.resembles) or self.foreign_letters


def domain_of(address: str) -> str:
    """The domain of a mail address, lower-case; "" when there is none."""
    return address.rpartition("@")[2].strip().lower().rstrip(".") if "@" in address else ""


def look_at(address: str, known: Iterable[str]) -> DomainFlags:
    """What is odd about an address's domain beside the domains that are known (members', our own, administrators')."""
    domain = domain_of(address)
    shown = _shown(domain)
    names = {one.lower() for one in known} - {""}
    is_known = domain in names
    free = domain in FREE_MAIL
    resembles = "" if is_known or free else next((one for one in sorted(names | FREE_MAIL) if _resembles(shown, one)), "")
    return DomainFlags(domain, free, is_known, resembles, _foreign(shown))


def _resembles(shown: str, known: str) -> bool:
    if shown == known or shown.endswith("." + known):  # a subdomain of a known domain belongs to it
        return False
    name, other = _name(shown), _name(known)
    if _skeleton(shown) == _skeleton(known) or (name == other and len(name) >= _SAME_NAME):
        return True
    if len(other) < _ONE_EDIT:
        return False
    if _skeleton(name).replace("-", "") == _skeleton(other).replace("-", "") or name.startswith(f"{other}-"):
        return True  # another ending, a dash more or less, "acme-billing"
    allowed = 2 if len(other) >= _TWO_EDITS else 1
    return OSA.distance(_skeleton(name), _skeleton(other), score_cutoff=allowed) <= allowed


def _name(domain: str) -> str:
    """The label that carries the name: the last one that is no public ending."""
    labels = domain.split(".")
    return next((label for label in reversed(labels[:-1]) if label not in _PUBLIC), labels[0])


def _skeleton(domain: str) -> str:
    decomposed = unicodedata.normalize("NFKD", domain.lower())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character)).translate(_ALIKE)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def _shown(domain: str) -> str:
    """The domain as a mail program shows it."""
    try:
        return idna.decode(domain) if "xn--" in domain else domain
    except (idna.IDNAError, UnicodeError):
        return domain


def _foreign(domain: str) -> bool:
    scripts = {unicodedata.name(character, "?").split()[0] for character in domain if character.isalpha()}
    return bool(scripts - {"LATIN"})
