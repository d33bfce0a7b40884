"""`autopro terminal` from outside: stdin is a pipe, one message a line, each answer ends with a line ---."""

from __future__ import annotations

import subprocess

import pytest

from tests.process.child import Place, place, run, started

SHIPMENTS = """pro,po,origin_city,origin_province,destination_city,destination_province,pieces
800123457,K7712-A,Montréal,QC,Toronto,ON,3
800123465,K7712-A,Québec,QC,Ottawa,ON,2
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with two shipments of one purchase order."""
    made = place(tmp_path_factory.mktemp("terminal"))
    (made.folder / "shipments.csv").write_text(SHIPMENTS, encoding="utf-8")
    result = made.run("import", str(made.folder / "shipments.csv"))
    assert result.returncode == 0, result.stderr
    assert "2 shipments loaded" in result.stdout
    return made


def talk(here: Place, *lines: str, options: tuple[str, ...] = ()) -> list[str]:
    result = here.run("terminal", *options, text="".join(f"{line}\n" for line in lines))
    assert result.returncode == 0, result.stderr
    assert result.stderr == "", "nothing but the answers where all is well"
    *answers, rest = result.stdout.split("\n---\n")
    assert rest == ""
    assert len(answers) == len(lines)
    return answers


def test_one_answer_a_line(here: Place) -> None:
    answers = talk(here, "TRACE 800123457", "CONTACT", "TRACE 800123457", "TRACE PO K7712A", "2", options=("--language", "en"))
    assert "Montréal" in answers[0]
    assert "514-856-5559" in answers[1]
    assert answers[2] in answers[0], "saying the same twice is asking twice"
    assert "2 shipments" in answers[3]
    assert ("Québec" in answers[4]) != ("Montréal" in answers[4]), "one of the two that the list showed"


def test_in_french(here: Place) -> None:
    _, answer, by_word = talk(here, "AIDE", "repérage 800123457", "REPÉRER 800123457", options=("--language", "fr"))
    assert "Montréal" in answer
    assert "Expédition" in answer
    assert by_word == answer


def test_stop_and_noise(here: Place) -> None:
    answers = talk(here, "STOP", "ARRÊT", "", "   ", "é" * 5000, "\x1b[31m \x07", "LOGIN x y", "CONTACT")
    assert answers[0]
    assert answers[1]
    assert "856" in answers[-1]


def test_an_empty_stdin_ends_at_once(here: Place) -> None:
    assert talk(here) == []


def test_beside_a_running_desk_on_the_same_database(here: Place) -> None:
    with started(here) as child:
        first = talk(here, "TRACE 800123457", options=("--language", "en"))
        assert here.send("TRACE 800123457")[0] == 250
        assert "Montréal" in first[0]
        assert child.end() == 0
    assert len(here.letters()) == 1


def test_a_terminal_that_closes_its_output_is_no_crash(here: Place) -> None:
    """`autopro terminal | head -1`"""
    command = f"yes CONTACT | head -200 | {run.__globals__['AUTOPRO']} terminal --config {here.config} | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=False)
    assert "Traceback" not in result.stderr
