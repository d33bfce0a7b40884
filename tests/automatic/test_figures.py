"""The figures that the silence rules are held to, computed over the whole corpus."""

import pytest

from bot.core.automatic import AutomaticSign, automatic_sign
from bot.core.automatic.opening import opening
from bot.core.automatic.sign import by_text, worth_reading
from tests.automatic.corpus import OWN, Letter, letters

LETTERS = tuple(letters())
AUTOMATIC = tuple(letter for letter in LETTERS if not letter.human)
HUMAN = tuple(letter for letter in LETTERS if letter.human)
NO_SIGN_OF_A_PERSON = "Thanks, I have it.\n\n"


def sign(letter: Letter, envelope_sender: str | None = None) -> AutomaticSign | None:
    return automatic_sign(
        headers=letter.headers, envelope_sender=envelope_sender, subject=letter.subject, text=letter.text, own_addresses=OWN
    )


def names(found: list[Letter]) -> str:
    return ", ".join(f"{letter.file}:{letter.name}" for letter in found)


def test_the_corpus_is_large_enough_and_names_no_letter_twice() -> None:
    assert len(AUTOMATIC) >= 200
    assert len(HUMAN) >= 200
    assert len({letter.name for letter in LETTERS}) == len(LETTERS)


def test_at_least_99_percent_are_recognised_without_the_envelope() -> None:
    missed = [letter for letter in AUTOMATIC if sign(letter) is None]
    share = 1 - len(missed) / len(AUTOMATIC)
    assert share >= 0.99, f"{share:.1%} of {len(AUTOMATIC)}; missed {names(missed)}"


def test_all_are_recognised_with_the_null_sender() -> None:
    missed = [letter for letter in AUTOMATIC if sign(letter, envelope_sender="") is None]
    assert not missed, names(missed)


@pytest.mark.parametrize("envelope_sender", [None, "marie.roy@client.example"])
def test_no_letter_of_a_person_is_silenced(envelope_sender: str | None) -> None:
    silenced = [letter for letter in HUMAN if sign(letter, envelope_sender) is not None]
    assert not silenced, names(silenced)


@pytest.mark.parametrize("letter", AUTOMATIC, ids=lambda letter: letter.name)
def test_the_reason_is_the_one_that_the_corpus_states(letter: Letter) -> None:
    found = sign(letter)
    assert found is not None
    assert found.reason == letter.expected


def test_a_person_who_answers_an_automatic_letter_is_heard() -> None:
    """Their subject has a reply prefix and their quote holds the whole automatic letter, marked or below an Outlook head."""
    headers = {"from": ("Marie Roy <marie.roy@client.example>",), "in-reply-to": ("<x@client.example>",)}
    silenced = []
    for letter in AUTOMATIC:
        marked = "\n".join(f"> {line}" for line in letter.text.splitlines())
        outlook = f"From: {letter.headers['from'][0]}\nSent: Tuesday\nSubject: {letter.subject}\n\n{letter.text}"
        for quote in (marked, outlook):
            found = automatic_sign(
                headers=headers,
                envelope_sender="marie.roy@client.example",
                subject=f"RE: {letter.subject}",
                text=NO_SIGN_OF_A_PERSON + quote,
                own_addresses=OWN,
            )
            if found is not None:
                silenced.append(letter)
    assert not silenced, names(silenced)


def test_a_person_who_forwards_an_automatic_letter_without_a_word_is_heard() -> None:
    headers = {"from": ("Marie Roy <marie.roy@client.example>",)}
    silenced = [
        letter
        for letter in AUTOMATIC
        if automatic_sign(
            headers=headers,
            envelope_sender=None,
            subject=f"TR : {letter.subject}",
            text=f"-----Message d'origine-----\nDe : {letter.headers['from'][0]}\n\n{letter.text}",
            own_addresses=OWN,
        )
    ]
    assert not silenced, names(silenced)


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_the_cheap_look_hides_nothing_that_the_full_look_finds(letter: Letter) -> None:
    found = by_text(opening(letter.text))
    assert found is None or (worth_reading(letter.text) and not letter.human)


@pytest.mark.parametrize("letter", AUTOMATIC, ids=lambda letter: letter.name)
def test_the_evidence_names_a_header_or_a_phrase_and_quotes_nothing(letter: Letter) -> None:
    found = sign(letter)
    assert found is not None
    kind, _, key = found.evidence.partition(":")
    assert (kind in letter.headers and not key) or (kind in ("subject", "text") and key.replace("_", "").isalnum())
