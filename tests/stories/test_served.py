"""`autopro serve` as a process of its own, on the event loop that it really uses."""

from __future__ import annotations

import asyncio
import signal
import smtplib
import ssl
from pathlib import Path

import pytest

from tests.stories.certificates import make_pair
from tests.stories.test_killed import settings_file, start, unused_port
from tests.support.desk import CUSTOMER, SERVICE
from tests.support.relay import running_relay

__all__ = ["unused_port"]
MAIL = f"From: {CUSTOMER}\r\nTo: {SERVICE}\r\nSubject: \r\nMessage-ID: <tls@customer.example>\r\n\r\nAIDE\r\n"


@pytest.mark.parametrize("implicit", [False, True])
async def test_tls(tmp_path: Path, unused_port: int, implicit: bool) -> None:
    pair = make_pair(tmp_path / "tls")
    context = ssl.create_default_context(cafile=str(pair.authority))
    async with running_relay() as relay:
        config = settings_file(tmp_path, unused_port, relay.port)
        files = f'tls_certificate = "{pair.certificate}"\ntls_key = "{pair.key}"\nimplicit_tls = {str(implicit).lower()}\n'
        config.write_text(config.read_text().replace("[smtp]\n", f"[smtp]\n{files}"))
        process = await start(config)

        def send() -> None:
            if implicit:
                client: smtplib.SMTP = smtplib.SMTP_SSL("127.0.0.1", unused_port, timeout=10, context=context)
            else:
                client = smtplib.SMTP("127.0.0.1", unused_port, timeout=10)
                client._host = "localhost"  # type: ignore[attr-defined]  # the name that the certificate is checked for
                client.starttls(context=context)
            with client:
                client.sendmail(CUSTOMER, [SERVICE], MAIL)
                large = MAIL.replace("tls@", "tls2@").replace("AIDE", "y" * 900_000)
                with pytest.raises(smtplib.SMTPDataError, match="550"):  # a line without end, through many TLS records
                    client.sendmail(CUSTOMER, [SERVICE], large)

        await asyncio.to_thread(send)
        assert (await relay.next())["X-Autopro-Template"] == "help/overview"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
