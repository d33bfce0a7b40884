"""REQUESTS: what is open, and the letter of one request."""

from __future__ import annotations

from bot.core.accounts.records import RequestState
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.folding import fold
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Language
from bot.core.visit import Visit
from handlers.deciding import refused
from handlers.office import Office, office_of
from handlers.request_letters import decide_letter, waiting

SHOWN = 50  # requests in a list


async def answer(visit: Visit, command: Command) -> Reply:
    """The list to a proved administrator; to an unproved one, and every single request, by letter to the listed address."""
    if not visit.access.listed:
        return await refused(visit)
    office = office_of(visit)
    admin = visit.sender.address.lower() if visit.chat is None else visit.sender.key
    words = fold(command.argument).split()
    if words:
        return await _single(office, admin, int(words[0]))
    reply = await _listed(office)
    if visit.assurance >= Assurance.AUTHENTIC_SENDER:
        return reply
    return _by_letter(Post(admin, reply, language=await office.language_of(admin)))


async def _single(office: Office, admin: str, number: int) -> Reply:
    request = await office.files.requests.get(number)
    if request is None or request.confirmed_at is None or request.state is not RequestState.OPEN:
        return Reply("admin/no_request", {"number": number})
    return _by_letter(await decide_letter(office, request, admin, why="again"))


async def _listed(office: Office) -> Reply:
    found = await office.files.requests.in_state(RequestState.OPEN)
    facts = {"requests": tuple(waiting(office, request) for request in found[:SHOWN]), "more": max(0, len(found) - SHOWN)}
    return Reply("admin/requests", facts)


def _by_letter(post: Post) -> Reply:
    return Reply("admin/by_letter", posts=(post,), quiet=True)


def _number(folded: str) -> bool:
    return folded.isdigit() and len(folded) <= 9


HANDLER = Handler(
    CommandSpec(
        name="requests",
        words={Language.EN: ("REQUESTS",), Language.FR: ("DEMANDES",)},
        effect=Effect.CHANGE,
        follows=Follows.OPTIONAL,
        whole_line=frozenset({"REQUESTS", "DEMANDES"}),
        argument=_number,
        listed=False,
        in_groups=True,  # of the administrators
    ),
    answer,
)
