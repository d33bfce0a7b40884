"""What automatic letters write in their subject, in the languages that Canadian carriers meet.

A pattern is compared with folded text (`opening.fold`: lower case, no accents) and only from its start, so that nobody is
silenced for what stands behind a reply prefix or in a quote. No pattern nests repetitions without a bound: all are linear.

A freight desk shares its words with mail systems: "Undeliverable:", "Delivered:", "Refusé :", "Échec de la livraison" are
what customers write about skids. Such a phrase is not `certain`: it counts only when the text bears it out
(`notices.bears_out`).
"""

import re
from typing import NamedTuple


class Phrase(NamedTuple):
    """`key` names the phrase in the audit, `reason` is the verdict, `pattern` matches folded text from its start."""

    key: str
    reason: str
    pattern: re.Pattern[str]
    certain: bool = True


def one_of(*alternatives: str) -> str:
    """A pattern that matches any of the alternatives."""
    return f"(?:{'|'.join(alternatives)})"


def phrases(reason: str, *, certain: bool = True, **patterns: str) -> list[Phrase]:
    """One `Phrase` for each keyword, all of one reason."""
    return [Phrase(key, reason, re.compile(pattern), certain) for key, pattern in patterns.items()]


class PhraseTable:
    """Phrases in order of preference, behind one pattern of all of them, which most letters fail at once."""

    def __init__(self, *groups: list[Phrase]) -> None:
        self._phrases = tuple(phrase for group in groups for phrase in group)
        self._any = re.compile("|".join(f"(?:{phrase.pattern.pattern})" for phrase in self._phrases))

    def first(self, folded: str) -> Phrase | None:
        """The first phrase that stands at the start of `folded`."""
        if self._any.match(folded) is None:
            return None
        return next(phrase for phrase in self._phrases if phrase.pattern.match(folded))


