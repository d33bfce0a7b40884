"""FORGOT PASSWORD: a uniform receipt at once, and the administrators' decision.

Source: help page, "Enter information identifying yourself (name, company, …) and our administrator, after verification, will reply
with your access code and password in the following hours". Nothing is locked, and nothing that the sender sees tells whether an
account exists: the receipt is the same, word for word.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.accounts.codes import fold_code
from bot.core.accounts.records import Account, Member, MemberState, NewRequest, Request, RequestKind
from bot.core.accounts.status import Status, status_of
from bot.core.commands import Command, CommandSpec, Effect, Follows, Handler
from bot.core.forms import FORGOT, read_form
from bot.core.replies import Post, Reply
from bot.core.values import Channel, Language
from bot.core.visit import Visit
from handlers import form_steps
from handlers.office import Office, office_of
from handlers.request_letters import SHOWN_CHANGES, put_to_administrators
from handlers.request_view import was_proved

_LINES = 30  # of free text that are kept
_LINE = 500  # characters of each
_CODES = 10  # words looked up as access codes
_ENGLISH = (
    "FORGOT PASSWORD",
    "FORGOT MY PASSWORD",
    "I FORGOT MY PASSWORD",
    "LOST PASSWORD",
    "LOST MY PASSWORD",
    "RESET PASSWORD",
    "RESET MY PASSWORD",
    "FORGOTTEN PASSWORD",
)
_FRENCH = (
    "MOT DE PASSE OUBLIÉ",
    "OUBLIÉ MON MOT DE PASSE",
    "J’AI OUBLIÉ MON MOT DE PASSE",
    "JAI OUBLIÉ MON MOT DE PASSE",
    "OUBLIÉ MOT DE PASSE",
    "OUBLI DU MOT DE PASSE",
    "MDP OUBLIÉ",
    "MOT DE PASSE PERDU",
    "PERDU MON MOT DE PASSE",
    "J’AI PERDU MON MOT DE PASSE",
)


async def answer(visit: Visit, command: Command) -> Reply:
    """The receipt at once; in a chat or at a terminal the bare command asks step by step first."""
    words = "\n".join((command.argument, *command.lines)).strip()
    if visit.channel is not Channel.MAIL and not words:
        return await form_steps.start(visit, FORGOT)
    return await submit(visit, words)


async def submit_form(visit: Visit, values: Mapping[str, str]) -> Reply:
    """A form filled in step by step is a letter with its lines."""
    return await submit(
        visit, "\n".join(f"{one.labels[Language.EN]}: {values[one.key]}" for one in FORGOT.fields if values.get(one.key))
    )


async def submit(visit: Visit, words: str) -> Reply:
    """The request goes to the administrators, or joins the open one of the same address; the receipt never says which."""
    office = office_of(visit)
    claimed = _claimed(words)
    account, member = await _about(visit, claimed)
    posts = await _kept(visit, office, claimed, account, member)
    await visit.files.audit.add("password_forgotten", visit.now, actor=visit.sender.key, account_id=account.id if account else None)
    return Reply("password/forgot_received", {"opening": office.opening()}, posts=posts)


async def _kept(
    visit: Visit, office: Office, claimed: Mapping[str, str], account: Account | None, member: Member | None
) -> tuple[Post, ...]:
    address = visit.sender.address.lower() or visit.sender.key
    known = await visit.files.requests.open_of(RequestKind.PASSWORD, address)
    if known is not None:
        return await _merged(visit, office, known, claimed, account)
    request = await visit.files.requests.open(
        NewRequest(
            kind=RequestKind.PASSWORD,
            conversation=visit.sender.key,
            address=address,
            language=visit.language,
            claimed=claimed,
            on_file={} if account is None else {"code": account.code, "company": account.company},
            authenticity=visit.authenticity if visit.channel is Channel.MAIL else visit.channel.value,
            confirmed=True,  # there is nothing to confirm: what it leads to goes to the address on record
            account_id=account.id if account else None,
            member_id=member.id if member else None,
        ),
        visit.now,
    )
    assert request is not None  # noqa: S101 - no other one is open
    return (*await put_to_administrators(office, request), *await _told_closed(office, account, member))


async def _merged(
    visit: Visit, office: Office, known: Request, claimed: Mapping[str, str], account: Account | None
) -> tuple[Post, ...]:
    """A second message of the same address adds its words; the administrators see the request again when it says something new.

    What a proved sender named is not replaced by an unproved one, and the third change is shown only to whoever decides: a flood
    in somebody's name must not become a flood of letters.
    """
    trusted = visit.can_remember or not was_proved(known)
    remarks = "\n".join(_fresh(known.claimed.get("remarks", ""), claimed.get("remarks", "")))
    await visit.files.requests.merge(known.number, {**(claimed if trusted else {}), "remarks": remarks})
    # A message that names another account is a change that an administrator must see; one that names none takes nothing back.
    if trusted and account is not None and account.id != known.account_id:
        await visit.files.requests.concerns(known.number, account.id, None)
    merged = await visit.files.requests.get(known.number) or known
    same = (merged.claimed, merged.account_id) == (known.claimed, known.account_id)
    return () if same or known.merged >= SHOWN_CHANGES else await put_to_administrators(office, merged, why="changed")


def _fresh(before: str, now: str) -> list[str]:
    return list(dict.fromkeys((*before.splitlines(), *now.splitlines())))[:_LINES]


async def _about(visit: Visit, claimed: Mapping[str, str]) -> tuple[Account | None, Member | None]:
    """The account that is meant, and the asking member: by a code in the mail, else by the sender's address."""
    files = visit.files
    address = visit.sender.address.lower()
    own = [member for member in await files.members.by_address(address) if member.state is MemberState.ACTIVE] if address else []
    for code in claimed.get("codes", "").split():
        account = await files.accounts.by_code(code)
        if account is not None:
            return account, next((member for member in own if member.account_id == account.id), None)
    accounts = [account for member in own if (account := await files.accounts.by_id(member.account_id)) is not None]
    living = [account for account in accounts if account.closed_at is None] or accounts
    if len(living) != 1:
        return None, None
    return living[0], next(member for member in own if member.account_id == living[0].id)


