"""A real SMTP server for tests, with or without encryption, and an authority that certifies it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "milepost", "pass/word@"


@dataclass(slots=True)
class Postbox:
    """Keeps whatever comes, but for one recipient that it does not know."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return f"550 {address} does not live here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def letters(self) -> list[EmailMessage]:
        contents = [one.content for one in self.envelopes]
        return [message_from_bytes(one, policy=default) for one in contents if isinstance(one, bytes)]


@asynccontextmanager
async def plain() -> AsyncIterator[Postbox]:
    async with _serving(None) as postbox:
        yield postbox


@asynccontextmanager
async def encrypted(tls: ssl.SSLContext) -> AsyncIterator[Postbox]:
    """From the start; takes no mail without the password."""
    async with _serving(tls, auth_required=True, auth_require_tls=False, authenticator=_authenticate) as postbox:
        yield postbox


@asynccontextmanager
async def starting_tls(tls: ssl.SSLContext) -> AsyncIterator[Postbox]:
    """By STARTTLS; takes nothing before it, and no mail without the password."""
    options = {"tls_context": tls, "require_starttls": True}
    async with _serving(None, auth_required=True, authenticator=_authenticate, **options) as postbox:
        yield postbox


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server at 127.0.0.1 shows, and the file of the authority that says so."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    authority, private = folder / "authority.pem", folder / "private.pem"
    authority.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority, private)
    return context, authority


@asynccontextmanager
async def _serving(tls: ssl.SSLContext | None, **options: Any) -> AsyncIterator[Postbox]:
    postbox, loop = Postbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, loop=loop, **options), "127.0.0.1", 0, ssl=tls)
    try:
        postbox.port = server.sockets[0].getsockname()[1]
        yield postbox
    finally:
        server.close()


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)
