"""City names that a carrier's system keeps in plain capitals (`TROIS-RIVIERES`), as people write them (`Trois-Rivières`)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_SMALL_WORDS: Final = "aux d de des du en et l la le les of on s sous sur the"
_SMALL: Final = frozenset(_SMALL_WORDS.split())
_QUEBEC: Final = frozenset({"QC", "PQ"})

# Words of Québec's place names that lose something in capitals; elsewhere the same letters may be another word.
_ACCENTED_WORDS: Final = """
Aimé André Barthélemy Bécancour Béarn Cléophas Côme Côte Châteauguay Dorothée Édouard Élie Éloi Émile Étienne Évangéliste Félicien
Félicité Félix Gaspé Gédéon Geneviève Gérard Grégoire Hélène Honoré Île Îles Jérôme Jonquière Lévis Léonard Liboire Médard Mégantic
Montréal Noël Perpétue Préville Québec Raphaël Rémi Rivière Rivières Sébastien Séraphin Siméon Thérèse Thècle Vallée Zénon Zéphirin
"""
_PLAIN_CAPITALS: Final = str.maketrans("ÀÂÇÈÉÊËÎÏÔÙÛ", "AACEEEEIIOUU")
_ACCENTED: Final = {word.upper().translate(_PLAIN_CAPITALS): word for word in _ACCENTED_WORDS.split()}


@lru_cache(maxsize=4096)
def city_name(name: str, province: str = "") -> str:
    """A name in capitals with small letters where they belong, and with Québec's accents; any other name as it came."""
    if not name.isupper():
        return name
    accents = _ACCENTED if province.upper() in _QUEBEC else {}

    def write(word: re.Match[str]) -> str:
        small = word[0].lower()
        if word.start() and small in _SMALL:
            return small
        return accents.get(word[0]) or word[0].capitalize()

    return _WORD.sub(write, name)
