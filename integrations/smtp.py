"""Mail by SMTP: encrypted unless it is said otherwise, and never without checking who the server is."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from integrations.mail import SENDER, AddressRefused, CannotCarry, Letter, Sender

TIMEOUT_SECONDS = 20
_SCHEMES = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
"""With their usual ports: encrypted from the start, by STARTTLS (or not at all carried), not encrypted."""
WANTED = (
    "smtps://user:password@host (encrypted from the start), smtp://… (STARTTLS) or smtp+plain://… (not encrypted, for a"
    " server on the same machine)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over."""

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises ValueError for anything else than a URL of such a server."""
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError(f"takes {WANTED}")
        if parts.username and parts.scheme == "smtp+plain":
            raise ValueError("sends no password without encryption: take smtps:// or smtp://")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or _SCHEMES[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpMail:
    """Hands each letter over in a connection of its own: there are few, and none waits for another."""

    def __init__(self, server: SmtpServer, sender: Sender = SENDER, authorities: Path | None = None) -> None:
        """`authorities` are the certificates, in PEM, that the server's is trusted by; the system's unless given."""
        self._server, self._sender = server, sender
        self._tls = ssl.create_default_context(cafile=authorities)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    async def carry(self, letter: Letter) -> None:
        server = self._server
        try:
            await aiosmtplib.send(
                letter.message(self._sender),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.scheme == "smtps",
                # Never "if the server offers it": somebody in between could take the offer away.
                start_tls=server.scheme == "smtp",
                tls_context=None if server.scheme == "smtp+plain" else self._tls,
                timeout=TIMEOUT_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            failure = AddressRefused if _is_final(error) else CannotCarry
            raise failure(f"{server.host}:{server.port} does not take mail: {_reason(error)}") from None


def _is_final(error: Exception) -> bool:
    """Whether the server knows no such address: 4xx asks to try again later."""
    return isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients[0].code >= 500


def _reason(error: Exception) -> str:
    """What went wrong; of what the server says only the code, because it likes to repeat addresses."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return f"it refuses the recipient with {error.recipients[0].code}"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.code}"
    return f"{type(error).__name__}: {error}"
