"""The grammar of SMTP commands: what is a path, what is none, and never an exception."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.smtp_syntax import command, path, unstuffed


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("FROM:<>", ""),
        ("from:<a@b.example>", "a@b.example"),
        ("FROM: <a@b.example>  ", "a@b.example"),
        ("FROM:a@b.example", "a@b.example"),
        ("FROM:<@x.example,@y.example:a@b.example>", "a@b.example"),
        ('FROM:<"a b\\"c"@b.example>', '"a b\\"c"@b.example'),
        ("FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("FROM:<jérôme@québec.example>", "jérôme@québec.example"),
        ("FROM:<service+s.token@b.example>", "service+s.token@b.example"),
    ],
)
def test_paths(argument: str, address: str) -> None:
    found = path(argument, "FROM:")
    assert found is not None
    assert found.address == address


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "FROM",
        "FROM:",
        "TO:<a@b.example>",
        "FROM:<a@b.example",
        "FROM:<a b@c.example>",
        "FROM:<a..b@c.example>",
        "FROM:<.a@c.example>",
        "FROM:<a@b@c.example>",
        "FROM:<a@b.example>SIZE=1",
        "FROM:<a@b.example> =1",
        "FROM:<a@b.example> SIZE=",
        "FROM:<a@>",
        "FROM:<a>",
        "FROM:<a@b.example\u0001>",
        "FROM:<" + "a" * 65 + "@b.example>",
        "FROM:<a@" + "b" * 254 + ">",
    ],
)
def test_no_paths(argument: str) -> None:
    assert path(argument, "FROM:") is None


@pytest.mark.parametrize("name", ["Postmaster", "postmaster", "POSTMASTER"])
def test_the_postmaster_needs_no_domain_as_a_recipient(name: str) -> None:
    """RFC 5321 section 4.1.1.3; nobody writes from there."""
    found = path(f"TO:<{name}>", "TO:")
    assert found is not None
    assert found.address == name
    assert path(f"FROM:<{name}>", "FROM:") is None


def test_parameters() -> None:
    found = path("FROM:<a@b.example> size=10 BODY=8BITMIME SMTPUTF8", "FROM:")
    assert found is not None
    assert found.parameters == {"SIZE": "10", "BODY": "8BITMIME", "SMTPUTF8": ""}


@given(st.binary(max_size=300))
def test_any_line_is_a_command_or_none(line: bytes) -> None:
    found = command(line)
    if found is not None:
        path(f"FROM:{found[1]}", "FROM:")


@given(st.lists(st.text(alphabet=".ab", max_size=5), max_size=8))
def test_dots_added_in_transit_are_taken_away(lines: list[str]) -> None:
    sent = "".join(f"\r\n.{line}" if line.startswith(".") else f"\r\n{line}" for line in lines) + "\r\n"
    assert unstuffed(sent.encode()) == ("\r\n".join(lines) + "\r\n" if lines else "").encode()
