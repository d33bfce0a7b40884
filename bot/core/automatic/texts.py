"""How automatic letters begin: sentences that mail systems and robots write and people do not.

Compared with the folded first new words of a letter, as the subjects of `phrases.py` are. Sentences that people write as well
("I am out of the office", "we have received your request") are told apart in `notices.py`.
"""

from bot.core.automatic.phrases import PhraseTable, one_of, phrases

_GROUPS = r"(?:recipients?|groups?|distribution lists?)"
_LOGO = r"(?:\S{0,200}https?:\S{0,200} )?"  # the text form of a picture above the first sentence
_NOT_DELIVERED = r"(?:(?:could ?n[o']?t|cannot|can't) be delivered|was ?n[o']?t delivered|has not been delivered)"
_NON_REMIS = r"n'a (?:pas )?(?:pu |pas pu )?(?:ete |etre )?(?:remis|distribue|livre|transmis|delivre|achemine)"

# Reports on the delivery of a letter, by systems that give themselves away ...
_MAIL_SYSTEMS = phrases(
    "delivery_report",
    postfix=one_of(
        r"this is the (?:mail system|postfix program) at host \S+\.",
        r"i'm sorry to have to inform you that your message could not",
    ),
    qmail=r"hi\. this is the \S{3,30}(?: mailer)? program at \S|this is the \S{3,30} mail server at \S+\. i'm afraid",
    exim=one_of(
        r"this message was created automatically by (?:the )?(?:mail delivery software(?! \(tmda)|smtp relay|mail system)",
        r"a message that you sent (?:could not be delivered to one|has not yet been delivered to one|contained one)",
    ),
    sendmail=one_of(
        r"(?:this is a mime-encapsulated message )?the original message was received at \w{3}, \d",
        r"this is a warning message only",
    ),
    exchange=one_of(
        rf"delivery has failed to (?:these|the following) {_GROUPS}",
        rf"delivery (?:is|has been) delayed to (?:these|the following) {_GROUPS}",
        r"your message did not reach some or all of",
    ),
    exchange_fr=one_of(
        r"(?:echec de la remise|la remise a echoue|remise retardee|la remise)[^.]{0,20} (?:aux|a|pour)(?: ces| les)? destinataires",
        r"votre message n'est pas parvenu a (?:certains|tous|un ou)",
    ),
    opensmtpd=r"hi! this is the mailer-daemon",
    powermta=r"this is the mail server on \S+\. i am sending you",
    others=one_of(
        r"mailenable: message could not be delivered",
        r"\W{0,5}(?:00\W{0,5})?xmail bounce",
        r"this is a notification from mimecast",
        r"this is an? (?:automatically generated )?(?:delivery status notification|non-delivery report)",
        r"this report relates to a message you sent with",
        r"failure reasons\b|unknown user: \S+@|user mailbox exceeds allowed size: \S+@",
    ),
    group_unknown=r"we're writing to let you know that the group you tried to contact",
)
# ... and by sentences that count only with an address or a status code beside them (`notices.names_a_failure`).
_UNDELIVERED = phrases(
    "delivery_report",
    certain=False,
    could_not_be_delivered=(
        rf"{_LOGO}(?:(?:we're |we are )?sorry,? (?:but )?)?your (?:message|mail|e-?mail) "
        + one_of(
            rf"to ?:? ?<?\S+@\S+ (?:{_NOT_DELIVERED}|was blocked|has been (?:blocked|rejected|quarantined))",
            rf"{_NOT_DELIVERED}(?: to ?:? ?<?\S+@| to (?:the following|one or more|some of)| because [^.]{{0,60}}@)",
        )
    ),
    n_a_pas_ete_remis=(
        rf"{_LOGO}votre (?:message|courriel|courrier|e-?mail) "
        + one_of(
            rf"(?:a|pour|destine a|adresse a) \S+@\S+ {_NON_REMIS}",
            rf"{_NON_REMIS} (?:a|pour) (?:l'adresse |l'utilisateur )?<?\S+@",
        )
    ),
    gmail=(
        one_of(
            r"address not found|message (?:not delivered|blocked|too large)|delivery incomplete|recipient inbox full",
            r"message non distribue|adresse introuvable|message bloque|distribution incomplete",
        )
        + r"\b[*: ]*(?:your|votre|$)"
    ),
    delivery_to_failed=one_of(
        rf"delivery to the following {_GROUPS}(?: \S+@\S+)? (?:has |have )?(?:failed|been delayed)",
        rf"the following (?:{_GROUPS}|addresses) (?:could not be reached|did not receive|have delivery|had (?:delivery|permanent))",
    ),
    sorry_unable=r"(?:i am |i'm |we are |we're )?sorry,? (?:but )?(?:we|i) (?:were|was|are|am) (?:unable|not able) to deliver your",
    message_you_sent=(
        r"the (?:message|e-?mail|mail)(?: that)? you (?:have )?sent[^.]{0,60}(?:was undeliverable|(?:not|cannot) be delivered)"
    ),
    subject_not_delivered=(
        r"(?:your|votre) message ?:? (?:subject|from|to|de|a|objet) ?: [^\n]{0,300}?"
        r"(?:was not delivered to|did not reach|could not be delivered|n'a pas ete remis)"
    ),
    error_while_delivering=r"an error (?:has )?occurred while (?:trying|attempting) to deliver the",
    delivered=one_of(
        r"your message (?:has been|was)(?: successfully)? (?:delivered|relayed) to the (?:following|destination)",
        r"votre message a ete (?:remis|relaye) (?:aux|a ces) (?:destinataires|groupes)",
    ),
    unable_to_deliver=one_of(
        r"(?:failed|unable) to deliver (?:(?:your |the )?(?:message|mail|e-?mail) )?(?:to|for) (?:'|<|\S+@|the following)",
        r"undeliverable to \S+@",
    ),
    following_message=one_of(
        r"the (?:following|attached|enclosed) (?:message|mail)s? (?:to <\S+> )?(?:was|were|had|could)"
        r" (?:not be delivered|undeliverable|permanent fatal)",
        r"this message was undeliverable",
    ),
)
DELIVERY_TEXTS = PhraseTable(_MAIL_SYSTEMS, _UNDELIVERED)