_VACATION = phrases(
    "vacation",
    automatic_reply=(r"(?:e-?mail )?auto(?:matic|mated)?[ -]?(?:e-?mail )?(?:reply|response|responder|answer)(?: to)? ?:"),
    reponse_automatique=r"(?:message|reponse) (?:automatique|auto)(?: d'absence)?(?: [ad]e?)? ?:",
    out_of_office_autoreply=r"out[ -]of[ -](?:the )?office auto",
    avis_d_absence=r"(?:avis|message|notification|notice) d'absence(?: du bureau| automatique)? ?(?::|$)",
    yahoo_auto_response=r"yahoo! auto response$",
    respuesta_automatica=r"(?:respuesta|resposta) automatica ?:|risposta automatica ?:|fuera de (?:la )?oficina ?:",
    automatische_antwort=r"automatische antwort ?:|automatisch antwoord ?:|abwesenheits?\w* ?:|abwesend ?:",
    autosvar=r"autosvar ?:|automatisk svar ?:|automaattinen vastaus ?:|odpowiedz automatyczna ?:",
    automatic_reply_cjk=r"(?:\u81ea\u52a8\u7b54\u590d|\u81ea\u52d5\u56de\u8986|\u81ea\u52d5\u5fdc\u7b54) ?:",
)
_PERHAPS_VACATION = phrases(
    "vacation",
    certain=False,
    automatic_reply_alone=r"auto(?:matic|mated)?[ -]?(?:reply|response|responder)$|reponse automatique$|auto ?:",
    out_of_office=(
        r"(?:out[ -]of[ -](?:the )?office|ooo|oof)(?: re| reply| response| notice| message| alert)? ?(?::|-)"
        r"|(?:away|on vacation|on leave|vacation)(?: re)? ?:"
    ),
    absent_du_bureau=(
        r"(?:absente?s?(?:\(e\))?|absence) (?:du|de mon|hors) bureau ?(?::|-)"
        r"|(?:absence|absente?|en conge|en vacances)(?: re)? ?:"
    ),
    is_out_of_office=(
        r"(?:auto: )?[^:?]{2,60} (?:is (?:currently )?(?:out of|away from) (?:the |my )?office|est (?:absent|hors du bureau))\b"
    ),
    away_from_my_mail=r"away from my (?:e-?mail|mail|desk)$",
)
_DELIVERY = phrases(
    "delivery_report",
    undelivered_mail_returned=r"undelivered mail returned to sender$",
    delayed_mail=r"delayed mail \(still being retried\)$",
    mail_delivery_failed=r"mail delivery failed ?: ?returning message to sender",
    message_delayed=r"warning ?: (?:message \w{6}-\w{6,11}-\w{2,4} delayed|could not send message for past) \d",
    returned_mail=r"returned mail ?: (?:see transcript for details|(?:user|host) unknown|unable to deliver|cannot send)",
    delivery_status_notification=r"delivery status notification ?(?:\(|:|$)|notification d'etat de (?:la )?remise",
    mail_system_error=r"mail system error - returned mail",
    successful_delivery_report=r"successful mail delivery report$",
    unzustellbar=r"unzustellbar ?:|no se puede entregar ?:|zustellung fehlgeschlagen ?:",
    rapport_de_non_remise=r"(?:avis|rapport|notification) de non[ -]remise|message non distribue ?(?::|$)",
    undeliverable_mail=r"undeliverable (?:mail|e-?mail|message)\b|delivery failure ?: ?(?:user|recipient|mailbox)\b",
)
_PERHAPS_DELIVERY = phrases(
    "delivery_report",
    certain=False,
    failure_notice=r"failure notice$|delivery (?:failure|failed|delayed|delay|error|problem|report)\b|mail delivery failed$",
    undeliverable=r"undeliver(?:able|ed) ?:|(?:delivered|relayed|expanded|rejected) ?:|message (?:you sent|undeliverable|blocked)",
    non_remis=(
        r"(?:non remis|non delivre|remis|relaye|developpe|rejete) ?:"
        r"|echec de (?:la )?(?:remise|livraison|distribution)|remise (?:differee|retardee)"
    ),
)
_PERHAPS_READ = phrases(
    "disposition_notification",
    certain=False,
    read=(
        r"(?:read|not read|deleted|displayed|lu|non lu|supprime|affiche|leido|gelesen|lido) ?:"
        r"|(?:return|read) receipt|(?:accuse|confirmation) de lecture"
    ),
)
_PERHAPS_CHALLENGE = phrases(
    "challenge",
    certain=False,
    confirm=(
        r"please (?:confirm|verify) your (?:message|e-?mail)|demande d'authentification|authentication request"
        r"|your message to |your e-?mail requires verification"
    ),
)
_TICKET = phrases("ticket", request_received=r"\[(?:request received|demande recue|ticket received)\]")
_PERHAPS_TICKET = phrases(
    "ticket",
    certain=False,
    ticket_number=(
        r"[\[(]?(?:ticket|billet|case|request|incident|demande|requete|dossier|support|reference|ref)"
        r"\b[^\]]{0,30}\d{3,}|ticket received"
    ),
    acknowledgement=(
        r"(?:auto\w*[ -])?acknowledge?ment\b|accuse (?:de )?reception|we (?:have )?received your|nous avons (?:bien )?recu"
        r"|thank you for (?:contacting|your (?:submission|inquiry|enquiry|request))|thanks for contacting"
    ),
)
_MACHINE = phrases("machine_notice", cron=r"cron <\S+@\S+> ", dmarc_report=r"report domain ?: \S+ submitter ?: ")

SUBJECTS = PhraseTable(
    _VACATION,
    _PERHAPS_VACATION,
    _DELIVERY,
    _PERHAPS_DELIVERY,
    _PERHAPS_READ,
    _PERHAPS_CHALLENGE,
    _TICKET,
    _PERHAPS_TICKET,
    _MACHINE,
)
