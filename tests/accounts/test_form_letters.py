"""The form in a letter: written, and read back out of what mail programs and people make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.forms import ACCESS, FORGOT, FORMS, block_lines, read_form, with_values
from bot.core.unquote import cut_reply
from bot.core.values import Language

FILLED = {
    "name": "Julie Tremblay",
    "company": "Expéditeur fictif inc.",
    "email": "julie@company.example",
    "telephone": "514-555-0123 ext. 150",
}


def test_the_block_in_both_languages() -> None:
    assert block_lines(ACCESS, Language.EN) == [
        "Name *: ",
        "Company *: ",
        "E-mail *: ",
        "Telephone *: ",
        "Customer number: ",
        "Preferred language: ",
        "Remarks: ",
    ]
    assert block_lines(ACCESS, Language.FR, {"name": "Julie"})[:3] == [
        "Nom *\u00a0: Julie",
        "Entreprise *\u00a0: ",
        "Courriel *\u00a0: ",
    ]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_is_written_is_read(form, language: Language) -> None:  # type: ignore[no-untyped-def]
    known = {
        "name": "Julie",
        "company": "Acme",
        "email": "j@acme.example",
        "telephone": "514-555-0123",
        "customer_number": "0012345",
        "language": "fr",
        "remarks": "Two trucks",
        "code": "K7MP4TXR",
    }
    values = {one.key: known[one.key] for one in form.fields}
    reading = read_form(form, "\n".join(block_lines(form, language, values)))
    assert reading.values == values
    assert reading.complete
    quoted = read_form(form, "", "\n".join(f"> {line}" for line in block_lines(form, language, values)))
    assert quoted.values == values


PLAIN = """Name: Julie Tremblay
Company: Expéditeur fictif inc.
E-mail: Julie@Company.example
Telephone: (514) 555-0123 x150
"""
FRENCH_ANY_ORDER = """Téléphone : 514 555-0123, poste 150
courriel : julie@company.example
NOM : Julie Tremblay
Compagnie : Expéditeur fictif inc.
"""
BELOW = """Name *

Julie Tremblay
Company *:
Expéditeur fictif inc.

