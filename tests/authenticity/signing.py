"""Signs mails by hand, with any tags, apart from the product's code (and dkimpy's): the adversary's workbench."""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
USUAL = "from:to:subject:date:message-id"


def record(key: PrivateKey, *, tags: str = "v=DKIM1; ") -> str:
    """The TXT record of a key."""
    public = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        octets = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"{tags}k=ed25519; p={_base64(octets)}"
    octets = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"{tags}p={_base64(octets)}"


def pem(key: PrivateKey) -> bytes:
    """The private key as a settings file would hold it."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def signed(
    message: bytes,
    key: PrivateKey,
    domain: str,
    *,
    selector: str = "s1",
    names: str = USUAL,
    form: str = "relaxed/relaxed",
    algorithm: str = "",
    extra: str = "",
    length: int | None = None,
    digest: str = "",
) -> bytes:
    """The message with a DKIM-Signature on top; `extra` are further tags ("x=1; "), `digest` replaces the body hash."""
    algorithm = algorithm or ("ed25519-sha256" if isinstance(key, Ed25519PrivateKey) else "rsa-sha256")
    hasher = hashlib.sha1 if algorithm == "rsa-sha1" else hashlib.sha256
    head, _, body = message.partition(b"\r\n\r\n")
    limit = f"l={length}; " if length is not None else ""
    value = (
        f"v=1; a={algorithm}; c={form}; d={domain}; s={selector}; {limit}{extra}h={names}; "
        f"bh={digest or _base64(hasher(body_form(body, form)[:length]).digest())}; b="
    )
    field = f"DKIM-Signature: {value}".encode()
    octets = sealed(chosen(head, names.lower().split(":")), field, relaxed=form.startswith("relaxed"))
    return field + _base64(raw_signature(key, octets, algorithm)).encode() + b"\r\n" + message


def chosen(head: bytes, names: list[str]) -> list[bytes]:
    """The fields that the names take, from the bottom."""
    fields = [field for field in re.split(rb"\r\n(?![ \t])", head) if field]
    taken: list[bytes] = []
    for name in names:
        for field in reversed(fields):
            if field.split(b":")[0].strip().lower() == name.strip().encode():
                taken.append(field)
                fields.remove(field)
                break
    return taken


def sealed(fields: list[bytes], last: bytes, *, relaxed: bool) -> bytes:
    """What is signed: fields, then the signature field without its value."""
    form = header_form if relaxed else bytes
    return b"".join(form(field) + b"\r\n" for field in fields) + form(last)


def header_form(field: bytes) -> bytes:
    """The relaxed form of a field, word by word."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + b" ".join(value.split())


def body_form(body: bytes, form: str) -> bytes:
    """The canonical body, line by line."""
    lines = body.split(b"\r\n")
    relaxed = form.endswith("/relaxed")
    if relaxed:
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return b"" if relaxed else b"\r\n"
    return b"".join(line + b"\r\n" for line in lines)


def raw_signature(key: PrivateKey, octets: bytes, algorithm: str) -> bytes:
    """The signature itself."""
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(hashlib.sha256(octets).digest())
    return key.sign(octets, padding.PKCS1v15(), hashes.SHA1() if algorithm == "rsa-sha1" else hashes.SHA256())  # noqa: S303


def arc_set(
    message: bytes,
    key: RSAPrivateKey,
    domain: str,
    *,
    instance: int,
    findings: str,
    status: str = "",
    names: str = "from:subject:date",
    extra: str = "",
    seal_extra: str = "",
) -> bytes:
    """The message with one more ARC set on top (RFC 8617, section 5.1)."""
    head, _, body = message.partition(b"\r\n\r\n")
    digest = _base64(hashlib.sha256(body_form(body, "relaxed/relaxed")).digest())
    found = f"ARC-Authentication-Results: i={instance}; {findings}".encode()
    tags = f"i={instance}; a=rsa-sha256; d={domain}; s=arc; "
    sign = f"ARC-Message-Signature: {tags}c=relaxed/relaxed; {extra}h={names}; bh={digest}; b=".encode()
    octets = sealed(chosen(head, names.split(":")), sign, relaxed=True)
    sign += _base64(raw_signature(key, octets, "rsa-sha256")).encode()
    seal = f"ARC-Seal: {tags}cv={status or ('none' if instance == 1 else 'pass')}; {seal_extra}b=".encode()
    earlier: list[bytes] = []
    for number in range(1, instance):
        for name in (b"arc-authentication-results", b"arc-message-signature", b"arc-seal"):
            fields = re.split(rb"\r\n(?![ \t])", head)
            earlier += [f for f in fields if f.lower().startswith(name + b":") and b" i=%d;" % number in f]
    octets = sealed([*earlier, found, sign], seal, relaxed=True)
    seal += _base64(raw_signature(key, octets, "rsa-sha256")).encode()
    return b"\r\n".join([seal, sign, found, message])


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
