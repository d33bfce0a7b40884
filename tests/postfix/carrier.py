"""A carrier's mail: a real Postfix set up by docs/postfix.md, the desk behind it, mailboxes, and the Internet beyond."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.app import running
from bot.commands.import_command import import_samples
from bot.config import Settings
from bot.serving import listening
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record, signed
from tests.postfix import recipe
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE, StartedDesk
from tests.support.postfix import Postfix, running_postfix
from tests.support.relay import Relay, SentLetter, running_relay

ADMIN, FRENCH_CUSTOMER = "admin@carrier.example", "luc@client.example"
SOCKET_FOLDER = "/var/spool/postfix/autopro"
ANN, LOU = "ann@home.example", "lou@maison.example"  # at providers that sign nothing and ask for nothing (DMARC)
_MAILBOXES = (CUSTOMER, FRENCH_CUSTOMER, ADMIN, ANN, LOU, SERVICE)

# The carrier's own mail: mailboxes of staff and, for these tests, of customers; all other domains are beyond.
_CARRIER = """\
virtual_mailbox_domains = customer.example, client.example, home.example, maison.example
virtual_mailbox_base = {vmail}
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
local_transport = virtual
local_recipient_maps = $virtual_mailbox_maps
default_transport = smtp:[127.0.0.1]:{beyond}
"""


Sections = dict[str, dict[str, Any]]


@dataclass
class PostOffice:
    """The Postfix of the carrier, which outlives desks."""

    postfix: Postfix
    vmail: Path
    beyond: socket.socket
    desk: Sections  # the settings of a desk that works with it, as the page gives them

    def new_letters(self, address: str) -> list[Path]:
        """What lies unread in a mailbox, oldest first."""
        return sorted((self.vmail / address).glob("new/*"), key=lambda path: (path.stat().st_mtime_ns, path.name))

    def clear(self) -> None:
        """Empty mailboxes and an empty queue."""
        self.postfix.run("postsuper", "-d", "ALL")
        for address in _MAILBOXES:
            shutil.rmtree(self.vmail / address, ignore_errors=True)


@contextmanager
def post_office(
    more: str = "",
    *,
    front: str | None = None,
    vmail: Path | None = None,
    folders: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[PostOffice]:
    """Postfix for the carrier. `more` goes to the end of main.cf, behind `front`: else what the recipe says for one machine.

    `vmail` is the folder for mailboxes, else one of its own; `folders` as `running_postfix` takes them.
    """
    mailboxes = " ".join(f"{{ {address} = {address}/ }}" for address in _MAILBOXES)
    install = [word.replace("autopro", "root") for word in recipe.command("install -d")[1:-1]]  # the desk's user is the tests'
    with nullcontext(vmail) if vmail else running_folder() as base, socket.create_server(("127.0.0.1", 0)) as beyond:
        carrier = _CARRIER.format(vmail=base, mailboxes=mailboxes, beyond=beyond.getsockname()[1])
        main = carrier + (front or recipe.block("/etc/postfix/main.cf")) + more
        with running_postfix(main, folders={SOCKET_FOLDER: install, **(folders or {})}) as postfix:
            desk = recipe.settings()
            desk["lmtp"]["socket"] = str(postfix.outside(desk["lmtp"]["socket"]))
            desk["relay"]["port"] = postfix.port
            yield PostOffice(postfix, base, beyond, desk)


@contextmanager
def running_folder() -> Iterator[Path]:
    """A folder for mailboxes that virtual(8) may write to."""
    with tempfile.TemporaryDirectory(prefix="vm") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@dataclass
class Carrier:
    """The post office with a desk behind it."""

    office: PostOffice
    desk: StartedDesk
    internet: Relay
    key: RSAPrivateKey

    def octets(self, text: str, *, sign: bool = True, **options: Any) -> bytes:
        """A mail as a customer's own server sends it: signed, unless it is a stranger's."""
        mail = self.desk.mail(text, **options)
        raw = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
        domain = parseaddr(str(mail["From"]))[1].partition("@")[2]
        return signed(raw, self.key, domain) if sign else raw

    async def hand_in(
        self, mail: EmailMessage | bytes, *, sender: str = CUSTOMER, recipients: Sequence[str] = (SERVICE,)
    ) -> dict[str, tuple[int, bytes]]:
        """Hands a mail to Postfix; whom it refuses."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))

        def send() -> dict[str, tuple[int, bytes]]:
            with smtplib.SMTP("127.0.0.1", self.office.postfix.port, timeout=20) as client:
                return client.sendmail(sender, list(recipients), content, mail_options=["BODY=8BITMIME"])

        return await asyncio.to_thread(send)

    async def write(self, text: str, *, to: str = SERVICE, sign: bool = True, sender: str = CUSTOMER, **options: Any) -> None:
        """Writes to the desk as a customer does."""
        address = parseaddr(sender)[1]
        await self.hand_in(self.octets(text, sign=sign, sender=sender, to=to, **options), sender=address, recipients=[to])

    async def answer(self, letter: SentLetter, words: str, *, sender: str, sign: bool = True) -> None:
        """Answers a letter as a mail program does: to its Reply-To, with its Message-ID and a quote."""
        to = parseaddr(letter["Reply-To"] if letter.mail["Reply-To"] else SERVICE)[1]
        quote = "\n".join(f"> {line}" for line in letter.text.splitlines())
        text = f"{words}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Essai Transport <{SERVICE}> wrote:\n{quote}\n"
        await self.write(text, to=to, sender=sender, sign=sign, answers=letter, subject=f"Re: {letter['Subject']}")

    async def letter(self, address: str = CUSTOMER, *, seconds: float = 30) -> SentLetter:
        """The next letter in a mailbox."""
        async with asyncio.timeout(seconds):
            while not (new := self.office.new_letters(address)):
                await asyncio.sleep(0.02)
        content = new[0].read_bytes()
        new[0].rename(new[0].parent.parent / "cur" / f"{new[0].name}:2,S")  # read, as a mail program marks it
        letter = SentLetter("", address, content)
        return SentLetter(str(letter["Return-Path"]).strip("<>"), address, content)

    async def empty_queue(self, seconds: float = 30) -> None:
        """Waits until Postfix has nothing left, neither on its way nor put off."""
        async with asyncio.timeout(seconds):
            while await self.queue():
                await asyncio.sleep(0.05)

    async def deferred(self, *, reason: str, seconds: float = 30) -> list[dict[str, Any]]:
        """Waits until every mail in the queue has been put off for that reason."""
        async with asyncio.timeout(seconds):
            while True:
                queue = await self.queue()
                reasons = [recipient.get("delay_reason", "") for entry in queue for recipient in entry["recipients"]]
                if (
                    reasons
                    and all(reason in found for found in reasons)
                    and {entry["queue_name"] for entry in queue} == {"deferred"}
                ):
                    return queue
                await asyncio.sleep(0.05)

    async def queue(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self.office.postfix.queue)

    async def flush(self) -> None:
        await asyncio.to_thread(self.office.postfix.flush)


