"""Real signatures: a root and a certificate of the stand-in's own, and the headers that PayPal sends with a message."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from standins.courier import Message
from standins.paypal.account import written

PATH = "/v1/notifications/certs/CERT-5ta2d1-1n"
_NAME = "messageverificationcerts.sandbox.paypal.com"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs, and what proves it."""

    key: rsa.RSAPrivateKey
    certificate: bytes
    root: str

    def seal(self, message: Message, at: datetime, *, webhook_id: str, address: str) -> Mapping[str, str]:
        """The headers of one transmission."""
        transmission, time = str(uuid4()), written(at)
        signed = f"{transmission}|{time}|{webhook_id}|{zlib.crc32(message.body)}".encode()
        return {
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": time,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(self.key.sign(signed, PKCS1v15(), SHA256())).decode(),
            "PAYPAL-CERT-URL": address + PATH,
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        }


@cache
def signer(name: str = _NAME) -> Signer:
    """One for the whole process: keys are slow to make."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The stand-in's root")])
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    usage = dict.fromkeys(names.split(), False)
    own = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    root = (
        _begun(root_name, root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**usage, "key_cert_sign": True, "crl_sign": True}), critical=True)
        .add_extension(own, critical=False)
        .sign(root_key, SHA256())
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = (
        _begun(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), root_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**usage, "digital_signature": True, "key_encipherment": True}), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False)
        .sign(root_key, SHA256())
    )
    return Signer(key, certificate.public_bytes(Encoding.PEM), root.public_bytes(Encoding.PEM).decode())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=365))
    )
