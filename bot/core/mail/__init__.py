"""The reader of inbound mail: raw RFC 5322 octets in, one plain value out, never an exception, bounded work and memory.

A header is split and judged once (`split.py`, `headers.py`, `addresses.py`); then the body is read by one of two tiers: `fast.py`
takes plain text in ASCII or UTF-8 and declines all else, `walk.py` goes through any MIME structure. `email.policy.default` is the
oracle in the tests, not the reader: it raises on real mail and takes twenty times as long.
"""

from bot.core.mail.reader import identity, read_mail, read_with_identity
from bot.core.mail.values import Identity, Mail, Mailbox

__all__ = ["Identity", "Mail", "Mailbox", "identity", "read_mail", "read_with_identity"]