def desk_settings(office: PostOffice, folder: Path, resolver: str, sections: Mapping[str, Mapping[str, Any]]) -> Settings:
    """The settings of the page, with the places and the port of this Postfix; `sections` are merged over them."""
    own: dict[str, Mapping[str, Any]] = {
        "desk": {"company": "Essai Transport", "data_dir": folder},
        "database": {"url": f"sqlite:///{folder}/desk.db"},
        "http": {"port": 0},
        "admins": {"addresses": [ADMIN]},
        "mail_trust": {"resolver": resolver},
    }
    values: Sections = {section: dict(table) for section, table in office.desk.items()}
    for layer in (own, sections):
        for section, table in layer.items():
            values.setdefault(section, {}).update(table)
    return Settings.model_validate(values)


@asynccontextmanager
async def open_carrier(
    office: PostOffice,
    folder: Path,
    dns: DnsServer,
    key: RSAPrivateKey,
    clock: HandClock | None = None,
    *,
    keep: bool = False,
    **sections: Mapping[str, Any],
) -> AsyncIterator[Carrier]:
    """A desk at work behind the post office, and the Internet beyond it; `keep`: with what waits there from before."""
    if not keep:
        office.clear()
    clock = clock or HandClock()
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        internet = await stack.enter_async_context(running_relay(sock=office.beyond))
        app = await stack.enter_async_context(running(desk_settings(office, folder, dns.address, sections), clock))
        ports = await stack.enter_async_context(listening(app))
        await import_samples(app.database, clock.now())
        yield Carrier(office, StartedDesk(app, ports, internet, clock), internet, key)


def publish(dns: DnsServer, key: RSAPrivateKey) -> None:
    """The customers' and the carrier's domains sign and ask that other mail be rejected; the others ask for nothing."""
    for domain in ("customer.example", "client.example", "carrier.example"):
        dns.txt(f"s1._domainkey.{domain}", record(key))
        dns.txt(f"_dmarc.{domain}", "v=DMARC1; p=reject")
        dns.a(domain)
    for domain in ("quiet.example", "home.example", "maison.example"):
        dns.a(domain)


def swaks(port: int, *arguments: str) -> str:
    """What swaks says; it must end well."""
    command = ["swaks", "--server", f"127.0.0.1:{port}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
