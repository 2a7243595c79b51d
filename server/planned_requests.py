"""Requests for known documents, answered by their plans on the shortest way through the process."""

from typing import Any

import orjson
from starlette.types import Scope

from domain.actors import ANONYMOUS, Actor
from domain.permissions import Permission
from domain.refusals import Refused
from planner.planning import Answer, Plan
from resolvers.context import Context, Platform
from resolvers.rate_limits import Charge, TooCostly
from schema.metering import charge, shown, start
from schema.readings import before_reading
from server.auth import actor_of_token
from server.plans import Plans, described
from server.view import key_of

PATH = "/graphql"
EXPLAIN_HEADER = b"x-milepost-plan"


class PlannedRequests:
    """Asked before the endpoint, which gets every other request, and those that no plan can answer after all."""

    def __init__(self, platform: Platform, plans: Plans) -> None:
        self.platform, self.plans = platform, plans

    def may_answer(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """Whether this is JSON for JSON: neither a form nor a stream."""
        if scope["path"] != PATH or scope["method"] != "POST":
            return False
        accepted = headers.get(b"accept", b"")
        is_json = headers.get(b"content-type", b"").partition(b";")[0].strip() == b"application/json"
        return is_json and b"text/event-stream" not in accepted and b"multipart" not in accepted

    async def answer(self, body: bytes, scope: Scope, headers: dict[bytes, bytes]) -> bytes | None:
        """The answer to a body that asks for a known document; None where the endpoint has to give it.

        The context stays where the endpoint finds it, should it come to that: nobody is looked up or pays twice.
        """
        asked = _read(body)
        plan = None if asked is None else self.plans.find(asked["query"], asked.get("operationName"))
        read = None if plan is None else plan.document
        if asked is None or plan is None or read is None:
            return None
        variables, state, client = asked.get("variables"), scope["state"], scope.get("client")
        ip = client[0] if client else ""
        is_repeatable = b"idempotency-key" in headers
        context = state["context"] = Context(
            platform=self.platform,
            viewer=await self._viewer(headers.get(b"authorization", b""), ip, plan),
            request_id=state["request_id"],
            ip=ip,
            user_agent=headers.get(b"user-agent", b"")[:300].decode("latin-1"),
            idempotency_key=key_of(headers[b"idempotency-key"].decode("latin-1")) if is_repeatable else None,
        )
        try:
            start(context, plan.notes)
            paid = charge(context, plan.notes, variables)
        except (Refused, TooCostly):
            return None
        await before_reading(context, read.node, read.operation, variables)
        explain = EXPLAIN_HEADER in headers and context.viewer.may(Permission.STAFF_OPS)
        answer = await self.plans.answer(plan, variables, context, explain=explain)
        context.is_planned = answer is not None
        return None if answer is None else _written(answer, paid)

    async def _viewer(self, authorization: bytes, ip: str, plan: Plan) -> Actor:
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not token.strip():
            return ANONYMOUS
        given = token.strip().decode("latin-1")
        # Whoever changes something is looked up anew.
        if plan.is_query:
            return await self.platform.callers.of(given, ip)
        return await actor_of_token(self.platform.database, given, ip, is_sandbox=self.platform.is_sandbox)


def _read(body: bytes) -> dict[str, Any] | None:
    """A request as GraphQL over HTTP has it; None for anything else, which the endpoint explains to the caller."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        return None
    name, variables, more = asked.get("operationName"), asked.get("variables"), asked.get("extensions")
    are_objects = (variables is None or isinstance(variables, dict)) and (more is None or isinstance(more, dict))
    return asked if (name is None or isinstance(name, str)) and are_objects else None


def _written(answer: Answer, paid: Charge) -> bytes:
    extensions: dict[str, Any] = {"cost": shown(paid)}
    if answer.steps:
        extensions["plan"] = described(answer)
    return b'{"data":%b,"extensions":%b}' % (answer.body, orjson.dumps(extensions))
