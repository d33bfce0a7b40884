"""The text of HTML mail: what is seen, what is hidden, what is quoted; lexbor's parser as the oracle."""

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.core.html_text import html_to_text
from tests.unquote.reply_corpus import read_corpus

DROPPED = "script, style, title, template, noscript, iframe, object, select, svg, xml"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("TRACE&nbsp;123456789", "TRACE\u00a0123456789"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ('<p class="MsoNormal">one</p><p class="MsoNormal">two</p>', "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<div>one<br></div><div>two</div>", "one\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>123456789<li>123456780</ul>after", "123456789\n123456780\n\nafter"),
        ("<table><tr><td>Nom :</td><td>Jean</td></tr><tr><td>PRO<td>1</table>x", "Nom :\tJean\nPRO\t1\n\nx"),
        ("<table><tr><td><p>a</p></td><td><div>b</div><div>c</div></td></tr></table>", "a\tb\nc"),
        ("<table><tr><td>a</td><td></td></tr><tr><td>b</td></tr></table>", "a\nb"),
        ("<b>TRA</b>CE <i> 1</i>", "TRACE 1"),
        ("a\n\t b", "a b"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ('<div style="white-space: pre-wrap">a\nb</div>', "a\nb"),
        ("&lt;b&gt; &amp;eacute; &eacute; &#233; &#xe9", "<b> &eacute; é é é"),
        ("&#99999999999999999999999999;&#xffffffffff;x", "\ufffd\ufffdx"),
        ("a < b and c <3", "a < b and c <3"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("l'&eacute;t&eacute;", "l'été"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("a<hr>b", "a\n\nb"),
        ("", ""),
    ],
)
def test_layout(source: str, text: str):
    assert html_to_text(source) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- APPROVE -->",
        "<!--[if gte mso 9]><xml>APPROVE</xml><![endif]-->",
        "<![if !supportLists]><![endif]>",
        "<script>document.write('APPROVE')</script>",
        "<STYLE>p { content: 'APPROVE' }</Style >",
        "<style>a > b { } </styles> APPROVE</style>",
        "<title>APPROVE</title>",
        "<template><p>APPROVE</p></template>",
        "<noscript>APPROVE</noscript>",
        '<img src="https://t.example/p.gif" alt="APPROVE" width="1" height="1">',
        '<div style="display:none">APPROVE<div>APPROVE</div></div>',
        '<div style=" DISPLAY : none !important ">APPROVE</div>',
        "<div style=display:none>APPROVE</div>",
        "<p style='visibility:hidden'>APPROVE</p>",
        '<span style="mso-hide:all">APPROVE</span>',
        '<span style="font-size:0">APPROVE</span>',
        '<span style="color:red;font-size:0.0px">APPROVE</span>',
        '<span style="opacity:0">APPROVE</span>',
        "<span hidden>APPROVE</span>",
        '<p style="display:none">APPROVE<p>',
        '<input type="text" value="APPROVE">',
        "<select><option>APPROVE</select>",
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str):
    assert html_to_text(f"<div>DENY</div>{hidden}<div>reason</div>").split() == ["DENY", "reason"]


@pytest.mark.parametrize(
    "style", ["font-size:10px", "opacity:0.5", "opacity:1", "font-size:0.8em", "max-width:0", "x-display:none", "line-height:0"]
)
def test_what_is_seen_stays(style: str):
    assert html_to_text(f'<span style="{style}">DENY</span>') == "DENY"


def test_a_size_of_zero_is_undone_inside():
    """Templates of newsletters set it on a cell against gaps, and a true size on what the cell holds."""
    assert html_to_text('<td style="font-size:0px"> <div style="font-size:14px">DENY</div></td>') == "DENY"


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote>{}</blockquote>",
        '<blockquote type="cite"><div>{}</div></blockquote>',
        '<div class="gmail_quote"><div class="gmail_attr">On … wrote:</div>{}</div>',
        '<div class="a gmail_quote_container b">{}</div>',
        '<div id="appendonsend"></div><hr><div>{}</div>',
        '<div id="x_divRplyFwdMsg"><b>From:</b> X</div><div>{}</div>',
        '<div class="yahoo_quoted">{}</div>',
        '<div class="moz-cite-prefix">On … wrote:</div><blockquote>{}</blockquote>',
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><b>From:</b> X</div><p>{}</p>",
        '<div style="border-style: solid none none; border-width: 1pt medium medium">X</div><p>{}</p>',
        '<div id="mail-editor-reference-message-container"><div>{}</div></div>',
        '<div class="protonmail_quote">{}</div>',
        '<div class="zmail_extra">{}</div>',
        '<hr id="zwchr" data-marker="__DIVIDER__"><div>{}</div>',
    ],
)
@pytest.mark.parametrize(
    "content",
    [
        "APPROVE",
        "<p>x</p><p>APPROVE</p>",
        "x&#8232;APPROVE&#10;APPROVE&#13;APPROVE",
        "<pre>x\nAPPROVE\u2028APPROVE\x0bAPPROVE&#8233;APPROVE</pre>",
        "<table><tr><td>x</td><td>APPROVE</td></tr><tr><td>APPROVE</table>",
        "<ul><li>APPROVE<li>APPROVE</ul>",
        "<p>x<br>APPROVE",
    ],
)
def test_quoted_parts_have_prefixes(quote: str, content: str):
    text = html_to_text(f"<html><body><div>DENY</div>{quote.format(content)}</body></html>")
    lines = text.split("\n")
    assert lines[0] == "DENY"
    assert "APPROVE" in text
    assert all(line.startswith(">") for line in lines[1:] if line)


