"""Metering: an operation is counted when it comes and pays its cost before it runs, whoever executes it."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, get_operation_ast
from strawberry.extensions import SchemaExtension

from domain.actors import ActorKind
from domain.rate_limits import kind_of
from domain.refusals import Refused
from resolvers.context import Context
from resolvers.rate_limits import Charge, TooCostly
from resolvers.trusted_documents import NotTrusted
from schema.cost_reading import cost_of
from schema.costs import Sum
from schema.variables import check_variables

MOST_DOCUMENTS, MOST_CHARACTERS = 1_000, 4_000_000
_INTROSPECTION = re.compile(r"\b__(?:schema|type)\b")
_NO_INTROSPECTION = "Sign in to ask about the schema itself. It can also be read at /schema.graphql and /reference."


@dataclass(frozen=True, slots=True)
class Known:
    """An operation that was found valid before."""

    name: str
    """Of the operation; `(anonymous)` where it has none."""
    cost: Sum
    is_subscription: bool = False
    reads_schema: bool = False
    """It asks about types instead of things."""


class KnownOperations:
    """The operations this process has seen lately, by document and by the name that was asked for; bounded."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str | None], Known] = OrderedDict()
        self._characters = 0

    def find(self, query: str, operation_name: str | None) -> Known | None:
        key = (query, operation_name)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def add(self, query: str, operation_name: str | None, known: Known) -> Known:
        if (query, operation_name) not in self._known:
            self._characters += len(query)
        self._known[query, operation_name] = known
        while len(self._known) > MOST_DOCUMENTS or self._characters > MOST_CHARACTERS:
            (oldest, _), _ = self._known.popitem(last=False)
            self._characters -= len(oldest)
        return known


OPERATIONS = KnownOperations()
"""Of this process, as the caches of parsed and validated documents."""


def learn(
    query: str,
    operation_name: str | None,
    graphql: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
) -> Known:
    """Remembers an operation that has been found valid: the one of the document that such a name chooses."""
    name = operation.name.value if operation.name is not None else "(anonymous)"
    is_subscription = operation.operation is OperationType.SUBSCRIPTION
    reads_schema = _INTROSPECTION.search(query) is not None
    known = Known(name, cost_of(graphql, document, operation), is_subscription, reads_schema)
    return OPERATIONS.add(query, operation_name, known)


def start(context: Context, query: str, known: Known | None) -> None:
    """Counts an operation, once for a context, and lets it have its caller's share of the database from now on.

    RATE_LIMITED when they have asked too often, NotTrusted when they may not ask this document.
    """
    platform = context.platform
    if context.meter is None:
        limits = platform.rate_limits
        caller = limits.caller_of(context.viewer, context.ip)
        caller.meter.start(limits.clock(), is_new=known is None and query not in platform.documents)
        context.meter, context.work.share = caller.meter, caller.share
    if kind_of(context.viewer) not in platform.free_form and query not in platform.documents:
        raise NotTrusted


def charge(context: Context, known: Known, variables: Mapping[str, Any] | None) -> Charge:
    """Takes what a started operation costs, once for a context; TooCostly or RATE_LIMITED when that is too much.

    Variables that are nested too deep or too long are a GraphQLError, and so is introspection by just anybody.
    """
    if context.charge is None:
        assert context.meter is not None
        given, meter = variables or {}, context.meter
        if given:
            check_variables(given)
        if known.reads_schema and context.viewer.kind is ActorKind.ANONYMOUS and not context.platform.is_sandbox:
            raise GraphQLError(_NO_INTROSPECTION, extensions={"code": "UNAUTHENTICATED"})
        cost, limit = known.cost.cost(given), context.platform.rate_limits.limit_of(meter)
        if cost > limit:
            raise _too_costly(known, given, cost, limit)
        meter.spend(cost)
        allowance = meter.allowance
        context.charge = Charge(known.name, cost, int(meter.cost), allowance.cost, allowance.refill_per_second)
    return context.charge


@asynccontextmanager
async def told_late(context: Context) -> AsyncIterator[None]:
    """Puts off a refusal of what it holds: whoever asks too often is told so at a pace."""
    try:
        yield
    except Refused:
        await put_off(context)
        raise


async def put_off(context: Context) -> None:
    limits = context.platform.rate_limits
    await asyncio.sleep(limits.caller_of(context.viewer, context.ip).refusal_delay(limits.clock()))


def shown(charge: Charge) -> dict[str, int]:
    """`extensions.cost` of an answer."""
    return {
        "requested": charge.requested,
        "available": charge.available,
        "limit": charge.limit,
        "refillPerSecond": charge.refill_per_second,
    }


class Metering(SchemaExtension):
    """Meters what the ordinary executor runs. Whatever is raised here ends the operation before anything is read."""

    _context: Context | None = None
    """None for operations of the process itself, as the export of the schema."""
    _asked_for: str | None = None
    _known: Known | None = None

    async def on_operation(self) -> AsyncIterator[None]:
        execution = self.execution_context
        if isinstance(execution.context, Context) and execution.query:
            # Before the document is read, this is the name that the caller gave, or nothing.
            self._asked_for = execution.operation_name
            self._context, self._known = execution.context, OPERATIONS.find(execution.query, self._asked_for)
            async with told_late(self._context):
                start(self._context, execution.query, self._known)
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        if self._context is not None:
            async with told_late(self._context):
                charge(self._context, self._known or self._learn(), self.execution_context.variables)
        yield

    def get_results(self) -> dict[str, Any]:
        charged = None if self._context is None else self._context.charge
        return {} if charged is None else {"cost": shown(charged)}

    def _learn(self) -> Known:
        execution = self.execution_context
        assert execution.query is not None
        assert execution.graphql_document is not None
        operation = get_operation_ast(execution.graphql_document, execution.operation_name)
        assert operation is not None
        document = execution.graphql_document
        return learn(execution.query, self._asked_for, execution.schema._schema, document, operation)


def _too_costly(known: Known, variables: Mapping[str, Any], cost: int, limit: int) -> TooCostly:
    message = (
        f"This operation costs {cost:,}, and at most {limit:,} is allowed. Most of it lies in"
        f" {known.cost.largest(variables)}: ask for smaller pages there, or for less below them."
    )
    return TooCostly(message, cost, limit)
