"""Names and words from strangers stay what they are on every screen and in every letter: never a tag, a link or a direction."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

from bot.core.opaque import opaque
from tests.support.speech import ADMIN, ENGLISH, FRENCH, MARIE, PASSWORD, Speech
from tests.telegram.counter import Counter, open_counter

SPEECHES = pytest.mark.parametrize("speech", [ENGLISH, FRENCH], ids=lambda speech: speech.language)
NASTY = pytest.mark.parametrize(
    "name",
    [
        "<b>Marie</b>",
        '<a href="tg://user?id=1">Marie</a>',
        "_*[Marie](https://evil.example)~`",
        "Marie \u202egnp.exe\u202c \u200f\u2067x",
        "Marie 🚚🇨🇦 & fils",
        "{{ 7*7 }} {% if x %} {# y #}",
        "**Marie** `TRACE` | # x => y",
        "Marie &lt;b&gt; &#60;",
    ],
)
BOSSES = -100500


@SPEECHES
@NASTY
async def test_a_name_is_literal_in_the_chat_and_in_the_administrators_letter(counter: Counter, speech: Speech, name: str) -> None:
    chat = counter.desk.private(language=speech.language, first_name=name)
    skip = "SKIP" if speech is ENGLISH else "PASSER"
    for answer in (speech.request, name, name, MARIE, "514 555-0142", skip, skip, name):
        (shown,) = await counter.after(chat, answer)
    literal = opaque(" ".join(name.split()))
    assert shown.text.count(literal) == 3, "name, company and remarks"
    await counter.after(chat, speech.yes)
    await counter.marie.answers(await counter.marie.gets("access/confirm_address"), speech.yes)
    letter = await counter.admin.gets("admin/decide")
    assert literal in letter.text
    assert literal in html.unescape(letter.html)
    assert "<b>Marie" not in letter.html
    assert 'tg://user?id=1"' not in letter.html
    for direction in "\u202e\u202c\u200f\u2067":
        assert direction not in shown.text + letter.text + letter.html + letter["Subject"]


@NASTY
async def test_a_name_is_literal_on_the_administrators_card(tmp_path: Path, name: str) -> None:
    sections: dict[str, dict[str, Any]] = {
        "telegram": {"admin_chat_id": BOSSES},
        "admins": {"addresses": [ADMIN], "telegram_ids": [501]},
    }
    async with open_counter(tmp_path, **sections) as counter:
        group, chat = counter.desk.api.group(BOSSES), counter.desk.private(first_name=name)
        for answer in (FRENCH.request, name, name, MARIE, "514 555-0142", "PASSER", "PASSER", "PASSER", FRENCH.yes):
            await counter.after(chat, answer)
        await counter.marie.answers(await counter.marie.gets("access/confirm_address"), FRENCH.yes)
        await counter.admin.gets("admin/decide")
        (card,) = await counter.shown_since(group)
        assert opaque(" ".join(name.split())) in card.text


@SPEECHES
@NASTY
async def test_what_is_repeated_to_its_writer_is_literal(counter: Counter, speech: Speech, name: str) -> None:
    chat = counter.desk.private(language=speech.language)
    (shown,) = await counter.after(chat, f"TRACE PO {name} 77")
    assert "<b>Marie" not in shown.html
    assert "href" not in shown.html.replace("&lt;a href", "")
    (shown,) = await counter.after(chat, f"{'HELP' if speech is ENGLISH else 'AIDE'} {name}")
    assert "<b>Marie" not in shown.html
    assert "49" not in shown.text


@NASTY
async def test_the_name_of_whoever_links_a_chat_is_literal_in_the_members_letter(counter: Counter, name: str) -> None:
    code = await counter.open_account(ENGLISH)
    chat = counter.desk.private(language="en", first_name=name)
    await counter.after(chat, ENGLISH.login.format(code=code, password=PASSWORD))
    await counter.after(chat, "LINK")
    letter = await counter.marie.gets("link/code")
    line = next(line for line in letter.text.splitlines() if "LINK " in line)
    (done,) = await counter.after(chat, line[line.index("LINK ") :].strip())
    assert "linked" in done.text
    told = await counter.marie.gets("link/told")
    assert opaque(name) in told.text
    assert opaque(name) in html.unescape(told.html)
