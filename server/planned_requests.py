"""Requests for known documents, answered by their plans on the shortest way through the process."""

from collections import Counter
from dataclasses import dataclass
from types import NoneType
from typing import Any, TypeAlias

import orjson
from graphql import GraphQLError
from starlette.types import Scope

from domain.actors import ANONYMOUS, Actor
from domain.permissions import Permission
from domain.refusals import Refused
from planner.planning import Answer, Plan
from resolvers.context import Context, Platform
from resolvers.rate_limits import Charge, TooCostly
from resolvers.readings import is_watched
from resolvers.trusted_documents import NotTrusted
from schema.metering import OPERATIONS, charge, put_off, shown, start
from schema.readings import before_reading
from server.auth import caller_anew
from server.documents import text_of
from server.errors import as_fault
from server.plans import ASKED, Plans, described
from server.view import key_of

PATH = "/graphql"
EXPLAIN_HEADER = b"x-milepost-plan"
_JSON = b"application/json"


Asking: TypeAlias = tuple[str, str | None, dict[str, Any] | None]
"""A document, the name of the operation, its variables."""


@dataclass(frozen=True, slots=True)
class TooOften:
    """What is answered to an operation that came too often, or costs more than is left: at little cost of ours."""

    body: bytes
    seconds: int
    """After which it may be repeated."""


class PlannedRequests:
    """Asked before the endpoint, which gets every other request, and those that no plan can answer after all."""

    def __init__(self, platform: Platform, plans: Plans) -> None:
        self.platform, self.plans = platform, plans
        self._under_way: Counter[tuple[str, str | None]] = Counter()
        """New documents that the endpoint is answering for the first time."""

    def may_answer(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """Whether this is JSON for JSON: neither a form nor a stream."""
        if scope["path"] != PATH or scope["method"] != "POST":
            return False
        accepted, sent = headers.get(b"accept", b""), headers.get(b"content-type", b"")
        is_json = sent == _JSON or sent.partition(b";")[0].strip() == _JSON
        return is_json and b"text/event-stream" not in accepted and b"multipart" not in accepted

    async def answer(self, body: bytes, scope: Scope, headers: dict[bytes, bytes]) -> bytes | TooOften | None:
        """The answer to a body that asks for a known document, or too often; None where the endpoint has to give it.

        The context stays where the endpoint finds it, should it come to that: nobody is looked up or pays twice.
        """
        asked = self._read(body)
        if asked is None:
            return None
        query, operation_name, variables = asked
        document = query, operation_name
        plan = self.plans.find(query, operation_name)
        context = await self._begin(plan, scope, headers)
        try:
            start(context, query, OPERATIONS.find(*document) if plan is None else plan.notes)
            if plan is None and document in self._under_way:
                plan = self.plans.plan_at_once(*document)
            if plan is None:
                scope["state"][ASKED] = document
                self._under_way[document] += 1
                return None
            paid = charge(context, plan.notes, variables)
            if is_watched(context.viewer):
                assert plan.document is not None
                await before_reading(context, plan.document.node, plan.document.operation, variables)
        except Refused as refused:
            await put_off(context)
            return _too_often(refused, context.request_id)
        except (TooCostly, NotTrusted, GraphQLError):
            return None
        explain = EXPLAIN_HEADER in headers and context.viewer.may(Permission.STAFF_OPS)
        answer = await self.plans.answer(plan, variables, context, explain=explain)
        if answer is None:
            context.forget()
            return None
        context.is_planned = True
        return _written(answer, paid)

    def end(self, scope: Scope) -> None:
        """The endpoint has answered what was left to it, with or without an error."""
        document = scope["state"].get(ASKED)
        if document is not None:
            self._under_way[document] -= 1
            if not self._under_way[document]:
                del self._under_way[document]

    def _read(self, body: bytes) -> Asking | None:
        """A request as GraphQL over HTTP has it; None for anything else, which the endpoint explains to the caller."""
        try:
            given = orjson.loads(body)
            if not isinstance(given, dict):
                return None
            query, more = given.get("query"), given.get("extensions")
            if more is not None or "documentId" in given:
                query = text_of(self.platform.documents, query, given.get("documentId"), more)
        except (orjson.JSONDecodeError, GraphQLError):
            return None
        name, variables = given.get("operationName"), given.get("variables")
        if not isinstance(query, str) or not isinstance(name, (str, NoneType)):
            return None
        is_whole = isinstance(variables, (dict, NoneType)) and isinstance(more, (dict, NoneType))
        return (query, name, variables) if is_whole else None

    async def _begin(self, plan: Plan | None, scope: Scope, headers: dict[bytes, bytes]) -> Context:
        state, client = scope["state"], scope.get("client")
        ip = client[0] if client else ""
        token = _token_in(headers.get(b"authorization", b""))
        is_repeatable = b"idempotency-key" in headers
        context = state["context"] = Context(
            platform=self.platform,
            viewer=ANONYMOUS if token is None else await self._viewer(token, ip, plan),
            request_id=state["request_id"],
            ip=ip,
            user_agent=headers.get(b"user-agent", b"")[:300].decode("latin-1"),
            idempotency_key=key_of(headers[b"idempotency-key"].decode("latin-1")) if is_repeatable else None,
        )
        return context

    async def _viewer(self, token: str, ip: str, plan: Plan | None) -> Actor:
        # Whoever changes something is looked up anew.
        if plan is None or not plan.is_query:
            return await caller_anew(self.platform, token, ip)
        return self.platform.callers.known(token, ip) or await self.platform.callers.of(token, ip)


def _token_in(authorization: bytes) -> str | None:
    scheme, _, token = authorization.partition(b" ")
    return token.strip().decode("latin-1") or None if scheme.lower() == b"bearer" else None


def _too_often(refused: Refused, request_id: str) -> TooOften:
    fault = as_fault(GraphQLError(str(refused), original_error=refused), request_id)
    return TooOften(orjson.dumps({"errors": [fault.formatted]}), refused.refusal.retry_after_seconds or 1)


def _written(answer: Answer, paid: Charge) -> bytes:
    extensions: dict[str, Any] = {"cost": shown(paid)}
    if answer.steps:
        extensions["plan"] = described(answer)
    return b'{"data":%b,"extensions":%b}' % (answer.body, orjson.dumps(extensions))
