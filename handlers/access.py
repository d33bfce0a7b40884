"""REQUEST ACCESS: the personal access request form, by mail as a letter to fill in, in chat and terminal step by step.

Source: help page, "complete the displayed form. Information identified by an * is required … You will receive your personal
identification code and password via e-mail in the following hours". The address of the form is confirmed before administrators are
asked; only a confirmed address with an open request merges, since an unconfirmed one may be anybody's. An address of the desk or of
an administrator is refused in the form: nobody decides for themselves, and the desk must not write to itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.accounts.records import Grant, NewRequest, Request, RequestKind, RequestState, Token
from bot.core.accounts.tokens import Purpose
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.forms import ACCESS, FormReading, FormState, read_form, with_values
from bot.core.replies import Post, Reply
from bot.core.values import Assurance, Channel, Language
from bot.core.visit import Visit
from handlers import form_steps
from handlers.form_steps import lines_of
from handlers.office import Office, office_of, person_of
from handlers.request_letters import SHOWN_CHANGES, put_to_administrators

_UNCONFIRMED = 3  # letters a day that ask one address whether it made a request: strangers must not fill a mailbox
_DAY = timedelta(days=1)

_ENGLISH = (
    "REQUEST ACCESS",
    "ACCESS REQUEST",
    "PERSONAL ACCESS REQUEST",
    "NEW ACCOUNT",
    "REQUEST AN ACCESS CODE",
    "ACCESS CODE",
)
_FRENCH = (
    "DEMANDE D’ACCÈS",
    "DEMANDE ACCÈS",
    "DEMANDE D’ACCÈS PERSONNEL",
    "DEMANDER ACCÈS",
    "DEMANDER L’ACCÈS",
    "NOUVEAU COMPTE",
    "OUVRIR UN COMPTE",
    "DEMANDE DE CODE D’ACCÈS",
    "CODE D’ACCÈS",
)


async def answer(visit: Visit, command: Command) -> Reply:
    """The form, what is still missing in it, or what becomes of a complete one."""
    text = "\n".join((command.argument, *command.lines))
    if visit.channel is Channel.MAIL:
        return await form_by_mail(visit, text)
    return await form_steps.start(visit, ACCESS, read_form(ACCESS, text).values)


async def form_by_mail(visit: Visit, text: str) -> Reply:
    """Reads the form out of a mail, new words before quoted ones, completed by what an earlier letter held."""
    kept = await form_steps.kept_values(visit, ACCESS) if same_writer(visit) else {}
    reading = with_values(ACCESS, read_form(ACCESS, text, visit.quoted, office_of(visit).objection), kept)
    if reading.complete:
        await visit.files.drafts.drop(visit.sender.key, ACCESS.name)
        return await submit(visit, reading.values)
    if reading.values and same_writer(visit):
        await form_steps.keep(visit, ACCESS, FormState(ACCESS.name, 0, reading.values))
    return await _form(visit, reading)


async def filled_form(visit: Visit, values: Mapping[str, str]) -> Reply:
    """The form's letter with what is known already; sending it back submits it."""
    if same_writer(visit):
        await form_steps.keep(visit, ACCESS, FormState(ACCESS.name, 0, values))
    return await _form(visit, with_values(ACCESS, read_form(ACCESS, ""), values))


def fills_form(visit: Visit) -> bool:
    """Whether a mail without a command fills the form in: it answers the form's letter, and holds lines of it."""
    answers = visit.access.granted(Purpose.FORM) is not None
    return answers and read_form(ACCESS, visit.text, visit.quoted).touched


async def confirmed(visit: Visit, token: Token) -> Reply:
    """YES from the address of a request: the administrators are asked now."""
    number = token.grant.request_number
    request = await visit.files.requests.get(number) if number is not None else None
    if request is None or not await visit.files.tokens.use(token.digest, visit.now):
        return Reply("access/confirm_over")
    office = office_of(visit)
    if await visit.files.requests.confirm(request.number, visit.now):
        await _audit(visit, "address_confirmed", request.number, address=request.address)
        return await _received(office, await visit.files.requests.get(request.number) or request)
    if request.state is not RequestState.OPEN:
        return Reply("access/confirm_over")
    await visit.files.requests.decide(request.number, RequestState.LAPSED, "desk", {"merged": "yes"}, visit.now)
    return await _merged(visit, office, request.address, request.claimed) or Reply("access/confirm_over")


