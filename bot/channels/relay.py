"""Letters out through an SMTP relay: a bounded set of connections, opened by aiosmtplib, kept and reused."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import cast

from bot.channels.relay_session import RelayAddress, RelayError, open_session, tls_context
from bot.channels.smtp_conversation import Conversation, RefusedError, StaleError, announcement, stuffed
from bot.core.letters import Letter
from bot.core.ports import PermanentFailureError, TemporaryFailureError

_TIMEOUT_SECONDS = 50.0
_PER_CONNECTION = 1_000  # letters; relays close long conversations, and a new one finds a moved relay


class RelayTransport:
    """Sends through one relay. Delivery's workers bound how many connections there are: one each at most."""

    def __init__(self, relay: RelayAddress) -> None:
        """Raises OSError when the file of authorities cannot be used (ssl.SSLError is one)."""
        self._relay = relay
        self._idle: deque[tuple[Conversation, int]] = deque()
        self._promised: dict[str, tuple[Conversation, int]] = {}  # by Message-ID of the letter that is announced on it
        self._context = tls_context(relay)
        self.confidential = relay.confidential

    async def send(self, letter: Letter, following: Letter | None = None) -> None:
        """Sends one letter; see `Transport.send`. `following` goes over the same connection, on which it is announced already."""
        try:
            commands = announcement(letter)
        except ValueError as error:
            raise PermanentFailureError(str(error)) from error
        while kept := self._take(letter):
            conversation, used = kept
            try:
                await self._deliver(conversation, used, commands, letter, following)
            except StaleError:
                continue  # the relay closed an idle connection, which says nothing about the letter
            return
        try:
            await self._deliver(await self._connect(), 0, commands, letter, following)
        except StaleError as error:
            raise TemporaryFailureError(f"the relay closed the connection: {error}") from error

    async def close(self) -> None:
        """Says QUIT on every kept connection."""
        for conversation, _ in self._promised.values():
            conversation.close()  # it waits for a letter that will not come
        while self._idle:
            conversation, _ = self._idle.pop()
            await conversation.quit()

    def _take(self, letter: Letter) -> tuple[Conversation, int] | None:
        """The connection on which the letter is announced, else an idle one, that is open as far as is known."""
        promised = self._promised.pop(letter.message_id, None)
        if promised is not None and promised[0].open:
            return promised
        while self._idle:
            kept = self._idle.pop()
            if kept[0].open:
                return kept
        return None

    async def _deliver(
        self, conversation: Conversation, used: int, commands: tuple[bytes, ...], letter: Letter, following: Letter | None
    ) -> None:
        next_commands = self._announced_after(used, following)
        try:
            await conversation.deliver(commands, letter.content if letter.undotted else stuffed(letter.content), next_commands)
        except RefusedError as error:
            await self._keep(conversation, used + 1, following)
            if 500 <= error.code < 600:
                raise PermanentFailureError(str(error)) from error
            raise TemporaryFailureError(str(error)) from error
        except StaleError:
            conversation.close()
            raise
        except ConnectionError as error:
            raise TemporaryFailureError(f"the relay closed the connection: {error}") from error
        except BaseException:
            conversation.close()  # a time-out or cancellation in mid-conversation: nobody may go on with it
            raise
        await self._keep(conversation, used + 1, following)

    @staticmethod
    def _announced_after(used: int, following: Letter | None) -> tuple[bytes, ...]:
        if following is None or used + 1 >= _PER_CONNECTION:
            return ()
        try:
            return announcement(following)
        except ValueError:  # said when its turn comes
            return ()

    async def _connect(self) -> Conversation:
        try:
            client = await open_session(self._relay, self._context, _TIMEOUT_SECONDS)
        except RelayError as error:
            raise TemporaryFailureError(str(error)) from error
        transport = cast(asyncio.Transport, client.transport)  # uvloop's are transports without saying so
        return Conversation(transport, pipelining=client.supports_extension("pipelining"))

    async def _keep(self, conversation: Conversation, used: int, following: Letter | None) -> None:
        if not conversation.open:
            return
        if conversation.awaits_letter and following is not None:
            self._promised[following.message_id] = conversation, used
        elif used >= _PER_CONNECTION:
            await conversation.quit()
        else:
            self._idle.append((conversation, used))
