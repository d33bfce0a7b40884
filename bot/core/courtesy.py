"""What people say besides what they want: greetings, thanks, wishes and polite beginnings, in both languages.

Closed lists, with the abbreviations and slips that telephones make. They are skipped and never do anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.phrases import Phrases

GREETINGS = Phrases.listed(
    """hello|helo|helllo|hallo|hi|hii|hey|heya|hiya|hi there|hello there|hey there|good day|good morning|good mornin
    gd morning|gm|good afternoon|good evening|goodmorning|morning|afternoon|evening|greetings|dear|dear sir or madam
    to whom it may concern|bonjour|bonjours|bonjoir|bonojur|bonjor|bonjou|bojour|bnjour|bonjour à tous
    bonjour à toutes et à tous|bjr|bjour|bonsoir|bsr|bon matin|bon après-midi|bon avant-midi|bonne après-midi|salut
    salutations|slt|allo|allô|alo|coucou|rebonjour|re-bonjour|bonjour/hi|bonjour-hi|cher|chère|chers|à qui de droit"""
)
ADDRESSEES = Phrases.listed(
    """there|team|all|everyone|everybody|folks|guys|sir|sirs|madam|maam|ma'am|sir or madam|sir/madam|friend|support
    dispatch|customer service|service desk|service|desk|autopro|autopro desk|autopro team|tracing department
    tracing dept|madame|mme|monsieur|m|mr|mrs|ms|miss|mesdames|messieurs|madame monsieur|mesdames et messieurs|tous
    toutes|tout le monde|à tous|à toutes|l'équipe|équipe|la gang|gang|service à la clientèle|service client
    répartition|le répartiteur|toi|vous"""
)
PLEASE = Phrases.listed(
    """please|pls|plz|plse|pleas|plese|plaese|kindly|if possible|if you please|thank you in advance|thanks in advance
    asap|urgent|s'il vous plaît|s'il te plaît|sil vous plait|s'il vous plais|sil te plait|si vous plaît|svp|svpl
    s.v.p.|stp|s.t.p.|merci d'avance|merci à l'avance|merci beaucoup d'avance|si possible|dès que possible
    le plus tôt possible|au plus vite|rapidement"""
)
THANKS = Phrases.listed(
    """thanks|thank you|thankyou|thank u|thank-you|thanx|thanks you|thanks a lot|thanks a million|thanks a bunch
    thanks so much|thanks very much|many thanks|much appreciated|appreciate it|appreciated|i appreciate it
    we appreciate it|thank you so much|thank you very much|thx|thnx|thks|tks|tnx|tx|ty|tyvm|cheers|thanks again
    thank you again|thanks and regards|merci|mercie|meric|merci beaucoup|merci bcp|merci bien|merci mille fois
    mille mercis|un gros merci|grand merci|merci encore|merci infiniment|mci|mrc|mercii|merci à vous|merci à toi
    merci de votre aide|merci pour votre aide|merci de ton aide|merci de votre collaboration|merci pour tout
    je vous remercie|nous vous remercions|je vous en remercie|avec mes remerciements|bien apprécié|apprécié
    c'est apprécié|très apprécié"""
)
THANKS_FOR = Phrases.listed(
    """for your help|for the help|for your quick reply|for the quick reply|for your reply|for the update|for the info
    for the information|for your time|for everything|for that|for this|for your assistance|for getting back to me
    to you|to all|pour l'info|pour l'information|pour les infos|pour votre aide|pour ton aide|pour votre réponse
    pour la réponse|pour votre réponse rapide|pour la mise à jour|pour le suivi|pour votre temps|pour tout|de l'info
    de votre réponse|de votre réponse rapide|de la réponse|beaucoup|bcp|bien|a lot|so much|very much|again|encore"""
)
WISHES = Phrases.listed(
    """have a nice day|have a good day|have a great day|have a good one|have a great one|have a good weekend
    have a great weekend|have a nice weekend|enjoy your day|enjoy your weekend|good night|take care|talk soon|bye
    goodbye|you too|same to you|bonne journée|bonne fin de journée|bonne soirée|bonne fin de semaine|bon week-end
    bonne fds|bonne fin d'après-midi|bonne semaine|bonne nuit|à bientôt|à plus|à la prochaine|passez une bonne journée
    passez une belle journée|belle journée|excellente journée|vous de même|vous aussi|bye bye|et bonne journée
    et bonne fin de journée|et bonne fin de semaine|and have a great day|and have a nice day|and have a good day"""
)
PLEASANTRIES = Phrases.listed(
    """how are you|how are you doing|how are you today|hope you are well|hope you're well|hope you are doing well
    hope all is well|hope all is good|i hope you are well|i hope you're well|i hope you are doing well
    i hope all is well|hope this finds you well|i hope this email finds you well|i hope this finds you well
    hope you had a good weekend|happy friday|happy monday|happy new year|comment allez-vous|comment vas-tu
    comment ça va|ça va|ça va bien|j'espère que vous allez bien|j'espère que tu vas bien|j'espère que tout va bien
    en espérant que vous allez bien|bonne année|joyeux noël|merry christmas|sorry to bother you
    désolé de vous déranger|désolée de vous déranger"""
)
NODS = Phrases.listed(
    """ok|okay|okey|k|perfect|great|super|excellent|awesome|good|very good|all good|sounds good|nice|cool|noted
    well noted|got it|received|understood|will do|no problem|no worries|wonderful|amazing|fantastic|good to know
    that's all|that is all|that helps|that's great|this is great|this is perfect|that's perfect|you are welcome
    you're welcome|d'accord|dac|parfait|c'est parfait|c'est bon|c'est beau|beau|génial|excellent|bien reçu|bien noté
    reçu|noté|compris|très bien|c'est noté|c'est tout|pas de problème|pas de trouble|tout est beau|de rien
    avec plaisir|good job|bon travail|beau travail"""
)
SIGN_OFFS = Phrases.listed(
    """regards|best regards|kind regards|kindest regards|warm regards|with regards|rgds|brgds|br|sincerely
    sincerely yours|yours sincerely|yours truly|yours|best|all the best|best wishes|respectfully|cordially
    thanks and regards|thanks & regards|thank you and best regards|thanks and best regards|cordialement
    bien cordialement|très cordialement|cdlt|cdt|sincèrement|salutations|meilleures salutations|sincères salutations
    salutations distinguées|mes salutations|bien à vous|bien à toi|amicalement|au plaisir|respectueusement
    merci et salutations|veuillez agréer mes salutations|veuillez agréer mes salutations distinguées
    veuillez recevoir mes salutations"""
)

