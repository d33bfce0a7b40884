"""The vocabulary: every word of the fact sheet reaches its command, in every form that people send."""

from __future__ import annotations

import unicodedata

import pytest

from bot.core.commands import CommandSpec, Effect, Follows
from bot.core.folding import fold
from bot.core.grammar import Context, Vocabulary, read
from bot.core.values import Language
from tests.grammar.vocabulary import CUSTOMERS, EVERYBODY

# Section 4.3 of the fact sheet and the commands of the contract.
SYNONYMS = {
    "TRACE": "TRACE|TRACING|TRACK|STATUS|WHERE IS|REPERAGE|REPERER|SUIVI|SUIVRE|TRACER|RETRACER|STATUT|ETAT|OU EST",
    "REQUEST ACCESS": (
        "REQUEST ACCESS|ACCESS REQUEST|PERSONAL ACCESS REQUEST|NEW ACCOUNT|DEMANDE D ACCES|DEMANDE ACCES|DEMANDE D ACCES PERSONNEL|"
        "DEMANDER ACCES|NOUVEAU COMPTE"
    ),
    "FORGOT PASSWORD": (
        "FORGOT PASSWORD|FORGOT MY PASSWORD|LOST PASSWORD|RESET PASSWORD|MOT DE PASSE OUBLIE|OUBLIE MON MOT DE PASSE|"
        "J AI OUBLIE MON MOT DE PASSE|MDP OUBLIE"
    ),
    "CHANGE PASSWORD": "CHANGE PASSWORD|CHANGER MOT DE PASSE|CHANGER MON MOT DE PASSE|MODIFIER MOT DE PASSE",
    "NEW PASSWORD": "NEW PASSWORD|NOUVEAU MOT DE PASSE",
    "PROFILE": "PROFILE|PROFIL",
    "LANGUAGE": "LANGUAGE FRENCH|LANGUAGE ENGLISH|LANGUE FRANCAIS|LANGUE ANGLAIS|FRANCAIS|ENGLISH|FR|EN",
    "HELP": "HELP|AIDE",
    "STOP": "STOP|UNSUBSCRIBE|ARRET|ARRETER|DESABONNER|DESABONNEMENT",
    "POD": "POD|PREUVE|PREUVE DE LIVRAISON|PDL",
    "NOTIFY": "NOTIFY|AVISER|AVIS|AVERTIR",
    "UNDO": "CANCEL|ANNULER|UNDO",
    "CONTACT": "PHONE|CONTACT|TELEPHONE|JOINDRE",
    "SERVICES": "SERVICES",
    "LOGIN": "LOGIN|CONNEXION",
    "LOGOUT": "LOGOUT|DECONNEXION|LOGOUT ALL|DECONNEXION TOUT",
    "MY REQUEST": "MY REQUEST|MA DEMANDE",
    "NEW CODE": "NEW CODE|NOUVEAU CODE",
    "MY SHIPMENTS": "MY SHIPMENTS|MES EXPEDITIONS",
    "MEMBERS": "MEMBERS|MEMBRES",
    "INVITE": "INVITE|INVITER",
    "REMOVE": "REMOVE|RETIRER",
    "LINK": "LINK|LIER",
    "UNLINK": "UNLINK|DELIER",
    "OBJECT": "OBJECT|CONTESTER",
    "APPROVE": "APPROVE|APPROUVER",
    "DENY": "DENY|REFUSER",
    "ASK": "ASK|DEMANDER",
    "REQUESTS": "REQUESTS|DEMANDES",
}
WORDS = [(name, word) for name, words in SYNONYMS.items() for word in words.split("|")]
FRESH = Context()


@pytest.mark.parametrize(("name", "word"), WORDS)
def test_every_word_reaches_its_command(name: str, word: str) -> None:
    """Alone on its line, in the text and in the subject, after a greeting, before thanks."""
    for subject, text in (
        ("", word),
        (word, ""),
        ("Question", f"Bonjour,\n{word.lower()}\nMerci"),
        ("", f"Hi, {word.title()} please."),
    ):
        commands = read(EVERYBODY, subject, text, FRESH).commands
        assert [command.name for command in commands] == [name], (subject, text)


@pytest.mark.parametrize("spec", EVERYBODY.specs, ids=lambda spec: spec.name)
def test_every_written_form_is_read(spec: CommandSpec) -> None:
    """Accents, case, NFD, no-break spaces and typographic apostrophes never matter."""
    for words in spec.words.values():
        for word in words:
            for form in (
                word.upper(),
                word.lower(),
                fold(word),
                unicodedata.normalize("NFD", word),
                word.replace(" ", "\u00a0"),
                word.replace("'", "’"),
                f"  *{word}*  ",
                f"{word}!",
            ):
                commands = read(EVERYBODY, "", form, FRESH).commands
                assert [command.name for command in commands] == [spec.name], form


LABELS = ["STATUS", "STATUT", "ETAT", "PHONE", "CONTACT", "TELEPHONE", "FR", "EN", "LANGUE", "PROFIL", "CODE D ACCES"]


