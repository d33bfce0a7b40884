"""Notices that share their sentences with people: absences and receipts, told apart by what else they say.

"I am out of the office" is written by autoresponders and by customers alike. A text without any other sign is taken for a
notice only when (1) it begins with such a sentence, after a courtesy, (2) it goes on as notices do (until when, whom to ask
instead; a ticket number, a promise in working days), and (3) it wants nothing of a freight desk: no question, no number of
nine digits, no request, no word of freight. A notice that slips through is answered once, and the caps on answers stop it
there; a customer who is silenced never learns why.
"""

import re

from bot.core.automatic.opening import Opening
from bot.core.automatic.phrases import Phrase, one_of

_COURTESY = (
    r"(?:(?:hello |hi |bonjour )?(?:and |et )?(?:many |je vous |nous vous )?"
    r"(?:thank you|thanks|merci|remercie|remercions)\b[^.!?]{0,120}[.!,-] ?){0,2}"
)
_NOTE = one_of(
    r"(?:please (?:note|be advised|be aware)(?: that)?|be advised that|unfortunately),? ",
    r"(?:veuillez|a|prenez) note[rz]? (?:que |qu')",
    r"veuillez prendre note que ",
    r"(?:due to|en raison d)[^.,!?]{1,50},? ?",
)
_BEGINNING = f"{_COURTESY}{_NOTE}?"
_NOW = r"(?:(?:currently|presently|now|temporarily|still|presentement|actuellement|maintenant|malheureusement|en ce moment) )?"

_AWAY = one_of(
    r"out of (?:the |my |our )?(?:office|country|town|province)",
    r"out (?:today|this|until|from)\b",
    r"away\b",
    r"off (?:work|sick|until)",
    r"on (?:an? )?(?:\w+ ){0,2}(?:leave|vacation|holidays?|break)\b",
    r"travell?ing\b",
    r"attending (?:a|an|the)\b",
    r"at a conference",
    r"working part[ -]time",
    r"not (?:in the office|at my desk|available|be (?:in|available|checking|reading))",
    r"unavailable\b",
)
_ABSENTE = one_of(
    r"absente?s?\b",
    r"a l'exterieur\b",
    r"hors (?:du|de mon|de nos) bureaux?\b",
    r"en (?:conge|vacances|arret|deplacement|formation|voyage|tournee)\b",
    r"(?:non |in)disponibles?\b",
    r"pas (?:au bureau|a mon bureau|disponible)\b",
    r"de retour\b",
)
_ABSENT = re.compile(
    _BEGINNING
    + one_of(
        rf"(?:i am|i'm|i will|i'll|i shall) {_NOW}(?:be {_NOW})?{_AWAY}",
        rf"we (?:are|will be) {_NOW}(?:out of|away)\b",
        rf"je (?:ne )?(?:suis|serai) {_NOW}{_ABSENTE}",
        rf"nous (?:sommes|serons) {_NOW}(?:absents|en conge|en vacances)\b",
        r"i no longer work (?:at|for|with)\b",
        r"je ne travaille plus (?:chez|pour|a)\b",
    )
)
_ABSENT_GOES_ON = re.compile(
    r"\b"
    + one_of(
        r"until|till|return(?:ing|s)?|back (?:on|in|at|monday)|starting",
        r"will not (?:return|be (?:back|returning|reading|checking|able))",
        r"limited access|(?:no|without) access|in my absence|urgent|emergenc(?:y|ies)|immediate",
        r"please (?:contact|call|reach|e-?mail|write|direct)",
        r"respond|reply|answer|get back|see your message",
        r"for (?:any |further |immediate )?(?:assistance|help|questions?|matters|enquiries|inquiries)",
        r"de retour|mon retour|jusqu'(?:au|a|en)|en mon absence|ne serai pas|acces limite|repondrai",
        r"du \d{1,2}(?: \w+)? au \d|en cas de|au besoin|urgence",
        r"contactez|communiquez|composez|appelez",
        r"(?:veuillez|vous pouvez) (?:communiquer|contacter|joindre|adresser|ecrire|vous adresser)",
    )
    + r"\b"
)
# Closed offices and people who left: customers tell us such things too, so only a promise or a general redirection decides.
_CLOSED_OR_GONE = re.compile(
    _BEGINNING
    + one_of(
        rf"(?:our|the) (?:office|offices|company) (?:is|are|will be) {_NOW}closed\b",
        rf"we (?:are|will be) {_NOW}closed\b",
        rf"(?:notre|nos|le|les) bureaux? (?:est|sera|sont|seront) {_NOW}fermes?\b",
        rf"nous (?:sommes|serons) {_NOW}fermes\b",
        r"[^.?!]{2,40} is no longer (?:with|employed (?:by|at)|at)\b",
        r"[^.?!]{2,40} ne (?:travaille plus|fait plus partie)\b",
    )
)
_CLOSED_GOES_ON = re.compile(
    r"\b"
    + one_of(
        r"(?:we|someone) will (?:respond|reply|answer|get back|return your)",
        r"(?:upon|on) our return|a notre retour|vous repondrons",
        r"please (?:direct|forward|send|address|redirect) (?:all|your|any|future|further)",
        r"veuillez (?:adresser|acheminer|transmettre|diriger) (?:vos|votre|toute)",
    )
    + r"\b"
)

