"""Signatures of outbound webhooks, by the scheme of Standard Webhooks: one for each secret that is good."""

import base64
import hmac
import secrets
from collections.abc import Iterable

PREFIX, BYTES = "whsec_", 32


def new_secret() -> bytes:
    return secrets.token_bytes(BYTES)


def shown(secret: bytes) -> str:
    """As its holder has it."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(of: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header: whoever knows any one of the secrets finds the signature that it makes."""
    message = f"{message_id}.{timestamp}.".encode() + body
    made = (base64.b64encode(hmac.digest(secret, message, "sha256")).decode() for secret in of)
    return " ".join(f"v1,{one}" for one in made)
