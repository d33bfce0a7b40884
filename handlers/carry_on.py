"""CONTINUE: a form begun in a letter goes on in a chat, and the other way round, since there is one engine.

Whoever wants to go on elsewhere is given a word here and says it there. The word is a token: it tells that the same person reads
both, and nobody else can take a form over. It works once, and the form then lives where it was taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.accounts.records import Grant, Token
from bot.core.accounts.tokens import LIFETIMES, Judgement, Purpose, judge, looks_issued
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.forms import ACCESS, FORGOT, Form
from bot.core.replies import Reply
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import Visit
from handlers import access, form_steps

_CARRIED = (ACCESS, FORGOT)  # a profile is changed where one is logged in
_MINUTES = int(LIFETIMES[Purpose.CARRY].total_seconds()) // 60

SPEC = CommandSpec(
    name="continue",
    words={Language.EN: ("CONTINUE",), Language.FR: ("CONTINUER",)},
    effect=Effect.CHANGE,
    follows=Follows.OPTIONAL,
    whole_line=frozenset({"CONTINUE", "CONTINUER"}),
    written=looks_issued,
    listed=False,
)


async def answer(visit: Visit, command: Command) -> Reply:
    """Without a word: gives one for the form under way here. With it: takes the form over."""
    word = command.argument.strip().lower()
    return await (_taken(visit, word) if word else _given(visit))


async def _given(visit: Visit) -> Reply:
    form = await _begun(visit)
    if form is None:
        return Reply("form/none")
    grant = Grant(Purpose.CARRY, visit.sender.key, Assurance.ANYONE, data={"form": form.name})
    word = await visit.files.tokens.issue(grant, visit.now)
    return Reply("form/carry", {"form": form.name, "word": word, "minutes": _MINUTES, "by_mail": visit.channel is Channel.MAIL})


async def _begun(visit: Visit) -> Form | None:
    """The form that this conversation has begun. By mail the sender must be the one who began it."""
    if visit.channel is Channel.MAIL and not access.same_writer(visit):
        return None
    for form in _CARRIED:
        if await form_steps.kept_values(visit, form):
            return form
    return None


async def _taken(visit: Visit, word: str) -> Reply:
    token = await visit.files.tokens.find(word)
    form, values = await _carried(visit, token)
    if token is None or form is None or not values or not await visit.files.tokens.use(token.digest, visit.now):
        return Reply("form/none")
    owner = token.grant.person
    if owner != visit.sender.key:
        await visit.files.drafts.drop(owner, form.name)
    await visit.files.audit.add("form_carried", visit.now, actor=visit.sender.key, facts={"form": form.name, "from": owner})
    if visit.channel is Channel.MAIL:
        return await access.filled_form(visit, values)
    return await form_steps.start(visit, form, values)


async def _carried(visit: Visit, token: Token | None) -> tuple[Form | None, Mapping[str, str]]:
    """The form that a word stands for with what is in it, none where the word is worth nothing or cannot go on here."""
    if token is None or token.grant.purpose is not Purpose.CARRY:
        return None, {}
    form = next((one for one in _CARRIED if one.name == token.grant.data.get("form")), None)
    alive = judge(token, token.grant.person, visit.now) is Judgement.VALID
    if form is None or not alive or (visit.channel is Channel.MAIL and form is not ACCESS):
        return None, {}
    return form, await form_steps.values_of(visit, token.grant.person, form)


HANDLER = Handler(SPEC, answer)
