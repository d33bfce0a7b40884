"""Addresses of the desk and of its administrators never become a customer's: the form, the profile and INVITE say so, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.accounts.records import MemberState, NewMember
from bot.core.values import Language
from handlers import members, profile
from tests.support.request_desk import FORM, JULIE, SECOND, RequestDesk, boss, julie
from tests.support.visitors import ADMIN, MARIE, SERVICE, Writer, check_letters, text
from tests.support.visits import Visits, open_visits

LOCAL, _, DOMAIN = SERVICE.partition("@")
OURS = [
    SERVICE,
    f"{LOCAL.upper()}@{DOMAIN}",
    f"{LOCAL}+s.abcdefghijklmnopqrstuvwxyz@{DOMAIN}",
    f"postmaster@{DOMAIN}",
    ADMIN,
    SECOND.upper(),
]
OTHERS = [f"{LOCAL}s@{DOMAIN}", f"x{LOCAL}@{DOMAIN}", f"{LOCAL}@customer.example", f"julie+{LOCAL}@{DOMAIN}"]
SAID = {Language.EN: "nobody decides for themselves", Language.FR: "personne ne décide pour soi-même"}


@pytest.mark.parametrize("address", OURS)
@pytest.mark.parametrize("writer", [julie, boss])
async def test_the_form_is_asked_again_with_the_reason(desk: RequestDesk, address: str, writer: Writer) -> None:
    """Nothing is opened, no letter goes to that address; the other lines are kept, and the next address completes the form."""
    outcome = await desk.says(f"REQUEST ACCESS\n{FORM.replace(JULIE, address)}", writer)
    assert (outcome.template, outcome.posts) == ("access/form", ())
    line = next(each for each in outcome.reply.facts["lines"] if each.key == "email")
    assert (line.problem, line.wrong, line.value) == ("ours", address, "")
    for language, words in SAID.items():
        assert words in text(outcome.reply, language)
    check_letters(outcome)
    mended = await desk.says(f"E-mail: {JULIE}", writer, token=outcome.token)
    assert mended.template == ("access/received" if writer is julie else "access/confirm_sent")
    assert (await desk.request(1)).address == JULIE


@pytest.mark.parametrize("address", OTHERS)
async def test_alike_addresses_are_taken(desk: RequestDesk, address: str) -> None:
    assert (await desk.says(f"REQUEST ACCESS\n{FORM.replace(JULIE, address)}", julie)).template == "access/confirm_sent"


@pytest.mark.parametrize("writer", [Writer(chat=42), Writer(terminal="t")])
async def test_step_by_step_as_well(desk: RequestDesk, writer: Writer) -> None:
    """At its own step, and where the command brought the whole form along."""
    for words in ("REQUEST ACCESS", "Julie Tremblay", "Boréal inc."):
        await desk.says(words, writer)
    asked = await desk.says(ADMIN, writer)
    assert (asked.template, asked.reply.facts["problem"]) == ("form/step", "ours")
    assert SAID[Language.FR] in text(asked.reply, Language.FR)
    await desk.says("CANCEL", writer)
    begun = await desk.says(f"REQUEST ACCESS\n{FORM.replace(JULIE, SERVICE)}", writer)
    assert (begun.template, begun.reply.facts["line"].key) == ("form/step", "email")


async def test_profile_and_invite(tmp_path: Path) -> None:
    """A member neither takes such an address nor shares the code with one."""
    async with open_visits(tmp_path) as visits:
        account = await visits.account()
        token = await visits.open_session(account, Writer(MARIE))
        for address in OURS:
            changed = await visits.ask(profile.HANDLER, f"PROFILE EMAIL {address}", Writer(MARIE), token=token)
            assert (changed.template, changed.reply.facts["problem"], changed.posts) == ("profile/bad_value", "ours", ())
            assert "notre propre service" in text(changed.reply, Language.FR)
            invited = await visits.ask(members.INVITE, f"INVITE {address}", Writer(MARIE), token=token)
            assert (invited.template, invited.reply.facts["ours"], invited.posts) == ("members/which_address", True, ())
            assert "our own service" in text(invited.reply, Language.EN)
        check_letters(changed)
        check_letters(invited)
        assert len(await _members(visits, account.id)) == 1


async def _members(visits: Visits, account_id: int) -> list[str]:
    return [each.address for each in await visits.read(lambda files: files.members.of_account(account_id))]


async def test_an_invitation_takes_no_administrator_out_of_deciding(desk: RequestDesk) -> None:
    """Whom a customer invited is no member yet: the account's requests are decided as before."""
    account = await desk.account(members=(MARIE,))
    for admin in (ADMIN, SECOND):
        guest = NewMember(admin, state=MemberState.INVITED)
        await desk.write(lambda files, guest=guest: files.members.add(account.id, guest, desk.clock.now()))  # type: ignore[misc]
    asked = await desk.says(f"FORGOT PASSWORD {account.code}\nMarie", Writer(MARIE))
    assert (await desk.says("APPROVE", boss, token=asked.post(ADMIN).token)).template == "admin/decided"