_KIND = r"(?:request|message|e-?mail|inquiry|enquiry|case|incident|ticket|question|submission|application)"
_SORTE = r"(?:demande|courriel|message|requete|billet|dossier|question|soumission)"
_DONE = (
    r"(?:received|logged|created|registered|opened|assigned|updated|queued|submitted)\b"
    r"(?! (?:for|since|until|by m|yet|twice|in error))"
)
_FAIT = r"(?:recu|enregistre|cree|ouvert|assigne|mis a jour|transmis)e?\b(?! (?:depuis|par erreur|deux fois))"
_RECEIVED_SENTENCE = one_of(
    r"(?:we|i)(?:'ve| have| would like to acknowledge that we have| acknowledge that we have)? (?:just |successfully )?"
    rf"received your (?:\w+ )?{_KIND}",
    rf"your (?:\w+ )?{_KIND}\b[^.?]{{0,60}}(?:has been|was|is) (?:successfully )?{_DONE}",
    rf"an? (?:new )?(?:support )?(?:ticket|case|incident|request)\b[^.?]{{0,60}}(?:has been|was) {_DONE}",
    r"this (?:e-?mail |message )?(?:is to )?(?:confirms?|acknowledges?) (?:that we (?:have )?received|(?:the )?receipt of)",
    rf"nous (?:avons (?:bien )?recu votre {_SORTE}|accusons (?:bonne )?reception de votre {_SORTE})",
    rf"(?:votre|une?) {_SORTE}\b[^.?]{{0,60}}(?:a (?:bien )?ete|est bien) {_FAIT}",
)
_RECEIVED = re.compile(_BEGINNING + _RECEIVED_SENTENCE)
_RECEIVED_ANYWHERE = re.compile(r"\b" + _RECEIVED_SENTENCE)
_RECEIVED_GOES_ON = re.compile(
    r"\b"
    + one_of(
        r"(?:ticket|case|billet|reference|request|incident|requete|demande)\b[ :#(\[]{0,3}"
        r"(?:(?:number|no\.?|numero|id|is|est|:) ?){0,3}[#(\[]{0,2}(?:[a-z]{1,6}-?)?\d{4,}",
        r"(?:porte|sous|est) le numero|(?:your|a) ticket",
        r"do not reply|ne pas (?:y )?repondre|automat\w+",
        r"(?:business|working) (?:day|hour)s?|jours? ouvrables?|heures ouvrables",
        r"(?:within|d'ici|sous) \d+ (?:hours|days|heures|jours)|plus brefs delais|meilleurs delais|sous peu",
        r"(?:one|a member) of our (?:\w+ )?(?:team|staff|agents?|representatives?|specialists?|technicians?)|our team will",
        r"un (?:membre de (?:notre|l')|de nos)|l'un de nos|une? (?:representante?|agente?|conseillere?)",
    )
    + r"\b"
)

_PRO_NUMBER = r"(?<![\d-])(?:\d{9}|\d{3}-\d{6}|\d{8}-\d|\d{3}-\d{5}-\d)(?![\d-])"
_REQUEST = one_of(
    r"please (?:do not |don't )?(?:hold|deliver|redeliver|trace|track|resend|re-send|send (?:me|us|it|the|my)|pick|cancel|advise)",
    r"please (?:confirm|change|update|release|ship|return the|have (?:the|your)|let (?:me|us)|copy|add|remove|reset|ask|tell|open)",
    r"(?:please|svp|s\.v\.p\.?|s'il vous plait)(?=[.!]|$)",
    r"(?:veuillez|merci de|svp|s\.v\.p\.?|priere de|s'il vous plait,?)(?: me| nous| le| la| les| ne pas)?"
    r" (?:livrer|retenir|garder|annuler|renvoyer|envoyer|reperer|aviser|confirmer|changer|ramasser|ajouter|retirer|attendre)",
    r"can you|could you|pouvez-vous|pourriez-vous",
)
# A bare English verb at the start of a sentence; a French imperative other than those that only name someone to ask.
_COMMAND = (
    r"(?:^|[.!;:,] |\band |\bthen |\bso )(?:send|delete|use|give|add|remove|cancel|change|hold|keep|stop|ask|tell|copy|deliver|ship"
    r"|trace|check|find|look|make|put|update|open|resend|forward|ignore|reset|call me|text me|let)\b"
)
_IMPERATIF = (
    r"\b(?!(?:chez|assez|nez|avez|etes|aurez|serez|devez|pouvez|voulez|desirez|souhaitez|recevrez|recevez|trouverez|obtiendrez"
    r"|veuillez|contactez|communiquez|composez|appelez|joignez|adressez|ecrivez|prenez|consultez|visitez)\b)[a-z]{2,30}ez\b"
)
_WANTS = re.compile(rf"\?|{_PRO_NUMBER}|\b{_REQUEST}\b|{_COMMAND}|{_IMPERATIF}")
_FREIGHT = re.compile(
    r"\b(?:freight|shipments?|skids?|pallets?|palettes?|cartons?|trailer|remorque|driver|chauffeur|dock|quai|pick-?up|cueillette"
    r"|deliver(?:y|ies|ed)?|redeliver|livr(?:er|aison|aisons|ez|e)|expeditions?|marchandise|consignee|destinataire|load|bol|pod"
    r"|trac(?:e|ing)|reperage)\b"
)
# Notices name the letter that they answer and whom to write to; those words are not the writer's own.
_NAMED = re.compile(r'"[^"]{0,200}"|\u00ab[^\u00bb]{0,200}\u00bb|\S{1,100}@\S{1,100}')


