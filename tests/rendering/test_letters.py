"""Letters as customers get them: the frame, two languages, one-tap actions, and the same content in text and HTML."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jinja2
import pytest

from bot.core.rendering import RenderedMail, Renderer
from bot.core.replies import Reply
from bot.core.values import Language
from tests.rendering.conftest import SHIPMENT, SPARSE
from tests.rendering.samples import own_letters, product_letters
from tests.rendering.words import html_text, links, words

FOUND = Reply("trace/found", {"shipment": SHIPMENT})
WORDS = Reply("plain/words", {"words": "hello"})
EN, FR = (Language.EN,), (Language.FR,)
BOTH = (Language.FR, Language.EN)


def letter(renderer: Renderer, *replies: Reply, languages: tuple[Language, ...] = EN, **changes: Any) -> RenderedMail:
    settings: dict[str, Any] = {"reply_address": "service+s.abc@autopro.example", "first_contact": False, "subject": None}
    return renderer.mail(replies or (FOUND,), languages, **{**settings, **changes})


ENGLISH = """\
Autopro Transport

Shipment 123456789
==================

Delivered

Delivery is expected on Tuesday, December 1, 2026.

From: Toronto, Ontario
To: Montréal, Quebec
Pieces: 3 pieces
Weight: 1,240\u00a0lb

What happened

- November 18, 2026, 2:30 p.m.: Delivered, Montréal, Quebec
- November 16, 2026: In transit
- November 12, 2026, 8:05 a.m.: In transit, Toronto, Ontario

Times are local times.

Answer TRACE and a number for another shipment.

Trace it again: “TRACE 123456789”
All commands: “HELP”

