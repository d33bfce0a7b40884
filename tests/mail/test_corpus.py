"""Every mail of the corpus is read as written down beside it, on either kind of line end, by either tier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.mail import Mail, read_mail
from bot.core.mail.reader import read_split
from bot.core.mail.split import split
from tests.mail.samples import CORPUS, EXPECTED


def summary(mail: Mail) -> dict[str, Any]:
    """The mail as expected.toml writes it: what is not empty."""
    names = (
        "subject", "message_id", "has_date", "received_count", "text", "text_is_html", "attachments", "content_language", "wrapper",
        "tier", "truncated",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(mail, name) for name in names}
    values |= {"in_reply_to": list(mail.in_reply_to), "references": list(mail.references), "problem": mail.sender_problem}
    if mail.sender is not None:
        values |= {"sender": mail.sender.address, "name": mail.sender.display_name}
        if mail.sender.ascii_address != mail.sender.address:
            values["ascii_address"] = mail.sender.ascii_address
    if mail.reply_to is not None:
        values["reply_to"] = mail.reply_to.address
    return {name: value for name, value in values.items() if value}


def test_every_mail_has_its_expectation() -> None:
    assert len(CORPUS) >= 60
    assert CORPUS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", CORPUS)
def test_reading(name: str) -> None:
    assert summary(read_mail(CORPUS[name])) == EXPECTED[name]


@pytest.mark.parametrize("name", CORPUS)
def test_line_ends_make_no_difference(name: str) -> None:
    assert read_mail(CORPUS[name].replace(b"\r\n", b"\n")) == read_mail(CORPUS[name])


@pytest.mark.parametrize("name", CORPUS)
def test_the_walk_reads_what_the_fast_tier_reads(name: str) -> None:
    fast, walk = read_mail(CORPUS[name]), read_split(split(CORPUS[name]), fast=False)
    assert replace(walk, tier=fast.tier) == fast
    assert walk.tier == "walk"


def test_both_tiers_are_at_work() -> None:
    tiers = [expected["tier"] for expected in EXPECTED.values()]
    assert tiers.count("fast") >= 6
    assert tiers.count("walk") >= 40
