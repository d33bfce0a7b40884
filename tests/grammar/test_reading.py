"""The rules of reading, one by one."""

from __future__ import annotations

import pytest

from bot.core.check_digits import CheckDigit
from bot.core.commands import Reading
from bot.core.grammar import Context, read
from bot.core.trace_arguments import trace_arguments
from bot.core.values import Language
from tests.grammar.vocabulary import CUSTOMERS, EVERYBODY

FRESH = Context()
ANSWER = Context(subject_is_reply=True, answers_us=True)


def _read(text: str, subject: str = "", context: Context = FRESH) -> Reading:
    return read(EVERYBODY, subject, text, context)


def _names(text: str, subject: str = "", context: Context = FRESH) -> list[str]:
    return [command.name for command in _read(text, subject, context).commands]


@pytest.mark.parametrize(
    "stop", ["END", "fin", "--", "-- ", "_____", "Sent from my iPhone", "Envoyé de mon Galaxy", "Cordialement,"]
)
def test_reading_stops(stop: str) -> None:
    """At END or FIN, at a signature, at what a telephone adds."""
    assert _names(f"HELP\n{stop}\nCONTACT\n123456789") == ["HELP"]
    reading = _read(f"TRACE 123456789\n{stop}\n234567890")
    assert trace_arguments(reading.commands[0]).pros == ("123456789",)


@pytest.mark.parametrize(
    "quote",
    [
        "On Wed, Nov 18, 2026 at 2:30 PM Desk <d@x.example> wrote:",
        "Le 18 nov. 2026 à 14:30, Comptoir a écrit :",
        "-----Original Message-----",
    ],
)
def test_reading_stops_at_a_quote(quote: str) -> None:
    """What was left of it when the mail was cut."""
    assert _names(f"HELP\n{quote}\nSTOP") == ["HELP"]
    assert _names("HELP\n> STOP\n > CONTACT") == ["HELP"]


def test_sent_from_a_place_is_no_signature() -> None:
    """Only a device or a mail program ends the text."""
    assert trace_arguments(_read("Sent from Montreal yesterday\nEnvoyé de Laval hier\n123456789").commands[0]).pros == (
        "123456789",
    )


@pytest.mark.parametrize(("lines", "read_it"), [(0, True), (3, True), (4, False)])
def test_prose_before_an_open_command(lines: int, read_it: bool) -> None:
    """Up to three lines; a PRO number is found anywhere."""
    prose = "We have a customer who waits for his goods.\n" * lines
    assert bool(_names(f"Hello,\n{prose}TRACE BOL 12345")) is read_it
    assert _names(f"{prose}TRACE 123456789") == ["TRACE"]


def test_prose_before_a_change() -> None:
    """None at all, not even when an open command stands between; another command may."""
    assert _names("Good morning team,\nPlease\nSTOP") == ["STOP"]
    assert _names("We have too many of these mails.\nSTOP") == []
    assert _names("We wait for it.\nTRACE 123456789\nSTOP") == ["TRACE"]
    assert _names("TRACE 123456789\nWe wait for it.\nSTOP") == ["TRACE"]
    assert _names("TRACE 123456789\nSTOP") == ["TRACE", "STOP"]
    assert _names("LOGIN AP4471\nMY SHIPMENTS\nLOGOUT") == ["LOGIN", "MY SHIPMENTS", "LOGOUT"]


def test_polite_beginnings_are_for_open_commands() -> None:
    """ "Could you help" is understood, "could you change my password" is only suggested."""
    assert _names("Could you please trace BOL 12345?") == ["TRACE"]
    assert _names("J'aurais besoin\nJ'ai besoin d'aide") == ["HELP"]
    assert _names("I would like to change my password") == []
    assert _read("I would like to change my password").nearest == ("CHANGE PASSWORD",)
    assert _names("Please change my password") == ["CHANGE PASSWORD"]


def test_greetings_with_names() -> None:
    """On a line of their own, or before the command."""
    assert _names("Bonjour Julie,\nSTOP") == ["STOP"]
    assert _names("Hi John Smith\nSTOP") == ["STOP"]
    assert _names("Bonjour Madame Tremblay, DÉCONNEXION") == ["LOGOUT"]
    assert _names("Hi John, approve the invoice please") == []
    assert not _read("Bonjour Julie STOP").empty
    assert _names("hello we talked about it\nSTOP") == []


