"""HELP: every question of the help page is answered in both languages, and what is not understood is asked back."""

from __future__ import annotations

import pytest

from bot.core.commands import CommandSpec, Handler
from bot.core.folding import fold
from bot.core.replies import Reply
from bot.core.values import Language
from handlers import help as help_command
from handlers.help import ALL_TOPICS, Figures, is_question
from handlers.table import HANDLERS
from handlers.topic_cues import OF_COMMAND, TOPICS
from handlers.topics import NOTHING_FOUND, find_topic
from tests.handlers.counter import DESK, CounterInMemory, renderer, written
from tests.letters.account_specs import ACCOUNT_SPECS

EN, FR = Language.EN, Language.FR

# The help page's questions (its headings and what its sentences answer), as a customer asks them, and words of the answer.
QUESTIONS = [
    (
        "What does the key beside a service mean?",
        "Que signifie la clé à côté d’un service ?",
        "locked_services",
        "access code",
        "code d’accès",
    ),
    ("Which services require an access code?", "Quels services exigent un code d’accès ?", "locked_services", "LOGIN", "CONNEXION"),
    ("How do I obtain more information?", "Comment avoir plus d’information ?", "topics", "HELP", "AIDE"),
    ("What is the icon for?", "À quoi sert l’icône ?", "topics", "explanation", "explication"),
    ("How do I get an access code?", "Comment obtenir un code d’accès ?", "request_access", "REQUEST ACCESS", "DEMANDE D’ACCÈS"),
    ("Personal access request", "Demande d’accès personnel", "request_access", "required", "obligatoire"),
    (
        "Can several employees of the same enterprise share an access code?",
        "Plusieurs employés d’une même entreprise peuvent-ils partager un code d’accès ?",
        "sharing",
        "Yes. Several employees",
        "Oui. Plusieurs employés",
    ),
    ("How do I trace a shipment?", "Comment repérer une expédition ?", "tracing", "nine digits", "neuf chiffres"),
    ("What is the autopro number?", "Qu’est-ce que le numéro autopro ?", "tracing", "without the dash", "sans le tiret"),
    ("How do I use my access code?", "Comment utiliser mon code d’accès ?", "login", "keys 🔑", "clés 🔑"),
    ("Can I change the language?", "Est-ce que je peux changer de langue ?", "language", "Yes", "Oui"),
    (
        "How do I register my preferred language?",
        "Comment inscrire ma langue préférée ?",
        "field_language",
        "PROFILE LANGUAGE",
        "PROFIL LANGUE",
    ),
    ("I forgot my password", "J’ai oublié mon mot de passe", "forgot_password", "administrator", "administrateur"),
    ("How can I modify my password?", "Comment modifier mon mot de passe ?", "change_password", "Take note", "Prenez note"),
    (
        "How long will my password remain active?",
        "Combien de temps mon mot de passe reste-t-il actif ?",
        "password_lifetime",
        "3 months",
        "3 mois",
    ),
    (
        "How long can an account remain inactive before it is closed?",
        "Combien de temps un compte peut-il rester inactif avant d’être fermé ?",
        "inactive_account",
        "6 months",
        "6 mois",
    ),
    ("Who do I call for help?", "Qui appeler pour avoir de l’aide ?", "contact", "514-856-5559", "514\u00a0856-5559"),
    (
        "further details regarding use of electronic services",
        "parler à une personne",
        "contact",
        "1-800-856-5559",
        "1\u00a0800\u00a0856-5559",
    ),
]


@pytest.mark.parametrize(("english", "french", "topic", "answer", "reponse"), QUESTIONS)
async def test_every_question_of_the_help_page_is_answered(
    english: str, french: str, topic: str, answer: str, reponse: str
) -> None:
    """Asked as a whole question in either language, through the real grammar."""
    for command, question in (("HELP", english), ("AIDE", french)):
        reply = await CounterInMemory().reply(f"{command} {question}")
        assert reply.template == f"help/{topic}"
        assert answer in written(reply, EN)
        assert reponse in written(reply, FR)


@pytest.mark.parametrize("language", Language)
def test_the_word_printed_for_a_topic_means_it(language: Language) -> None:
    """What the list says to write after HELP brings that very topic; so does its question."""
    words, titles = word_list("topic_words", language), word_list("topic_titles", language)
    assert set(words) == set(titles) == set(ALL_TOPICS)
    phrases = {fold(word): spec.name for spec in _specs() for word in spec.words[language]}
    for key, word in words.items():
        assert find_topic(word, phrases).key == key
        assert is_question(fold(word))


def word_list(name: str, language: Language) -> dict[str, str]:
    """A word list as the letters see it."""
    found: dict[str, str] = renderer()._compiled["help/topics", language].shared[name]
    return found


def _specs() -> tuple[CommandSpec, ...]:
    return (*(handler.spec for handler in HANDLERS), *ACCOUNT_SPECS)


