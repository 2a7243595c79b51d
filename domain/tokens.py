"""Tokens: secrets that are handed out once. Their holder has 32 random bytes, we keep a SHA-256 of them."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A fresh secret as text that fits into a header or a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(text: str) -> bytes:
    """What is stored of a token, and of an e-mail address where attempts are counted by it."""
    return hashlib.sha256(text.encode()).digest()