def test_subject_of_a_reply_is_quoted() -> None:
    """Neither its command nor its number counts."""
    assert _names("", "TRACE 123456789", Context(subject_is_reply=True)) == []
    assert _names("", "TRACE 123456789") == ["TRACE"]
    assert _read("", "TRACE 123456789").commands[0].in_subject


def test_ordinary_word_as_a_subject() -> None:
    """ "Contact" alone is the command; above a text of its own it is a title, and suggested."""
    assert _names("", "Contact") == ["CONTACT"]
    assert _names("Merci!", "Contact") == ["CONTACT"]
    assert _names("TRACE 123456789", "Contact") == ["TRACE"]
    reading = _read("Our new contact is Julie Tremblay.", "Contact")
    assert (reading.commands, reading.nearest) == ((), ("CONTACT",))
    assert _names("New address for the deliveries is below.", "Profil") == []
    assert _names("Je suis Jean Roy, de Transport Roy.", "Mot de passe oublié") == ["FORGOT PASSWORD"]


def test_subject_and_text_say_the_same() -> None:
    """Once is enough; the fuller one counts."""
    assert _names("help", "HELP") == ["HELP"]
    reading = _read("LOGIN AP4471 secret", "login")
    assert [(command.name, command.argument) for command in reading.commands] == [("LOGIN", "AP4471 secret")]
    reading = _read("Bonjour,\nDemande d'accès\nNom : Luc", "Demande d'accès")
    assert [(command.name, command.lines) for command in reading.commands] == [("REQUEST ACCESS", ("Nom : Luc",))]
    reading = _read("Bonjour,\nNom : Luc", "Demande d'accès")
    assert [(command.name, command.lines) for command in reading.commands] == [("REQUEST ACCESS", ("Bonjour,", "Nom : Luc"))]
    assert _read("TRACE BOL 12345", "Tracing request").commands[0].language is Language.EN


def test_bare_numbers_unless_another_command_matched() -> None:
    """The design's words."""
    assert _names("My customer asks for 123456789 since monday, where is it") == ["TRACE"]
    commands = _read("HELP\nMy customer asks for 123456789").commands
    assert [(command.name, command.lines) for command in commands] == [("HELP", ())]
    assert _names("TRACE 234567890\nCONTACT\nMy customer asks for 123456789") == ["TRACE", "CONTACT"]
    command = _read("My customer asks for 123456789").commands[0]
    assert (command.word, command.argument, command.lines) == ("", "", ("My customer asks for 123456789",))


def test_numbers_further_below_belong_to_trace() -> None:
    """No number is dropped in silence."""
    commands = _read("TRACE 123456789\nand my boss wants this one too 234567890").commands
    assert [trace_arguments(command).pros for command in commands] == [("123456789", "234567890")]
    commands = _read("Trace\nthese numbers of the week:\n12345678\n123456789").commands
    assert (trace_arguments(commands[0]).pros, trace_arguments(commands[0]).near) == (("123456789",), ("12345678",))


def test_several_traces_stay_several() -> None:
    """In order, each with its own."""
    commands = _read("TRACE 123456789\nTRACE BOL 12345\nTRACE 123456789").commands
    assert [command.argument for command in commands] == ["123456789", "BOL 12345"]


def test_check_digit_of_the_carrier() -> None:
    """A number that the rule refuses is still meant."""
    context = Context(check_digit=CheckDigit.XPO_MOD7)
    command = _read("please look at 800123451", context=context).commands[0]
    assert trace_arguments(command, rule=CheckDigit.XPO_MOD7).bad_check == ("800123451",)


def test_question_takes_the_numbers_of_the_letter() -> None:
    """Of the subject or of our letter; its own number comes first; without any it asks for one."""
    answered = Context(subject_is_reply=True, answers_us=True, answered_text="Shipments 123456789 and 234567890\n1-800-856-5559")
    assert _read("any update?", context=answered).commands[0].argument == "123456789 234567890"
    assert _read("Statut svp", context=answered).commands[0].argument == "123456789 234567890"
    assert trace_arguments(_read("any update on 345678901?", context=answered).commands[0]).pros == ("345678901",)
    assert _read("any update?").commands[0].argument == ""
    assert _read("any update?").commands[0].language is Language.EN
    assert _read("des nouvelles svp?").commands[0].language is Language.FR
    assert _names("HELP\nany update?", context=answered) == ["HELP"]


