"""The administrator's first line: what decides, and all that must not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.accounts.decisions import Approve, Ask, Decision, Deny, Unclear, Undo, Yes, read_decision


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("APPROVE", Approve()),
        ("approve\n\nSent from my phone", Approve()),
        ("\n\n  Approuver.  ", Approve()),
        ("Approuver svp", Approve()),
        ("APPROVE 0012345", Approve(("0012345",))),
        ("Approve: 0012345, 0067890 and 0012345", Approve(("0012345", "0067890"))),
        ("APPROUVER 0012345 et C-778", Approve(("0012345", "C778"))),
        ("APPROVE NONE", Approve(())),
        ("approuver aucun", Approve(())),
        ("APPROVE JOIN k7mp-4txr", Approve(join="K7MP4TXR")),
        ("Approuver joindre K7MP4TXR", Approve(join="K7MP4TXR")),
        ("DENY", Deny()),
        ("Deny: we have no such customer", Deny("we have no such customer")),
        ("REFUSER client inconnu,\nveuillez téléphoner\n\nMerci\nLuc", Deny("client inconnu, veuillez téléphoner")),
        ("ASK What is your BOL number?", Ask("What is your BOL number?")),
        ("demander\nQuel est votre numéro\nde connaissement ?\n> APPROVE", Ask("Quel est votre numéro de connaissement ?")),
        ("UNDO", Undo()),
        ("Annuler", Undo()),
        ("YES", Yes()),
        ("oui, merci", Yes()),
        ("*APPROVE*", Approve()),
        ("« Approuver »", Approve()),
    ],
)
def test_what_decides(text: str, decision: Decision) -> None:
    assert read_decision(text) == decision
    assert read_decision(unicodedata.normalize("NFD", text)) == _decomposed(decision)


def _decomposed(decision: Decision) -> Decision:
    if isinstance(decision, Deny):
        return Deny(unicodedata.normalize("NFD", decision.reason))
    return Ask(unicodedata.normalize("NFD", decision.question)) if isinstance(decision, Ask) else decision


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("> APPROVE", "quoted"),
        ("| APPROVE", "quoted"),
        ("Hello,\nAPPROVE", "no_verb"),
        ("ok", "no_verb"),
        ("I approve", "no_verb"),
        ("Approved", "no_verb"),
        ("approval pending", "no_verb"),
        ("Re: APPROVE", "no_verb"),
        ("1. APPROVE", "no_verb"),
        ("APPROVE?", "question"),
        ("Approve this one only if she calls", "arguments"),
        ("Approve or deny", "arguments"),
        ("APPROVE JOIN", "arguments"),
        ("APPROVE JOIN our code", "arguments"),
        ("APPROVE NONE 0012345", "arguments"),
        ("APPROVE 0012345 please", "arguments"),
        ("Deny? I am not sure", "question"),
        ("Deny or approve", "contradiction"),
        ("ASK", "arguments"),
        ("Yes but not now", "arguments"),
        ("Undo what", "arguments"),
        ("APPROVE\nDENY", "contradiction"),
        ("oui\nnon\nrefuser", "contradiction"),
    ],
)
def test_what_decides_nothing(text: str, why: str) -> None:
    assert read_decision(text) == Unclear(why)


def test_yes_is_plain() -> None:
    assert read_decision("OUI!") == Yes()
    assert read_decision("yes, what is this?") != Yes()
    assert read_decision("APPROVE") != Yes()


VERBS = ["APPROVE", "APPROUVER", "DENY", "REFUSER", "ASK une chose", "UNDO", "ANNULER", "YES", "OUI"]


@given(st.sampled_from(VERBS), st.sampled_from(["> ", ">", "| ", ">> ", " > "]), st.text(max_size=60))
def test_a_quoted_verb_never_decides(verb: str, prefix: str, after: str) -> None:
    assert isinstance(read_decision(f"{prefix}{verb}\n{after}"), Unclear)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40), st.sampled_from(VERBS))
@example("Bonjour", "APPROUVER")
@example("Please", "APPROVE")
def test_a_verb_below_prose_never_decides(line: str, verb: str) -> None:
    first = read_decision(line)
    whole = read_decision(f"{line}\n{verb}")
    if isinstance(first, Unclear) and first.why not in ("empty", "arguments"):
        assert isinstance(whole, Unclear)


@given(st.text(max_size=200))
def test_it_never_raises_and_approves_only_its_own_words(text: str) -> None:
    decision = read_decision(text)
    if isinstance(decision, Approve):
        first = text.strip().upper()
        assert "APPR" in unicodedata.normalize("NFKD", first)


@given(
    st.sampled_from(["APPROVE", "Approuver"]), st.lists(st.from_regex(r"[a-zà-ÿ]{2,12}", fullmatch=True), min_size=2, max_size=9)
)
def test_approve_before_prose_never_decides(verb: str, words: list[str]) -> None:
    decision = read_decision(f"{verb} {' '.join(words)}")
    assert isinstance(decision, Unclear) or words[0] in ("join", "joindre") or words in (["thank", "you"], ["svp", "merci"])
