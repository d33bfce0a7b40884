"""Domains that a person should look at twice."""

from __future__ import annotations

import idna
import pytest

from bot.core.accounts.lookalike import FREE_MAIL, domain_of, look_at

KNOWN = {"acme.ca", "acme-widgets.com", "tremblayfreres.ca", "autopro.ca"}


@pytest.mark.parametrize(
    ("domain", "resembles"),
    [
        ("acrne-widgets.com", "acme-widgets.com"),
        ("acmewidgets.com", "acme-widgets.com"),
        ("acme-widgets.co", "acme-widgets.com"),
        ("acme-wldgets.com", "acme-widgets.com"),
        ("acme.com", "acme.ca"),
        ("tremblayfrere.ca", "tremblayfreres.ca"),
        ("tremblay-freres.ca", "tremblayfreres.ca"),
        ("trembalyfreres.ca", "tremblayfreres.ca"),
        ("aut0pro.ca", "autopro.ca"),
        ("aut0pr0.ca", "autopro.ca"),
        ("autopro-billing.ca", "autopro.ca"),
        ("autopro.ca.evil.example", ""),
        ("gmai1.com", "gmail.com"),
        ("mail.tremblayfreres.ca", ""),
        ("unrelated.ca", ""),
        ("abc.ca", ""),
    ],
)
def test_look_alikes(domain: str, resembles: str) -> None:
    flags = look_at(f"julie@{domain}", KNOWN)
    assert flags.resembles == resembles
    assert flags.suspicious == bool(resembles)


@pytest.mark.parametrize("written", ["аutopro.ca", "autоpro.ca", "àutopro.ca"])  # Cyrillic a, Cyrillic o, an accent
def test_internationalised_look_alikes_are_seen_through(written: str) -> None:
    encoded = idna.encode(written).decode()
    flags = look_at(f"julie@{encoded}", KNOWN)
    assert flags.resembles == "autopro.ca"
    assert flags.foreign_letters == (written != "àutopro.ca")


def test_known_and_free() -> None:
    assert look_at("a@ACME.ca", KNOWN).known
    assert not look_at("a@ACME.ca", KNOWN).suspicious
    free = look_at("a@gmail.com", KNOWN)
    assert free.free_mail
    assert not free.suspicious
    assert all(domain == domain.lower() for domain in FREE_MAIL)
    assert not look_at("a@xn--broken-\u00e9.ca", KNOWN).known


def test_domains() -> None:
    assert domain_of("A@Example.CA.") == "example.ca"
    assert domain_of("nobody") == ""
