"""The source format: every kind of line, and a clear word about every mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.markup import Kind, Part, Source, Token, read_source
from bot.core.rendering import Renderer
from bot.core.replies import Reply
from bot.core.template_store import TemplateMistakesError
from bot.core.values import Language
from tests.rendering.conftest import DESK


def read(text: str, **fragments: str) -> Source:
    return read_source(text, "a/b.en.j2", "en", fragments.get)


@pytest.mark.parametrize(
    ("line", "kind", "cells"),
    [
        ("# Words", Kind.HEADING, 1),
        ("## Words", Kind.SUBHEADING, 1),
        ("! Words", Kind.STATUS, 1),
        ("Words", Kind.PARAGRAPH, 1),
        ("Words: more | words", Kind.PARAGRAPH, 1),
        ("- Words", Kind.ITEM, 1),
        ("- a | b", Kind.ITEM, 1),
        (": Label | value", Kind.FACT, 2),
        (": Label | {{ a | place }}", Kind.FACT, 2),
        ("@ when | what", Kind.EVENT, 2),
        ("@ when | what | where", Kind.EVENT, 3),
        ("@ when | what |", Kind.EVENT, 3),
        ("=> Label | COMMAND", Kind.ACTION, 2),
        ("~ Words", Kind.SMALL, 1),
        ("---", Kind.DIVIDER, 0),
        ("{% if a %}", Kind.CONTROL, 1),
        ("{% if a %}{% if b %}", Kind.CONTROL, 1),
        ("{% if a %}words{% endif %}", Kind.PARAGRAPH, 1),
        ("#hash", Kind.PARAGRAPH, 1),
        ("   - indented", Kind.ITEM, 1),
    ],
)
def test_each_line_is_one_block(line: str, kind: Kind, cells: int) -> None:
    source = read(f"Subject: s\n\n{line}\n")
    assert not source.mistakes
    (block,) = source.blocks
    assert (block.kind, len(block.cells), block.line) == (kind, cells, 3)


def test_words_are_read_into_pieces() -> None:
    (block,) = read("a **b {{ c }}** `D **E** {{ f }}` {% if g %}h{% endif %}").blocks
    assert block.cells[0] == (
        Token(Part.TEXT, "a "),
        Token(Part.STRONG, "open"),
        Token(Part.TEXT, "b "),
        Token(Part.VALUE, "{{ c }}"),
        Token(Part.STRONG, "close"),
        Token(Part.TEXT, " "),
        Token(Part.CODE, "open"),
        Token(Part.TEXT, "D **E** "),
        Token(Part.VALUE, "{{ f }}"),
        Token(Part.CODE, "close"),
        Token(Part.TEXT, " "),
        Token(Part.STATEMENT, "{% if g %}"),
        Token(Part.TEXT, "h"),
        Token(Part.STATEMENT, "{% endif %}"),
    )


def test_comments_and_blank_lines_are_nothing() -> None:
    assert not read("{# a comment #}\n\n  \n").blocks
    assert read("{# first #}\nSubject: s\nwords {# aside #}").blocks[0].cells[0] == (Token(Part.TEXT, "words"),)


def test_a_no_break_space_is_kept_at_the_edge_of_words() -> None:
    assert read("words\u00a0").blocks[0].cells[0][0].text == "words\u00a0"


def test_a_fragment_stands_where_it_is_included() -> None:
    source = read_source('a\n{% include "x/_y" %}\nb', "a/b.en.j2", "en", {"x/_y": "- one\n- two"}.get)
    assert [(block.kind, block.path, block.line) for block in source.blocks] == [
        (Kind.PARAGRAPH, "a/b.en.j2", 1),
        (Kind.ITEM, "x/_y.en.j2", 1),
        (Kind.ITEM, "x/_y.en.j2", 2),
        (Kind.PARAGRAPH, "a/b.en.j2", 3),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (": Label only", "has 2 parts"),
        (": a | b | c", "has 2 parts"),
        ("@ when", "has 2 or 3 parts"),
        ("=> Label", "has 2 parts"),
        (":  | value", "the first part is empty"),
        ("**open", "not closed"),
        ("a `b", "not closed"),
        ("{{ a", "not closed"),
        ("a }} b", "not closed"),
        ("-", "empty"),
        ("{% if a %}- item{% endif %}", "a line of its own"),
        ("{% if a %}# heading", "a line of its own"),
        ("{% macro a() %}", "belong in _words/"),
        ("{% set a %}", "belong in _words/"),
        ("a {% filter upper %}b{% endfilter %}", "belong in _words/"),
        ('{% include "x/_none" %}', "there is no x/_none.en.j2"),
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, said: str) -> None:
    mistake, *_ = read(f"Subject: s\nfine\n{line}\n").mistakes
    assert mistake.startswith("a/b.en.j2:3: ")
    assert said in mistake


def test_a_fragment_that_includes_itself_is_a_mistake_and_no_hang() -> None:
    fragments = {"x/_y": '{% include "x/_y" %}'}
    (mistake,) = read_source('{% include "x/_y" %}', "a/b.en.j2", "en", fragments.get).mistakes
    assert "must not include itself" in mistake


def write(folder: Path, name: str, english: str, french: str | None = None) -> None:
    (folder / f"{name}.en.j2").write_text(english, encoding="utf-8")
    if french is not None:
        (folder / f"{name}.fr.j2").write_text(french, encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(TemplateMistakesError) as caught:
        Renderer(folder, DESK)
    assert all(re.match(r"[\w/.]+:\d+: ", line) for line in caught.value.mistakes)
    assert all(line in str(caught.value) for line in caught.value.mistakes)
    return list(caught.value.mistakes)


def test_every_mistake_of_the_folder_is_told_at_once(folder: Path) -> None:
    write(folder, "plain/alone", "Subject: s\n# a")
    write(folder, "plain/filter", "Subject: s\n# a\n{% if a %}\n{{ a | shout }}\n{% endif %}", "Subject: s\n# a")
    write(folder, "plain/test", "Subject: s\n# a\n{% if a is loud %}\nb\n{% endif %}", "Subject: s\n# a")
    write(folder, "plain/safe", "Subject: s\n# a\n{{ a | safe }}", "Subject: s\n# a")
    write(folder, "plain/syntax", "Subject: s\n# a\nb\n{{ a b }}", "Subject: s\n# a")
    write(folder, "plain/unclosed", "Subject: s\n# a\n{% if a %}", "Subject: s\n# a")
    write(folder, "plain/nosubject", "# a", "Subject: s\n# a")
    write(folder, "_words/broken", "{% set a = {1: %}", "{% set a = {} %}")
    (folder / "plain" / "words.de.j2").write_text("Subject: s")
    told = mistakes(folder)
    for expected in (
        "plain/alone.en.j2:1: write its twin plain/alone.fr.j2",
        "plain/filter.en.j2:1: there is no filter “shout”",
        "plain/test.en.j2:1: there is no test “loud”",
        "plain/safe.en.j2:1: there is no filter “safe”",
        "plain/syntax.en.j2:4: ",
        "plain/unclosed.en.j2:2: ",
        "plain/nosubject.en.j2:1: begin with a line “Subject: …”",
        "_words/broken.en.j2:1: ",
        "plain/words.de.j2:1: name it NAME.en.j2 or NAME.fr.j2",
    ):
        assert len([line for line in told if line.startswith(expected)]) == 1, (expected, told)
    assert len(told) == 9


def test_neighbours_of_one_kind_make_one_list_across_statements(folder: Path) -> None:
    lists = "{% for n in range(count) %}\n- {{ n }}\n{% endfor %}\n- last\nwords\n- other\n"
    facts = ": x | 1\n{% if count %}\n: y | 2\n{% endif %}\n"
    source = f"Subject: s\n# a\n{lists}{facts}"
    write(folder, "plain/lists", source, source)
    renderer = Renderer(folder, DESK)

    def html(count: int) -> str:
        reply = Reply("plain/lists", {"count": count})
        mail = renderer.mail((reply,), (Language.EN,), reply_address="a@b.example", first_contact=False, subject=None)
        return mail.html

    assert [html(3).count(tag) for tag in ("<ul", "</ul>", "<li", '<table class="facts"', "<th")] == [2, 2, 5, 1, 2]
    assert [html(0).count(tag) for tag in ("<ul", "</ul>", "<li", '<table class="facts"', "<th")] == [2, 2, 2, 1, 1]
    text = renderer.plain((Reply("plain/lists", {"count": 2}),), Language.EN, first_contact=False)
    assert text == "a\n=\n\n- 0\n- 1\n- last\n\nwords\n\n- other\n\nx: 1\ny: 2\n"


def test_an_empty_place_takes_its_comma_along(folder: Path) -> None:
    source = "Subject: s\n# a\n@ now | x | {{ where }}\n@ now | y | {% if where %}in {{ where }}{% endif %}\n@ now | z |\n"
    write(folder, "plain/events", source, source)
    renderer = Renderer(folder, DESK)

    def text(where: str) -> str:
        return renderer.plain((Reply("plain/events", {"where": where}),), Language.EN, first_contact=False)

    assert text("").endswith("- now: x\n- now: y\n- now: z\n")
    assert text("<here>").endswith("- now: x, <here>\n- now: y, in <here>\n- now: z\n")
    chat = renderer.chat((Reply("plain/events", {"where": "<here>"}),), (Language.EN,), first_contact=False)
    assert "• now: x, &lt;here&gt;\n• now: y, in &lt;here&gt;\n• now: z" in chat.html


def test_words_files_are_seen_by_every_template_and_their_macros_make_plain_words(folder: Path) -> None:
    macro = "{% macro about(who) %}<{{ who }}> & co{% endmacro %}\n{% set nested = {'a': {'b': 'deep'}} %}"
    write(folder, "_words/more", macro, macro)
    source = "Subject: s\n# a\n{{ about(name) }} {{ nested.a.b }} {{ statuses['DELIVERED'] }}\n"
    write(folder, "plain/macro", source, source)
    renderer = Renderer(folder, DESK)
    replies = (Reply("plain/macro", {"name": "<i>\n"}),)
    assert "<<i> > & co deep Delivered" in renderer.plain(replies, Language.EN, first_contact=False)
    assert "&lt;&lt;i&gt; &gt; &amp; co deep Livrée" in renderer.chat(replies, (Language.FR,), first_contact=False).html


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("text.toml", "paragraph = ", "para = ", "text.toml: write the form paragraph"),
        ("html.toml", "$when", "", "write \\$when \\$what \\$where, in this order"),
        ("mail.html", "$title", "", "write \\$lang, \\$title, \\$notice and \\$content once each"),
        ("mail.html", "<style>\n", "<style>\n.page{margin:0}\n", "begin no line with a dot"),
    ],
)
def test_a_look_that_lacks_something_is_told(folder: Path, name: str, old: str, new: str, said: str) -> None:
    path = folder / "_layout" / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        Renderer(folder, DESK)
