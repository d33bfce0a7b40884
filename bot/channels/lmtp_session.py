"""One LMTP session (RFC 2033): what a mail server in front of the desk speaks to hand over mail that it has accepted itself.

The same conversation as SMTP, with three differences: it begins with LHLO, each recipient gets an answer of its own after DATA, and
DATA without a recipient is out of order (503).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.smtp_session import Command, SmtpSession
from bot.core.authenticity.peers import LMTP_MARK


class LmtpSession(SmtpSession):
    """A conversation with one mail server."""

    greeting = "LMTP"
    hello = "LHLO"
    peer_mark = LMTP_MARK
    nobody = "503 5.5.1 no valid recipients"  # RFC 2033 section 4.2

    def _greetings(self) -> dict[str, Command]:
        return {self.hello: self._ehlo}  # RFC 2033 section 4.1: HELO and EHLO are not understood

    def _said_of(self, replies: Sequence[str]) -> str:
        return "\r\n".join(replies)  # RFC 2033 section 4.2: one for each RCPT that was taken, in their order
