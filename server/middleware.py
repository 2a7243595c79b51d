"""What happens around every request: an id, a log line, limits on body and time, headers, a way for planned answers."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Iterable
from itertools import count
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.files import MOST_BYTES
from integrations.file_links import PATH as FILES
from server.browsers import Browsers, may_be_of_page
from server.deadlines import Deadlines
from server.errors import unexpected
from server.headers import COMMON, HTTPS_ONLY, Header, lines_of
from server.logs import REQUEST_ID, log_request
from server.media import media_type_of
from server.packed import PACKED_FROM, packed
from server.planned_requests import PlannedRequests, TooOften
from server.shortcut import NAME, Shortcut
from server.tallies import Tallies

MAX_BODY_BYTES, MAX_WEBHOOK_BYTES = 1_000_000, 1 << 20
MAX_SECONDS = 30.0
"""For a body to arrive and its answer to begin."""
_PROCESS, _NUMBERS = secrets.token_hex(8), count(1)
"""Ids of requests need to differ; nobody has to guess them."""
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NONE: dict[str, Any] = {}
_GONE = 499
"""What the log says of callers who left before their answer."""

log = structlog.get_logger("milepost.request")


class RequestMiddleware:
    """Takes X-Request-Id from the caller (up to 64 safe characters) or makes one, and echoes it in every answer."""

    def __init__(
        self, app: ASGIApp, tallies: Tallies, planned: PlannedRequests | None = None, browsers: Browsers | None = None
    ) -> None:
        self.app, self.tallies, self.planned, self.browsers = app, tallies, planned, browsers or Browsers()
        self.deadlines = Deadlines()
        self.common = COMMON if self.browsers.is_sandbox else (*COMMON, HTTPS_ONLY)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            return _Exchange(self, scope, receive, send).run()
        return self._socket(scope, receive, send) if scope["type"] == "websocket" else self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict[bytes, bytes](scope["headers"])
        _begin(scope, headers)
        if self.browsers.admit(scope, headers) is not None:
            # Before the socket is accepted this is an answer with status 403.
            await send({"type": "websocket.close"})
            return
        self.tallies.sockets += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.tallies.sockets -= 1


class _BodyTooLarge(BaseException):
    """Goes past whoever would answer for what breaks inside: whoever counts the bytes answers."""


class _Exchange:
    """A request over HTTP and its answer."""

    __slots__ = (
        "_bytes",
        "_headers",
        "_id",
        "_is_late",
        "_is_of_page",
        "_is_read",
        "_owner",
        "_receive",
        "_scope",
        "_send",
        "_shortcut",
        "_status",
        "_task",
    )

    def __init__(self, owner: RequestMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        self._owner, self._scope, self._receive, self._send = owner, scope, receive, send
        self._headers = dict[bytes, bytes](scope["headers"])
        self._is_of_page = may_be_of_page(self._headers)
        self._bytes, self._status, self._is_read, self._is_late = 0, 0, False, False
        self._shortcut: Shortcut | None = None

    async def run(self) -> None:
        started, scope = time.perf_counter(), self._scope
        self._id = _begin(scope, self._headers)
        self._task, deadlines = asyncio.current_task(), self._owner.deadlines
        if not _brings_file(scope):
            deadlines.begin(self.stop, MAX_SECONDS)
        try:
            await self._answer()
        except _BodyTooLarge:
            await self._refuse(413, "BAD_USER_INPUT", f"A request body has at most {_most_bytes(scope)} bytes.")
        except ClientDisconnect:
            self._status = self._status or _GONE
        except asyncio.CancelledError:
            if not self._is_late:
                raise
            if self._task is not None:
                self._task.uncancel()
            await self._refuse_late()
        except Exception as error:
            if self._status:
                raise
            # What no field's fault was made of, as when the database cannot be reached.
            status, code, message, more = unexpected(error, self._id)
            await self._refuse(status, code, message, **more)
        finally:
            deadlines.end(self.stop)
            seconds = time.perf_counter() - started
            log_request(self._id, scope["method"], scope["path"], self._status or 500, seconds)
            if (context := scope["state"].get("context")) is not None:
                self._owner.tallies.add(context, seconds)

    def stop(self) -> None:
        """Ends what is being done, because it takes too long."""
        self._is_late = True
        if self._task is not None:
            self._task.cancel()

    async def _answer(self) -> None:
        """Gives the answer on the shortest way that there is for it."""
        owner, scope, received = self._owner, self._scope, list[Message]()
        if self._is_of_page and await self._answers_page():
            return
        if owner.planned is not None and owner.planned.may_answer(scope, self._headers):
            media_type = media_type_of(self._headers.get(b"accept", b""))
            self._shortcut = scope.get("extensions", _NONE).get(NAME)
            body = self._body_at_once(received)
            if body is None:
                body = await self._body(received)
            answer = None if media_type is None else await owner.planned.answer(body, scope, self._headers)
            if media_type is not None and answer is not None:
                if not (isinstance(answer, bytes) and self._give_at_once(answer, media_type)):
                    await self._give(answer, media_type)
                return
        try:
            await owner.app(scope, _again(received, self.receive), self.send)
        finally:
            if owner.planned is not None:
                owner.planned.end(scope)

    async def _answers_page(self) -> bool:
        """Whether a browser has been told what its page may do, or that it may not."""
        browsers, scope, headers = self._owner.browsers, self._scope, self._headers
        if (allowed := browsers.preflight(scope, headers)) is not None:
            await self._send(self._head(204, allowed))
            await self._send({"type": "http.response.body", "body": b""})
            return True
        if (reason := browsers.admit(scope, headers)) is not None:
            await self._refuse(403, "FORBIDDEN", reason)
            return True
        return False

    async def receive(self) -> Message:
        """Counts what is received, whatever Content-Length says."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            return message
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY_BYTES and self._bytes > _most_bytes(self._scope):
            raise _BodyTooLarge
        self._is_read = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            await self._send(message)
            return
        # How fast an answer is read is watched by its connection.
        self._owner.deadlines.end(self.stop)
        given = [(name.lower(), value) for name, value in message.get("headers", ())]
        names = {name for name, _ in given}
        # What the answer itself says stands.
        headers = [*given, *(one for one in self._owner.common if one[0] not in names)]
        await self._send(self._head(message["status"], headers))

    def _body_at_once(self, received: list[Message]) -> bytes | None:
        """The whole body where it is there already, as nearly always: kept as the one message that it came in."""
        body = None if self._shortcut is None else self._shortcut.body()
        if body is not None:
            received.append({"type": "http.request", "body": body, "more_body": False})
            self._bytes, self._is_read = len(body), True
            if self._bytes > MAX_BODY_BYTES and self._bytes > _most_bytes(self._scope):
                raise _BodyTooLarge
        return body

    async def _body(self, received: list[Message]) -> bytes:
        """The whole body; its messages are kept for those who may have to receive it again."""
        received.append(await self.receive())
        while received[-1].get("more_body"):
            received.append(await self.receive())
        if received[-1]["type"] == "http.disconnect":
            raise ClientDisconnect
        if len(received) == 1:
            return bytes(received[0].get("body", b""))
        return b"".join([message.get("body", b"") for message in received])

    async def _give(self, given: bytes | TooOften, media_type: bytes) -> None:
        """A planned answer. It goes out packed when it is large, unless a mutation may have put a secret into it."""
        headers: list[Header] = [(b"content-type", media_type), *self._owner.common]
        if isinstance(given, TooOften):
            status, answer = 429, given.body
            headers.append((b"retry-after", b"%d" % given.seconds))
        else:
            status, answer = 200, given
        takes_gzip = b"gzip" in self._headers.get(b"accept-encoding", b"")
        if len(answer) >= PACKED_FROM and takes_gzip and not self._scope["state"]["context"].has_changed:
            answer = await packed(answer)
            headers += (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")
        headers.append((b"content-length", b"%d" % len(answer)))
        await self._send(self._head(status, headers))
        await self._send({"type": "http.response.body", "body": answer})

    def _give_at_once(self, answer: bytes, media_type: bytes) -> bool:
        """The same for most answers, without any message."""
        if self._shortcut is None or self._is_of_page or len(answer) >= PACKED_FROM:
            return False
        head = lines_of((b"content-type", media_type), *self._owner.common)
        of_request = b"content-length: %d\r\nx-request-id: %b\r\n" % (len(answer), self._id.encode())
        is_sent = self._shortcut.answer(head + of_request, answer)
        self._status = 200 if is_sent else 0
        return is_sent

    def _head(self, status: int, headers: Iterable[Header]) -> Message:
        """The head of an answer, with what its request has to do with it."""
        self._status, of_request = status, [(b"x-request-id", self._id.encode())]
        if self._is_of_page:
            browsers = self._owner.browsers
            of_request += *browsers.readable(self._scope, self._headers), *browsers.cookie(self._scope)
        return {"type": "http.response.start", "status": status, "headers": [*headers, *of_request]}

    async def _refuse(self, status: int, code: str, message: str, **more: int) -> None:
        fault = {"message": message, "extensions": {"code": code, "requestId": self._id, **more}}
        headers = {"retry-after": str(more["retryAfter"])} if more else {}
        if not self._is_read:
            # What is left of a body would be taken for the next request.
            headers["connection"] = "close"
        await JSONResponse({"errors": [fault]}, status, headers)(self._scope, self._receive, self.send)

    async def _refuse_late(self) -> None:
        if self._is_read:
            log.error("too slow", seconds=MAX_SECONDS)
            text = f"This took longer than {MAX_SECONDS:.0f} seconds and was stopped; it has been logged."
            await self._refuse(504, "INTERNAL", text)
        else:
            text = f"The body did not arrive within {MAX_SECONDS:.0f} seconds."
            await self._refuse(408, "BAD_USER_INPUT", text)


def _most_bytes(scope: Scope) -> int:
    """What a provider tells is as long as the provider likes to make it. Whoever takes a file knows how long it is."""
    if scope["path"].startswith("/webhooks/"):
        return MAX_WEBHOOK_BYTES
    return MOST_BYTES if _brings_file(scope) else MAX_BODY_BYTES


def _brings_file(scope: Scope) -> bool:
    """Whether somebody sends a file, which takes its time: whoever takes it says how long."""
    path: str = scope["path"]
    return scope["method"] == "PUT" and path.startswith(f"{FILES}/")


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
