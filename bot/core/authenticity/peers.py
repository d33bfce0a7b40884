"""Which peers are believed: how the address that a mail came from is written down, and what the settings say of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LMTP_MARK = "lmtp:"  # before a peer that hands mail over by LMTP
SOCKET = "unix"  # the peer on a Unix socket: whoever the file's owner and mode let in


class Peers:
    """The configured relays and origins."""

    def __init__(self, relays: Sequence[str], origins: Sequence[str]) -> None:
        """relays: networks, and `SOCKET` for the peer on the Unix socket. origins: networks. Raises ValueError for what is none."""
        self._socket = SOCKET in relays
        self._relays = _networks(relay for relay in relays if relay != SOCKET)
        self._origins = _networks(origins)
        self._is_of = lru_cache(maxsize=1024)(_is_in)  # nearly all mail comes from a few peers, asked about three times a mail

    def is_relay(self, peer: str | None) -> bool:
        """Whether its topmost Authentication-Results field may be believed."""
        name = (peer or "").removeprefix(LMTP_MARK)
        return self._is_of(name, self._relays) or (self._socket and name == SOCKET)

    def is_origin(self, peer: str | None) -> bool:
        """Whether mail without any Received field is authentic because it comes from there.

        Never for LMTP: a mail server only hands on what it got from others, and may have been told to drop their Received fields.
        """
        return self._is_of(peer or "", self._origins)


def _networks(values: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(value, strict=False) for value in values)


def _address(peer: str) -> Address | None:
    """The address of a peer; an IPv4 one in IPv6 dress becomes plain. None for what is no address."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_in(peer: str, networks: tuple[Network, ...]) -> bool:
    address = _address(peer)
    return address is not None and any(address in network for network in networks)
