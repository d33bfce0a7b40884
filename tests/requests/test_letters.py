"""The letters about requests: every one has samples and renders everywhere, in proper French and English."""

from __future__ import annotations

import pytest

from bot.core.replies import Reply
from bot.core.values import Language
from templates import FOLDER
from tests.handlers.counter import renderer
from tests.letters import samples_chat, samples_requests
from tests.support.french import check_french
from tests.support.visitors import SERVICE, everything, text

OURS = ("access", "admin", "form")
SAMPLES = samples_requests.SAMPLES | {name: facts for name, facts in samples_chat.SAMPLES.items() if name.startswith("form/")}
PASSWORD = ("forgot_received", "credentials", "sent_to_record", "closed", "new_code_received")
CASES = [(name, number) for name, facts in SAMPLES.items() for number in range(len(facts))]


def test_every_letter_has_samples() -> None:
    """What the tests do not see, nobody has proofread."""
    names = {path.relative_to(FOLDER).as_posix().split(".")[0] for folder in OURS for path in (FOLDER / folder).glob("[!_]*.en.j2")}
    assert names | {f"password/{name}" for name in PASSWORD} <= set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_letter_renders(name: str) -> None:
    """Subject, text, HTML and chat in both languages."""
    for facts in SAMPLES[name]:
        reply = Reply(name, facts)
        for language in Language:
            assert everything(reply, language)
            assert "  " not in text(reply, language)
        mail = renderer().mail([reply], tuple(Language), reply_address=SERVICE, first_contact=False, subject=None)
        assert mail.html.count("<h1") == 2


@pytest.mark.parametrize("name", SAMPLES)
def test_french_letters_hold_their_no_break_spaces(name: str) -> None:
    """Before the colon and inside « » there is U+00A0; none before ; ! ?."""
    for facts in SAMPLES[name]:
        check_french(text(Reply(name, facts), Language.FR))


def test_an_administrators_letter_fits_a_telephone() -> None:
    """A usual one has at most forty lines in one language, the fullest sample sixty."""
    for facts in SAMPLES["admin/decide"]:
        for language in Language:
            lines = [line for line in text(Reply("admin/decide", facts), language).split("\n") if line]
            assert len(lines) <= 60
    plain = Reply("admin/decide", SAMPLES["admin/decide"][5])
    assert len([line for line in text(plain, Language.EN).split("\n") if line]) <= 25


def test_credentials_stand_on_lines_of_their_own() -> None:
    for name in ("access/credentials", "password/credentials"):
        english, french = (text(Reply(name, SAMPLES[name][0]), language).split("\n") for language in Language)
        assert "Access code: K7MP4TXR" in english
        assert "Temporary password: K7MP-4TXR-ACDE-9FGH" in english
        assert "Code d’accès\u00a0: K7MP4TXR" in french
        assert "Mot de passe temporaire\u00a0: K7MP-4TXR-ACDE-9FGH" in french


def test_no_credential_in_a_subject() -> None:
    for name in ("access/credentials", "password/credentials"):
        for facts in SAMPLES[name]:
            mail = renderer().mail([Reply(name, facts)], tuple(Language), reply_address=SERVICE, first_contact=False, subject=None)
            assert "K7MP" not in mail.subject