# What may stand before any command, also one that changes something; a greeting may be followed by whom it greets.
COURTESY = GREETINGS | PLEASE | THANKS | WISHES | PLEASANTRIES
# What says nothing at all, alone or after a command: thanks with what they are for, a nod, a farewell.
ANY_COURTESY = COURTESY | THANKS_FOR | NODS | SIGN_OFFS
CLOSING = THANKS | WISHES

# Polite beginnings, which may stand before a command that only shows something.
REQUESTS = Phrases.listed(
    """can you|can u|could you|could u|would you|will you|can i|could i|may i|can we|could we|can someone|could someone
    can somebody|could somebody|would it be possible to|is it possible to|would you mind|would you be able to
    are you able to|i need|i need to|we need|we need to|need|need to|i want|i want to|we want to|i would like
    i would like to|i'd like|i'd like to|we would like to|i wish to|looking for|i am looking for|i'm looking for
    i am looking to|trying to|i am trying to|i'm trying to|i am writing to|just need|just wondering|let me know|get
    get me|give me|send me|send us|provide|provide me with|provide us with|what is|what's|whats|what are|tell me
    can you tell me|could you tell me|do you know|do you have|i would like to know|i want to know|advise|please advise
    check|check on|look up|run|have|do|to|me|us|a|an|the|some|quick|request for|requesting|request a|and|also
    pouvez-vous|peux-tu|peut-on|pourriez-vous|pourrais-tu|pourrait-on|pourriez vous me|pouvez vous me
    est-ce que vous pouvez|est-ce que je peux|est-ce que je pourrais|est-ce possible de|est-ce qu'il est possible de
    serait-il possible de|serait-ce possible de|est-il possible de|c'est possible de|je voudrais|je voudrai|j'aimerais
    j'aimerai|je veux|je souhaite|je désire|nous voudrions|nous aimerions|on voudrait|on aimerait|j'ai besoin
    j'ai besoin de|j'ai besoin d'|nous avons besoin de|on a besoin de|besoin|besoin de|besoin d'|il me faut
    il me faudrait|il nous faut|ça me prend|je cherche|je cherche à|merci de|merci de me|merci de bien vouloir
    veuillez|veuillez s'il vous plaît|prière de|me|nous|faire|faire le|faire un|faire du|avoir|avoir le|avoir un
    obtenir|vérifier|donner|donne moi|donnez-moi|me donner|me faire|me dire|dire|dites-moi|dis-moi|envoyez-moi
    envoie moi|m'envoyer|savoir|connaître|quel est|quelle est|quels sont|avez-vous|as-tu|savez-vous|sais-tu|demande de
    demande d'|pour|de|du|un|une|le|la|l'|d'un|d'une|et|aussi|également"""
)
POLITE_START = COURTESY | REQUESTS


def skip_courtesy(words: Sequence[str], phrases: Phrases = COURTESY, start: int = 0) -> int:
    """The place of the first word that is no courtesy of `phrases`; whom a greeting greets is skipped with it."""
    greeted = False
    while start < len(words):
        size = phrases.at(words, start)
        if size:
            greeted = greeted or GREETINGS.at(words, start) > 0
        elif greeted:
            size = ADDRESSEES.at(words, start)
        if not size:
            break
        start += size
    return start


def only_courtesy(words: Sequence[str]) -> bool:
    """Whether the words thank, greet, nod or say farewell, and nothing else."""
    return skip_courtesy(words, ANY_COURTESY) == len(words)


MAX_NAME_WORDS = 3
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*,?")


def is_name(raw: str) -> bool:
    """Whether a line looks like a person's name or title ("Julie Tremblay", "J.-P. Côté,"): one to four capitalised words."""
    words = raw.split()
    return 0 < len(words) <= MAX_NAME_WORDS + 1 and all(word[0].isupper() and _NAME.fullmatch(word) is not None for word in words)


def names_somebody(words: Sequence[str], start: int, raw: str) -> bool:
    """Whether what follows a greeting up to the line's end is whom it greets ("Bonjour Julie,", "Hi John Smith")."""
    rest = words[start:]
    if len(rest) > MAX_NAME_WORDS or not all(word.isalpha() for word in rest):
        return False
    return raw.rstrip().endswith((",", "!", ":")) or is_name(" ".join(raw.split()[-len(rest) :]).rstrip(".,!:;"))
