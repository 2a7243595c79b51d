"""Requests of web pages: which pages may call, and the session that a browser keeps in a cookie."""

import re
from dataclasses import dataclass

from starlette.types import Scope

from domain.sessions import ABSOLUTE
from server.headers import Header

PATH = "/graphql"
OPT_IN = b"milepost-session"
"""The header by which a page asks to be signed in by cookie, with the value `cookie`."""

_LOOPBACK = re.compile(rb"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?")
_ORIGIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
_TOKEN = re.compile(rb"[A-Za-z0-9_-]{20,200}")
_MAY_BE_SENT = b"authorization, content-type, idempotency-key, last-event-id, milepost-session, x-request-id"
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", _MAY_BE_SENT),
    (b"access-control-max-age", b"7200"),
)
_FOREIGN = (
    "This request may come from a foreign page: with the cookie of a session it needs the Origin of a page that"
    " MILEPOST_ALLOWED_ORIGINS names. Everybody else sends the token as Authorization: Bearer."
)
_NO_PAGE = "Only pages that MILEPOST_ALLOWED_ORIGINS names call from another origin or keep their session in a cookie."


def origins_of(text: str) -> frozenset[bytes]:
    """Origins with commas between, as browsers send them."""
    given = [one.strip().lower().removesuffix("/").removesuffix(":443") for one in text.split(",")]
    if not all(_ORIGIN.fullmatch(one) for one in given):
        raise ValueError(f"takes origins with commas between, as https://app.example,https://www.example; not {text!r}")
    return frozenset(one.encode() for one in given)


def may_be_of_page(headers: dict[bytes, bytes]) -> bool:
    """Whether anything here says something of a request; to all others, the callers of an API, it means nothing."""
    return b"origin" in headers or b"cookie" in headers or OPT_IN in headers


@dataclass(frozen=True, slots=True)
class Browsers:
    """What this server allows to browsers."""

    origins: frozenset[bytes] = frozenset()
    is_sandbox: bool = True
    """Pages of the same machine may call; and the cookie has no prefix, since that wants HTTPS."""

    def admit(self, scope: Scope, headers: dict[bytes, bytes]) -> str | None:
        """Why a request is refused for the page that it comes from, or None.

        From here on the token of a session's cookie stands where a bearer token would: nothing else knows of cookies.
        """
        if not may_be_of_page(headers) or scope["path"] != PATH:
            return None
        origin, cookies = headers.get(b"origin"), headers.get(b"cookie")
        is_allowed, is_socket = self.allows(headers), scope["type"] == "websocket"
        wants_cookie = headers.get(OPT_IN) == b"cookie"
        if not is_allowed and (wants_cookie or (is_socket and origin is not None)):
            return _NO_PAGE
        token = None if cookies is None or b"authorization" in headers else self._token_in(cookies)
        if token is not None:
            is_harmless = not is_socket and scope["method"] == "GET" and origin is None
            if not is_allowed and not is_harmless:
                return _FOREIGN
            headers[b"authorization"] = b"Bearer " + token
            scope["headers"] = [*scope["headers"], (b"authorization", headers[b"authorization"])]
        scope["state"]["keeps_cookie"] = wants_cookie or token is not None
        return None

    def allows(self, headers: dict[bytes, bytes]) -> bool:
        """Whether a request says that it comes from a page which may call."""
        origin = headers.get(b"origin", b"")
        scheme, _, host = origin.partition(b"://")
        if host and host == headers.get(b"host"):
            return scheme == b"https" or self.is_sandbox
        return origin in self.origins or (self.is_sandbox and _LOOPBACK.fullmatch(origin) is not None)

    def preflight(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[Header, ...] | None:
        """What a browser is told that asks before it sends; None where it does not ask that, or may not send."""
        asks = scope["method"] == "OPTIONS" and b"access-control-request-method" in headers
        return _PREFLIGHT if asks and scope["path"] == PATH and self.allows(headers) else None

    def readable(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[Header, ...]:
        """Lets the page that called read the answer, if it may."""
        if b"origin" not in headers or scope["path"] != PATH:
            return ()
        if not self.allows(headers):
            return ((b"vary", b"origin"),)
        return (
            (b"access-control-allow-origin", headers[b"origin"]),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", b"retry-after, x-request-id"),
            (b"vary", b"origin"),
        )

    def cookie(self, scope: Scope) -> tuple[Header, ...]:
        """Gives a browser that keeps its session in a cookie the new one, or takes away that which has ended."""
        context = scope["state"].get("context") if scope["state"].get("keeps_cookie") else None
        if context is None or context.browser_token is None:
            return ()
        seconds = int(ABSOLUTE.total_seconds()) if context.browser_token else 0
        secure = "" if self.is_sandbox else "; Secure"
        text = f"{self._name}={context.browser_token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        return ((b"set-cookie", text.encode()),)

    @property
    def _name(self) -> str:
        return "mp_session" if self.is_sandbox else "__Host-mp_session"

    def _token_in(self, cookies: bytes) -> bytes | None:
        wanted = self._name.encode()
        for one in cookies.split(b";"):
            name, _, value = one.strip().partition(b"=")
            if name == wanted and _TOKEN.fullmatch(value):
                return value
        return None
