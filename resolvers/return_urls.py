"""Where a payer's browser may be sent back to: pages that this platform knows."""

from urllib.parse import urlsplit

from resolvers.context import Platform

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
LONGEST = 2_000
NOT_HOME = "The browser comes back only to an origin that this platform allows (MILEPOST_ALLOWED_ORIGINS)."


def is_allowed(url: str, platform: Platform) -> bool:
    """A page of the platform's own or of an origin in its settings; in a sandbox also one of the same machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or parts.username is not None or not host:
        return False
    if platform.is_sandbox and parts.scheme == "http" and host in _LOOPBACK:
        return True
    origin = f"{parts.scheme}://{parts.netloc}".lower().removesuffix(":443")
    return origin == platform.issuer or origin.encode() in platform.origins
