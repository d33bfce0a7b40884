"""Nothing in a quote, an out-of-office, a forward, a copy to a third party, a second sending, an expired or foreign token decides
anything; each refusal is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.accounts.records import Grant, RequestState
from bot.core.accounts.tokens import Purpose
from bot.core.unquote import cut_reply
from bot.core.values import Assurance
from tests.support.request_desk import JULIE, SECOND, RequestDesk, boss, julie, open_desk
from tests.support.visitors import ADMIN, JULES, MARIE, STRANGER, Outcome, Writer

VERBS = (
    *("APPROVE", "APPROVE NONE", "APPROVE 0012345", "APPROVE JOIN K7MP4TXR", "DENY", "DENY no such customer", "UNDO"),
    *("APPROUVER", "APPROUVER AUCUN", "APPROUVER JOINDRE K7MP4TXR", "REFUSER", "ANNULER", "YES", "OUI"),
)
QUOTES = (
    "> {}",
    "On Mon, Nov 23, 2026 at 10:00 AM Desk <service@carrier.example> wrote:\n> {}",
    "Le lun. 23 nov. 2026 à 10 h, Comptoir <service@carrier.example> a écrit :\n> {}",
    "-----Original Message-----\nFrom: Desk\nSent: Monday\nTo: Admin\nSubject: Access request 1\n\n{}",
    "________________________________\nDe : Comptoir\nEnvoyé : lundi\nÀ : Admin\nObjet : Demande\n\n{}",
    "I am away until December 1.\n\nJe suis absent.\n> {}",
    "What do you think, Marc?\n\n> {}",
    "---------- Forwarded message ---------\nFrom: Desk <service@carrier.example>\n\n{}",
)


# Tokens that ask for something: a request's own is the one that decides, the others have tests of their own.
ASKING = frozenset(
    {
        Purpose.REQUEST,
        Purpose.DECISION,
        Purpose.CHALLENGE,
        Purpose.CONFIRM_ADDRESS,
        Purpose.INVITATION,
        Purpose.NEW_ADDRESS,
        Purpose.ANSWER,
    }
)


async def state_of(desk: RequestDesk) -> tuple[object, ...]:
    """Everything that a decision could change."""
    requests = await desk.read(lambda files: files.requests.all())
    accounts = await desk.read(lambda files: files.accounts.all())
    found = [await desk.read(lambda files, at=address: files.members.by_address(at)) for address in (MARIE, JULES, JULIE)]  # type: ignore[misc]
    members = [member for members in found for member in members]
    return (tuple((one.state, one.decided_by, one.account_id) for one in requests), tuple(accounts), tuple(members))


def brings_nothing(outcome: Outcome) -> bool:
    """No letter with a credential, none to the requester, none to the other administrator."""
    return not [to for to, template in outcome.posted() if "credentials" in template or to in (JULIE, SECOND)]


Tokens = dict[str, str]


async def tokens_of(desk: RequestDesk) -> Tokens:
    """A request that waits, and every kind of token that is about."""
    account = await desk.account(members=(MARIE, JULES))
    asked = await desk.asked_for_access()
    foreign = await desk.says("FORGOT PASSWORD\nsomething", Writer(STRANGER))
    question = await desk.says("ASK Who are you?", boss, token=asked.post(ADMIN).token)
    member = await desk.member(account, MARIE)
    desk_tokens = {"mine": asked.post(ADMIN).token, "theirs": asked.post(SECOND).token, "answer": question.post(JULIE).token}
    desk_tokens["other request"] = foreign.post(SECOND).token
    for purpose in (each for each in Purpose if each not in ASKING):
        grant = Grant(purpose, f"mail:{ADMIN}", Assurance.ADMINISTRATOR, account.id, member.id, request_number=1)
        desk_tokens[purpose.value] = await desk.issue(grant)
    revoked = Grant(Purpose.REQUEST, f"mail:{ADMIN}", Assurance.ADMINISTRATOR, request_number=99)
    desk_tokens["no request"] = await desk.issue(revoked)
    desk_tokens["never issued"] = "abcdefghijklmnopqrstuvwxyz"
    desk_tokens["none"] = ""
    return desk_tokens


writers = st.sampled_from(
    [
        Writer(STRANGER),
        Writer(STRANGER, authentic=False),
        julie,
        Writer(MARIE),
        Writer(SECOND),
        boss,
        Writer(ADMIN, authentic=False),
    ]
)
words = st.sampled_from(VERBS)


@st.composite
def hopeless(draw: st.DrawFn) -> tuple[Writer, str, str, str]:
    """A message that must not decide: a wrong hand, a wrong token, or words that stand in a quote."""
    writer, verb = draw(writers), draw(words)
    fault = draw(st.sampled_from(["hand", "token", "quote"]))
    if fault == "quote":
        mail = draw(st.sampled_from(QUOTES)).format(verb)
        cut = cut_reply(mail)
        return writer, draw(st.sampled_from(["mine", "theirs"])), cut.new_text, cut.quoted
    if fault == "hand":
        outsiders = [
            Writer(STRANGER),
            Writer(STRANGER, authentic=False),
            julie,
            Writer(MARIE),
            Writer(chat=7),
            Writer(terminal="t"),
        ]
        return draw(st.sampled_from(outsiders)), draw(st.sampled_from(["mine", "theirs"])), verb, ""
    wrong = [*Purpose, "no request", "never issued", "none", "other request"]
    names = [str(name) for name in wrong if name not in ASKING - {Purpose.ANSWER}]
    return boss, draw(st.sampled_from(names)), verb, ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hopeless")


_COUNT = iter(range(1_000_000))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(hopeless(), min_size=8, max_size=25))
async def test_no_hopeless_message_decides(folder: Path, attempts: list[tuple[Writer, str, str, str]]) -> None:
    """However they are mixed, nothing changes."""
    place = folder / str(next(_COUNT))
    place.mkdir()
    async with open_desk(place) as desk:
        tokens = await tokens_of(desk)
        before = await state_of(desk)
        for writer, name, said, quoted in attempts:
            outcome = await desk.says(said, writer, token=tokens[name], quoted=quoted)
            assert brings_nothing(outcome), (writer, name, said, outcome.posted())
            assert await state_of(desk) == before, (writer, name, said)


async def _wait_a_month(desk: RequestDesk) -> None:
    desk.clock.move(days=31)


async def _nothing(desk: RequestDesk) -> None:
    return None


@pytest.mark.parametrize(
    ("writer", "token", "meanwhile", "why"),
    [
        (Writer(STRANGER), "mine", _nothing, "not_listed"),
        (Writer(SECOND), "mine", _nothing, "foreign"),
        (boss, "theirs", _nothing, "foreign"),
        (boss, "mine", _wait_a_month, "expired"),
        (boss, "none", _nothing, "none"),
        (boss, "never issued", _nothing, "none"),
        (boss, "session", _nothing, "other_token"),
        (boss, "no request", _nothing, "other_token"),
    ],
)
async def test_each_refusal_is_in_the_audit_trail(
    desk: RequestDesk, writer: Writer, token: str, meanwhile: Callable[[RequestDesk], Awaitable[None]], why: str
) -> None:
    tokens = await tokens_of(desk)
    await meanwhile(desk)
    outcome = await desk.says("APPROVE NONE", writer, token=tokens[token])
    assert outcome.template == "admin/not_here"
    assert await desk.reasons() == [why]
    assert (await desk.request(1)).state is RequestState.OPEN


async def test_a_token_decides_only_its_own_request(desk: RequestDesk) -> None:
    tokens = await tokens_of(desk)
    await desk.says("DENY", Writer(SECOND), token=tokens["other request"])
    assert (await desk.request(1)).state is RequestState.OPEN
    assert (await desk.request(2)).state is RequestState.DENIED


async def test_an_administrator_who_is_no_longer_listed(desk: RequestDesk) -> None:
    from dataclasses import replace

    asked = await desk.asked_for_access()
    unproved = await desk.says("APPROVE NONE", Writer(ADMIN, authentic=False), token=asked.post(ADMIN).token)
    desk.rules = replace(desk.rules, admin_addresses=(SECOND,))
    for said, token in (("APPROVE NONE", asked.post(ADMIN).token), ("YES", unproved.post(ADMIN).token)):
        outcome = await desk.says(said, boss, token=token)
        assert not outcome.posts
    assert (await desk.request(1)).state is RequestState.OPEN


async def test_an_out_of_office_below_the_token_is_asked_again_and_decides_nothing(desk: RequestDesk) -> None:
    """(The main path does not answer automatic mail at all; this is what remains should it not be recognised.)"""
    asked = await desk.asked_for_access()
    outcome = await desk.says(
        "I am out of the office until December 1. To approve orders, write to my colleague.", boss, token=asked.post(ADMIN).token
    )
    assert outcome.template == "admin/unclear"
    assert (await desk.request(1)).state is RequestState.OPEN
