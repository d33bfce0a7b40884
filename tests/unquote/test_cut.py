"""What the three parts of a cut hold, case by case."""

import pytest

from bot.core.unquote import Cut, cut_reply


def test_the_three_parts():
    cut = cut_reply(
        "[EXTERNE] Bonjour,\r\nTRACE 123456789\r\n\r\nCordialement,\r\nJosée\r\n\r\nEnvoyé de mon iPhone\r\n\r\n"
        "Le lun. 23 nov. 2026 à 09 h 15, Autopro <a@b.example> a écrit :\r\n\r\n> Bonjour,\r\n>\r\n>  AIDE\r\n"
    )
    assert cut == Cut(
        new_text="Bonjour,\nTRACE 123456789",
        quoted="Le lun. 23 nov. 2026 à 09 h 15, Autopro <a@b.example> a écrit :\n\n> Bonjour,\n>\n>  AIDE\n",
        signature="Cordialement,\nJosée\n\nEnvoyé de mon iPhone\n",
    )


def test_a_form_filled_in_within_the_quote_is_kept_word_for_word():
    cut = cut_reply("Voici\n\n> Nom : Rosalie  Hamel\n>\tCourriel : r@h.example\n>\n")
    assert cut.new_text == "Voici"
    assert cut.quoted.split("\n")[:2] == ["> Nom : Rosalie  Hamel", ">\tCourriel : r@h.example"]


def test_answers_between_quoted_lines_are_paragraphs():
    assert cut_reply("> name?\nJean\n> company?\nLavoie\nDoors\n").new_text == "Jean\n\nLavoie\nDoors"


def test_a_quote_that_begins_in_mid_line():
    cut = cut_reply("Ｏk  mer\u200bci  Le lun. 23 nov. 2026 à 09 h 15, X <a@b.example> a écrit :\n> APPROUVER")
    assert cut.new_text == "Ｏk  mer\u200bci"
    assert cut.quoted == "Le lun. 23 nov. 2026 à 09 h 15, X <a@b.example> a écrit :\n> APPROUVER"


@pytest.mark.parametrize(
    "text",
    [
        "Merci",
        "Thanks,\nJean Tremblay",
        "De : Lévis\nÀ : Ottawa",
        "From: Cornwall\nTo: Perth\nDate: Nov 24, 10:30",
        "Objet : suivi\nBonjour",
        "Merci\nAPPROUVER",
        "Thank you\n123456789",
        "J'ai écrit vendredi.",
        "Confirmer par écrit :\nle 445000125",
        "-> 123456789",
        "123456789 | 123456780",
        "« un\n» deux",
        "Sent from our dock today",
        "Ce message est important",
        "Attention au quai",
        "a: b\nc: d\ne: f",
    ],
)
def test_what_only_looks_like_something_to_cut_stays(text: str):
    assert cut_reply(text) == Cut(text, "", "")


@pytest.mark.parametrize(
    "quote",
    [
        "> APPROVE",
        "\t\u200b\u00a0>APPROVE",
        "| APPROVE",
        "&gt; APPROVE",
        "XY> APPROVE",
        "» APPROVE",
        "＞APPROVE",
        "> x\u2028APPROVE\x0cAPPROVE\rAPPROVE",
        "he wrote:\nAPPROVE",
        "il a écrit :\nAPPROVE",
        "-----Original Message-----\nAPPROVE",
        "Begin forwarded message:\nAPPROVE",
        "De : X <x@b.example>\nAPPROVE",
        "________________________________\nAPPROVE",
        "reply above this line\nAPPROVE",
        "\nAutopro, service counter\n<a@b.example> wrote:\nAPPROVE",
        "Feladó: X <x@b.example>\nElküldve: 2026. november 20. 16:02\nAPPROVE",
        "> " + "word " * 12 + "\nAPPROVE",
    ],
)
def test_in_doubt_it_is_quoted(quote: str):
    cut = cut_reply(f"DENY\n{quote}")
    assert cut.new_text == "DENY"
    assert cut.quoted.endswith("APPROVE")


@pytest.mark.parametrize(
    "afterthought", ["PS: also 123456780", "P.-S. Et le poids", "Also, who signed?", "123-456780", "TRACE 123456780"]
)
def test_text_below_a_farewell_is_text(afterthought: str):
    cut = cut_reply(f"TRACE 123456789\n\nRegards,\nJean\nTPS 123456780\nTél. 418 555-0133\n\n{afterthought}\nand so on")
    assert cut.new_text == f"TRACE 123456789\n\n{afterthought}\nand so on"
    assert cut.signature.split() == ["Regards,", "Jean", "TPS", "123456780", "Tél.", "418", "555-0133"]


@pytest.mark.parametrize(
    "notice",
    [
        "Pensez à l'environnement avant d'imprimer.",
        "Please consider the environment.",
        "CONFIDENTIALITY NOTICE\nanything",
        "Avis de confidentialité :\n\nce qui suit",
        "If you are not the intended recipient, delete it.",
        "This e-mail is\nconfidential.",
    ],
)
def test_legal_notices_go_with_the_signature(notice: str):
    assert cut_reply(f"TRACE 123456789\n\n{notice}") == Cut("TRACE 123456789", "", notice)


def test_a_legal_notice_above_the_text_is_one_paragraph():
    assert cut_reply("This message is confidential.\nDelete it.\n\nTRACE 123456789").new_text == "TRACE 123456789"


def test_a_letter_of_ten_thousand_lines_is_read_no_further():
    cut = cut_reply("DENY\n" + "x\n" * 20_000 + "APPROVE")
    assert cut.new_text.startswith("DENY")
    assert "APPROVE" not in cut.new_text
    assert cut.quoted.endswith("APPROVE")
