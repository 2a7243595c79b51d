"""What happens around every request: an id, a log line, a limit on the body, security headers."""

import re
import secrets
import time
from collections.abc import Awaitable, Iterable
from itertools import count

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.logs import REQUEST_ID, log_request
from server.planned_requests import PlannedRequests
from server.tallies import Tallies

MAX_BODY_BYTES = 1_000_000
_PROCESS, _NUMBERS = secrets.token_hex(8), count(1)
"""Ids of requests need to differ; nobody has to guess them."""
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_JSON = (b"content-type", b"application/json")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class RequestMiddleware:
    """Takes X-Request-Id from the caller (up to 64 safe characters) or makes one, and echoes it in every answer."""

    def __init__(self, app: ASGIApp, tallies: Tallies, planned: PlannedRequests | None = None) -> None:
        self._app, self._tallies, self._planned = app, tallies, planned

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            return _Exchange(scope, receive, send).run(self._app, self._planned, self._tallies)
        return self._socket(scope, receive, send) if scope["type"] == "websocket" else self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        _begin(scope, dict(scope["headers"]))
        self._tallies.sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._tallies.sockets -= 1


class _BodyTooLarge(Exception):
    pass


class _Exchange:
    """A request over HTTP and its answer."""

    __slots__ = ("_bytes", "_headers", "_id", "_receive", "_scope", "_send", "_status")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._headers = dict[bytes, bytes](scope["headers"])
        self._bytes, self._status = 0, 500

    async def run(self, app: ASGIApp, planned: PlannedRequests | None, tallies: Tallies) -> None:
        started, scope, received = time.perf_counter(), self._scope, list[Message]()
        self._id = _begin(scope, self._headers)
        try:
            if planned is not None and planned.may_answer(scope, self._headers):
                body = await self._body(received)
                answer = await planned.answer(body, scope, self._headers)
                if answer is not None:
                    await self._give(answer)
                    return
            await app(scope, _again(received, self.receive), self.send)
        except _BodyTooLarge:
            await self._refuse()
        finally:
            seconds = time.perf_counter() - started
            log_request(self._id, scope["method"], scope["path"], self._status, seconds)
            if (context := scope["state"].get("context")) is not None:
                tallies.add(context, seconds)

    async def receive(self) -> Message:
        """Counts what is received, whatever Content-Length says."""
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY_BYTES:
            raise _BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = _completed(message.get("headers", []), self._id)
        await self._send(message)

    async def _body(self, received: list[Message]) -> bytes:
        """The whole body; its messages are kept for those who may have to receive it again."""
        received.append(await self.receive())
        while received[-1].get("more_body"):
            received.append(await self.receive())
        if len(received) == 1:
            return bytes(received[0].get("body", b""))
        return b"".join([message.get("body", b"") for message in received])

    async def _give(self, answer: bytes) -> None:
        """An answer in JSON."""
        self._status = 200
        sized, named = (b"content-length", b"%d" % len(answer)), (b"x-request-id", self._id.encode())
        await self._send({"type": "http.response.start", "status": 200, "headers": [_JSON, sized, named, *_HEADERS]})
        await self._send({"type": "http.response.body", "body": answer})

    async def _refuse(self) -> None:
        fault = {
            "message": f"A request body has at most {MAX_BODY_BYTES} bytes.",
            "extensions": {"code": "BAD_USER_INPUT", "requestId": self._id},
        }
        await JSONResponse({"errors": [fault]}, status_code=413)(self._scope, self._receive, self.send)


def _again(received: list[Message], receive: Receive) -> Receive:
    """Receives what has been received, then what comes."""
    waiting = iter(received)

    async def replay() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replay


def _begin(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Gives a request its id, which every line that is logged from now on carries."""
    given = headers.get(b"x-request-id")
    is_safe = given is not None and _SAFE_ID.fullmatch(given)
    request_id = given.decode() if given is not None and is_safe else f"{_PROCESS}{next(_NUMBERS):08x}"
    scope.setdefault("state", {})["request_id"] = request_id
    REQUEST_ID.set(request_id)
    return request_id


def _completed(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has; what the answer itself says stands."""
    given = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in given}
    return [*given, (b"x-request-id", request_id.encode()), *(one for one in _HEADERS if one[0] not in names)]
