"""Several people on one access code, letter by letter over real sockets, in both languages: invited, told, contested, removed."""

from __future__ import annotations

from tests.support.house import House
from tests.support.people import nothing_more
from tests.support.speech import ENGLISH, JULES, MARIE, NEXT_PASSWORD, PASSWORD, Speech, each_language


@each_language
async def test_a_colleague_is_invited_confirms_and_is_removed(house: House, speech: Speech) -> None:
    """The address itself says YES; the others hear of each step; whoever is removed is out at once, and the others stay."""
    code = await house.open_account(speech)
    marie, jules = house.marie, house.jules
    opened = await house.session(speech, code)
    await marie.answers_and_gets(opened, speech.invite.format(address=JULES), "members/invited")
    invitation = await jules.gets("members/invitation")
    listed = await marie.answers_and_gets(opened, speech.members, "members/list")
    assert MARIE in listed.text
    assert JULES in listed.text
    # The invitation opens nothing for anybody else, and nothing before it is answered.
    await house.person("mallory@stranger.example").answers_and_gets(invitation, speech.yes, "yes/nothing")
    await jules.answers_and_gets(invitation, speech.yes, "members/joined")
    party = await marie.gets("members/new_party")
    assert JULES in party.text
    await jules.answers_and_gets(invitation, speech.yes, "yes/nothing")
    inside = await house.session(speech, code, jules)
    await jules.answers_and_gets(inside, speech.shipments, "shipments/list")
    await marie.answers_and_gets(opened, speech.remove.format(address=JULES), "members/removed")
    await jules.gets("members/removed_you")
    await jules.answers_and_gets(inside, speech.shipments, "login/session_ended")
    await jules.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
    await marie.answers_and_gets(opened, speech.shipments, "shipments/list")
    await marie.answers_and_gets(opened, speech.remove.format(address=MARIE), "members/last")
    await nothing_more(house.desk)


@each_language
async def test_every_member_hears_of_the_invitation_and_of_the_newcomer(house: House, speech: Speech) -> None:
    """Jules, who shares the code, is told of both; a change of password goes to all but the one who made it."""
    code = await house.open_account(speech)
    await house.colleague(speech, code)
    marie, jules, ana = house.marie, house.jules, house.person("ana@customer.example")
    opened = await house.session(speech, code)
    await marie.answers_and_gets(opened, speech.invite.format(address=ana.address), "members/invited")
    assert ana.address in (await jules.gets("members/told")).text
    await ana.answers_and_gets(await ana.gets("members/invitation"), speech.yes, "members/joined")
    for member in (marie, jules):
        assert ana.address in (await member.gets("members/new_party")).text
    change = speech.change.format(password=PASSWORD, new=NEXT_PASSWORD)
    await marie.answers_and_gets(opened, change, "password/changed")
    for member in (jules, ana):
        told = await member.gets("password/told")
        assert NEXT_PASSWORD not in told.content.decode()
        assert MARIE in told.text
    await nothing_more(house.desk)


@each_language
async def test_an_objection_suspends_the_newcomer(house: House, speech: Speech) -> None:
    """The notice's own letter counts, from its reader; the newcomer is out at once, the administrators look into it."""
    code = await house.open_account(speech)
    marie, jules = house.marie, house.jules
    opened = await house.session(speech, code)
    await marie.answers_and_gets(opened, speech.invite.format(address=JULES), "members/invited")
    await jules.answers_and_gets(await jules.gets("members/invitation"), speech.yes, "members/joined")
    notice = await marie.gets("members/new_party")
    inside = await house.session(speech, code, jules)
    await house.person("mallory@stranger.example").answers_and_gets(notice, speech.object, "object/nothing")
    await jules.answers_and_gets(inside, speech.shipments, "shipments/list")
    await marie.answers_and_gets(notice, speech.object, "object/done")
    assert JULES in (await house.admin.gets("object/admin")).text
    await jules.gets("object/suspended")
    await jules.answers_and_gets(inside, speech.shipments, "login/session_ended")
    refused = await jules.asks(speech.login.format(code=code, password=PASSWORD), "login/refused")
    contested = "contested your access" if speech is ENGLISH else "contesté votre accès"
    assert contested in refused.text
    await marie.answers_and_gets(notice, speech.object, "object/nothing")
    await marie.answers_and_gets(opened, speech.shipments, "shipments/list")
    await nothing_more(house.desk)


@each_language
async def test_an_invitation_is_contested_before_it_is_answered(house: House, speech: Speech) -> None:
    code = await house.open_account(speech)
    await house.colleague(speech, code)
    marie, jules, ana = house.marie, house.jules, house.person("ana@customer.example")
    opened = await house.session(speech, code)
    await marie.answers_and_gets(opened, speech.invite.format(address=ana.address), "members/invited")
    invitation = await ana.gets("members/invitation")
    await jules.answers_and_gets(await jules.gets("members/told"), speech.object, "object/done")
    await house.admin.gets("object/admin")
    await ana.answers_and_gets(invitation, speech.yes, "yes/nothing")
    await nothing_more(house.desk)


@each_language
async def test_a_second_code_for_a_colleague_or_the_same_one(house: House, speech: Speech) -> None:
    """Whoever asks for access may be joined to an existing code by the administrator: the members hear of it and may object."""
    code = await house.open_account(speech)
    await house.request(speech, house.jules)
    join = "JOIN" if speech is ENGLISH else "JOINDRE"
    await house.admin.answers_and_gets(await house.admin.gets("admin/decide"), f"{speech.approve} {join} {code}", "admin/decided")
    credentials = await house.jules.gets("access/credentials")
    assert code in credentials.text
    notice = await house.marie.gets("members/new_party")
    # The shared password stays as it is until Jules chooses one; what he chooses is told to Marie.
    await house.session(speech, code)
    await house.jules.answers_and_gets(credentials, speech.new.format(password=NEXT_PASSWORD), "password/changed")
    await house.marie.gets("password/told")
    await house.marie.answers_and_gets(notice, speech.object, "object/done")
    await house.jules.gets("object/suspended")
    await house.admin.gets("object/admin")
    await nothing_more(house.desk)
