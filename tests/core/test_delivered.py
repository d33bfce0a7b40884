"""The envelope of a mail in a mailbox, as those who delivered it wrote it down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.delivered import envelope_of
from bot.core.inbound import OwnAddress

OWN = OwnAddress("service@carrier.example", "+")


def envelope(*fields: str) -> tuple[str | None, tuple[str, ...]]:
    return envelope_of("\r\n".join([*fields, "", "text\r\nTo: service+not.this@carrier.example\r\n"]).encode(), OWN)


@pytest.mark.parametrize(
    ("field", "sender"),
    [
        ("Return-Path: <marie@customer.example>", "marie@customer.example"),
        ("Return-Path: marie@customer.example", "marie@customer.example"),
        ("Return-Path: <>", ""),
        ("Return-Path:", ""),
        ("X-Nothing: here", None),
    ],
)
def test_the_reverse_path(field: str, sender: str | None) -> None:
    assert envelope(field, "Return-Path: <forged@below.example>" if sender is not None else "To: a@b")[0] == sender


@pytest.mark.parametrize(
    ("fields", "recipients"),
    [
        (["To: service@carrier.example"], ["service@carrier.example"]),
        (["To: Service <Service+s.abc@Carrier.Example>"], ["Service+s.abc@Carrier.Example"]),
        (["Delivered-To: service@carrier.example", "To: <service+s.abc@carrier.example>, x@y.example"], None),
        (["X-Original-To: service+s.abc@carrier.example", "Delivered-To: service@carrier.example", "To: list@other.example"], None),
        (["Cc: a@b.example, service+s.abc@carrier.example"], ["service+s.abc@carrier.example"]),
        (["To: info@carrier.example"], ["service@carrier.example"]),  # an alias
        ([], ["service@carrier.example"]),  # a blind copy
        (["To: postmaster@carrier.example"], ["postmaster@carrier.example"]),
        (["To: postmaster@carrier.example, service@carrier.example"], ["service@carrier.example"]),
        (
            ["X-Original-To: postmaster@carrier.example", "Delivered-To: service@carrier.example"],
            ["postmaster@carrier.example"],
        ),
        (["To: postmaster@other.example"], ["service@carrier.example"]),
    ],
)
def test_recipients_are_the_desk_s_own(fields: list[str], recipients: list[str] | None) -> None:
    found = envelope(*fields)[1]
    if recipients is None:
        assert [OWN.token(each) for each in found if OWN.token(each)] == ["abc"]
        assert all(OWN.token(each) is not None for each in found)
    else:
        assert list(found) == recipients


def test_only_the_header_is_looked_at() -> None:
    assert envelope("To: info@carrier.example")[1] == ("service@carrier.example",)


@given(st.binary(max_size=2_000))
def test_never_raises(content: bytes) -> None:
    envelope_of(content, OWN)
