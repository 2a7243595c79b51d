"""Answers to HTTP requests, as scripted: statuses, slow ones, none at all, and streams of server-sent events."""

import json
from typing import Any

from clients.faults.scenario import Scenario, Step
from clients.faults.wire import Connection, Gone, Request

FOREVER_SECONDS = 3600.0


async def answer(connection: Connection, scenario: Scenario, request: Request) -> None:
    """Answers a request by the next step of the script, and records what became of it."""
    seen = scenario.saw(request)
    step = _next_step(scenario, request)
    try:
        await connection.wait(step.get("delayMs", 0) / 1000)
        if step.get("hold"):
            await connection.wait(FOREVER_SECONDS)
        if step.get("abort") is True:
            await connection.abort()
            raise Gone
        seen["status"] = step.get("status", 200)
        if "sse" in step:
            await _stream(connection, scenario, request, step["sse"])
        else:
            await _whole(connection, scenario, request, step)
    except Gone:
        seen["ended"] = "aborted" if connection.writer.is_closing() else "left"
        raise
    seen["ended"] = "answered"


def _next_step(scenario: Scenario, request: Request) -> Step:
    is_upload = request.path.endswith("/upload")
    if not is_upload and not scenario.takes(request.token):
        return scenario.refuse
    steps = scenario.uploads if is_upload else scenario.answers
    if steps:
        return steps.popleft()
    text = f"The script has no answer left for {request.method} {request.path}."
    scenario.problems.append(text)
    return {"status": 500, "errors": [{"message": text}]}


async def _whole(connection: Connection, scenario: Scenario, request: Request, step: Step) -> None:
    """An answer with a length. `abort: n` resets the connection after n bytes of its body."""
    given = step.get("body")
    if given is None:
        tomorrow = scenario.tomorrow if step.get("execute") else None
        given = _result(step) if tomorrow is None else await tomorrow.execute(request.json)
    body = given.encode() if isinstance(given, str) else json.dumps(given).encode()
    kind = "text/plain" if isinstance(given, str) else "application/json"
    headers = {"content-type": kind, "content-length": str(len(body))} | step.get("headers", {})
    await connection.start_answer(step.get("status", 200), headers)
    if "abort" in step:
        await connection.write(body[: step["abort"]])
        await connection.abort()
        raise Gone
    await connection.write(body)


def _result(step: Step) -> dict[str, Any] | str:
    """The GraphQL result that the step gives in parts; nothing at all where it gives none."""
    return {key: step[key] for key in ("data", "errors") if key in step} or ""


async def _stream(connection: Connection, scenario: Scenario, request: Request, steps: list[Step]) -> None:
    """Server-sent events, as of the distinct connections mode of GraphQL over SSE."""
    variables = request.json.get("variables") if isinstance(request.json, dict) else None
    after = request.headers.get("last-event-id") or (variables or {}).get("after")
    waiting = scenario.after(after) if any("feed" in step for step in steps) else []
    await connection.start_answer(
        200, {"content-type": "text/event-stream", "cache-control": "no-store", "connection": "close"}
    )
    for step in steps:
        await connection.wait(step.get("delayMs", 0) / 1000)
        if "comment" in step:
            await connection.write(f": {step['comment']}\n\n".encode())
        for message in waiting[: step["feed"]] if "feed" in step else []:
            await connection.write(_event("next", scenario.payload(message), message["cursor"]))
        waiting = waiting[step.get("feed", 0) :]
        if "gap" in step:
            await connection.write(_event("next", scenario.payload({"cursor": step["gap"], "gap": True}), step["gap"]))
        if "next" in step:
            await connection.write(_event("next", step["next"], step.get("id")))
        if step.get("complete"):
            await connection.write(_event("complete", None, None))
        if step.get("hold"):
            await connection.wait(FOREVER_SECONDS)
        if step.get("abort"):
            await connection.abort()
            raise Gone
    connection.writer.close()


def _event(kind: str, payload: Any, cursor: str | None) -> bytes:
    lines = [f"event: {kind}", *([f"id: {cursor}"] if cursor else [])]
    lines.append("data:" if payload is None else f"data: {json.dumps(payload)}")
    return ("\n".join(lines) + "\n\n").encode()
