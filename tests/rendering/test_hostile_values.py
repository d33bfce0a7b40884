"""Values from strangers stay words on every channel."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.opaque import VALUE_LIMIT
from bot.core.rendering import RenderedMail, Renderer
from bot.core.replies import Reply
from bot.core.values import Language
from tests.rendering.words import html_text, links, words

HOSTILE = [
    "**x** <a href>",
    '<a href="https://evil.example">tap</a>',
    "{{7*7}} {% if %} {# #}",
    "`HELP` | ~ - # ! :",
    "</table></div><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "&lt;b&gt; &amp;nbsp;",
    "<b>bold</b> &",
    "mailto:x@evil.example?bcc=y",
]
DIRECTION = "\u202eevil\u202c \u2066x\u2069 \u200f\u061c"
LINES = "\n# Heading\r\n=> Tap | STOP\x0b\x0c\u2028\u2029\x85- item\x00\x1b[31m"


def mail(renderer: Renderer, value: str) -> RenderedMail:
    return renderer.mail(
        (Reply("plain/words", {"words": value}),), (Language.EN,), reply_address="s@a.example", first_contact=False, subject=None
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_markup_in_a_value_is_literal_everywhere(renderer: Renderer, value: str) -> None:
    made = mail(renderer, value)
    assert f"\n{value}\n" in made.text
    assert f"Label: {value}\n" in made.text
    assert value in html_text(made.html)
    assert made.subject == f"About {value}"
    chat = renderer.chat((Reply("plain/words", {"words": value}),), (Language.EN,), first_contact=False)
    assert value in html_text(chat.html)
    assert chat.buttons == ((f"Say {value}", f"HELP {value}"),)
    assert value in renderer.plain((Reply("plain/words", {"words": value}),), Language.FR, first_contact=False)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_in_a_command_stays_inside_the_body(renderer: Renderer, value: str) -> None:
    (link,) = links(mail(renderer, value).html)
    assert parse_qs(urlsplit(link).query, max_num_fields=2)["body"] == [f"HELP {value}"]


@pytest.mark.parametrize("value", [LINES, DIRECTION])
def test_lines_controls_and_direction_become_spaces(renderer: Renderer, value: str) -> None:
    made, harmless = mail(renderer, "x" + value + "x"), mail(renderer, "xx")
    assert made.text.count("\n") == harmless.text.count("\n")
    assert made.html.count("\n") == harmless.html.count("\n")
    unwanted = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200f\u061c\u2028-\u202e\u2066-\u2069]|%0[0-9A-F]")
    chat = renderer.chat((Reply("plain/words", {"words": value}),), (Language.EN,), first_contact=False)
    for text in (made.text, unescape(made.html).replace("\r\n", "\n"), made.subject, chat.html, str(chat.buttons)):
        assert not unwanted.search(text)


def test_a_value_of_ten_kilobytes_is_cut(renderer: Renderer) -> None:
    made = mail(renderer, "Company " * 1280)
    shown = next(line for line in made.text.split("\n") if line.startswith("Company"))
    assert len(shown) == VALUE_LIMIT
    assert shown.endswith("…")
    assert len(made.text) < 10 * VALUE_LIMIT
    assert len(made.html) < 30 * VALUE_LIMIT


def test_a_value_that_is_markup_for_jinja_elsewhere_is_escaped_once(renderer: Renderer) -> None:
    html = mail(renderer, "A & B").html
    assert "A &amp; B" in html
    assert "&amp;amp;" not in html


@given(value=st.text(alphabet=st.characters(), max_size=200))
def test_no_value_changes_the_shape_of_a_letter(renderer: Renderer, value: str) -> None:
    made, harmless = mail(renderer, f"x{value}"), mail(renderer, "x")
    assert made.text.count("\n") == harmless.text.count("\n")
    assert re.findall(r"<[a-z]+", made.html) == re.findall(r"<[a-z]+", harmless.html)
    assert len(links(made.html)) == 1
    assert words(html_text(made.html)) == words(made.text)
    made.text.encode()
    made.html.encode()
