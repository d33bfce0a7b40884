"""Tells the service manager that started the desk how it stands: ready, alive, stopping (sd_notify(3)); silent without one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

_TWICE = 2  # pings in the time after which the manager restarts the desk (sd_watchdog_enabled(3))


class ServiceManager:
    """The manager's socket as the environment names it. Nothing that goes wrong with it may stop the desk."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = "\0" + self._address[1:]  # an abstract socket, as the manager writes its name
        microseconds = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        self.watchdog_seconds = int(microseconds) / 1e6 if microseconds.isdigit() and meant else 0.0

    def tell(self, state: str) -> None:
        """One state as sd_notify(3) writes it: `READY=1`, `STOPPING=1`, `WATCHDOG=1`."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)  # a manager that does not read must not hold up mail
            line.connect(self._address)
            line.send(state.encode())

    async def keep_watch(self, alive: Callable[[], bool]) -> None:
        """Pings the watchdog as long as the event loop turns and `alive()` holds; ends at once where nobody watches."""
        while self.watchdog_seconds:
            if alive():
                self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / _TWICE)
