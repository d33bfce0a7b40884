"""Short questions about a shipment that name no number: "any update?", "du nouveau ?", "c'est rendu où".

They mean the PRO numbers of the subject or of the letter that they answer. Closed lists: a core, with what may stand around it.
"""

from __future__ import annotations

import re

from bot.core.courtesy import ANY_COURTESY, POLITE_START, skip_courtesy
from bot.core.folding import fold
from bot.core.phrases import Phrases
from bot.core.values import Language

_BOTH = (["ETA"], ["UPDATE"], ["STATUS"])  # said in both languages here
MAX_WORDS = 14  # a longer sentence says something of its own


_CORES = {
    Language.EN: Phrases.listed(
        """any update|any updates|an update|updates|update|any news|any word|anything new|any progress|any change
        any movement|any eta|eta|whats the eta|what is the eta|what's the status|what is the status|status update
        status|current status|where is it|where is this|where is this one|where is this shipment|where is my shipment
        where is our shipment|where's it|where's my shipment|where is my order|where is my freight|where is my load
        where are they|where are these|do you have an update|do you have any update|do you have any updates
        do you have any news|is there any update|is there an update|is there any news|has it shipped|has this shipped
        has it been delivered|has this been delivered|is it delivered|was it delivered|did it deliver|delivered yet
        is it there|has it arrived|did it arrive|is it on the way|when will it be delivered|when will it arrive
        when will this be delivered|when does it arrive|when is it coming|when is delivery|when can we expect it
        when can we expect delivery|when should we expect it|still waiting|still nothing|can you update me|update me
        what's happening with this|what is going on with this|whats up with this|and now|and today"""
    ),
    Language.FR: Phrases.listed(
        """du nouveau|des nouvelles|des nouvelles fraîches|avez-vous des nouvelles|as-tu des nouvelles|une mise à jour
        mise à jour|avez-vous du nouveau|as-tu du nouveau|quoi de neuf|y a-t-il du nouveau|il y a du nouveau
        y a du nouveau|un suivi|suite|des développements|où en est-on|où en sommes-nous|où en est|ça en est où
        c'est rendu où|c rendu ou|rendu où|où est-ce rendu|où c'est rendu|ou c rendu|c'est où|c où|où est-il
        où est-elle|où est ma livraison|où est mon envoi|où est ma commande|où est mon colis|où est ma marchandise
        où est mon expédition|où est mon stock|où sont-ils|où sont mes palettes|est-ce livré|est-ce que c'est livré
        c'est livré|c'est tu livré|c'est-tu livré|a été livré|est-ce arrivé|c'est arrivé|est-ce que c'est arrivé
        livré ou pas|quand est-ce que ça arrive|quand est-ce que c'est livré|quand ça arrive|ça arrive quand
        c'est pour quand|la livraison est pour quand|pour quand|quand sera-t-il livré|quand sera-t-elle livrée
        c'est prévu quand|quelle est la date de livraison|à quand la livraison|toujours rien|encore rien
        on attend toujours|quel est le statut|quel est l'état|statut|et aujourd'hui|et puis"""
    ),
}
_TAILS = ANY_COURTESY | Phrases.listed(
    """on this|on this one|on it|on that|on these|on those|on this shipment|on my shipment|on our shipment
    on the shipment|on that shipment|on the order|on this order|on my order|on delivery|on the delivery|on the below
    on below|for this|for this one|for me|for us|of it|of this|about this|about it|regarding this|with this|yet|today
    now|so far|by any chance|available|please|sur ceci|sur cela|sur ça|là-dessus|sur cette livraison|sur cet envoi
    sur cette expédition|sur cette commande|sur la livraison|sur mon envoi|sur ma livraison|sur ma commande
    sur mon expédition|de cette livraison|de cet envoi|de cette expédition|de la livraison|de ma livraison
    de mon envoi|de ma commande|de mon expédition|du transport|pour ceci|pour ça|pour celui-ci|pour celle-là
    pour cette livraison|pour cet envoi|pour moi|pour nous|ce dossier|dans ce dossier|sur ce dossier|à ce sujet|à date
    aujourd'hui|maintenant|depuis|encore|là|déjà|enfin|hier"""
)
_BETWEEN = re.compile(r"[?!.;]+")


def asks_for_news(raw: str) -> tuple[bool, Language | None]:
    """Whether a line asks, in a sentence of its own, where things stand; and in which language it does."""
    for sentence in _BETWEEN.split(raw, maxsplit=4)[:4]:
        words = fold(sentence).split()
        if not words or len(words) > MAX_WORDS:
            continue
        start = skip_courtesy(words, POLITE_START)
        for language, cores in _CORES.items():
            if any(_is_question(words, place, cores) for place in {0, start, skip_courtesy(words)}):
                return True, None if words[start:] in _BOTH else language
    return False, None


def _is_question(words: list[str], start: int, cores: Phrases) -> bool:
    size = cores.at(words, start)
    return size > 0 and _TAILS.fill(words, start + size)
