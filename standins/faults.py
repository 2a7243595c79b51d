"""Faults on the way to a stand-in and back: by a script for one case, or by chance from a seed for many."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Mapping
from enum import Enum

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Fault(Enum):
    """What the caller sees, and whether what was asked for has happened all the same."""

    NO_ANSWER_BEFORE = "NO_ANSWER_BEFORE"
    NO_ANSWER_AFTER = "NO_ANSWER_AFTER"
    ERROR_BEFORE = "ERROR_BEFORE"
    ERROR_AFTER = "ERROR_AFTER"
    BROKEN_BODY = "BROKEN_BODY"


_AFTER = (Fault.NO_ANSWER_AFTER, Fault.ERROR_AFTER, Fault.BROKEN_BODY)


class Faults:
    """Decides what goes wrong. Of a script, each entry is used once; chances concern POST requests only."""

    def __init__(self, *, seed: int = 0, chances: Mapping[Fault, float] | None = None) -> None:
        self.happened: Counter[Fault] = Counter()
        self._scripted: deque[tuple[str, Fault]] = deque()
        self._chances = dict(chances or {})
        self._random = random.Random(seed)

    def follow(self, chances: Mapping[Fault, float], *, seed: int) -> None:
        """Has this go wrong from now on."""
        self._chances, self._random = dict(chances), random.Random(seed)

    def script(self, *faults: Fault, path: str = "") -> None:
        """The next requests whose path contains `path` meet these faults, one each."""
        self._scripted.extend((path, fault) for fault in faults)

    def next_for(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        fault = self._from_script(path) or (self._by_chance() if method == "POST" else None)
        if fault is not None:
            self.happened[fault] += 1
        return fault

    def _from_script(self, path: str) -> Fault | None:
        for entry in self._scripted:
            if entry[0] in path:
                self._scripted.remove(entry)
                return entry[1]
        return None

    def _by_chance(self) -> Fault | None:
        drawn = self._random.random() if self._chances else 1.0
        for fault, share in self._chances.items():
            if drawn < share:
                return fault
            drawn -= share
        return None


class Faulty:
    """Around a stand-in: answers as the faults say, otherwise as the stand-in does."""

    def __init__(self, app: ASGIApp, faults: Faults, *, held_seconds: float = 0) -> None:
        """A request without an answer is held for so long and then cut off, or ends when the caller leaves."""
        self._app, self.faults, self._held_seconds = app, faults, held_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.next_for(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        answer = await self._answer(scope, receive) if fault in _AFTER else _Answer()
        if fault is Fault.BROKEN_BODY:
            await answer.repeat(send, answer.body[: len(answer.body) // 2])
        elif fault in (Fault.ERROR_BEFORE, Fault.ERROR_AFTER):
            await _Answer().repeat(send, b'{"error": {"type": "api_error", "message": "a fault that was asked for"}}')
        else:
            await self._leave_unanswered(receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> "_Answer":
        answer = _Answer()
        await self._app(scope, receive, answer.keep)
        return answer

    async def _leave_unanswered(self, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._held_seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            pass
        # A body shorter than it was said to be: the server closes the connection.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})


class _Answer:
    """What the stand-in said, kept until it is known what the caller sees of it."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 500, list[tuple[bytes, bytes]](), b""

    async def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def repeat(self, send: Send, body: bytes) -> None:
        headers = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
