"""The check of the two languages finds what a careful reader would, and passes what is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.parity import differences
from bot.commands.typography import faults, faults_of_command
from bot.core.values import Language


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_good_twins_pass(folder: Path) -> None:
    assert differences(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("! {{ statuses", "{{ statuses", 4, "this is a paragraph"),
        (": À | {{ shipment.destination | place }}\n", "", 9, "this is a control"),
        (": À | {{ shipment.destination | place }}", ": À | {{ shipment.origin | place }}", 9, "shipment.destination"),
        ("{{ shipment.destination | place }}", "{{ shipment.destination.city }}", 9, "shipment.destination.city"),
        ("{{ shipment.weight_lb | weight }}", "{{ shipment.weight_lb | number }}", 14, "number"),
        ("{% if shipment.pieces is not none %}", "{% if shipment.pieces %}", 10, "the statement is not its twin’s"),
        ("| reverse %}", "%}", 17, "the statement is not its twin’s"),
        (
            "{{ event | moment }} | {{ statuses[event.status] }} | {{ event.place | place }}",
            "{{ event | moment }} | {{ event.place | place }}",
            18,
            "2 parts",
        ),
        ("{{ event | moment }}", "{{ event | date }}", 18, "moment"),
        ("REPÉRAGE {{ shipment.pro | pro }}", "REPÉRAGE", 22, "shipment.pro"),
        ("Répondez `REPÉRAGE` et", "Répondez REPÉRAGE et", 21, "commands"),
        ("=> Toutes les commandes | AIDE\n", "", 22, "goes on with an action"),
        ("=> Toutes les commandes | AIDE\n", "=> Toutes les commandes | AIDE\n- un mot de plus\n", 24, "ends before this item"),
        ("{{ shipment.pro | pro }}\u00a0:", "123\u00a0:", 1, "shipment.pro"),
        ("{{ statuses[event.status] }}", "{{ statuses[shipment.status] }}", 18, "event.status"),
        ("# Expédition", "{% if shipment %}\n# Expédition", 0, ""),
    ],
)
def test_a_seeded_difference_is_found_at_its_line(folder: Path, old: str, new: str, line: int, said: str) -> None:
    spoil(folder, "trace/found.fr.j2", old, new)
    told = differences(folder)
    assert told
    assert all(found.startswith("trace/found.fr.j2:") for found in told)
    if line:
        assert any(found.startswith(f"trace/found.fr.j2:{line}: ") and said.replace("’", "'") in found for found in told), told


def test_word_order_agreement_and_words_for_a_filter_may_differ(folder: Path) -> None:
    spoil(
        folder, "trace/found.fr.j2", "## Ce qui s’est passé", "## Passé{% if shipment.pieces %}s{% endif %} pour {{ shipment.pro }}"
    )
    spoil(folder, "trace/found.en.j2", "## What happened", "## {{ shipment.pro }} and its {{ shipment.pieces }}{{ shipment.pro }}")
    assert differences(folder) == []


def test_what_values_are_compared_with_and_looked_up_by_is_no_prose(folder: Path) -> None:
    for name in ("trace/found.en.j2", "trace/found.fr.j2"):
        spoil(folder, name, "## ", "## {{ 'x' if shipment.pro == 'l\"x' else 'y' }}{{ {'l\"x': 'z'}['l\"x'] }}")
    assert differences(folder) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_closed_lists_have_the_same_keys(folder: Path, language: str) -> None:
    label = "Delivered" if language == "en" else "Livrée"
    spoil(folder, f"_words/statuses.{language}.j2", f'  "DELIVERED": "{label}",\n', "")
    assert differences(folder) == [f"_words/statuses.{language}.j2:3: write DELIVERED here as well; its twin has it"]


def test_a_message_begins_with_its_heading(folder: Path) -> None:
    for language in ("en", "fr"):
        spoil(folder, f"plain/words.{language}.j2", "# ", "")
    assert [line.partition(" ")[0] for line in differences(folder)] == ["plain/words.en.j2:2:", "plain/words.fr.j2:2:"]


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("trace/found.fr.j2", "Ce qui s’est", "Ce qui s'est", 16),
        ("trace/found.fr.j2", "}}\u00a0: {{", "}} : {{", 1),
        ("trace/found.fr.j2", "Les heures sont les heures locales.", "Les heures sont locales !", 20),
        ("trace/found.fr.j2", '"pièces"', '"pièces :"', 11),
        ("trace/found.fr.j2", "| REPÉRAGE", "| REPERAGE", 22),
        ("trace/found.fr.j2", "`REPÉRAGE`", "`REPERAGE`", 21),
        ("trace/found.fr.j2", "=> Repérer", "=> Cliquez pour repérer", 22),
        ("trace/found.en.j2", "Times are", "Times aren't", 20),
        ("trace/found.en.j2", "=> Trace it", "=> Click to trace it", 22),
        ("trace/found.en.j2", "{{ event | moment }} |", "{{ event | moment }}. |", 18),
        ("_words/statuses.fr.j2", "Livrée", "Livrée !", 3),
        ("_words/statuses.en.j2", '"Delivered"', '"Isn\'t here"', 3),
    ],
)
def test_bad_typography_is_found_at_its_line(folder: Path, name: str, old: str, new: str, line: int) -> None:
    spoil(folder, name, old, new)
    told = differences(folder)
    assert len(told) == 1
    assert told[0].startswith(f"{name}:{line}: ")


GOOD_FRENCH = [
    "Répondez «\u00a0AIDE\u00a0»\u00a0: c’est tout; rien de plus!",
    "À 14\u00a0h\u00a030, 1\u00a0240\u00a0lb",
    "Événement, État, Échec, Ça va?",
    "Voir https://exemple.ca",
    "Le plan A est prêt. Il y a 3 heures.",
    "courriel",
]
BAD_FRENCH = [
    "l'expédition",
    "Statut : livrée",
    "Statut: livrée",
    "Livrée !",
    "Livrée\u00a0!",
    "Livrée ;",
    "Où ?",
    "« AIDE »",
    "«AIDE»",
    '"AIDE"',
    "“AIDE”",
    "Etat de l’envoi",
    "Echec",
    "Evenement",
    "Evénement",
    "Ca va",
    "A quelle heure",
    "Prêt. A bientôt",
    "à 14 h 30",
    "1240 lb",
    "un email",
    "votre e-mail",
    "Cliquez ici",
    "un clic",
    "attendez...",
    "1\u202f240",
    "deux  espaces",
]
GOOD_ENGLISH = ["It’s “delivered”: call us!", "14:30; fine?", "Status: held"]
BAD_ENGLISH = ["It's", 'Say "HELP"', "Say « HELP »", "Click here", "clicking", "Why ?", "wait...", "a  b", "Status : held"]


@pytest.mark.parametrize("words", GOOD_FRENCH)
def test_good_french_passes(words: str) -> None:
    assert not list(faults(Language.FR, words))


@pytest.mark.parametrize("words", BAD_FRENCH)
def test_bad_french_is_found(words: str) -> None:
    assert list(faults(Language.FR, words))


@pytest.mark.parametrize("words", GOOD_ENGLISH)
def test_good_english_passes(words: str) -> None:
    assert not list(faults(Language.EN, words))


@pytest.mark.parametrize("words", BAD_ENGLISH)
def test_bad_english_is_found(words: str) -> None:
    assert list(faults(Language.EN, words))


def test_commands_keep_their_own_marks_but_french_ones_their_accents() -> None:
    assert not list(faults_of_command(Language.FR, "DEMANDE D'ACCÈS Nom:"))
    assert list(faults_of_command(Language.FR, "ARRET"))
    assert not list(faults_of_command(Language.EN, "ARRET"))


@pytest.mark.parametrize("good", [True, False])
def test_the_command_prints_and_exits(folder: Path, good: bool) -> None:
    if not good:
        spoil(folder, "trace/found.fr.j2", "s’est", "s'est")
    run = subprocess.run([sys.executable, "-m", "bot.commands.parity", str(folder)], capture_output=True, text=True, check=False)
    assert run.returncode == (0 if good else 1)
    assert run.stderr == ""
    assert run.stdout.startswith(
        "templates: both languages agree" if good else "templates/trace/found.fr.j2:16: write the apostrophe"
    )
