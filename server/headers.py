"""Headers that tell browsers what an answer may do, and what nobody may do with it."""

from functools import lru_cache

Header = tuple[bytes, bytes]

COMMON: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Of every answer that does not say otherwise itself."""

HTTPS_ONLY: Header = (b"strict-transport-security", b"max-age=31536000")
"""In production: for a year browsers come back encrypted only."""

PAGE = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
"""Of answers that browsers show as pages, besides the policy of their content."""


@lru_cache(maxsize=100)
def lines_of(*headers: Header) -> bytes:
    """As they are written into the head of an answer; it is the same ones again and again."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])