@pytest.mark.parametrize("word", LABELS)
def test_form_labels_and_ordinary_words_need_the_whole_line(word: str) -> None:
    """Section 4.3: as labels and in prose they are nothing."""
    for line in (
        f"{word}: abc",
        f"{word} : abc def",
        f"{word} = x",
        f"{word} of the new office",
        f"{word} de notre nouveau bureau",
    ):
        assert read(EVERYBODY, "", line, FRESH).commands == (), line
    assert len(read(EVERYBODY, "", word, FRESH).commands) == 1


@pytest.mark.parametrize("spec", EVERYBODY.specs, ids=lambda spec: spec.name)
def test_label_and_value_is_never_a_command(spec: CommandSpec) -> None:
    """Forms are full of labels, with or without the French space."""
    for words in spec.words.values():
        for word in words:
            for mark in (": ", " : ", "\u00a0: ", ":", "= "):
                assert read(EVERYBODY, "", f"{word}{mark}Hiver2026", FRESH).commands == (), word


def test_words_decide_the_language_or_nothing() -> None:
    """TRACE, SERVICES, CONTACT, POD, STOP decide nothing, nor does any word of both languages."""

    def said(word: str) -> Language | None:
        return read(EVERYBODY, "", word, FRESH).commands[0].language

    assert [said(word) for word in ("trace", "services", "contact", "pod", "stop")] == [None] * 5
    assert [said(word) for word in ("help", "status", "tracing", "login")] == [Language.EN] * 4
    assert [said(word) for word in ("aide", "statut", "repérage", "connexion", "arrêt")] == [Language.FR] * 5


def _spec(name: str, *words: str, **more: object) -> CommandSpec:
    return CommandSpec(name, {Language.EN: words}, **more)  # type: ignore[arg-type]


def test_two_commands_never_claim_one_word() -> None:
    """The start fails and names both, also when only accents differ."""
    with pytest.raises(ValueError, match=r"FIRST and SECOND both claim the word 'ARRET'"):
        Vocabulary([_spec("FIRST", "arrêt"), _spec("SECOND", "ARRET")])


def test_declarations_are_checked() -> None:
    """A mark on a word that the command does not have is a slip of its author."""
    with pytest.raises(ValueError, match=r"FIRST marks 'STOPP'"):
        Vocabulary([_spec("FIRST", "stop", whole_line=frozenset({"stopp"}))])
    with pytest.raises(ValueError, match=r"FIRST has the word '…'"):
        Vocabulary([_spec("FIRST", "…")])


def test_works_without_trace_and_language() -> None:
    """The grammar knows these two by their words and does without them."""
    vocabulary = Vocabulary([_spec("HELP", "help")])
    assert read(vocabulary, "", "123456789", Context(has_choices=True)).commands == ()
    assert read(vocabulary, "", "any update?", FRESH).commands == ()
    assert read(vocabulary, "", "in English please", FRESH).switch is Language.EN
    assert read(vocabulary, "", "help", FRESH).commands[0].name == "HELP"


def test_the_longest_phrase_wins() -> None:
    """ "Status of my request" is not a status."""
    assert read(CUSTOMERS, "", "status of my request", FRESH).commands[0].name == "MY REQUEST"
    assert read(EVERYBODY, "", "demander l'accès", FRESH).commands[0].name == "REQUEST ACCESS"


def test_follows_is_kept() -> None:
    """Nothing, the rest of the line, the next line, or everything below."""
    vocabulary = Vocabulary(
        [
            _spec("NOTHING", "alpha"),
            _spec("OPTIONAL", "beta", follows=Follows.OPTIONAL),
            _spec("REQUIRED", "gamma", follows=Follows.REQUIRED),
            _spec("EVERYTHING", "delta", follows=Follows.EVERYTHING),
        ]
    )

    def heard(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(command.name, command.argument, command.lines) for command in read(vocabulary, "", text, FRESH).commands]

    assert heard("alpha more words") == []
    assert heard("alpha please\nbeta\nbeta Été 2 \n") == [("NOTHING", "", ()), ("OPTIONAL", "Été 2", ())]
    assert heard("beta\nalpha") == [("OPTIONAL", "", ()), ("NOTHING", "", ())]
    assert heard("gamma\n\nWord Two\nalpha") == [("REQUIRED", "", ("Word Two",)), ("NOTHING", "", ())]
    assert heard("gamma\nalpha") == [("REQUIRED", "", ()), ("NOTHING", "", ())]
    assert heard("gamma one\ntwo") == [("REQUIRED", "one", ())]
    assert heard("delta one\n\nalpha\nName: x\nRegards,\nJean\n> quoted\nEND\nbeta") == [
        ("EVERYTHING", "one", ("", "alpha", "Name: x", "Regards,", "Jean"))
    ]


def test_open_is_the_default() -> None:
    """A handler that says nothing shows only public facts."""
    assert _spec("X", "x").effect is Effect.OPEN
