"""The corpus beside this file: mails in the shapes that real software writes, and what must be read in them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "corpus"

CORPUS: dict[str, bytes] = {path.stem: path.read_bytes().replace(b"\n", b"\r\n") for path in sorted(_FOLDER.glob("*.eml"))}
"""Name to octets, with the line ends of the wire."""

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((_FOLDER / "expected.toml").read_text())

PLAIN = b"""\
From: Marie Tremblay <marie@client.example>
To: service@carrier.example
Subject: TRACE 123456789
Date: Wed, 18 Nov 2026 14:30:00 -0500
Message-ID: <20261118143000.1234@client.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

TRACE 123456789
""".replace(b"\n", b"\r\n")
"""What a person's mail program writes for one line of words."""


def letter(*fields: bytes | str, body: bytes | str = b"x") -> bytes:
    """A mail with these header lines behind a good From, and this body."""
    lines = [b"From: a@b.example", *(field.encode() if isinstance(field, str) else field for field in fields), b""]
    return b"\r\n".join(lines) + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def from_line(value: bytes | str) -> bytes:
    """A mail with this From value."""
    octets = value.encode() if isinstance(value, str) else value
    return b"From: " + octets + b"\r\nSubject: s\r\n\r\nx\r\n"


def multipart(kind: str, *parts: bytes | str, parameters: str = "") -> bytes:
    """A mail of `multipart/kind`; each part with its own header, lines ending with LF."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    body = b"".join(b"--=b\n" + part + b"\n" for part in encoded) + b"--=b--\n"
    return letter(f'Content-Type: multipart/{kind}; boundary="=b"{parameters}', body=body.replace(b"\n", b"\r\n"))
