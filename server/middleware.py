"""What happens around every request: an id, a log line, a limit on the body, security headers."""

import re
import secrets
import time
from collections.abc import Iterable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.logs import REQUEST_ID, log_request
from server.tallies import Tallies

MAX_BODY_BYTES = 1_000_000
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class RequestMiddleware:
    """Takes X-Request-Id from the caller (up to 64 safe characters) or makes one, and echoes it in every answer."""

    def __init__(self, app: ASGIApp, tallies: Tallies) -> None:
        self.app = app
        self._tallies = tallies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = request_id
        bound = REQUEST_ID.set(request_id)
        try:
            if scope["type"] == "websocket":
                await self._socket(scope, receive, send)
            else:
                await self._http(scope, receive, send, request_id)
        finally:
            REQUEST_ID.reset(bound)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._tallies.sockets += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._tallies.sockets -= 1

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _completed(message.get("headers", []), request_id)
            await send(message)

        try:
            await self.app(scope, _LimitedBody(receive), answer)
        except _BodyTooLarge:
            fault = {
                "message": f"A request body has at most {MAX_BODY_BYTES} bytes.",
                "extensions": {"code": "BAD_USER_INPUT", "requestId": request_id},
            }
            await JSONResponse({"errors": [fault]}, status_code=413)(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            log_request(request_id, scope["method"], scope["path"], status, seconds)
            if (context := scope["state"].get("context")) is not None:
                self._tallies.add(context, seconds)


class _BodyTooLarge(Exception):
    pass


class _LimitedBody:
    """Counts what is received, whatever Content-Length says."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY_BYTES:
            raise _BodyTooLarge
        return message


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id" and _SAFE_ID.fullmatch(value):
            return value.decode()
    return secrets.token_hex(12)


def _completed(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has; what the answer itself says stands."""
    given = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in given}
    return [*given, (b"x-request-id", request_id.encode()), *(one for one in _HEADERS if one[0] not in names)]
