"""One scenario: what a test has scripted, and what has been seen of the client under test."""

import hashlib
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from clients.faults.tomorrow import NoSchema, Tomorrow
from clients.faults.wire import Request

SCRIPT_KEYS = {"answers", "uploads", "sockets", "accept", "refuse", "refuseCode", "feed", "schema"}
ANSWER_KEYS = {
    "status", "headers", "body", "data", "errors", "execute", "delayMs", "hold", "abort", "sse", "times",
}  # fmt: skip
STREAM_KEYS = {"next", "feed", "gap", "complete", "comment", "delayMs", "abort", "hold", "id"}
SOCKET_KEYS = {
    "open", "await", "send", "next", "feed", "gap", "error", "complete", "ping", "delayMs", "close", "reason",
    "abort", "reject",
}  # fmt: skip
Step = dict[str, Any]


class BadScript(Exception):
    """A script that cannot be played; the message says where it is wrong."""


@dataclass(slots=True)
class Scenario:
    """Made by POST /scenarios. Scenarios know nothing of each other, so tests may run at the same time."""

    answers: deque[Step]
    uploads: deque[Step]
    sockets: deque[list[Step]]
    accept: list[str] | None
    refuse: Step
    refuse_code: int
    feed_field: str
    feed: list[dict[str, Any]]
    tomorrow: Tomorrow | None
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    requests: list[dict[str, Any]] = field(default_factory=list)
    seen_sockets: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def takes(self, token: str | None) -> bool:
        """Whether this token is good; any is, unless the script names the good ones."""
        return self.accept is None or token in self.accept

    def saw(self, request: Request) -> dict[str, Any]:
        """Records a request; what becomes of it is filled in later."""
        variables = request.json.get("variables") if isinstance(request.json, dict) else None
        given = variables.get("input") if isinstance(variables, dict) else None
        seen = {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": request.headers,
            "token": request.token,
            "body": request.json if request.json is not None else request.body.decode("utf-8", "replace"),
            "bytes": len(request.body),
            "sha256": hashlib.sha256(request.body).hexdigest(),
            "idempotencyHeader": request.headers.get("idempotency-key"),
            "idempotencyInput": given.get("idempotencyKey") if isinstance(given, dict) else None,
            "status": None,
            "ended": None,
        }
        self.requests.append(seen)
        return seen

    def after(self, cursor: object) -> list[dict[str, Any]]:
        """The messages of the feed behind a cursor; without one, all."""
        cursors = [message["cursor"] for message in self.feed]
        if cursor is None:
            return list(self.feed)
        if cursor not in cursors:
            self.problems.append(f"resumed after {cursor!r}, which is no cursor of the feed")
            return []
        return self.feed[cursors.index(cursor) + 1 :]

    def payload(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message of the feed as the result of its subscription."""
        return {"data": {self.feed_field: {"gap": False, "event": None} | message}}

    def report(self) -> dict[str, Any]:
        left = {"answers": len(self.answers), "uploads": len(self.uploads), "sockets": len(self.sockets)}
        seen = {"requests": self.requests, "sockets": self.seen_sockets}
        return seen | {"unused": left, "problems": self.problems}


def read(script: Any) -> Scenario:
    """A scenario from the JSON that a test has sent."""
    known("script", script, SCRIPT_KEYS)
    feed = script.get("feed", {"field": "events", "messages": []})
    known("feed", feed, {"field", "messages"})
    refuse = script.get("refuse", {"status": 401, "errors": [_unauthenticated()]})
    return Scenario(
        answers=_answers("answers", script),
        uploads=_answers("uploads", script),
        sockets=deque(_sockets(script)),
        accept=script.get("accept"),
        refuse=_answer("refuse", refuse),
        refuse_code=script.get("refuseCode", 4401),
        feed_field=feed["field"],
        feed=feed["messages"],
        tomorrow=_tomorrow(script),
    )


def known(where: str, step: Any, keys: set[str]) -> None:
    if not isinstance(step, dict):
        raise BadScript(f"{where} is no object: {step!r}")
    if unknown := sorted(set(step) - keys):
        raise BadScript(f"{where} does not know {', '.join(unknown)}; it knows {', '.join(sorted(keys))}")


def _answers(where: str, script: Step) -> deque[Step]:
    steps = [_answer(f"{where}[{number}]", step) for number, step in enumerate(script.get(where, []))]
    return deque(step for step in steps for _ in range(step.get("times", 1)))


def _answer(where: str, step: Any) -> Step:
    known(where, step, ANSWER_KEYS)
    for number, part in enumerate(step.get("sse", [])):
        known(f"{where}.sse[{number}]", part, STREAM_KEYS)
    return dict(step)


def _tomorrow(script: Step) -> Tomorrow | None:
    if "schema" not in script:
        if any(step.get("execute") for step in script.get("answers", [])):
            raise BadScript("`execute` needs `schema` in the script")
        return None
    known("schema", script["schema"], {"extend", "data"})
    try:
        return Tomorrow.of(script["schema"].get("extend", ""), script["schema"].get("data", {}))
    except NoSchema as error:
        raise BadScript(f"schema.extend: {error}") from error


def _sockets(script: Step) -> list[list[Step]]:
    sockets = script.get("sockets", [])
    for index, steps in enumerate(sockets):
        for number, step in enumerate(steps):
            known(f"sockets[{index}][{number}]", step, SOCKET_KEYS)
    return list(sockets)


def _unauthenticated() -> dict[str, Any]:
    return {"message": "Sign in.", "extensions": {"code": "UNAUTHENTICATED", "requestId": "faults"}}
