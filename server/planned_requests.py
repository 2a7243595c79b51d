"""Requests for known documents, answered by their plans on the shortest way through the process."""

from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.actors import ANONYMOUS, Actor
from domain.permissions import Permission
from domain.refusals import Refused
from domain.tokens import digest
from planner.planning import Answer, Plan
from resolvers.context import Context, Platform
from resolvers.rate_limits import TooCostly
from schema.metering import OPERATIONS, Known, charge, shown, start
from server.auth import actor_of_token
from server.plans import Plans, described
from server.view import key_of

PATH = "/graphql"
EXPLAIN_HEADER = b"x-milepost-plan"
_HEADERS = [(b"content-type", b"application/json")]


class PlannedRequests:
    """In front of the endpoint, which gets every other request, and those that no plan can answer after all."""

    def __init__(self, app: ASGIApp, platform: Platform, plans: Plans) -> None:
        self.app, self.platform, self.plans = app, platform, plans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not _is_plain(headers):
            await self.app(scope, receive, send)
            return
        messages, body = await _received(receive)
        asked = _read(body)
        plan = None if asked is None else self.plans.find(asked)
        known = None if asked is None else OPERATIONS.find(asked["query"], asked.get("operationName"))
        answer = None
        if asked is not None and plan is not None and known is not None:
            context = await self._context(scope, headers, plan)
            answer = await self._answer(plan, known, asked, context, explain=EXPLAIN_HEADER in headers)
        if answer is None:
            await self.app(scope, _again(messages, receive), send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _sized(answer)})
        await send({"type": "http.response.body", "body": answer})

    async def _context(self, scope: Scope, headers: dict[bytes, bytes], plan: Plan) -> Context:
        """Left where the ordinary executor finds it, should it come to that: nobody is looked up or pays twice."""
        state = scope["state"]
        client = scope.get("client")
        context = state["context"] = Context(
            platform=self.platform,
            viewer=await self._viewer(headers, plan),
            request_id=state["request_id"],
            ip=client[0] if client else "",
            user_agent=headers.get(b"user-agent", b"")[:300].decode("latin-1"),
            idempotency_key=key_of(headers.get(b"idempotency-key", b"").decode("latin-1")),
        )
        return context

    async def _viewer(self, headers: dict[bytes, bytes], plan: Plan) -> Actor:
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not token.strip():
            return ANONYMOUS
        given = token.strip().decode("latin-1")
        # Whoever changes something is looked up anew.
        if plan.is_query:
            return await self.platform.callers.of(digest(given))
        return await actor_of_token(self.platform.database, given)

    async def _answer(
        self, plan: Plan, known: Known, asked: dict[str, Any], context: Context, *, explain: bool
    ) -> bytes | None:
        try:
            start(context, known)
            cost = shown(charge(context, known, asked.get("variables")))
        except (Refused, TooCostly):
            return None
        answer = await self.plans.answer(
            plan, asked.get("variables"), context, explain=explain and context.viewer.may(Permission.STAFF_OPS)
        )
        context.is_planned = answer is not None
        return None if answer is None else _body(answer, cost)


def _body(answer: Answer, cost: dict[str, int]) -> bytes:
    extensions: dict[str, Any] = {"cost": cost}
    if answer.steps:
        extensions["plan"] = described(answer)
    return b'{"data":%b,"extensions":%b}' % (answer.body, orjson.dumps(extensions))


def _is_plain(headers: dict[bytes, bytes]) -> bool:
    """JSON for JSON: neither a form nor a stream."""
    accepted = headers.get(b"accept", b"")
    is_json = headers.get(b"content-type", b"").partition(b";")[0].strip() == b"application/json"
    return is_json and b"text/event-stream" not in accepted and b"multipart" not in accepted


def _read(body: bytes) -> dict[str, Any] | None:
    """A request as GraphQL over HTTP has it; None for anything else, which the endpoint explains to the caller."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        return None
    name, variables = asked.get("operationName"), asked.get("variables")
    is_named, has_variables = isinstance(name, str | None), isinstance(variables, dict | None)
    return asked if is_named and has_variables else None


async def _received(receive: Receive) -> tuple[list[Message], bytes]:
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages, b"".join(message.get("body", b"") for message in messages)


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Receives what has been received, then what comes."""
    waiting = iter(messages)

    async def replay() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replay


def _sized(body: bytes) -> list[tuple[bytes, bytes]]:
    return [*_HEADERS, (b"content-length", b"%d" % len(body))]
