"""What an app says about itself, and the limits of it: names, addresses, colours, origins."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from domain.app_permissions import AppPermission, in_order
from domain.checks import Checks

MOST_ORIGINS = 20
MOST_USERS = 1_000_000_000
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_LOCAL = "localhost"


def read_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in the one form in which they are stored and compared; checked they are afterwards."""
    fields: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    if fields.get("domain"):
        fields["domain"] = fields["domain"].lower()
    if "permissions" in fields:
        fields["permissions"] = in_order(fields["permissions"])
    if "allowed_origins" in fields:
        fields["allowed_origins"] = list(dict.fromkeys(normal_origin(one) for one in fields["allowed_origins"]))
    return fields


def normal_origin(text: str) -> str:
    """An origin as browsers send it: in lower case, without the port that its scheme implies."""
    origin = text.strip().lower()
    return origin.removesuffix(":443") if origin.startswith("https://") else origin.removesuffix(":80")


def check_fields(checks: Checks, fields: Mapping[str, Any], *, is_sandbox: bool) -> None:
    """The limits of all fields of an app, so that registering and changing share them."""
    checks.line("name", fields["name"], least=1, most=120)
    is_host = _HOST.fullmatch(fields["domain"] or "") is not None
    checks.require(is_host, "Give a host name, for example tools.example.", "domain")
    if is_host:
        _check_url(checks, fields["url"] or "", fields["domain"])
    is_colour = _COLOUR.fullmatch(fields["primary_color"] or "") is not None
    checks.require(is_colour, "Give a colour as #RRGGBB, for example #1A73E8.", "primaryColor")
    permissions: Sequence[AppPermission] = fields["permissions"]
    checks.count("permissions", permissions, least=1, most=len(AppPermission))
    origins: Sequence[str] = fields["allowed_origins"]
    checks.count("allowedOrigins", origins, least=1, most=MOST_ORIGINS)
    wanted = "Give scheme, host and port only, and https: https://tools.example."
    if is_sandbox:
        wanted += " Here http://localhost:3000 does as well."
    for position, origin in enumerate(origins):
        checks.require(is_origin(origin, is_sandbox=is_sandbox), wanted, "allowedOrigins", str(position))
    checks.whole("maxUsers", fields["max_users"], least=1, most=MOST_USERS)


def is_origin(text: str, *, is_sandbox: bool) -> bool:
    """Whether it is exactly scheme, host and port: https, or in a sandbox http on the developer's own machine."""
    parts = _split(text)
    if parts is None or parts.hostname is None or text != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        return False
    if parts.netloc.endswith(":") or len(text) > 300:
        return False
    if parts.hostname == _LOCAL:
        return is_sandbox and parts.scheme in ("http", "https")
    return parts.scheme == "https" and _HOST.fullmatch(parts.hostname) is not None


def is_within(url: str, domain: str) -> bool:
    """Whether an address leads to a domain or to what is below it.

    Browsers take a backslash for a slash, so that the host they go to would end before it.
    """
    parts = _split(url)
    host = "" if parts is None else parts.hostname or ""
    if "\\" in url or _HOST.fullmatch(host) is None:
        return False
    return host == domain or host.endswith(f".{domain}")


def _check_url(checks: Checks, url: str, domain: str) -> None:
    parts = _split(url)
    is_plain = parts is not None and parts.scheme == "https" and "@" not in parts.netloc and url.isprintable()
    fits = is_plain and is_within(url, domain) and " " not in url and len(url) <= 2000
    checks.require(fits, f"Give an https address at {domain} or below it, of at most 2000 characters.", "url")


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        # Read here, because a port that is none is found when it is asked for.
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None
