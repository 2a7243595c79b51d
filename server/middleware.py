"""What happens around every request: an id, a log line, a limit on the body, security headers."""

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

log = structlog.get_logger("milepost.request")


class RequestMiddleware:
    """Takes X-Request-Id from the caller (up to 64 safe characters) or makes one, and echoes it in every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if scope["type"] == "websocket":
                await self.app(scope, receive, send)
            else:
                await self._http(scope, receive, send, request_id)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
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
            duration = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, duration_ms=duration)


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


def _request_id(given: str | None) -> str:
    return given if given is not None and _SAFE_ID.fullmatch(given) else secrets.token_hex(12)