_LETTER = r"(?:message|e-?mail|mail|notification|reply|response|acknowledge?ment|confirmation|notice|letter)"
_LETTRE = r"(?:message|courriel|e-?mail|reponse|notification|avis|accuse de reception|confirmation)"
_AUTOMATIC = r"(?:automatic|automated|auto-?generated|computer[ -]generated|system[ -]generated|automatically[ -]generated)"
_AUTOMATIQUE = r"(?:automatique|automatisee?|(?:genere|envoye|transmis|produit)e? automatiquement)"
_MAILBOX = r"(?:mailbox|inbox|address|account|e-?mail)"
_MACHINE = phrases(
    "machine_notice",
    automatic_message=(
        rf"(?:please note that )?this (?:is an? |{_LETTER} (?:is an? |was |has been |is being )?)"
        + one_of(
            r"(?:sent |created |produced )?automatically\b",
            rf"{_AUTOMATIC} {_LETTER}",
            r"auto-?(?:generated|reply|response)\b|system[ -]generated\b",
        )
    ),
    apology=r"(?:i|we) apologi[sz]e for this automat(?:ic|ed) ",
    automatic_reply_line=rf"auto(?:matic|mated)?[ -]?(?:reply|response|{_LETTER}) ?(?:[:.!*-]|$)",
    message_automatique=one_of(
        rf"ceci est une? {_LETTRE}(?: \w+){{0,3}} {_AUTOMATIQUE}\b",
        rf"(?:ce|cet|cette) {_LETTRE} (?:est|a ete|vous est|vous a ete)(?: \w+){{0,3}} automati(?:que|see?|quement)\b",
        rf"{_LETTRE} {_AUTOMATIQUE} ?[:.!*,-]",
    ),
    unmonitored=one_of(
        rf"this (?:is an? )?(?:automated|unmonitored|unattended|send-only|no-reply) {_MAILBOX}",
        rf"(?:this|the) {_MAILBOX} is (?:automated|unmonitored|unattended|(?:not|no longer) (?:being )?monitored)",
        r"cette (?:boite|adresse)[^.]{0,30} n'est (?:pas|plus) (?:surveillee|consultee|lue|suivie)",
    ),
    do_not_reply=one_of(
        r"(?:please )?do not reply to this (?:e-?mail|message)\b[^\n]{0,120}?\b(?:automat|monitored|generated|unattended)",
        r"(?:merci de |veuillez |priere de )?ne pas repondre a ce (?:courriel|message)\b[^\n]{0,120}?\b(?:automat|surveill|genere)",
    ),
    driving=r"i'm driving with (?:do not disturb|focus)|je conduis (?:en mode|avec)",
)
_TICKET = phrases(
    "ticket",
    reply_above=one_of(
        r"please (?:type|write) your reply above",
        r"veuillez (?:saisir|entrer|ecrire) votre reponse au-dessus",
        r"repondez au-dessus de cette ligne",
        r"reply above this line",
    ),
)
_READ = phrases(
    "disposition_notification",
    was_read=(
        r"your message (?:to|subject|sent|was (?:read|displayed) on) ?:? ?[^\n]{0,400}?\b(?:was|were) "
        r"(?:read|displayed|opened|deleted)(?: without being read)? (?:on|at) "
    ),
    a_ete_lu=r"votre message (?:a|destinataire|objet|envoye|sujet) ?: ?[^\n]{0,400}?\ba ete (?:lu|affiche|ouvert|supprime)\b",
    return_receipt=one_of(
        r"this is a (?:return|read|mail delivery) receipt for the (?:mail|e-?mail|message)",
        r"return receipt your document",
        r"ceci est un accuse de (?:reception|lecture) (?:pour|du) (?:le )?(?:message|courriel)",
    ),
)
_CHALLENGE = phrases(
    "challenge",
    junk_mail=r"[^\n]{0,80}?\bprotecting (?:my|him|her|it)self from receiving (?:junk|spam)|to control spam, i now allow",
    named_service=r"[^\n]{0,80}?\b(?:uses|utilise) (?:boxbe|spamarrest|spam arrest|mailinblack|bluebottle|choicemail)\b",
    message_held=(
        r"(?:your|votre) (?:message|courriel|e-?mail|mail) (?:to \S+ |a \S+ )?"
        + one_of(
            r"n'a pas encore ete (?:remis|distribue|livre|delivre)|est en attente",
            r"is (?:waiting|being held|on hold|in quarantine)|has not (?:yet )?been delivered",
        )
        + r"[^\n]{0,200}?\b(?:cli(?:ck|qu)|confirm|verif|authenti|repl|repond)"
    ),
    to_deliver_reply=r"to (?:deliver|release) your (?:message|e-?mail|mail),? (?:please )?(?:reply|click|confirm)",
    verify_human=r"the (?:message|e-?mail) you sent requires that you verify",
    tmda=r"[^\n]{0,60}?\b(?:tagged message delivery agent|tmda)\b",
)
_CALENDAR = phrases(
    "calendar",
    accepted_invitation=(
        r"[^.?\n]{1,60}? "
        + one_of(
            r"has (?:accepted|declined|tentatively accepted|replied .maybe. to)",
            r"a (?:accepte|refuse|decline)|a repondu .peut-etre. a",
        )
        + r" (?:this|the|cette|l') ?invitation"
    ),
)

TEXTS = PhraseTable(_MACHINE, _TICKET, _READ, _CHALLENGE, _CALENDAR)