def test_what_follows_a_quote_is_kept_apart_from_it():
    assert html_to_text("<blockquote>question</blockquote>answer<blockquote>next</blockquote>") == "> question\n\nanswer\n\n> next"


def test_signatures_that_a_client_marks():
    text = html_to_text('<div>DENY</div><div class="gmail_signature"><div>Priya</div></div><blockquote>q</blockquote>')
    assert text == "DENY\n--\nPriya\n\n> q"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_accepted(source: str):
    html_to_text(source)


MARKUP = st.sampled_from([
    "<div>", "</div>", "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<a>", "</a>", "<span>", "</span>", "<ul>", "<li>", "</ul>",
    "</li>", "<br>", "<hr>", "<h1>", "</h1>", "<font>", "</font>", "<!--x-->", "<!-->y-->", "<!--->", "<!---->", "<!--x--!>",
    "<!x>", "</>", "<?x>", "<", ">", "&amp;", "&eacute", "&#65;", "<p/>", "<div/>", "<o:p>", "</o:p>", "<blockquote>",
    "</blockquote>", "<pre>", "</pre>", "<script>x</script>", "<script>x", "<style></styles>x</style >", "<title>x</title>",
    "<div a='>'>", '<div b="</div>">', "<b a=b/>", "<p c>", "<p = x>", "<p a= 'x'b>", "<center>", "</br>", "</p a='>'>", "<a b='",
])  # fmt: skip
SOUP = st.lists(st.one_of(MARKUP, st.text("ab é\u00a0\n", max_size=4)), max_size=25).map("".join)


def _letters(text: str) -> str:
    return re.sub(r"[\s>]+", "", text)


def _oracle(source: str, without: str = DROPPED) -> str:
    tree = LexborHTMLParser(f"<body>{source}</body>")
    for node in tree.css(without):
        node.decompose()
    return tree.body.text() if tree.body is not None else ""


@settings(deadline=None)
@given(SOUP)
def test_the_same_letters_as_a_parser_that_builds_the_tree(source: str):
    assert _letters(html_to_text(source)) == _letters(_oracle(source))


@pytest.mark.parametrize("reply", [reply for reply in read_corpus() if reply.html], ids=lambda reply: reply.name)
def test_the_same_letters_in_the_corpus(reply):
    hidden = ", [style*='display:none'], [style*='font-size:0']"
    ours = _letters(html_to_text(reply.source)).replace("-", "")  # signatures get a line of dashes
    assert ours == _letters(_oracle(reply.source, DROPPED + hidden)).replace("-", "")


DOCUMENT = st.recursive(
    st.text("abé ", min_size=1, max_size=4).map(html.escape),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(["div", "b", "span", "blockquote", 'div style="display:none"', 'div class="gmail_quote"', "section"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(DOCUMENT)
def test_hidden_and_quoted_as_a_parser_that_builds_the_tree_finds_them(source: str):
    new = "".join(line for line in html_to_text(source).split("\n") if not line.startswith(">"))
    oracle = _oracle(source, "blockquote, .gmail_quote, [style]")
    assert _letters(new) == _letters(oracle)


@settings(deadline=None)
@given(st.text())
def test_whatever_is_quoted_has_a_prefix_on_each_line(text: str):
    quoted = html_to_text(f"<blockquote>{html.escape(text)}</blockquote><pre>x</pre>")
    assert all(line.startswith(">") for line in quoted.removesuffix("x").split("\n") if line)


def _megabyte(piece: str) -> str:
    return (piece * (1_000_000 // len(piece) + 1))[:1_000_000]


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 10_000 + "x" + "</div>" * 10_000,
        _megabyte("<div>"),
        _megabyte("<b><p>"),
        _megabyte("<a><div>"),
        _megabyte("<table><tr><td>"),
        _megabyte("<select><option>"),
        _megabyte("<ul><li>"),
        _megabyte("<"),
        _megabyte("<!--"),
        _megabyte("<!-- --!"),
        _megabyte("<script>"),
        _megabyte('<a b="'),
        "<div " + _megabyte("a=b "),
        "<div " + " ".join(f"a{number}=b" for number in range(60_000)) + ">",
        "<a b" + " " * 1_000_000 + "=",
        "<" + "a" * 1_000_000,
        "&#" + "9" * 1_000_000,
        _megabyte("&amp"),
        "<pre>" + _megabyte("\u2028"),
        '<p style="' + _megabyte("display:") + '">',
        _megabyte("<blockquote>x</blockquote>"),
        _megabyte("</div>"),
    ],
    ids=lambda source: repr(source[:20]),
)
def test_a_hostile_megabyte_takes_well_under_a_second(source: str):
    """CPU time of this process alone; the other tests' load does not count."""
    started = time.process_time()
    html_to_text(source)
    assert time.process_time() - started < 0.8


def test_ten_thousand_nested_tags_keep_their_text():
    assert html_to_text("<div>" * 10_000 + "DENY" + "</div>" * 10_000) == "DENY"


@pytest.mark.parametrize("sheet", [".h{display:none}", "p.H , div.h{ font-size:0 }", "@media screen{.h{visibility:hidden}}"])
def test_what_the_mails_own_style_sheet_hides_is_not_read(sheet: str) -> None:
    """A class may hide as well as an attribute."""
    assert html_to_text(f'<style>{sheet}</style><p class="h">APPROVE</p><p>Hello</p>').strip() == "Hello"


def test_endless_style_sheets_cost_no_time() -> None:
    """Each opening tag once looked for its end through all the rest."""
    began = time.process_time()
    html_to_text("<style>" * 100_000)
    html_to_text("<style>.a{display:none}</style>" * 30_000)
    assert time.process_time() - began < 2.0