@pytest.mark.parametrize(
    "statement",
    [
        "There is no update of our program, we looked for any news in the catalogue and found nothing.",
        "Nous avons du nouveau personnel au quai.",
        "The status meeting is on Friday.",
        "Where is the meeting?",
    ],
)
def test_statements_are_no_questions(statement: str) -> None:
    """Only short questions about a shipment."""
    answered = Context(subject_is_reply=True, answers_us=True, answered_text="Shipment 123456789")
    assert _names(statement, context=answered) == []


def test_choice_only_where_a_list_was_sent() -> None:
    """And only before anything else was said."""
    listed = Context(has_choices=True)
    assert [command.argument for command in _read("le 2e svp", context=listed).commands] == ["2"]
    assert _names("2") == []
    assert _names("2 pallets are missing since monday", context=listed) == []
    assert _names("Il manque une palette.\n2", context=listed) == []
    assert _names("Bonjour\n#2\nMerci", context=listed) == ["TRACE"]
    assert [command.argument for command in _read("TRACE 2").commands] == ["2"]


def test_courtesy_alone() -> None:
    """No answer in answer to us; else as good as nothing."""
    for text in (
        "Thanks!",
        "merci bcp",
        "OK parfait merci",
        "👍",
        "Thank you,\nKaren Whitfield\nABC Ltd. 514-285-9286",
        "Reçu, bonne journée",
    ):
        assert _read(text, context=ANSWER).courtesy, text
        assert _read(text).empty, text
    assert not _read("Thanks, nothing arrived", context=ANSWER).courtesy
    assert not _read("Merci\nLa palette est brisée", context=ANSWER).courtesy
    assert not _read("", context=ANSWER).courtesy
    assert _read("", context=ANSWER).empty


@pytest.mark.parametrize(
    ("text", "switch"),
    [
        ("en français svp", Language.FR),
        ("Pouvez-vous me répondre en français, merci", Language.FR),
        ("In English please", Language.EN),
        ("Please answer in English.", Language.EN),
        ("English only", Language.EN),
        ("Français seulement", Language.FR),
        ("En anglais s’il vous plaît", Language.EN),
        ("LANGUAGE FR", Language.FR),
        ("LANGUE ANGLAIS", Language.EN),
        ("fr", Language.FR),
        ("The manual is in English only for this model", None),
        ("Le document est en français et en anglais", None),
        ("The French driver", None),
    ],
)
def test_explicit_wish_for_a_language(text: str, switch: Language | None) -> None:
    """Wherever it stands; never what is said of a document."""
    assert _read(text).switch is switch
    assert _read(f"TRACE 123456789\n{text}").switch is switch


def test_a_wish_alone_is_the_command() -> None:
    """And beside another command it only chooses the language of the answer."""
    assert _names("En français svp") == ["LANGUAGE"]
    assert _names("En français svp\nTRACE 123456789") == ["TRACE"]
    assert _names("La palette est brisée, répondez en français svp") == []


def test_passwords_are_never_folded_nor_trimmed_inside() -> None:
    """Letter by letter, after courtesy and a greeting too."""
    written = "AP4471 Ça  va, «Œuf»  d’hiver!"
    for text in (f"LOGIN {written}", f"Bonjour, login\u00a0{written}  ", f"Hi Julie, please log in {written}"):
        commands = _read(text).commands
        assert [(command.name, command.argument) for command in commands] == [("LOGIN", written)]


def test_passwords_of_signs_only() -> None:
    """They fold to nothing and are taken all the same."""
    for written in ("!!!!@@@@####$$$$", "=x9=x9=x9=x9", "密码密码密码密码密码"):
        commands = _read(f"Nouveau mot de passe {written}").commands
        assert [(command.name, command.argument) for command in commands] == [("NEW PASSWORD", written)]
    assert _read("New password!").commands[0].argument == ""


def test_administrators_words_are_nothing_to_customers() -> None:
    """The desk reads customers without them."""
    assert read(CUSTOMERS, "", "Approve", FRESH).commands == ()
    assert read(CUSTOMERS, "", "Refuser la livraison svp", FRESH).commands == ()


def test_twenty_commands_are_enough() -> None:
    """A mail of a thousand commands costs no more."""
    text = "\n".join(f"TRACE BOL {number}" for number in range(1000, 2000))
    assert len(_read(text).commands) == 20
