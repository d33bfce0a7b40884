"""What may hold a password is kept from people and subjects; ordinary words about a shipment are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.secret_words import may_hold_secret, without_secrets


@pytest.mark.parametrize(
    "line",
    [
        "LOGN K7M2P9QX somepassword12345",
        "LOGIN: K7M2P9QX somepassword12345",
        "Password: correct horse battery",
        "Mot de passe\u00a0: cheval correct agrafe",
        "please change my password to correct horse battery",
        "mon mdp est cheval correct agrafe",
        "conexion k7m2p9qx chevalcorrect",
        "login acdefghj somepassword12345",
        "K7M2P9QX somepassword12345",
        "Code d'accès : K7M2P9QX",
        "My pasword is hunter2hunter2",
        "\u200eK7M2P9QX somepassword12345",
        "K7M2\u2060P9QX\u200f somepassword12345\u200e",
    ],
)
def test_what_may_hold_a_password(line: str) -> None:
    assert may_hold_secret(line)


@pytest.mark.parametrize(
    "line",
    [
        "I would like to talk about an invoice",
        "Où est mon envoi 123456789?",
        "PRO 123456789 is late again",
        "Merci beaucoup",
        "",
        "Password?",
    ],
)
def test_what_holds_none(line: str) -> None:
    assert not may_hold_secret(line)


@given(st.lists(st.text(max_size=200), max_size=20))
def test_lines_are_kept_or_counted(lines: list[str]) -> None:
    kept, removed = without_secrets(lines)
    assert len(kept) + removed == len(lines)
    assert not any(map(may_hold_secret, kept))
