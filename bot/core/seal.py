"""Sealing of what is kept: AES-256-GCM (NIST SP 800-38D) under a key that lives outside database and backups.

Mails and chats can hold passwords, and neither SQLite's pages, the WAL nor PostgreSQL forget an overwritten value: what is
stored is only ever ciphertext, and losing the key file is the way to forget it all.
"""

from __future__ import annotations

import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.clock import Mint
from bot.core.errors import AutoproError
from bot.core.values import Channel, RawRecord

KEY_OCTETS = 32
_NONCE_OCTETS = 12

_COMPACT = json.JSONEncoder(separators=(",", ":"))


class SealBrokenError(AutoproError):
    """What was stored does not open with this key: another key file, or the row was changed."""


class Seal:
    """Seals and opens octets. `context` ties them to their row, so that a row's content cannot be moved to another."""

    def __init__(self, key: bytes, mint: Mint) -> None:
        self._cipher = AESGCM(key)
        self._mint = mint

    def close(self, content: bytes, context: bytes) -> bytes:
        """Nonce (12 octets), ciphertext and tag."""
        nonce = self._mint.octets(_NONCE_OCTETS)
        return nonce + self._cipher.encrypt(nonce, content, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What `close` was given. Raises SealBrokenError."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_OCTETS], sealed[_NONCE_OCTETS:], context)
        except InvalidTag as error:
            raise SealBrokenError(
                "a stored message does not open: put back the key file that sealed it (see docs/operator.md)"
            ) from error


def pack_record(record: RawRecord) -> bytes:
    """A record as octets: one line of JSON about it, then its content word for word."""
    about = [record.channel, record.envelope_sender, record.recipients, record.peer, record.conversation]
    return _COMPACT.encode(about).encode() + b"\n" + record.content


def unpack_record(octets: bytes) -> RawRecord:
    """The record that `pack_record` wrote."""
    line, _, content = octets.partition(b"\n")
    channel, envelope_sender, recipients, peer, conversation = json.loads(line)
    return RawRecord(Channel(channel), content, envelope_sender, tuple(recipients), peer, conversation)
