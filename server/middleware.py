"""What happens around every request: an id, a log line, a limit on the body, security headers."""

import re
import secrets
import time
from collections.abc import Iterable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.logs import REQUEST_ID, log_request
from server.planned_requests import PlannedRequests
from server.tallies import Tallies

MAX_BODY_BYTES = 1_000_000
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
        self.app = app
        self._tallies, self._planned = tallies, planned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        bound = REQUEST_ID.set(request_id)
        try:
            if scope["type"] == "websocket":
                await self._socket(scope, receive, send)
            else:
                await _Exchange(scope, headers, receive, send).run(self.app, self._planned, self._tallies)
        finally:
            REQUEST_ID.reset(bound)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._tallies.sockets += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._tallies.sockets -= 1


class _BodyTooLarge(Exception):
    pass


class _Exchange:
    """A request over HTTP and its answer."""

    __slots__ = ("_bytes", "_headers", "_receive", "_scope", "_send", "_status")

    def __init__(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        self._scope, self._headers, self._receive, self._send = scope, headers, receive, send
        self._bytes, self._status = 0, 500

    async def run(self, app: ASGIApp, planned: PlannedRequests | None, tallies: Tallies) -> None:
        started, scope, messages = time.perf_counter(), self._scope, list[Message]()
        try:
            if planned is not None and planned.may_answer(scope, self._headers):
                messages = await self._all_messages()
                answer = await planned.answer(_body_of(messages), scope, self._headers)
                if answer is not None:
                    await self._give(answer)
                    return
            await app(scope, _again(messages, self.receive), self.send)
        except _BodyTooLarge:
            await self._refuse()
        finally:
            seconds = time.perf_counter() - started
            log_request(scope["state"]["request_id"], scope["method"], scope["path"], self._status, seconds)
            if (context := scope["state"].get("context")) is not None:
                tallies.add(context, seconds)

    async def receive(self) -> Message:
        """Counts what is received, whatever Content-Length says."""
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY_BYTES:
            raise _BodyTooLarge
        return message

    async def _all_messages(self) -> list[Message]:
        messages = [await self.receive()]
        while messages[-1].get("more_body"):
            messages.append(await self.receive())
        return messages

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = _completed(message.get("headers", []), self._scope["state"]["request_id"])
        await self._send(message)

    async def _give(self, answer: bytes) -> None:
        """An answer in JSON."""
        self._status = 200
        request_id = (b"x-request-id", self._scope["state"]["request_id"].encode())
        headers = [_JSON, (b"content-length", b"%d" % len(answer)), request_id, *_HEADERS]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": answer})

    async def _refuse(self) -> None:
        fault = {
            "message": f"A request body has at most {MAX_BODY_BYTES} bytes.",
            "extensions": {"code": "BAD_USER_INPUT", "requestId": self._scope["state"]["request_id"]},
        }
        await JSONResponse({"errors": [fault]}, status_code=413)(self._scope, self._receive, self.send)


def _body_of(messages: list[Message]) -> bytes:
    return b"".join([message.get("body", b"") for message in messages])


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Receives what has been received, then what comes."""
    waiting = iter(messages)

    async def replay() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replay


def _request_id(given: bytes | None) -> str:
    return given.decode() if given is not None and _SAFE_ID.fullmatch(given) else secrets.token_hex(12)


def _completed(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has; what the answer itself says stands."""
    given = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in given}
    return [*given, (b"x-request-id", request_id.encode()), *(one for one in _HEADERS if one[0] not in names)]