async def _told_closed(office: Office, account: Account | None, member: Member | None) -> tuple[Post, ...]:
    """A closed account's owner hears, at the address on record alone, that a new one must be requested."""
    if account is None or member is None:
        return ()
    if status_of(account.facts, office.now, office.rules.calendar) is not Status.CLOSED:
        return ()
    facts = {"code": account.code, "company": account.company}
    return (Post(member.address, Reply("password/closed", facts), language=member.language),)


def _claimed(words: str) -> dict[str, str]:
    """What the message says: all its lines as remarks, labelled ones also by name, and every word that may be an access code."""
    lines = [line.strip()[:_LINE] for line in words.splitlines() if line.strip()][:_LINES]
    named = read_form(FORGOT, "\n".join(lines)).values
    codes = _codes(([named["code"]] if "code" in named else []) + lines)
    claimed = {key: named[key] for key in ("name", "company", "telephone") if key in named}
    return {**claimed, "remarks": "\n".join(lines), "code": codes[0] if codes else "", "codes": " ".join(codes)}


def _codes(lines: list[str]) -> list[str]:
    """What can be an access code: a line alone (parted by spaces or dashes), and every word with letters and a digit."""
    words = [*lines, *(word.strip(".,;:!?()") for line in lines for word in line.split())]
    codes = [code for word in words if (code := fold_code(word)) and any(character.isdigit() for character in code)]
    return list(dict.fromkeys(codes))[:_CODES]


def _code(folded: str) -> bool:
    return fold_code(folded) is not None and any(character.isdigit() for character in folded) and len(folded.split()) <= 3


HANDLER = Handler(
    CommandSpec(
        name="forgot_password",
        words={Language.EN: _ENGLISH, Language.FR: _FRENCH},
        effect=Effect.CHANGE,
        follows=Follows.EVERYTHING,
        undecided=frozenset({"MDP OUBLIÉ"}),
        whole_line=frozenset({*_ENGLISH, *_FRENCH}),
        argument=_code,
    ),
    answer,
)
