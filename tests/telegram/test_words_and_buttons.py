"""The pure parts of a chat: links, buttons, and long texts."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat_buttons import DATA_LIMIT, button_data, keyboard, read_button
from bot.core.chat_calls import Call, WrittenCall, letter_number, read_call
from bot.core.chat_text import TEXT_LIMIT, pieces, shown, units
from bot.core.chat_words import link_payload, read_payload, said


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_a_link_carries_its_command_or_none(command: str) -> None:
    payload = link_payload(command)
    if payload is not None:
        assert len(payload) <= 64
        assert read_payload(payload) == (command if command.isprintable() else "")


@given(st.text(max_size=100))
def test_any_payload_is_read_without_a_fault(payload: str) -> None:
    assert said(f"/start {payload}", "Bot").text


@given(st.text(max_size=60), st.text(alphabet="abcdefgh0123.", max_size=20))
def test_a_button_says_back_what_it_was_given(command: str, mark: str) -> None:
    data = button_data(command, mark)
    if data is not None:
        assert len(data.encode("utf-8", "replace")) <= DATA_LIMIT
        if not command.startswith("~"):
            assert read_button(data) == (mark, command)


def test_a_command_too_long_for_a_button_is_offered_for_copying() -> None:
    long = "REPÉRAGE " + " ".join(["123456789"] * 10)
    ((copied,),) = keyboard([("Tout repérer", long, "")])
    assert copied == {"text": "Tout repérer", "copy_text": {"text": long}}
    assert keyboard([("x", "y" * 300, "")]) == []


def test_two_short_buttons_share_a_row_and_a_link_is_one() -> None:
    rows = keyboard(
        [("Oui", "OUI", ""), ("Retour", "RETOUR", ""), ("Abandonner le formulaire", "ANNULER", "")], [("Ici", "https://t.me/x")]
    )
    assert [[button["text"] for button in row] for row in rows] == [["Oui", "Retour"], ["Abandonner le formulaire"], ["Ici"]]
    assert rows[2][0]["url"] == "https://t.me/x"


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


LINES = st.lists(
    st.sampled_from(
        ["<b>PRO 123</b>", "", "• <b>a &lt; b</b>: <code>TRACE</code>", "🚚" * 700, "<i>" + "é" * 900 + "</i>", "x" * 5000]
    ),
    max_size=40,
)


@given(LINES)
def test_a_long_text_is_cut_between_lines_and_never_inside_a_tag(lines: list[str]) -> None:
    whole = "\n".join(lines)
    made = pieces(whole)
    for piece in made:
        assert units(shown(piece)) <= TEXT_LIMIT
        reader = _Balance()
        reader.feed(piece)
        assert reader.open == []
    assert "".join(shown(piece).replace("\n", "") for piece in made) == shown(whole).replace("\n", "")


def test_a_short_text_is_one_piece_as_it_was() -> None:
    assert pieces("<b>PRO</b>\n\nx") == ["<b>PRO</b>\n\nx"]


@pytest.mark.parametrize(
    ("otherwise", "kept"),
    [
        (None, None),
        (
            Call("sendMessage", {"chat_id": 5, "text": "é\n"}),
            WrittenCall("sendMessage", '{"chat_id":5,"text":"é\\n"}'.encode()),
        ),
    ],
)
def test_a_call_is_kept_and_read_back(otherwise: Call | None, kept: WrittenCall | None) -> None:
    call = Call("deleteMessage", {"chat_id": 5, "message_id": letter_number("abc")}, otherwise)
    read = read_call(call.content())
    assert (read.method, read.parameters, read.otherwise) == (call.method, call.parameters, kept)
    assert read.may_name_letters


@pytest.mark.parametrize("content", [b"", b"sendMessage", b"{}", b'{"method":"sendMessage"}', b"sendMessage\nwords"])
def test_what_is_no_call_is_told(content: bytes) -> None:
    with pytest.raises(ValueError, match="no call"):
        read_call(content)