E-mail *:
julie@company.example
Telephone *:
514.555.0123 ext 150
Remarks:
"""
HTML_DERIVED = """**Name *:** Julie Tremblay
• Company *: Expéditeur fictif inc.
- E-mail *: julie@company.example <mailto:julie@company.example>
4. Telephone *: +1 514 555 0123 poste 150
Customer number: ________
Preferred language (English or French): [ ]
"""
MARKDOWN = """* Name = Julie Tremblay
* Company	Expéditeur fictif inc.
* E-mail : [julie@company.example](mailto:julie@company.example)
* Phone number - 1-514-555-0123 #150
"""


@pytest.mark.parametrize("text", [PLAIN, FRENCH_ANY_ORDER, BELOW, HTML_DERIVED, MARKDOWN])
def test_forms_as_people_fill_them(text: str) -> None:
    reading = read_form(ACCESS, text)
    assert reading.values == FILLED
    assert reading.complete
    assert reading.loose == ()


@pytest.mark.parametrize("prefix", ["> ", ">", "> > ", "| ", ">> "])
def test_a_quoted_form_that_was_filled_in(prefix: str) -> None:
    quoted = "Le lundi, Service écrit :\n" + "\n".join(prefix + line for line in PLAIN.splitlines())
    assert read_form(ACCESS, "Voici, merci", quoted).values == FILLED


def test_through_the_cutting_of_a_reply() -> None:
    letter = "\n".join(f"> {line}" for line in ("Please fill in:", "", *PLAIN.splitlines(), "", "Thank you."))
    cut = cut_reply(f"Here it is.\n\nOn Mon, Nov 23, 2026, Autopro Desk <service@carrier.example> wrote:\n{letter}\n")
    assert read_form(ACCESS, cut.new_text, cut.quoted).values == FILLED


def test_answers_below_quoted_labels() -> None:
    body = "> Name *:\nJulie Tremblay\n> Company *:\n> \nExpéditeur fictif inc.\n> E-mail *:\njulie@company.example\n"
    reading = read_form(ACCESS, "", body + "> Telephone *: 514-555-0123 ext. 150\n> Remarks:\n> Thank you for your request.\n")
    assert reading.values == FILLED


INTERLEAVED = """> Please fill in:
>
> Name *:
Julie Tremblay
> Company *:
Expéditeur fictif inc.
> E-mail *:
julie@company.example
> Telephone *:
514-555-0123 ext. 150
> Customer number:
> Preferred language:
> Remarks:
"""


def test_answers_below_quoted_labels_through_the_cutting_of_a_reply() -> None:
    cut = cut_reply(f"On Mon, Nov 23, 2026, Autopro Desk <service@carrier.example> wrote:\n{INTERLEAVED}")
    assert "Name" not in cut.new_text, "the labels are gone from the new text"
    assert read_form(ACCESS, cut.new_text, cut.quoted).values == FILLED
    fewer = INTERLEAVED.replace("Julie Tremblay\n", "")
    cut = cut_reply(f"On Mon, Nov 23, 2026, Autopro Desk <service@carrier.example> wrote:\n{fewer}")
    assert not read_form(ACCESS, cut.new_text, cut.quoted).touched, "nobody can tell which line was left out"


def test_new_words_win_over_the_quote_and_the_quote_fills_the_rest() -> None:
    quoted = "\n".join(f"> {line}" for line in PLAIN.splitlines())
    reading = read_form(ACCESS, "Company: Another Ltd.\nTelephone:", quoted)
    assert reading.values == {**FILLED, "company": "Another Ltd."}


def test_exactly_what_is_missing_or_wrong_and_the_rest_is_kept() -> None:
    first = read_form(
        ACCESS, "Name: Julie Tremblay\nE-mail: julie at company\nTelephone: 12\nPreferred language: klingon\nRemarks: hi"
    )
    assert dict(first.problems) == {
        "company": "missing",
        "email": "not_an_address",
        "telephone": "not_a_telephone",
        "language": "not_a_language",
    }
    assert first.values == {"name": "Julie Tremblay", "remarks": "hi"}
    assert first.wrong == {"email": "julie at company", "telephone": "12", "language": "klingon"}
    second = read_form(
        ACCESS, "Courriel : julie@company.example\nTél. : 514-555-0123 ext. 150\nEntreprise : Expéditeur fictif inc."
    )
    both = with_values(ACCESS, second, first.values)
    assert both.complete
    assert both.values == {**FILLED, "remarks": "hi"}


def test_a_wrong_second_try_does_not_fall_back_to_the_first() -> None:
    second = with_values(ACCESS, read_form(ACCESS, "E-mail: nonsense"), FILLED)
    assert dict(second.problems) == {"email": "not_an_address"}
    assert "email" not in second.values


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("Telephone: 1 800 856-5559", "telephone", "1-800-856-5559"),
        ("Telephone: +33 1 23 45 67 89", "telephone", "+33123456789"),
        ("Preferred language: Français", "language", "fr"),
        ("Langue : en anglais svp", "language", "en"),
        ("Customer number: 0012345 and c-778", "customer_number", "0012345, C778"),
        ("N° client : 0012345", "customer_number", "0012345"),
        ("E-mail: <JULIE@xn--socit-esab.example>", "email", "julie@xn--socit-esab.example"),
        ("E-mail: julie@société.example", "email", "julie@xn--socit-esab.example"),
        ("Name:   Julie\u00a0 Tremblay ", "name", "Julie Tremblay"),
    ],
)
def test_values_have_one_written_form(line: str, key: str, value: str) -> None:
    assert read_form(ACCESS, line).values == {key: value}


@pytest.mark.parametrize(
    ("line", "key", "problem"),
    [
        ("Name: " + "x" * 101, "name", "too_long"),
        ("Name: ???", "name", "no_letters"),
        ("Name: Julie\x07", "name", "control_characters"),
        ("E-mail: a@b@c.example", "email", "not_an_address"),
        ("E-mail: julie@company", "email", "not_an_address"),
        ("E-mail: julie@company.example, bob@company.example", "email", "not_an_address"),
        ("Telephone: 555-0123", "telephone", "not_a_telephone"),
        ("Telephone: 114-555-0123", "telephone", "not_a_telephone"),
        ("Telephone: call me", "telephone", "not_a_telephone"),
        ("Customer number: I do not know", "customer_number", "not_a_customer_number"),
        ("Preferred language: English, français", "language", "not_a_language"),
    ],
)
def test_what_is_wrong(line: str, key: str, problem: str) -> None:
    reading = read_form(ACCESS, line)
    assert reading.problems[key] == problem
    assert key in reading.wrong


def test_forgot_password_keeps_free_lines() -> None:
    reading = read_form(FORGOT, "Julie Tremblay here, from the shipping office\nCode: k7mp-4txr\nPlease hurry")
    assert reading.values == {"code": "K7MP4TXR"}
    assert reading.loose == ("Julie Tremblay here, from the shipping office", "Please hurry")
    assert reading.touched


def test_remarks_take_their_lines_and_no_more() -> None:
    reading = read_form(ACCESS, "Remarks: We ship weekly\nfrom Laval.\n\nMerci,\nJulie\nName: Julie Tremblay")
    assert reading.values == {"remarks": "We ship weekly from Laval.", "name": "Julie Tremblay"}
    assert reading.loose == ("Merci,", "Julie")


def test_an_empty_quoted_form_says_nothing() -> None:
    letter = ["Fill in these lines:", "", *block_lines(ACCESS, Language.EN), "Thank you.", "Autopro Desk"]
    for prefix in ("> ", ""):
        reading = read_form(ACCESS, "hello?", "\n".join(prefix + line for line in letter))
        assert not reading.touched
        assert list(reading.problems.values()) == ["missing"] * 4


@given(st.text(max_size=400), st.text(max_size=400))
def test_it_never_raises_and_no_value_holds_a_control(text: str, quoted: str) -> None:
    reading = read_form(ACCESS, text, quoted)
    assert all(value.isprintable() or "\u00a0" in value for value in reading.values.values())
    assert reading.complete == (not reading.problems)


def test_two_fields_never_share_a_label() -> None:
    for form in FORMS.values():
        assert {one.key for one in form.by_label.values()} == {one.key for one in form.fields}
    with pytest.raises(KeyError):
        ACCESS.field("nothing")
