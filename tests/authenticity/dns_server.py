"""A real DNS server on loopback, UDP and TCP on one free port, whose zone a test writes.

with DnsServer() as server:
    server.txt("s1._domainkey.example.com", "v=DKIM1; p=…")
    … server.address …
"""

from __future__ import annotations

# mypy: disable-error-code="no-untyped-call"
import threading
from collections.abc import Sequence
from types import TracebackType

from dnslib import CNAME, QTYPE, RCODE, RR, TXT, A, DNSError, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, TCPServer, UDPServer

_UDP_OCTETS = 512  # RFC 1035, section 4.2.1: a longer answer is cut and asked for again by TCP


class DnsServer(BaseResolver):
    """Answers from its zone; a name that is not in it does not exist."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        """What was asked: name, type, "udp" or "tcp"."""
        self._zone: dict[str, list[RR]] = {}
        self._failing: dict[str, str] = {}
        self._silent: set[str] = set()

    def __enter__(self) -> DnsServer:
        quiet = DNSLogger("-request,-reply,-truncated,-error", prefix=False)
        while True:
            udp = UDPServer(("127.0.0.1", 0), DNSHandler)
            try:
                tcp = TCPServer(udp.server_address, DNSHandler)
                break
            except OSError:  # the port is taken for TCP: another one
                udp.server_close()
        self.address = f"127.0.0.1:{udp.server_address[1]}"
        self._servers = (udp, tcp)
        for server in self._servers:
            server.resolver, server.logger = self, quiet  # type: ignore[union-attr]
        self._threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}) for server in self._servers]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def clear(self) -> None:
        """Forgets zone, failures and questions."""
        self._zone.clear()
        self._failing.clear()
        self._silent.clear()
        self.asked.clear()

    def txt(self, name: str, value: str | Sequence[str], *, ttl: int = 60) -> None:
        """Adds a TXT record; a text longer than 255 octets becomes several strings, a sequence stays as it is."""
        strings = [value[i : i + 255] for i in range(0, len(value), 255)] if isinstance(value, str) else list(value)
        self._add(name, RR(name, QTYPE.TXT, rdata=TXT([text.encode("latin-1") for text in strings]), ttl=ttl))

    def a(self, name: str, address: str = "192.0.2.1") -> None:
        """Adds an address record."""
        self._add(name, RR(name, QTYPE.A, rdata=A(address), ttl=60))

    def cname(self, name: str, target: str) -> None:
        """Makes a name an alias."""
        self._add(name, RR(name, QTYPE.CNAME, rdata=CNAME(target), ttl=60))

    def remove(self, name: str) -> None:
        """Takes a name out of the zone."""
        self._zone.pop(name, None)

    def fail(self, name: str, code: str = "SERVFAIL") -> None:
        """Answers questions about a name with this code."""
        self._failing[name] = code

    def silence(self, name: str) -> None:
        """Gives no answer at all to questions about a name."""
        self._silent.add(name)

    def recover(self, name: str) -> None:
        """Ends `fail` and `silence`."""
        self._failing.pop(name, None)
        self._silent.discard(name)

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        """What dnslib calls for each question, in a thread of its own."""
        name = str(request.q.qname).rstrip(".").lower()
        kind = QTYPE[request.q.qtype]
        self.asked.append((name, kind, handler.protocol))
        if name in self._silent:
            raise DNSError("silent")  # its handler then answers nothing
        reply = request.reply()
        if name in self._failing:
            reply.header.rcode = getattr(RCODE, self._failing[name])
        elif not self._answer(reply, name, kind):
            reply.header.rcode = RCODE.NXDOMAIN
        if handler.protocol == "udp" and len(reply.pack()) > _UDP_OCTETS:
            # dnslib's own truncation leaves out the question, which resolvers take for a forgery.
            reply = request.reply()
            reply.header.tc = 1
        assert isinstance(reply, DNSRecord)
        return reply

    def _answer(self, reply: DNSRecord, name: str, kind: str) -> bool:
        if name not in self._zone:
            return any(known.endswith("." + name) for known in self._zone)
        for record in self._zone[name]:
            if QTYPE[record.rtype] == kind:
                reply.add_answer(record)
            elif record.rtype == QTYPE.CNAME:
                reply.add_answer(record)
                self._answer(reply, str(record.rdata.label).rstrip("."), kind)
        return True

    def _add(self, name: str, record: RR) -> None:
        self._zone.setdefault(name, []).append(record)
