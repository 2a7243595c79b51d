"""Headers that tell browsers what an answer may do, and what nobody may do with it."""

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
