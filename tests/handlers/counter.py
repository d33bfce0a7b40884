"""A service counter of the real grammar, the real table of commands and the real letters, over stores in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from bot.core.check_digits import CheckDigit
from bot.core.commands import Handler, Reading
from bot.core.grammar import Context, Vocabulary, read
from bot.core.rendering import Renderer
from bot.core.replies import Reply
from bot.core.shipments import Shipment
from bot.core.values import Assurance, Channel, Language, Sender
from bot.core.visit import DeskFacts, Stores, Visit
from handlers.table import HANDLERS
from handlers.unknown import answer_unknown
from templates import FOLDER
from tests.handlers.stores import MemoryCorrespondents, MemoryShipments
from tests.letters.shipments import NOW

DESK = DeskFacts(
    company="Autopro Transport",
    phones=("514-856-5559", "905-624-7894", "1-800-856-5559"),
    address="service@carrier.example",
)
SENDER = Sender(key="mail:julie@customer.example", address="julie@customer.example")


@cache
def renderer() -> Renderer:
    """Every letter, compiled once for all tests."""
    return Renderer(FOLDER, DESK)


@dataclass
class CounterInMemory:
    """Reads a message as the desk does and lets the handlers answer it."""

    handlers: Sequence[Handler] = HANDLERS
    shipments: MemoryShipments = field(default_factory=MemoryShipments)
    correspondents: MemoryCorrespondents = field(default_factory=MemoryCorrespondents)
    desk: DeskFacts = DESK
    channel: Channel = Channel.MAIL
    can_remember: bool = False
    logged_in: bool = False
    answered_pros: tuple[str, ...] = ()

    def holds(self, *shipments: Shipment) -> CounterInMemory:
        """Put shipments into the store."""
        self.shipments.kept.extend(shipments)
        return self

    def visit(self) -> Visit:
        """The visit of one message."""
        return Visit(
            now=NOW,
            channel=self.channel,
            sender=SENDER,
            language=None,
            assurance=Assurance.AUTHENTIC_SENDER if self.can_remember else Assurance.ANYONE,
            first_contact=False,
            desk=self.desk,
            stores=Stores(self.shipments, self.correspondents),
            answered_pros=self.answered_pros,
            logged_in=self.logged_in,
            can_remember=self.can_remember,
        )

    def reads(self, text: str, subject: str = "") -> Reading:
        """What the grammar makes of a message."""
        rule = CheckDigit(self.desk.check_digit)
        context = Context(has_choices=bool(self.correspondents.lists.get(SENDER.key)), check_digit=rule)
        return read(Vocabulary([handler.spec for handler in self.handlers]), subject, text, context)

    async def asked(self, text: str, subject: str = "") -> list[Reply]:
        """The replies to a message, one a command; the list that was shown is kept for the next message."""
        reading = self.reads(text, subject)
        if not reading.commands:
            return [answer_unknown(self.visit(), reading)]
        table = {handler.spec.name: handler for handler in self.handlers}
        replies = [await table[command.name].answer(self.visit(), command) for command in reading.commands]
        for reply in replies:
            if reply.choices:
                self.correspondents.lists[SENDER.key] = reply.choices
        return replies

    async def reply(self, text: str, subject: str = "") -> Reply:
        """The one reply to a message."""
        (reply,) = await self.asked(text, subject)
        return reply


def written(reply: Reply, language: Language) -> str:
    """A reply's letter in plain text, without the frame."""
    return renderer().plain([replace(reply, language=None)], language, first_contact=False)


def everywhere(reply: Reply, language: Language) -> str:
    """All that leaves the desk for a reply: subject, text and HTML of the mail, the chat message and its buttons."""
    alone = replace(reply, language=None)
    mail = renderer().mail([alone], (language,), reply_address="service@carrier.example", first_contact=False, subject=None)
    chat = renderer().chat([alone], (language,), first_contact=False)
    return "\n".join((mail.subject, mail.text, mail.html, chat.html, str(chat.buttons)))
