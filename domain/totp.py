"""Time-based one-time passwords as authenticator apps show them: RFC 6238 with SHA-1, 6 digits, steps of 30 s."""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS, STEP_SECONDS, SECRET_BYTES = 6, 30, 20
DRIFT = 1
"""How many steps a clock may be early or late."""
_ISSUER = "Milepost"


def step_of(at: datetime) -> int:
    """The number of the step that an instant lies in."""
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_matching(secret: bytes, code: str, at: datetime) -> int | None:
    """The step whose code this is, among that of the instant and its neighbours; None for any other code."""
    now = step_of(at)
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())), None)


def shown(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode()


def uri(secret: bytes, account: str) -> str:
    """The secret as apps read it from a QR code."""
    settings = urlencode({"secret": shown(secret), "issuer": _ISSUER, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(f'{_ISSUER}:{account}')}?{settings}"