async def submit(visit: Visit, values: Mapping[str, str]) -> Reply:
    """Takes a complete form. An authentic mail from the form's own address needs no confirmation."""
    office, address = office_of(visit), values["email"].lower()
    proved = visit.channel is Channel.MAIL and visit.can_remember and visit.sender.address.lower() == address
    if proved and (merged := await _merged(visit, office, address, values)) is not None:
        return merged
    if not proved and await _is_pestered(office, address):
        return Reply("access/confirm_sent", {"address": address})
    request = await _opened(visit, address, values, confirmed=proved)
    await _audit(visit, "access_requested", request.number, address=address)
    if proved:
        return await _received(office, request)
    return await _to_be_confirmed(visit, request)


async def _opened(visit: Visit, address: str, values: Mapping[str, str], *, confirmed: bool) -> Request:
    wished = values.get("language", "")
    request = await visit.files.requests.open(
        NewRequest(
            kind=RequestKind.ACCESS,
            conversation=visit.sender.key,
            address=address,
            language=Language(wished) if wished else visit.language,
            claimed=values,
            authenticity=visit.authenticity if visit.channel is Channel.MAIL else visit.channel.value,
            confirmed=confirmed,
        ),
        visit.now,
    )
    assert request is not None  # noqa: S101 - an open confirmed one was merged before
    return request


async def _to_be_confirmed(visit: Visit, request: Request) -> Reply:
    grant = Grant(Purpose.CONFIRM_ADDRESS, person_of(request.address), Assurance.AUTHENTIC_SENDER, request_number=request.number)
    token = await visit.files.tokens.issue(grant, visit.now)
    facts = {"number": request.number, "lines": lines_of(ACCESS, request.claimed)}
    post = Post(request.address, Reply("access/confirm_address", facts), language=request.language, token=token)
    # Whoever writes from that very address gets one letter, not two; it goes to the address itself, never to a Reply-To.
    same = visit.channel is Channel.MAIL and visit.sender.address.lower() == request.address
    return Reply("access/confirm_sent", {"address": request.address}, posts=(post,), quiet=same)


async def _is_pestered(office: Office, address: str) -> bool:
    requests = await office.files.requests.of_address(address)
    recent = [one for one in requests if one.confirmed_at is None and office.now - one.created_at < _DAY]
    return len(recent) >= _UNCONFIRMED


async def _merged(visit: Visit, office: Office, address: str, values: Mapping[str, str]) -> Reply | None:
    """Joins the open request of the same confirmed address; None when there is none."""
    known = await visit.files.requests.open_of(RequestKind.ACCESS, address)
    if known is None:
        return None
    await visit.files.requests.merge(known.number, values)
    await _audit(visit, "request_merged", known.number)
    request = await visit.files.requests.get(known.number) or known
    changed = request.claimed != known.claimed and known.merged < SHOWN_CHANGES
    posts = await put_to_administrators(office, request, why="changed") if changed else ()
    return _receipt(office, request, posts, merged=True)


async def _received(office: Office, request: Request) -> Reply:
    return _receipt(office, request, await put_to_administrators(office, request), merged=False)


def _receipt(office: Office, request: Request, posts: tuple[Post, ...], *, merged: bool) -> Reply:
    facts = {"number": request.number, "opening": office.opening(), "merged": merged, "address": request.address}
    return Reply("access/received", facts, posts=posts)


async def _form(visit: Visit, reading: FormReading) -> Reply:
    grant = Grant(Purpose.FORM, visit.sender.key, Assurance.ANYONE)
    token = await visit.files.tokens.issue(grant, visit.now)
    problems = reading.problems if reading.touched else {}
    lines = lines_of(ACCESS, reading.values, problems, reading.wrong)
    return Reply("access/form", {"lines": lines, "problems": bool(problems)}, token=token)


def same_writer(visit: Visit) -> bool:
    """Whether an earlier draft is this writer's: the form's own letter is answered, or the sender is proved."""
    return visit.can_remember or visit.access.granted(Purpose.FORM) is not None


async def _audit(visit: Visit, event: str, number: int, **facts: str) -> None:
    await visit.files.audit.add(event, visit.now, actor=visit.sender.key, request_number=number, facts=facts)


HANDLER = Handler(
    CommandSpec(
        name="request_access",
        words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
        effect=Effect.CHANGE,
        follows=Follows.EVERYTHING,
        whole_line=frozenset({*_ENGLISH, *_FRENCH}),
    ),
    answer,
)