This is an automatic message. Answer it with your next request, or with HELP for the list.
To speak with a person: 514-856-5559, 905-624-7894 or 1-800-856-5559.
To stop receiving notices, answer STOP.
1 Main Street, Montréal (Québec) H1A 1A1
"""


def test_the_plain_text_of_a_letter(renderer: Renderer) -> None:
    made = letter(renderer)
    assert made.text == ENGLISH
    assert made.subject == "Shipment 123456789: Delivered"
    assert (made.template, made.content_language) == ("trace/found", "en")


def test_french_keeps_its_spaces_and_marks(renderer: Renderer) -> None:
    made = letter(renderer, languages=FR)
    assert made.subject == "Expédition 123456789\u00a0: Livrée"
    for line in (
        "La livraison est prévue le mardi 1er décembre 2026.",
        "Poids\u00a0: 1\u00a0240\u00a0lb",
        "- 18 novembre 2026, 14\u00a0h\u00a030\u00a0: Livrée, Montréal (Québec)",
        "- 16 novembre 2026\u00a0: En transit",
        "Repérer de nouveau\u00a0: «\u00a0REPÉRAGE 123456789\u00a0»",
    ):
        assert line in made.text.split("\n")


@pytest.mark.parametrize("languages", [EN, FR, BOTH, BOTH[::-1]])
@pytest.mark.parametrize("replies", [(FOUND,), (Reply("trace/found", {"shipment": SPARSE}),), (FOUND, WORDS, FOUND)])
@pytest.mark.parametrize("first_contact", [True, False])
def test_text_and_html_say_the_same_words_in_the_same_order(
    renderer: Renderer, languages: tuple[Language, ...], replies: tuple[Reply, ...], first_contact: bool
) -> None:
    made = letter(renderer, *replies, languages=languages, first_contact=first_contact)
    assert words(html_text(made.html)) == words(made.text)


def test_a_first_contact_is_greeted_once(renderer: Renderer) -> None:
    assert "Welcome to Autopro Transport" in letter(renderer, FOUND, WORDS, first_contact=True).text
    assert letter(renderer, FOUND, WORDS, first_contact=True).text.count("Welcome") == 1
    assert "Welcome" not in letter(renderer).text


def test_each_half_of_a_bilingual_letter_begins_by_saying_where_the_other_is(renderer: Renderer) -> None:
    made = letter(renderer, languages=BOTH)
    french, english = made.text.split("\n\n\nLa version française est plus haut.\n")
    assert french.startswith("English version below.\n\nAutopro Transport\n\nExpédition")
    assert english.startswith("\nShipment 123456789\n")
    assert made.content_language == "fr, en"
    assert made.subject == "Expédition 123456789\u00a0: Livrée / Shipment 123456789: Delivered"


def test_the_halves_may_stand_the_other_way_round(renderer: Renderer) -> None:
    made = letter(renderer, languages=BOTH[::-1])
    assert made.text.startswith("La version française est plus bas.\n\nAutopro Transport\n\nShipment")
    assert "\nEnglish version above.\n" in made.text
    assert made.content_language == "en, fr"


def test_a_bilingual_letter_offers_each_language_alone(renderer: Renderer) -> None:
    made = letter(renderer, languages=BOTH)
    assert "Français seulement\u00a0: «\u00a0LANGUE FR\u00a0»" in made.text
    assert "English only: “LANGUAGE EN”" in made.text
    bodies = [parse_qs(urlsplit(link).query)["body"] for link in links(made.html)]
    assert ["LANGUE FR"] in bodies
    assert ["LANGUAGE EN"] in bodies


def test_every_half_of_the_page_names_its_language(renderer: Renderer) -> None:
    html = unescape(letter(renderer, languages=BOTH).html)
    assert html.startswith('<!doctype html>\r\n<html lang="fr"')
    assert html.index('<div lang="fr">') < html.index("Livrée</p>") < html.index('<div lang="en">') < html.index("Delivered</p>")
    assert 'lang="en"' in html[: html.index("English version below.")]
    assert '<p class="label" lang="fr"' in html[: html.index("La version française")].rsplit("\n", 1)[1]


def test_a_reply_in_a_language_of_its_own_turns_the_whole_letter(renderer: Renderer) -> None:
    """After LANGUAGE FR the answer is French, also where both halves would have been sent."""
    asked = Reply("plain/words", {"words": "x"}, language=Language.FR)
    made = letter(renderer, FOUND, asked, languages=BOTH)
    assert made.content_language == "fr"
    assert "Shipment" not in made.text
    assert "English" not in made.text
    assert renderer.plain((FOUND, asked), Language.EN, first_contact=False).startswith("Expédition")
    assert renderer.chat((FOUND, asked), (Language.EN,), first_contact=False).html.startswith("<b>Expédition")


def test_several_sections_share_one_frame(renderer: Renderer) -> None:
    made = letter(renderer, FOUND, WORDS)
    assert made.template == "trace/found, plain/words"
    assert made.subject == "Shipment 123456789: Delivered"
    assert made.text.index("All commands") < made.text.index("About hello") < made.text.index("automatic message")
    assert made.text.count("automatic message") == 1


def test_an_answer_takes_the_answered_subject(renderer: Renderer) -> None:
    assert letter(renderer, subject="RE : RÉP : where is it").subject == "Re: where is it"
    assert letter(renderer, subject="where is it").subject == "Re: where is it"
    assert letter(renderer, subject="Re: ").subject == "Shipment 123456789: Delivered"
    assert letter(renderer, subject="LOGIN A hunter2horse", secrets=["hunter2horse"]).subject == "Shipment 123456789: Delivered"


def test_a_subject_is_one_line_of_bounded_length(renderer: Renderer) -> None:
    made = letter(renderer, Reply("plain/words", {"words": "a\r\nBcc: x@y.example\r\n\r\n" + "long " * 1000}))
    assert made.subject.startswith("About a Bcc: x@y.example long long")
    assert made.subject.isprintable()
    assert len(made.subject) <= 180


def test_the_page_is_made_of_real_headings_lists_and_a_table_of_facts(renderer: Renderer) -> None:
    html = letter(renderer, FOUND, WORDS).html
    counts = {tag: html.count(f"<{tag} ") for tag in ("h1", "h2", "ol", "ul", "li", "th", "p")}
    assert counts == {"h1": 2, "h2": 1, "ol": 2, "ul": 1, "li": 5, "th": 5, "p": 9}
    assert html.count('scope="row"') == 5
    assert html.count("<table") == html.count('role="presentation"') + html.count('class="facts"')
    assert "<img" not in html
    assert "http" not in html.replace("http://www.w3.org/1999/xhtml", "")


def test_the_title_of_the_page_is_the_subject(renderer: Renderer) -> None:
    assert "<title>Re: a &lt;b&gt; &amp; c</title>" in letter(renderer, subject="a <b> & c").html


def test_a_hostile_answered_subject_is_harmless(renderer: Renderer) -> None:
    made = letter(renderer, subject="a\r\nBcc: x@y.example\u202e \ud800" + "b" * 2000)
    assert made.subject.startswith("Re: a Bcc: x@y.example bbb")
    assert len(made.subject) <= 180
    made.subject.encode()


@pytest.mark.parametrize("languages", [EN, FR])
def test_an_action_writes_the_command_into_the_body_of_an_answer(renderer: Renderer, languages: tuple[Language, ...]) -> None:
    made = letter(renderer, languages=languages)
    first = urlsplit(links(made.html)[0])
    assert first.scheme == "mailto"
    assert unquote(first.path) == "service+s.abc@autopro.example"
    assert "+" not in first.path + first.query  # some programs read it as a space
    command = "TRACE 123456789" if languages == EN else "REPÉRAGE 123456789"
    assert parse_qs(first.query) == {"subject": [f"Re: {made.subject}"], "body": [command]}
    assert f'">{command}</code>' in unescape(made.html)  # what one taps is what one reads


def test_the_subject_of_an_action_has_one_prefix(renderer: Renderer) -> None:
    made = letter(renderer, subject="Re: re: hello")
    assert "subject=Re%3A%20hello&amp;body=" in made.html


def test_a_chat_message_has_buttons_in_place_of_links(renderer: Renderer) -> None:
    made = renderer.chat((FOUND, FOUND), (Language.FR,), first_contact=True)
    assert made.buttons == (("Repérer de nouveau", "REPÉRAGE 123456789"), ("Toutes les commandes", "AIDE"))
    assert made.html.startswith("Bienvenue chez Autopro Transport.")
    assert "<b>Livrée</b>" in made.html
    assert "Repérer de nouveau" not in made.html
    assert "<code>REPÉRAGE</code>" in made.html
    assert "Poids\u00a0: <b>1\u00a0240\u00a0lb</b>" in made.html


def test_every_line_of_a_chat_message_is_complete_in_itself(renderer: Renderer) -> None:
    """A message over 4,096 characters can be cut between lines."""
    made = renderer.chat((FOUND,), (Language.EN,), first_contact=True)
    for line in made.html.split("\n"):
        html_text(line)


def test_a_terminal_gets_the_sections_alone(renderer: Renderer) -> None:
    text = renderer.plain((FOUND, WORDS), Language.EN, first_contact=False)
    assert text.startswith("Shipment 123456789\n==================\n\nDelivered\n")
    assert text.endswith("\nSay hello: “HELP hello”\n")
    assert "automatic" not in text
    assert renderer.plain((WORDS,), Language.EN, first_contact=True).startswith("Welcome")


def test_a_missing_fact_is_an_error_and_never_a_gap(renderer: Renderer) -> None:
    with pytest.raises(jinja2.UndefinedError, match="shipment"):
        letter(renderer, Reply("trace/found", {}))
    with pytest.raises(jinja2.UndefinedError, match="words"):
        letter(renderer, Reply("plain/words", {}))


@pytest.mark.parametrize("value", [None, True])
def test_none_and_truth_are_no_words(renderer: Renderer, value: object) -> None:
    with pytest.raises(TypeError, match="a template prints"):
        letter(renderer, Reply("plain/words", {"words": value}))


def test_an_unknown_template_is_an_error(renderer: Renderer) -> None:
    with pytest.raises(KeyError, match="no/such"):
        letter(renderer, Reply("no/such"))


def test_text_and_html_of_every_letter_say_the_same(renderer: Renderer) -> None:
    for name, made in {**own_letters(renderer), **product_letters()}.items():
        assert words(html_text(made.html)) == words(made.text), name
