"""The certificates that PayPal signs its messages with: fetched from PayPal alone, kept, and checked to be PayPal's."""

import asyncio
import re
import time
import warnings
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import certifi
import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from integrations.opened import Opened
from integrations.paypal_payments.connection import tls

_LIVE = frozenset({"https://api.paypal.com", "https://api-m.paypal.com"})
_SANDBOX = frozenset({"https://api.sandbox.paypal.com", "https://api-m.sandbox.paypal.com"})
_PATH = re.compile(r"/v1/notifications/certs/CERT-[A-Za-z0-9-]{1,64}")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_OWNER = ".paypal.com"
_MAX_BYTES, _MAX_KEPT, _SECONDS = 65_536, 16, 5
_PAUSE_SECONDS = 30
"""How long nothing is fetched after a fetch that came to nothing: whoever invents addresses cannot keep us busy."""


class Certificates:
    """Those of one account, by where they came from. Only `learn` asks anybody."""

    def __init__(self, opened: Opened) -> None:
        places, authority = (
            (_LIVE, None) if opened.is_live else (_SANDBOX, opened.credentials.get("certificateAuthority"))
        )
        address = None if opened.is_live else opened.credentials.get("address")
        self._places = places if address is None else frozenset({address.rstrip("/")})
        known = _public_roots() if authority is None else x509.load_pem_x509_certificates(authority.encode())
        self._roots = Store(known)
        self._known: dict[str, list[x509.Certificate]] = {}
        self._fetching, self._not_before = asyncio.Lock(), 0.0

    async def learn(self, url: str) -> None:
        """Fetches a certificate that is not known yet; one that cannot be had stays unknown."""
        # Whoever names an unknown one keeps nobody waiting who names one that is known.
        if url in self._known or not self._is_place(url):
            return
        async with self._fetching:
            if url in self._known or time.monotonic() < self._not_before:
                return
            try:
                self._known[url] = x509.load_pem_x509_certificates(await _fetched(url))
            except (httpx2.HTTPError, TimeoutError, ValueError):
                self._not_before = time.monotonic() + _PAUSE_SECONDS
            while len(self._known) > _MAX_KEPT:
                del self._known[next(iter(self._known))]

    def key_of(self, url: str, at: datetime) -> RSAPublicKey | None:
        """The key of a certificate that is known, is PayPal's and is good at this instant; None for any other."""
        chain = self._known.get(url) if self._is_place(url) else None
        if chain is None or not self._is_trusted(chain, at):
            return None
        key = chain[0].public_key()
        return key if isinstance(key, RSAPublicKey) else None

    def _is_place(self, url: str) -> bool:
        return any(url.startswith(place) and _PATH.fullmatch(url.removeprefix(place)) for place in self._places)

    def _is_trusted(self, chain: list[x509.Certificate], at: datetime) -> bool:
        name = _name_of(chain[0])
        if name is None:
            return False
        verifier = PolicyBuilder().store(self._roots).time(at).build_server_verifier(x509.DNSName(name))
        try:
            verifier.verify(chain[0], chain[1:])
        except VerificationError:
            return False
        return True


def _public_roots() -> list[x509.Certificate]:
    """Those that browsers trust. Among them are a few of a form that is not allowed any more, none of PayPal's."""
    roots = []
    with warnings.catch_warnings(action="error", category=CryptographyDeprecationWarning):
        for pem in _PEM.findall(Path(certifi.where()).read_bytes()):
            with suppress(ValueError, CryptographyDeprecationWarning):
                roots.append(x509.load_pem_x509_certificate(pem))
    return roots


def _name_of(certificate: x509.Certificate) -> str | None:
    """A name of PayPal's that the certificate is for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return None
    names = extension.value.get_values_for_type(x509.DNSName)
    return next((name for name in names if name.endswith(_OWNER) and "*" not in name), None)


async def _fetched(url: str) -> bytes:
    """The file, from there and nowhere else, if it is small and comes soon."""
    content = b""
    async with (
        asyncio.timeout(_SECONDS),
        httpx2.AsyncClient(follow_redirects=False, verify=tls()) as http,
        http.stream("GET", url) as answer,
    ):
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > _MAX_BYTES:
                raise ValueError("a certificate is smaller than that")
    return content