def test_every_cue_finds_its_topic_or_is_asked_back() -> None:
    """No cue is hidden by another topic's."""
    lost = {}
    for topic in TOPICS:
        for cue in f"{topic.english},{topic.french}".split(","):
            found = find_topic(cue, {})
            if found.key != topic.key and topic.key not in found.nearest:
                lost[cue.strip()] = found.key or found.nearest
    assert lost == {}


def test_every_listed_command_has_its_topic_and_its_words() -> None:
    """A command that HELP lists can be asked about, and has a summary, a service name and a label in both languages."""
    for spec in _specs():
        if not spec.listed:
            continue
        assert OF_COMMAND[spec.name] in ALL_TOPICS
        for language in Language:
            for name in ("summaries", "service_names", "command_labels"):
                assert spec.name in word_list(name, language)


@pytest.mark.parametrize(
    ("typed", "offered"), [("HELP pasword", "change_password"), ("AIDE conexion", "login"), ("AIDE connaisement", "references")]
)
async def test_a_slip_is_offered_the_nearest_topics(typed: str, offered: str) -> None:
    """Nothing is guessed: the topics are offered."""
    reply = await CounterInMemory().reply(typed)
    assert reply.template == "help/which_topic"
    assert offered in reply.facts["nearest"]


async def test_an_ambiguous_word_is_asked_back() -> None:
    """ "Password" alone has several answers."""
    reply = await CounterInMemory().reply("HELP password")
    assert reply.template == "help/which_topic"
    assert {"forgot_password", "change_password", "password_lifetime"} <= set(reply.facts["nearest"])


async def test_an_unknown_topic_shows_the_way_to_a_person() -> None:
    """Neither a dead end nor an invention."""
    reply = await CounterInMemory().reply("HELP zeppelin")
    assert reply.template == "help/which_topic"
    assert "We have no help topic for “zeppelin”." in written(reply, EN)
    assert "« zeppelin »".replace(" ", "\u00a0") in written(reply, FR)
    assert "JOINDRE" in written(reply, FR)


@pytest.mark.parametrize(
    "prose", ["Help! Our driver has been waiting at the gate since seven", "Aide urgente demandée au quai numéro quatre"]
)
def test_a_cry_for_help_is_not_a_topic(prose: str) -> None:
    """A sentence that only begins with the word is prose: it is offered help or handed to a person."""
    assert CounterInMemory().reads(prose).commands == ()
    assert find_topic("zeppelin sur le quai numéro quatre du port", {}) == NOTHING_FOUND


def _with_accounts() -> list[Handler]:
    others = [handler for handler in HANDLERS if handler.spec.name != "help"]
    return [help_command.handler_for([*(handler.spec for handler in others), *ACCOUNT_SPECS]), *others]


async def test_the_overview_lists_what_is_loaded_with_its_key_in_words() -> None:
    """One line a command, the key never without its words; after login no key is left."""
    counter = CounterInMemory(handlers=_with_accounts())
    reply = await counter.reply("HELP")
    english, french = written(reply, EN), written(reply, FR)
    assert "- TRACE: where a shipment is\n" in english
    assert "- PROFILE: your address, your language and your details 🔑 (access code required)\n" in english
    assert "- PROFIL\u00a0: votre adresse, votre langue et vos coordonnées 🔑 (code d’accès exigé)\n" in french
    counter.logged_in = True
    assert "🔑" not in written(await counter.reply("HELP"), EN)


async def test_the_overview_leaves_out_what_is_not_loaded() -> None:
    """A command that does not exist here is not promised."""
    listed = {row.name for row in (await CounterInMemory().reply("AIDE")).facts["commands"]}
    assert listed == {handler.spec.name for handler in HANDLERS if handler.spec.listed}


def test_the_figures_are_those_of_the_settings() -> None:
    """A desk with other rules tells its own."""
    facts = {"figures": Figures(password_months=1, inactive_months=12), "logged_in": False, "all_topics": ALL_TOPICS}
    assert "active for 1 month." in written(Reply("help/password_lifetime", facts), EN)
    assert "après 12 mois" in written(Reply("help/inactive_account", facts), FR)


async def test_no_answer_speaks_of_a_page() -> None:
    """The help page's clicks and corners mean nothing in a letter."""
    for key in ALL_TOPICS:
        facts = {"figures": Figures(), "logged_in": False, "all_topics": ALL_TOPICS}
        for language in Language:
            text = written(Reply(f"help/{key}", facts), language).lower()
            for word in ("click", "cliqu", "left portion", "upper right", "web site", "site web", "page"):
                assert word not in text


def test_the_desk_has_the_help_pages_numbers() -> None:
    """The default numbers are those of the help page."""
    assert DESK.phones == ("514-856-5559", "905-624-7894", "1-800-856-5559")