def _wants_something(words: str) -> bool:
    return _WANTS.search(_NAMED.sub(" ", words)) is not None


def _may_be_a_notice(text: Opening) -> bool:
    return text.whole and not _wants_something(text.words) and _FREIGHT.search(_NAMED.sub(" ", text.words)) is None


def is_absence(text: Opening) -> bool:
    """Whether the whole text is an absence notice by its own words alone."""
    words = text.words
    absent = _ABSENT.match(words) and _ABSENT_GOES_ON.search(words)
    closed = _CLOSED_OR_GONE.match(words) and _CLOSED_GOES_ON.search(words)
    return bool(absent or closed) and _may_be_a_notice(text)


def is_receipt(text: Opening) -> bool:
    """Whether the whole text is an automatic acknowledgement by its own words alone."""
    received = _RECEIVED.match(text.words) and _RECEIVED_GOES_ON.search(text.words)
    return bool(received) and _may_be_a_notice(text)


_FAILURE = re.compile(
    one_of(
        r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b",
        r"#[45]\.\d{1,3}\.\d{1,3}\b",
        r"\bstatus: [45]\.\d",
        r"\b(?:your|votre) message (?:to|a) \S{1,100}@\S{1,100} (?:was|has|could|couldn't|wasn't|hasn't|n'a) ",
        r"\b(?:diagnostic information for admin|informations de diagnostic|generating server|serveur de generation)",
    )
)
_ADDRESS = re.compile(r"[^\s@]@[^\s@]")


def names_a_failure(text: Opening) -> bool:
    """Whether the new words hold a status code (RFC 3463) or an address, as every report on delivery does."""
    return _FAILURE.search(text.words) is not None or _ADDRESS.search(text.words) is not None


# What the new words must hold, anywhere, for a subject that people write as well.
_WITNESS: dict[str, re.Pattern[str]] = {
    "vacation": re.compile(
        r"\b"
        + one_of(
            r"out of (?:the |my )?office|away|return\w*|urgent|vacation|holidays?|closed|not be (?:reading|checking)|travell?ing",
            r"(?:be |am |i'm )back|back (?:on |in )?(?:monday|tuesday|wednesday|thursday|friday|next|the)",
            r"(?:on|annual|parental|maternity) leave|automat\w+",
            r"absente?s?|absence|de retour|conges?|vacances|fermee?s?|en deplacement",
        )
        + r"\b"
    ),
    "delivery_report": _FAILURE,
    "disposition_notification": re.compile(
        one_of(
            r"\b(?:was|were) (?:read|displayed|opened|deleted)(?: without being read)? (?:on|at) (?:\w+,? ){0,2}\d",
            r"\ba ete (?:lu|affiche|ouvert|supprime)(?: sans avoir ete lu)? (?:le|a) (?:\w+ ){0,2}\d",
            r"\b(?:return|read) receipt for\b",
            r"\baccuse de (?:lecture|reception) pour le (?:message|courriel)\b",
        )
    ),
    "challenge": re.compile(
        r"\b(?:click|cliqu\w+|reply to this|authenticate yourself|vous authentifier|approved senders?|you are a (?:person|human))\b"
    ),
    "ticket": _RECEIVED_ANYWHERE,
}


_FIRST_PERSON = re.compile(r"\b(?:i|my|me|j'ai|je|mon|ma)\b")


def bears_out(phrase: Phrase, text: Opening) -> bool:
    """Whether the text speaks as the notice that its subject, which people write too, seems to announce."""
    if _wants_something(text.words) or _WITNESS[phrase.reason].search(text.words) is None:
        return False
    if phrase.reason == "delivery_report":  # people who tell of a report cite its codes, and speak of themselves
        return _FIRST_PERSON.search(text.words) is None
    return phrase.reason == "disposition_notification" or _may_be_a_notice(text)
